/**
 * From clauses to requests: which clauses belong together, and which tools may serve each.
 *
 * Soft cuts are decided here, by the tools: clauses are grouped so that the groups' best
 * tools explain as much of the goal as possible, with a price for every further request
 * and for joining what a verb sets apart. The best grouping is found exactly, by dynamic
 * programming over the clauses.
 */

import type { Clause } from "./clauses.ts";
import type { Kind } from "./kinds.ts";
import {
  FUNCTION_WORDS,
  LIGHT_VERBS,
  PREPOSITIONS,
  QUESTION_WORDS,
  VAGUE_NOUNS,
} from "./lexicon.ts";
import { type Phrase, phrasesOf } from "./phrases.ts";
import { bringsOnly, isPlace } from "./places.ts";
import type { ToolIndex } from "./retrieve.ts";
import { synonymsOf } from "./thesaurus.ts";
import { isWord, says, type Token, type ValueToken, type WordToken } from "./tokens.ts";
import type { ToolCard } from "./tool-card.ts";
import type { ValueKind } from "./values.ts";
import { rootOf, wordsOfName } from "./words.ts";

export type Candidate = { readonly card: ToolCard; readonly score: number };

/** A stretch of the goal that one tool shall serve. */
export type Request = {
  readonly clauses: readonly Clause[];
  readonly tokens: readonly Token[];
  readonly words: readonly WordToken[];
  readonly values: readonly ValueToken[];
  readonly phrases: readonly Phrase[];
  readonly verb: WordToken | undefined;
  readonly isSequel: boolean;
  /** Best first; at least as good as nothing. */
  readonly candidates: readonly Candidate[];
};

/** A further request where nothing but a comma or an "and" suggests one. */
const SOFT_CUT = 0.5;
/** The same, where a word that may be a verb follows. */
const SOFT_CUT_BEFORE_VERB = 0.2;
/** Two verbs in one request. */
const JOIN_ACROSS_VERB = 0.9;
/** A pronoun that looks back into its own request. */
const JOIN_ACROSS_POINTER = 0.5;
/** Two sources, each with what is asked of it. */
const JOIN_OF_SOURCES = 0.5;
const MAX_CLAUSES_JOINED = 8;
const MAX_CANDIDATES = 8;

/** Group clauses that ask for something into requests. */
export function interpret(clauses: readonly Clause[], index: ToolIndex): Request[] {
  type Best = {
    readonly score: number;
    readonly from: number;
    readonly request: Request | undefined;
  };
  const best: Best[] = [{ score: 0, from: 0, request: undefined }];
  for (let end = 1; end <= clauses.length; end++) {
    let found: Best | undefined;
    for (let from = end - 1; from >= Math.max(0, end - MAX_CLAUSES_JOINED); from--) {
      const request = makeRequest(clauses.slice(from, end), index);
      const own = request.candidates[0]?.score ?? 0;
      const score = (best[from]?.score ?? 0) + own - priceOf(request.clauses);
      if (found === undefined || score > found.score) found = { score, from, request };
    }
    best.push(found as Best);
  }
  const requests: Request[] = [];
  for (let at = clauses.length; at > 0; at = best[at]?.from ?? 0) {
    const request = best[at]?.request;
    if (request !== undefined) requests.unshift(request);
  }
  return requests;
}

/** What it costs to take clauses as a request of their own. */
export function priceOf([first, ...joined]: readonly Clause[]): number {
  let price = 0;
  if (first?.cut === "soft") {
    price += first.verb || pointsBack(first) ? SOFT_CUT_BEFORE_VERB : SOFT_CUT;
    if (namesOnlyPlace(first)) price += SOFT_CUT;
  }
  // "For every region" waits for what comes.
  if (joined.length === 0 && isFronted(first)) price += SOFT_CUT_BEFORE_VERB;
  let before = first;
  for (const clause of joined) {
    if (clause.cut === "hard" && !isBareVerb(before) && !isFronted(before))
      price += JOIN_ACROSS_VERB;
    if (pointsBack(clause)) price += JOIN_ACROSS_POINTER;
    if (
      hasSource(clause) &&
      [first, ...joined].some((other) => other !== clause && other?.tokens.some(isPlaceToken))
    ) {
      price += JOIN_OF_SOURCES;
    }
    before = clause;
  }
  return price;
}

/** "For every region, compute …": what comes first belongs to what follows. */
function isFronted(clause: Clause | undefined): boolean {
  const [first] = clause?.tokens ?? [];
  return clause?.verb === undefined && isWord(first) && PREPOSITIONS.has(first.word);
}

