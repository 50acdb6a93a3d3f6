/**
 * Reads an answer while it is being written: as soon as a subtask is complete, the plan so
 * far can be looked at.
 *
 * It follows nothing but the brackets, of the first object of the answer and of the array
 * `subtasks` directly in it; whether what stands there is right is for others to say.
 */
export class PlanReader {
  #text = "";
  /** How much of the text is behind us. */
  #at = 0;
  #depth = 0;
  #inString = false;
  /** Where the string that is read, or was read last, begins; directly in the answer only. */
  #stringAt = -1;
  /** The newest name directly in the answer. */
  #name = "";
  /** Where the array of subtasks begins; -1 before it does, and after it ended. */
  #arrayAt = -1;

  /**
   * Take in what was written next.
   * @returns the answer with the subtasks that are complete, as a text that parses, if
   *   another one is
   */
  read(piece: string): string | undefined {
    this.#text += piece;
    let complete: string | undefined;
    this.#skipThoughts();
    for (; this.#at < this.#text.length; this.#at++) {
      if (!this.#step(this.#text[this.#at] ?? "")) continue;
      complete = this.#text.slice(this.#arrayAt, this.#at + 1);
    }
    return complete === undefined ? undefined : `{"subtasks":${complete}]}`;
  }

  /** Thoughts before the answer may hold brackets of their own. */
  #skipThoughts(): void {
    if (this.#depth > 0 || this.#at === this.#text.length) return;
    const open = /^\s*<(think|thinking)>/i.exec(this.#text);
    if (open === null) return;
    const close = this.#text.toLowerCase().indexOf(`</${open[1]?.toLowerCase()}>`);
    this.#at = Math.max(this.#at, close === -1 ? this.#text.length : close);
  }

  /** @returns whether the character completes a subtask */
  #step(character: string): boolean {
    if (this.#inString) {
      if (character === "\\") this.#at++;
      else if (character === '"') this.#endString();
      return false;
    }
    switch (character) {
      case '"':
        if (this.#depth > 0) this.#inString = true;
        if (this.#depth === 1) this.#stringAt = this.#at;
        return false;
      case "{":
      case "[":
        if (this.#depth === 1 && character === "[" && this.#name === "subtasks") {
          this.#arrayAt = this.#at;
        }
        if (this.#depth > 0 || character === "{") this.#depth++;
        return false;
      case "}":
      case "]":
        this.#depth = Math.max(0, this.#depth - 1);
        if (this.#depth === 1 && this.#arrayAt !== -1) this.#arrayAt = -1;
        return this.#depth === 2 && character === "}" && this.#arrayAt !== -1;
      default:
        return false;
    }
  }

  #endString(): void {
    this.#inString = false;
    if (this.#depth === 1) this.#name = this.#text.slice(this.#stringAt + 1, this.#at);
  }
}
