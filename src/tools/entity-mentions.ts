/** Names as they stand in a sentence: what has capitals and stands together. */

import {
  BEFORE_OF,
  NOT_NAMES,
  ORGANIZATION_HEADS,
  SENTENCE_STARTERS,
  TITLES,
} from "./name-words.ts";

export type Mention = {
  readonly name: string;
  readonly words: readonly string[];
  /** Where it stands in the sentence. */
  readonly start: number;
  readonly end: number;
  /** What stands around it, as far as rules look. */
  readonly before: string;
  readonly after: string;
  /** Whether a title stood before it: "Dr. Weber", "President Macron". */
  readonly isTitled: boolean;
};

/** A word with a capital: also `al-Fihri`, `O'Neill`, `J.`, `D.C.`. */
const CAPITAL = "(?:\\p{Lu}\\.){1,4}|(?:(?:al|el|de)-)?\\p{Lu}[\\p{L}\\p{M}\\p{N}&’'-]{0,40}";
const LINK =
  "of the|of|for|van der|van den|van|von der|von|de la|de|del|della|di|da|dos|du|al|bin|ibn|&|\\+";
/** A full stop that ends no sentence. */
const STOP = "(?<=\\b(?:Inc|Corp|Ltd|Co|Bros|Jr|Sr|Dr|Mr|Mrs|Ms|Prof|St|Mt|Rev|Lt|Gen|Sen|Gov))\\.";
const WORD = `(?:${CAPITAL})(?:${STOP})?`;
const RUN = new RegExp(`(?<![\\p{L}\\p{N}@/.])${WORD}(?: (?:(?:${LINK}) )?${WORD}){0,7}`, "gu");

/** How far rules look around a name, in characters. */
const AROUND = 40;

/** The names in a sentence, in order. */
export function mentionsIn(sentence: string): Mention[] {
  const mentions: Mention[] = [];
  for (const { 0: run, index } of sentence.matchAll(RUN)) {
    let at = index;
    for (const part of partsOf(run)) {
      at = sentence.indexOf(part, at);
      const mention = mentionOf(part, sentence, at);
      if (mention !== undefined) mentions.push(mention);
      at += part.length;
    }
  }
  return join(mentions, sentence);
}

/** "Elon Musk's SpaceX" is two names, "Maria Anders of Acme" too, "Bank of England" is one. */
function partsOf(run: string): string[] {
  const parts: string[] = [];
  for (const owned of run.split(/(?<=['’]s) /u)) {
    for (const [index, piece] of owned.split(/ (?=(?:of the|of|for) )/u).entries()) {
      const head = parts.at(-1)?.split(" ").at(-1) ?? "";
      if (index > 0 && BEFORE_OF.has(head)) parts.push(`${parts.pop()} ${piece}`);
      else parts.push(index === 0 ? piece : piece.replace(/^(?:of the|of|for) /u, ""));
    }
  }
  return parts;
}

function mentionOf(part: string, sentence: string, at: number): Mention | undefined {
  const words = part.replace(/['’]s?$/u, "").split(" ");
  const isFirst = !/[\p{L}\p{N}]/u.test(sentence.slice(0, at));
  if (SENTENCE_STARTERS.has(words[0] ?? "") && (isFirst || words.length > 1)) words.shift();
  let isTitled = false;
  while (words.length > 0) {
    const word = bare(words[0] ?? "");
    if (TITLES.has(word)) isTitled = true;
    else if (!NOT_NAMES.has(word)) break;
    words.shift();
  }
  // A post code.
  while (/^\p{Lu}{1,2}\d/u.test(words.at(-1) ?? "")) words.pop();
  const name = tidy(words.join(" "));
  if (name.length < 2) return undefined;
  const start = sentence.indexOf(name, at);
  return mentionAt(sentence, start, start + name.length, isTitled);
}

function mentionAt(sentence: string, start: number, end: number, isTitled: boolean): Mention {
  const name = sentence.slice(start, end);
  const before = sentence.slice(Math.max(0, start - AROUND), start);
  const after = sentence.slice(end, end + AROUND);
  return { name, words: name.split(" "), start, end, before, after, isTitled };
}

/** A word without the full stop of an abbreviation. */
export function bare(word: string): string {
  return word.replace(/\.$/, "");
}

/** Without punctuation at the end; the full stop of an abbreviation stays. */
function tidy(name: string): string {
  return /(?:\b(?:Inc|Corp|Ltd|Co|Bros|Jr|Sr)|\p{Lu}\.\p{Lu})\.$/u.test(name)
    ? name
    : name.replace(/[.'’&-]{1,9}$/u, "");
}

/** "the Securities and Exchange Commission" and "Washington, D.C." are one name each. */
function join(mentions: readonly Mention[], sentence: string): Mention[] {
  const joined: Mention[] = [];
  for (const mention of mentions) {
    const last = joined.at(-1);
    if (last === undefined || !belongsTo(last, mention)) joined.push(mention);
    else joined[joined.length - 1] = mentionAt(sentence, last.start, mention.end, last.isTitled);
  }
  return joined;
}

function belongsTo(left: Mention, { name, words }: Mention): boolean {
  if (/^(?:\p{Lu}\.){2,3}$/u.test(name)) return left.after.startsWith(`, ${name}`);
  return (
    left.after.startsWith(` and ${name}`.slice(0, AROUND)) &&
    /\bthe $/i.test(left.before) &&
    left.words.length === 1 &&
    words.length > 1 &&
    ORGANIZATION_HEADS.has(words.at(-1) ?? "")
  );
}