/** "x", "the file x": no request of its own. */
function namesOnlyPlace({ tokens }: Clause): boolean {
  return tokens.some(isPlaceToken) && tokens.every((token) => !isWord(token) || isOfPlace(token));
}

/** "from x the total by city": what is asked of x is said beside it. */
function hasSource(clause: Clause | undefined): boolean {
  return (
    clause?.tokens.some(isPlaceToken) === true &&
    !namesOnlyPlace(clause) &&
    says(clause.tokens[0], "from")
  );
}

function isPlaceToken(token: Token): boolean {
  return token.kind === "value" && isPlace(token);
}

const PLACE_NOUNS = new Set(["file", "page", "document", "website", "webpage", "url", "folder"]);

function isOfPlace({ word }: WordToken): boolean {
  return FUNCTION_WORDS.has(word) || PLACE_NOUNS.has(word);
}

/** "…, and its keywords": of what was named, and not part of it. */
function pointsBack({ tokens }: Clause): boolean {
  return says(tokens[0], "its", "their");
}

/** "Fetch and summarize x": the first verb has no object of its own. */
function isBareVerb(clause: Clause | undefined): boolean {
  return clause?.verb !== undefined && clause.tokens.length === 1;
}

export function makeRequest(clauses: readonly Clause[], index: ToolIndex): Request {
  const [first] = clauses;
  const tokens = clauses.flatMap((clause, at) =>
    at === 0 ? clause.tokens : [JOINT, ...clause.tokens],
  );
  const phrases = phrasesOf(tokens, new Set(clauses.flatMap(({ verb }) => (verb ? [verb] : []))));
  const values = tokens.filter((token): token is ValueToken => token.kind === "value");
  const words = contentWords(tokens, index).filter(
    (word) => !isProducing(word, first?.verb, phrases),
  );
  const request = {
    clauses,
    tokens,
    words,
    values,
    phrases,
    verb: first?.verb,
    isSequel: first?.isSequel ?? false,
  };
  return { ...request, candidates: rank(request, index) };
}

/** Stands for the comma or conjunction that was cut away. */
const JOINT: Token = { kind: "mark", mark: ",", start: -1, end: -1 };

const PRODUCING = new Set(["write", "draft", "compose", "create", "generate", "prepare", "build"]);
const FILE = rootOf("file");
const TARGETS = new Set(["to", "into", "in", "as", "onto", "at", "named"]);

/** "Write a summary of x" asks for the summary; "write it to x" asks to write. */
const COMBINING = new Set(["merge", "combine", "collect", "join", "gather"]);

function isProducing(
  word: WordToken,
  verb: WordToken | undefined,
  phrases: readonly Phrase[],
): boolean {
  if (word !== verb) return false;
  // "merge both into x" asks to write, too, and "into x" says so already.
  if (COMBINING.has(word.word)) return hasTarget({ phrases });
  if (!PRODUCING.has(word.word)) return false;
  if (phrases.some(({ isObject, words }) => isObject && words.some(({ root }) => root === FILE)))
    return false;
  return !phrases.some(({ head, values }) => {
    return (
      head !== undefined &&
      TARGETS.has(head) &&
      values.some(({ value }) => value.number === undefined)
    );
  });
}

/** What question words ask for. */
const ASKED: ReadonlyMap<string, string> = new Map([
  ["who", "person"],
  ["whom", "person"],
  ["where", "place"],
  ["when", "date"],
]);

/** Words that say something about the tool wanted, each root once. */
function contentWords(tokens: readonly Token[], index: ToolIndex): WordToken[] {
  const seen = new Set<string>();
  const words: WordToken[] = [];
  for (const token of tokens) {
    if (!isWord(token)) continue;
    // "what do I get when I add x": in the middle it asks for no date.
    const isAsking =
      QUESTION_WORDS.has(token.word) && (token.word !== "when" || token === tokens[0]);
    const asked = isAsking ? ASKED.get(token.word) : undefined;
    const word = asked === undefined ? token : { ...token, word: asked, root: rootOf(asked) };
    if (seen.has(word.root) || index.weight(word.word, word.root) === 0) continue;
    seen.add(word.root);
    words.push(word);
  }
  return words;
}

const NAME_COVERAGE = 0.6;
/** A word of the name that is said by another word. */
const SYNONYM = 0.6;

