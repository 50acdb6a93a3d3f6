/**
 * Finds many names in a text that is read once: Aho and Corasick 1975, "Efficient string matching".
 * The time grows with the length of the text and of all names together.
 */

/** A tree of all names, with for each node where to go on when the text goes on otherwise. */
export class NameFinder {
  readonly #names: readonly string[];
  /** By node and letter. */
  readonly #next = new Map<number, number>();
  /** Of each node the index of the name that ends there, or -1. */
  readonly #ends: number[] = [-1];
  /** Of each node the one of its longest end that begins a name, too. */
  readonly #shorter: Int32Array;
  /** Of each node the first on the way over shorter ones where a name ends; 0 for none. */
  readonly #ending: Int32Array;

  constructor(names: Iterable<string>) {
    this.#names = [...new Set(names)].filter((name) => name !== "");
    const letters = [0];
    const parents = [0];
    const depths = [0];
    for (const [index, name] of this.#names.entries()) {
      let node = 0;
      for (let at = 0; at < name.length; at++) {
        const letter = name.charCodeAt(at);
        const child = this.#next.get(keyOf(node, letter)) ?? this.#ends.length;
        if (child === this.#ends.length) {
          this.#next.set(keyOf(node, letter), child);
          this.#ends.push(-1);
          letters.push(letter);
          parents.push(node);
          depths.push(at + 1);
        }
        node = child;
      }
      this.#ends[node] = index;
    }
    this.#shorter = new Int32Array(letters.length);
    this.#ending = new Int32Array(letters.length);
    const byDepth = Uint32Array.from(letters.keys()).sort((a, b) => depthOf(a) - depthOf(b));
    function depthOf(node: number): number {
      return depths[node] ?? 0;
    }
    for (const node of byDepth) {
      if (depthOf(node) < 2) continue;
      const shorter = this.#follow(this.#shorter[parents[node] ?? 0] ?? 0, letters[node] ?? 0);
      this.#shorter[node] = shorter;
      this.#ending[node] = this.#ends[shorter] === -1 ? (this.#ending[shorter] ?? 0) : shorter;
    }
  }

  /** @param isName whether what stands from `start` to `end` is a name, and not a part of one */
  findIn(text: string, isName: (start: number, end: number) => boolean): ReadonlySet<string> {
    const found = new Set<string>();
    let node = 0;
    for (let at = 0; at < text.length; at++) {
      node = this.#follow(node, text.charCodeAt(at));
      for (let one = node; one !== 0; one = this.#ending[one] ?? 0) {
        const name = this.#names[this.#ends[one] ?? -1];
        if (name === undefined || found.has(name)) continue;
        if (isName(at + 1 - name.length, at + 1)) found.add(name);
      }
    }
    return found;
  }

  #follow(from: number, letter: number): number {
    for (let node = from; ; node = this.#shorter[node] ?? 0) {
      const next = this.#next.get(keyOf(node, letter));
      if (next !== undefined) return next;
      if (node === 0) return 0;
    }
  }
}

const LETTERS = 0x10000;

function keyOf(node: number, letter: number): number {
  return node * LETTERS + letter;
}
