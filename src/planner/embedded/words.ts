/**
 * Words as the planner compares them: one root for all forms of a word.
 *
 * A root is a Porter stem with British spelling, irregular forms and the endings that make
 * a noun of a verb taken off, so that "summarise", "summary" and "summarization" meet.
 */

import { stemmer } from "stemmer";

/** Forms that no rule leads back; the second word is what the first counts as. */
const IRREGULAR: ReadonlyMap<string, string> = new Map(
  Object.entries({
    people: "person",
    persons: "person",
    men: "man",
    women: "woman",
    children: "child",
    criteria: "criterion",
    indices: "index",
    analysis: "analyze",
    analyses: "analyze",
    analyse: "analyze",
    analysed: "analyze",
    bought: "buy",
    built: "build",
    chosen: "choose",
    drawn: "draw",
    found: "find",
    given: "give",
    got: "get",
    held: "hold",
    kept: "keep",
    lost: "lose",
    made: "make",
    paid: "pay",
    sent: "send",
    shown: "show",
    sold: "sell",
    spoken: "speak",
    taken: "take",
    told: "tell",
    took: "take",
    typing: "type",
    written: "write",
    wrote: "write",
    txt: "text",
    docs: "document",
    doc: "document",
    simpler: "simple",
    simplest: "simple",
    dr: "doctor",
    info: "information",
    max: "maximum",
    min: "minimum",
    avg: "average",
    num: "number",
    dir: "directory",
    dirs: "directory",
    temp: "temperature",
    diff: "difference",
    diffs: "difference",
    stats: "statistics",
    stat: "statistics",
    lang: "language",
    img: "image",
    pic: "picture",
    pics: "picture",
    org: "organization",
    orgs: "organization",
    qty: "quantity",
    src: "source",
    dest: "destination",
    dst: "destination",
    msg: "message",
    calc: "calculate",
    char: "character",
    chars: "character",
  }),
);

/** Words in -ise that are not British forms of -ize. */
const TRUE_ISE =
  /^(?:(?:adv|prom|no|prec|conc|ra|pra|surpr|enterpr|expert|prem|franch|comprom|disgu|rev|superv|dev|improv|exerc|merchand|parad|otherw|likew|r|w|ar|cru|dem)is(?:e|es|ed|er|ing))$/;

/** Endings that Porter leaves and that only change the kind of word. */
const DERIVATIONS: readonly string[] = ["ison", "iz", "is", "at", "ion", "or", "i"];
const SHORTEST_ROOT = 5;

const roots = new Map<string, string>();
/** Enough for every word of a registry and many goals; then it starts anew. */
const MAX_REMEMBERED = 20_000;

/** The root of one word, whatever its case; roots are compared, never shown. */
export function rootOf(word: string): string {
  const known = roots.get(word);
  if (known !== undefined) return known;
  if (roots.size >= MAX_REMEMBERED) roots.clear();
  const root = findRoot(word.toLowerCase());
  roots.set(word, root);
  return root;
}

/** Nouns of verbs that change in the middle, where a stemmer leaves two stems. */
const NOUNS_OF_VERBS: readonly (readonly [RegExp, string])[] = [
  [/(?<=^(?:tran|de|sub|pre|in))script(?:ions?|s)?$/, "scribe"],
  [/(?<=^(?:con|in))versions?$/, "vert"],
  [/(?<=^(?:re|pro|intro|de))ductions?$/, "duce"],
  [/(?<=^(?:exp|ext))ansions?$/, "and"],
  [/(?<=^(?:div|dec))isions?$/, "ide"],
  [/(?<=^recogn)itions?$/, "ize"],
  [/(?<=^expla)nations?$/, "in"],
  [/(?<=^pay)ments?$/, ""],
  [/(?<=^similar)ity$/, ""],
  [/(?<=^synthes)[ei]s$/, "ize"],
  [/(?<=^gramma)tical(?:ly)?$/, "r"],
];

function verbOfNoun(word: string): string {
  for (const [pattern, ending] of NOUNS_OF_VERBS) {
    if (pattern.test(word)) return word.replace(pattern, ending);
  }
  return word;
}

function findRoot(word: string): string {
  const plain = IRREGULAR.get(word) ?? verbOfNoun(americanOf(word));
  // Only English words have English endings.
  if (!/^[a-z]+$/.test(plain)) return plain.normalize("NFC");
  let root = stemmer(plain);
  for (const ending of DERIVATIONS) {
    if (root.endsWith(ending) && root.length - ending.length >= SHORTEST_ROOT) {
      root = root.slice(0, -ending.length);
      break;
    }
  }
  return root;
}

function americanOf(word: string): string {
  if (word.length < 5 || TRUE_ISE.test(word)) return word;
  return word
    .replace(/is(ation|ations|e|es|ed|er|ers|ing)$/, "iz$1")
    .replace(/ys(e|es|ed|er|ers|ing)$/, "yz$1")
    .replace(/(col|fav|hon|lab|neighb|behavi|hum|rum)our/, "$1or")
    .replace(/^(cent|met|lit)re(s?)$/, "$1er$2")
    .replace(/(catal|dial|anal)ogue/, "$1og");
}

const WORD = /\p{L}[\p{L}\p{M}]*(?:['’]\p{L}+)?|\p{N}+/gu;

/** The words of running text, in lower case, without punctuation. */
export function wordsOf(text: string): string[] {
  return text.toLowerCase().match(WORD) ?? [];
}

/** The words of an identifier: `groupBy`, `group_by` and `GROUP-BY` are "group", "by". */
export function wordsOfName(name: string): string[] {
  return wordsOf(
    name
      .replace(/([\p{Ll}\p{N}])(\p{Lu})/gu, "$1 $2")
      .replace(/(\p{Lu}+)(\p{Lu}\p{Ll})/gu, "$1 $2")
      .replace(/[_\-./]+/g, " "),
  );
}
