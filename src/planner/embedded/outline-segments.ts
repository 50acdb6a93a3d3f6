/** A goal as stretches, each with the words and values by which tools are chosen for it. */

import { type Clause, type KnownVerbs, splitClauses } from "./clauses.ts";
import { mediumOf } from "./file-types.ts";
import { baseOfParticiple, DETERMINERS, FUNCTION_WORDS } from "./lexicon.ts";
import { type Roles, rolesInClause } from "./outline-roles.ts";
import { phrasesOf } from "./phrases.ts";
import { isWord, says, type Token, type ValueToken, type WordToken } from "./tokens.ts";
import { rootOf, wordsOf } from "./words.ts";

export type Segment = {
  readonly clause: Clause;
  /** Each root once. */
  readonly words: readonly SegmentWord[];
  readonly values: readonly ValueToken[];
  readonly roles: Roles;
};

export type SegmentWord = {
  readonly token: WordToken;
  /** Named before, or made before: "the translated text". */
  readonly isKnown: boolean;
  /** What the clause begins with: what is to be done. */
  readonly isVerb: boolean;
  /** Behind a preposition: more of the circumstances than of the act. */
  readonly isAside: boolean;
};

/** In the order in which things are to be done, as far as the goal says so. */
export function segmentsOf(tokens: readonly Token[], verbs: KnownVerbs): Segment[] {
  const before = new Set<string>();
  const told = splitClauses(tokens, verbs)
    .filter(({ mood }) => mood !== "negated")
    .map((clause): Segment => {
      const values = clause.tokens.filter((token): token is ValueToken => token.kind === "value");
      const words = wordsIn(clause, before);
      for (const { token } of words) before.add(token.root);
      const roles = rolesOf(clause, values);
      return {
        clause: tellsOnly(clause) ? { ...clause, mood: "context" } : clause,
        words,
        values,
        roles,
      };
    });
  return firstThingsFirst(told, tokens);
}

const AT_HAND = ["input", "source", "original", "base", "basis", "example", "reference"];

/** "…, which shows a dog", "use a.png as the input": about what is at hand. */
function tellsOnly({ tokens, verb, cut }: Clause): boolean {
  const [first, second, third] = tokens;
  if (cut === "soft" && says(first, "which", "whose")) return true;
  if (first !== verb || !says(first, "use") || second?.kind !== "value") return false;
  return says(third, "as") && tokens.some((token) => says(token, ...AT_HAND));
}

/** "Do A, but do B first": B comes before A. */
function firstThingsFirst(told: readonly Segment[], tokens: readonly Token[]): Segment[] {
  const ordered: Segment[] = [];
  for (const segment of told) {
    const later = ordered.findLastIndex(isRequest);
    if (later >= 0 && isRequest(segment) && endsWithFirst(segment, tokens))
      ordered.splice(later, 0, segment);
    else ordered.push(segment);
  }
  return ordered;
}

function isRequest({ clause }: Segment): boolean {
  return clause.mood === "request";
}

/** Clauses are without sequence words: it stands behind. */
function endsWithFirst({ clause }: Segment, tokens: readonly Token[]): boolean {
  const [last] = clause.tokens.slice(-1);
  const end = last === undefined ? 0 : tokens.indexOf(last) + 1;
  const next = tokens[end + 1];
  return says(tokens[end], "first", "beforehand") && (next === undefined || next.kind === "mark");
}

/** What a quoted question speaks of is what it is asked about. */
function rolesOf({ tokens, verb }: Clause, values: readonly ValueToken[]): Roles {
  const { wanted, source } = rolesInClause(tokens, verb);
  const asked = values.filter(isQuestion).flatMap(({ value }) => wordsOf(value.text).map(rootOf));
  const held = values.flatMap((value) => (isQuestion(value) ? [] : (holds(value) ?? [])));
  return { wanted, source: new Set([...source, ...asked, ...held]) };
}

function wordsIn({ tokens, verb, mood }: Clause, before: ReadonlySet<string>): SegmentWord[] {
  const found = new Map<string, SegmentWord>();
  const phrases = phrasesOf(tokens, new Set(verb ? [verb] : []));
  const aside = new Set(phrases.flatMap(({ head, words }) => (head === undefined ? [] : words)));
  for (const [at, token] of tokens.entries()) {
    if (!isWord(token) || FUNCTION_WORDS.has(token.word)) continue;
    const isKnown =
      (token !== verb || mood === "recap") && (before.has(token.root) || isMade(tokens, at));
    const known = found.get(token.root);
    if (known === undefined || (known.isKnown && !isKnown)) {
      found.set(token.root, {
        token,
        isKnown,
        isVerb: token === verb,
        isAside: aside.has(token),
      });
    }
  }
  if (tokens.some(isQuestion)) found.set(QUESTION.token.root, QUESTION);
  return [...found.values()];
}

/** "Who wrote it?", in quotes: whoever quotes it asks for an answer. */
function isQuestion(token: Token): boolean {
  return token.kind === "value" && token.value.kind === "quoted" && token.value.text.endsWith("?");
}

const QUESTION: SegmentWord = {
  token: {
    kind: "word",
    word: "question",
    root: rootOf("question"),
    text: "question",
    isProper: false,
    start: -1,
    end: -1,
  },
  isKnown: false,
  isVerb: false,
  isAside: false,
};

/** "the translated text", "the resulting image". */
function isMade(tokens: readonly Token[], at: number): boolean {
  const [before, token, after] = [tokens[at - 1], tokens[at], tokens[at + 1]];
  if (!isWord(token) || !isWord(after) || !says(before, ...DETERMINERS) || says(before, "a", "an"))
    return false;
  return token.word.endsWith("ed") && baseOfParticiple(token.word) !== undefined;
}

/** The root of the word for what a value holds: "image" of a.png, "text" of a quotation. */
export function holds({ value }: ValueToken): string | undefined {
  if (value.kind === "path") return rootOf(mediumOf(value.text) ?? "file");
  if (value.kind === "url") return rootOf("url");
  return value.kind === "quoted" ? rootOf("text") : undefined;
}
