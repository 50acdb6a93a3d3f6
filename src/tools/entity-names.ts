/**
 * Names of people, places and organisations in English texts.
 *
 * What has capitals and stands together in a sentence is one name. What it names is told by
 * its own words ("Bank of …", "… GmbH", "Lake …"), by the title before it, by the words
 * around it ("born in …", "chief executive of …"), by the lexicon and rules of compromise
 * (https://compromise.cool), and last by the names that it is listed with ("Nepal and …").
 * A name that nothing tells about is left out: what is given should be right before it is
 * complete. In other languages only names are found that tell it themselves, or that the
 * lexicon knows: what goes around a name is read as English.
 */

import { sentencesOf } from "../base/text-units.ts";
import { bare, type Mention, mentionsIn } from "./entity-mentions.ts";
import { guessLanguages } from "./language.ts";
import {
  BEFORE_OF,
  KNOWN_ORGANIZATIONS,
  ORGANIZATION_HEADS,
  PLACE_BEGINNINGS,
  PLACE_ENDS,
} from "./name-words.ts";

export type NameKind = "people" | "places" | "organizations";
export type Names = Record<NameKind, string[]>;

/** A mention and, as soon as something tells it, what it names. */
type Found = { readonly mention: Mention; kind: NameKind | undefined };

/**
 * The names in a text, each once, in order of first appearance.
 * @throws the signal's reason, once it is aborted
 */
export async function findNames(text: string, signal: AbortSignal): Promise<Names> {
  const lexicon = await loadLexicon();
  const { guesses, isReliable } = await guessLanguages(text);
  const isEnglish = !isReliable || guesses[0]?.code === "en";
  const found: Found[] = [];
  for (const sentence of sentencesOf(text).flatMap(piecesOf)) {
    signal.throwIfAborted();
    const mentions = mentionsIn(sentence);
    if (mentions.length === 0 || isAllCapitals(sentence)) continue;
    found.push(...classify(mentions, sentence, lexicon, isEnglish));
    // Others get their turn.
    await new Promise(setImmediate);
  }
  return collect(found);
}

/** A sentence in pieces of at most 1,000 characters: the lexicon's time grows faster than length. */
function piecesOf(sentence: string): string[] {
  if (sentence.length <= 1_000) return [sentence];
  return sentence.match(/.{1,1000}(?=\s|$)|.{1000}/gu)?.map((piece) => piece.trim()) ?? [];
}

/** A heading in capitals tells nothing by them. */
function isAllCapitals(sentence: string): boolean {
  return !/\p{Ll}/u.test(sentence) && /\s/.test(sentence);
}

type Span = { readonly kind: NameKind; readonly start: number; readonly end: number };
type Lexicon = {
  /** What of a sentence it knows, by the sentence. */
  spansIn(sentence: string): readonly Span[];
  /** What a name names, by itself alone. */
  kindOf(name: string): NameKind | undefined;
};

async function loadLexicon(): Promise<Lexicon> {
  const { default: nlp } = await import("compromise");
  const own = Object.fromEntries(
    KNOWN_ORGANIZATIONS.map((name) => [name.toLowerCase(), "Organization"]),
  );
  const spansIn = (sentence: string): Span[] => {
    const doc = nlp(sentence, own);
    return (["organizations", "people", "places"] as const).flatMap((kind) => {
      const found: unknown = doc[kind]().json({ offset: true });
      return (found as { offset: { start: number; length: number } }[]).map(({ offset }) => {
        return { kind, start: offset.start, end: offset.start + offset.length };
      });
    });
  };
  const kinds = new Map<string, NameKind | undefined>();
  return {
    spansIn,
    kindOf(name) {
      if (!kinds.has(name)) kinds.set(name, spansIn(name)[0]?.kind);
      return kinds.get(name);
    },
  };
}

function classify(
  mentions: readonly Mention[],
  sentence: string,
  lexicon: Lexicon,
  isEnglish: boolean,
): Found[] {
  const spans = lexicon.spansIn(sentence);
  const found = mentions.map((mention) => {
    const isPlace = isEnglish && PLACE_BEFORE.test(mention.before);
    const kind =
      kindByWords(mention) ??
      (isPlace ? "places" : kindByLexicon(mention, sentence, spans, lexicon)) ??
      (isEnglish ? kindByContext(mention) : undefined);
    return { mention, kind };
  });
  if (isEnglish) classifyByNeighbours(found);
  return found;
}

function kindByWords({ name, words, isTitled }: Mention): NameKind | undefined {
  const [first = "", last = ""] = [bare(words[0] ?? ""), bare(words.at(-1) ?? "")];
  if (words.length > 1 && ORGANIZATION_HEADS.has(last)) return "organizations";
  if (isTitled) return "people";
  if (words.length > 1 && (PLACE_BEGINNINGS.has(first) || PLACE_ENDS.has(last))) return "places";
  if (!/ (?:of|for) /.test(name)) return undefined;
  const head = words[words.findIndex((word) => word === "of" || word === "for") - 1] ?? "";
  if (ORGANIZATION_HEADS.has(head)) return "organizations";
  return BEFORE_OF.has(head) ? "places" : undefined;
}