function rank(request: Omit<Request, "candidates">, index: ToolIndex): Candidate[] {
  const fitting = index.cards.filter((card) => !isOpposite(request, card));
  const candidates = fitting.map((card) => ({ card, score: scoreOf(request, card, index) }));
  return candidates
    .filter(({ score }) => score > 0)
    .sort((a, b) => b.score - a.score)
    .slice(0, MAX_CANDIDATES);
}

const OPPOSITES: readonly (readonly [string, string])[] = [
  ["on", "off"],
  ["up", "down"],
  ["enable", "disable"],
  ["open", "close"],
  ["lock", "unlock"],
  ["start", "stop"],
  ["encrypt", "decrypt"],
  ["encode", "decode"],
];

/** "turn off" asks for anything but `turn_on`. */
function isOpposite({ tokens }: Pick<Request, "tokens">, { name }: ToolCard): boolean {
  const own = wordsOfName(name);
  return OPPOSITES.some((pair) =>
    pair.some((word, at) => {
      const other = pair[1 - at] ?? "";
      const isSaid = (one: string) => tokens.some((token) => says(token, one));
      return own.includes(word) && isSaid(other) && !isSaid(word);
    }),
  );
}

function scoreOf(request: Omit<Request, "candidates">, card: ToolCard, index: ToolIndex): number {
  let evidence = 0;
  for (const { word, root } of request.words) {
    evidence += index.weight(word, root) * index.strength(root, card);
  }
  const fit = valueFit(request.values, card) + targetFit(request, card);
  const isAsked = request.words.length > 0 || request.tokens.some((token) => says(token, "what"));
  const isLook = isAsked && request.values.some(isPlace) && request.words.every(isSlight);
  if (isLook && bringsOnly(card)) return STRONG_FIT + evidence + fit;
  if (evidence === 0 && fit < STRONG_FIT) return 0;
  return evidence + NAME_COVERAGE * nameCoverage(request, card, index) + fit;
}

/** "show x", "what is in x": x is all that is wanted. */
function isSlight({ word }: WordToken): boolean {
  return LIGHT_VERBS.has(word) || VAGUE_NOUNS.has(word);
}

/** How much of the tool's name the request says, by the weight of its words. */
export function nameCoverage(
  { words }: Pick<Request, "words">,
  card: ToolCard,
  index: ToolIndex,
): number {
  const said = new Set(words.map(({ root }) => root));
  let [total, covered] = [0, 0];
  for (const root of card.roots) {
    const weight = index.weight(root, root);
    total += weight;
    if (said.has(root)) covered += weight;
    else if ([...synonymsOf(root)].some((synonym) => said.has(synonym)))
      covered += weight * SYNONYM;
  }
  return total === 0 ? 0 : covered / total;
}

/** "into x": something is to be written there, whatever the verb. */
export function hasTarget({ phrases }: Pick<Request, "phrases">): boolean {
  return phrases.some(
    ({ head, values }) => head === "into" && values.some(({ value }) => value.kind === "path"),
  );
}

function targetFit(request: Pick<Request, "phrases">, { tool, parameters }: ToolCard): number {
  const takesPath = tool.effects === "write" && parameters.some(({ kinds }) => kinds.has("path"));
  return takesPath && hasTarget(request) ? STRONG_FIT : 0;
}

/** A sum speaks for a calculator, whatever the words around it. */
const STRONG_FIT = 0.6;

const ACCEPTED_BY: Readonly<Record<ValueKind, readonly Kind[]>> = {
  url: ["url"],
  email: ["email"],
  glob: ["glob"],
  path: ["path"],
  folder: ["folder", "glob", "path"],
  ending: ["glob"],
  quoted: [],
  date: ["date"],
  phone: ["phone"],
  sum: ["sum"],
  number: [],
};

/** How well the values of a request go with a tool's parameters. */
export function valueFit(values: readonly ValueToken[], card: ToolCard): number {
  let fit = 0;
  for (const kind of new Set(values.map(({ value }) => value.kind))) {
    const accepted = ACCEPTED_BY[kind];
    if (accepted.length === 0) continue;
    const takes = (kinds: readonly Kind[]) =>
      card.parameters.some((parameter) => kinds.some((one) => parameter.kinds.has(one)));
    if (takes(accepted)) fit += kind === "sum" ? 1 : 0.25;
    else if ((kind === "path" || kind === "url") && takes(["content"])) fit += 0.15;
    else fit -= 0.25;
  }
  return fit;
}
