/** Lists and dictionaries as Python prints them, in which some sources write their tools. */

import type { Json } from "../../base/json.ts";

const WORDS: Readonly<Record<string, Json>> = {
  True: true,
  true: true,
  False: false,
  false: false,
  None: null,
  null: null,
};

/**
 * The value that a text begins with.
 * @throws {Error} where it is none
 */
export function readPythonLiteral(text: string): Json {
  return new Reader(text).value();
}

class Reader {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  value(): Json {
    this.#skip();
    const next = this.#text[this.#at];
    if (next === "[") return this.#list("]");
    if (next === "(") return this.#list(")");
    if (next === "{") return this.#dictionary();
    if (next === "'" || next === '"') return this.#string(next);
    const [word = ""] = /^[\w.+-]+/.exec(this.#text.slice(this.#at, this.#at + 40)) ?? [];
    this.#at += word.length;
    if (Object.hasOwn(WORDS, word)) return WORDS[word] ?? null;
    if (word !== "" && Number.isFinite(Number(word))) return Number(word);
    throw new Error(`what stands at character ${this.#at} of the tools is no Python literal`);
  }

  #list(end: string): Json[] {
    const list: Json[] = [];
    this.#at++;
    while (!this.#takes(end)) {
      list.push(this.value());
      this.#takes(",");
    }
    return list;
  }

  #dictionary(): Json {
    const entries: [string, Json][] = [];
    this.#at++;
    while (!this.#takes("}")) {
      const key = String(this.value());
      if (!this.#takes(":")) throw new Error(`${key} has no value in the tools`);
      entries.push([key, this.value()]);
      this.#takes(",");
    }
    return Object.fromEntries(entries);
  }

  #string(quote: string): string {
    let text = "";
    for (this.#at++; this.#text[this.#at] !== quote; this.#at++) {
      const one = this.#text[this.#at];
      if (one === undefined) throw new Error("a text of the tools does not end");
      if (one !== "\\") text += one;
      else text += escaped(this.#text[++this.#at] ?? "");
    }
    this.#at++;
    return text;
  }

  #takes(sign: string): boolean {
    this.#skip();
    if (this.#text[this.#at] !== sign) return false;
    this.#at++;
    return true;
  }

  #skip(): void {
    while (/\s/.test(this.#text[this.#at] ?? "")) this.#at++;
  }
}

function escaped(sign: string): string {
  return { n: "\n", t: "\t", r: "\r" }[sign] ?? sign;
}