function kindByLexicon(
  { name, start, end, before }: Mention,
  sentence: string,
  spans: readonly Span[],
  lexicon: Lexicon,
): NameKind | undefined {
  const span = spans.find((one) => one.start < end && one.end > start);
  if (span === undefined) return undefined;
  // One span over several names says little of each.
  const rest = sentence.slice(span.start, start) + sentence.slice(end, Math.max(end, span.end));
  const kind = /\p{Lu}/u.test(rest) ? lexicon.kindOf(name) : span.kind;
  // Many towns are called as people are.
  return kind === "people" && !name.includes(" ") && IN.test(before) ? "places" : kind;
}

const PLACE_BEFORE =
  /\b(?:born|died|lives?|lived|living|based|headquartered|located|grew up|raised|arrived|stayed|buried|offices?|council|factory|plant|meeting|conference|people) in $|\b(?:city|town|village|state|province|region|island|capital|district|county|port|suburb) of $|\b(?:moved|travell?ed|flew|sailed|drove|emigrated|flight|train|trip) to $|\b(?:came|comes|reported|flew|arrived|travell?ed|returned) from $/i;
const IN =
  /(?<!\b(?:written|available|implemented|programmed|coded|interested|believe[sd]?|skills|experience)) (?:in|near) $/i;
const ORGANIZATION_BEFORE =
  /\b(?:CEO|chief executive|chair(?:man|woman|person)?|founder|president|director|manager|engineer|employee|analyst|spokes(?:man|woman|person)|shares|subsidiary|customers?|head|work(?:s|ed|ing)?|job|consultant|researcher|editor|students?|professors?|lecturers?|taught|teaches|studied) (?:of|at|for|with) (?:the )?$|\b(?:acquired|acquires|sued|company|firm|startup|newspaper|charity|supplier),? $/i;
const ORGANIZATION_AFTER =
  /^ (?:announced|employs?|hired|acquired|reported (?:a|earnings|revenue|profits?)|shares|shareholders|employees)\b|^['’]s (?:chief executive|CEO|chairman|board|profits?|revenue|shares)\b/;
const PERSON_AFTER =
  /^,? (?:said|says|told|wrote|writes|who|whose|asked|replied|explained|thinks|recalled|smiled|married|was born|died)\b|^, (?:aged )?\d{2},/;

function kindByContext({ before, after, words, name }: Mention): NameKind | undefined {
  const isAcronym = /^\p{Lu}+$/u.test(name);
  if (ORGANIZATION_BEFORE.test(before) && !isAcronym) return "organizations";
  if (ORGANIZATION_AFTER.test(after)) return "organizations";
  if (words.length > 1 && words.length < 4 && PERSON_AFTER.test(after)) return "people";
  return IN.test(before) && !isAcronym && !/^ (?:\d|\p{Lu})/u.test(after) ? "places" : undefined;
}

/** A name that nothing else tells about is of the kind of those that it is listed with. */
function classifyByNeighbours(found: readonly Found[]): void {
  const pass = (from: Found, to: Found, gap: string) => {
    if (from.kind === undefined || to.kind !== undefined) return;
    if (/^(?:,|,? (?:and|or|&)) $/.test(gap)) to.kind = from.kind;
  };
  const gapOf = (left: Found, right: Found) =>
    left.mention.after.slice(0, Math.max(0, right.mention.start - left.mention.end));
  for (let index = 1; index < found.length; index++) {
    const [left, right] = [found[index - 1], found[index]];
    if (left === undefined || right === undefined) continue;
    const gap = gapOf(left, right);
    // "Maria Anders of Alfreds Futterkiste"
    if (left.kind === "people" && / ?\b(?:of|at) $/.test(gap) && gap.length < 5) {
      right.kind ??= "organizations";
    }
    pass(left, right, gap);
  }
  for (let index = found.length - 1; index > 0; index--) {
    const [left, right] = [found[index - 1], found[index]];
    if (left !== undefined && right !== undefined) pass(right, left, gapOf(left, right));
  }
}

/** "Merkel" is the Angela Merkel of the same text, "Acme" is Acme Corp.: each is given once. */
function collect(found: readonly Found[]): Names {
  const names: Record<NameKind, Map<string, string>> = {
    people: new Map(),
    places: new Map(),
    organizations: new Map(),
  };
  const parts = new Set<string>();
  for (const { kind, mention } of found) {
    const { name, words } = mention;
    if (kind === undefined) continue;
    const key = name.toLowerCase();
    if (!names[kind].has(key)) names[kind].set(key, name);
    if (kind === "people" && words.length > 1) for (const word of words) parts.add(word);
    if (kind !== "organizations") continue;
    for (let length = 1; length < words.length; length++) {
      parts.add(words.slice(0, length).join(" "));
    }
  }
  const whole = (kind: NameKind) => [...names[kind].values()].filter((name) => !parts.has(name));
  return {
    people: whole("people"),
    places: [...names.places.values()],
    organizations: whole("organizations"),
  };
}
