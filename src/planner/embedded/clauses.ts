/**
 * Cutting a goal into clauses.
 *
 * A clause is a stretch of the goal that may be a request of its own. A cut is `hard` where
 * a new sentence, a sequence word or a verb says so, and `soft` where a comma or an "and"
 * may as well join two parts of one request ("people and organisations"): whoever knows
 * the tools decides those.
 */

import {
  ADJUNCT_PARTICIPLES,
  ADVERBS,
  AUXILIARIES,
  baseOfParticiple,
  CONJUNCTIONS,
  DETERMINERS,
  FUNCTION_WORDS,
  LIGHT_VERBS,
  PREPOSITIONS,
  PRONOUNS,
  QUESTION_WORDS,
  SEQUENCE_WORDS,
  verbUse,
} from "./lexicon.ts";
import { isMark, isWord, says, type Token, type WordToken } from "./tokens.ts";

export type Mood =
  /** Asks for something. */
  | "request"
  /** Only tells something: "I have a file notes.md". */
  | "context"
  /** Says what shall not be done. */
  | "negated"
  /** Depends on what is found out: "if there are errors". */
  | "conditional"
  /** Says after what: "after editing the image, …". */
  | "recap";

export type Clause = {
  /** Without fillers, sequence words and the conjunction before it. */
  readonly tokens: readonly Token[];
  readonly cut: "hard" | "soft";
  readonly startsSentence: boolean;
  /** Comes after what was said before, in so many words. */
  readonly isSequel: boolean;
  readonly mood: Mood;
  /** Its verb if it begins with one; the base form's root for a participle. */
  readonly verb: WordToken | undefined;
};

/** Roots of words that the registry uses as verbs, beside those everyone knows. */
export type KnownVerbs = ReadonlySet<string>;

/** The clauses of a goal, in order; each has at least one token that is not punctuation. */
export function splitClauses(tokens: readonly Token[], verbs: KnownVerbs): Clause[] {
  const clauses: Clause[] = [];
  let start = 0;
  let cut: "hard" | "soft" = "hard";
  for (let at = 1; at <= tokens.length; at++) {
    const next = at === tokens.length ? "hard" : cutBefore(tokens, at, verbs);
    if (next === undefined) continue;
    const startsSentence = start === 0 || endsSentence(tokens, start - 1);
    const clause = makeClause(tokens.slice(start, at), { cut, startsSentence }, verbs);
    if (clause !== undefined) clauses.push(clause);
    // What stood before a stronger cut was only punctuation or filler.
    cut = clause === undefined && cut === "hard" ? "hard" : next;
    start = at;
  }
  return withRequests(inOrder(clauses));
}

/** A goal that only tells something must mean it as a request. */
function withRequests(clauses: Clause[]): Clause[] {
  if (clauses.some(({ mood }) => mood === "request")) return clauses;
  return clauses.map((clause) =>
    clause.mood === "context" ? { ...clause, mood: "request" } : clause,
  );
}

/** "Do B after doing A" is told backwards; "After doing A, do B" is not. */
function inOrder(clauses: readonly Clause[]): Clause[] {
  const ordered: Clause[] = [];
  for (const clause of clauses) {
    if (isReminder(clause)) continue;
    const later = ordered.at(-1);
    if (clause.mood !== "recap" || clause.startsSentence || later?.mood !== "request") {
      ordered.push(clause);
      continue;
    }
    ordered.pop();
    ordered.push({ ...clause, mood: "request", cut: later.cut });
    ordered.push({ ...later, cut: "hard", isSequel: true });
  }
  return ordered;
}

/** "…, after reading it, …" repeats what was said before. */
function isReminder({ mood, tokens }: Clause): boolean {
  return (
    mood === "recap" &&
    tokens.length > 1 &&
    tokens.slice(1).every((token) => says(token, ...PRONOUNS))
  );
}

type Cut = "hard" | "soft" | undefined;

function cutBefore(tokens: readonly Token[], at: number, verbs: KnownVerbs): Cut {
  const before = tokens[at - 1];
  const token = tokens[at];
  if (endsSentence(tokens, at - 1)) return isBullet(tokens, at - 2) ? undefined : "hard";
  if (isMark(token, `${SENTENCE_ENDS},:`)) return undefined;
  if (startsWish(tokens, at) || startsSideClause(tokens, at)) return "hard";
  const isAfterSequence = isSequence(before) && !isArticle(tokens[at - 2]);
  const isJoint = isMark(before, ",:–—(&") || says(before, ...CONJUNCTIONS) || isAfterSequence;
  if (isSequence(token) && !isArticle(before)) return isJoint ? undefined : "hard";
  if (says(token, ...CONJUNCTIONS) && isMark(before, ",")) return undefined;
  if (isJoint) return startsRequest(tokens, at, verbs) ? "hard" : "soft";
  return cutWithinPhrase(tokens, at, verbs);
}

/** Where neither punctuation nor a conjunction stands. */
function cutWithinPhrase(tokens: readonly Token[], at: number, verbs: KnownVerbs): Cut {
  if (followsSource(tokens, at, verbs)) return "hard";
  if (says(tokens[at - 1], "to") && isPurpose(tokens, at, verbs)) return "hard";
  return isParticipleOfRequest(tokens, at) ? "soft" : undefined;
}

/** "From x get …", "for x compute …". */
function followsSource(tokens: readonly Token[], at: number, verbs: KnownVerbs): boolean {
  const isSource = says(tokens[at - 2], "from", "in", "for", "using", "with");
  return tokens[at - 1]?.kind === "value" && isSource && isVerbAt(tokens, at, verbs);
}

/** "after reading it", "without changing it", "if there are any". */
function startsSideClause(tokens: readonly Token[], at: number): boolean {
  const token = tokens[at];
  if (says(token, "if", "unless", "because", "since")) return isWord(tokens[at + 1]);
  return says(token, "before", "after", "once", "without") && startsGerund(tokens, at + 1);
}

const SENTENCE_ENDS = ".!?;\n•";

/** The full stop may stand within the quotes: "… reads 'It works.' My file is …". */
function endsSentence(tokens: readonly Token[], at: number): boolean {
  const [token, next] = [tokens[at], tokens[at + 1]];
  if (isMark(token, SENTENCE_ENDS)) return true;
  if (token?.kind !== "value" || token.value.kind !== "quoted") return false;
  return /[.!?]$/.test(token.value.text) && isWord(next) && /^\p{Lu}/u.test(next.text);
}

/** The number of a numbered list. */
function isBullet(tokens: readonly Token[], at: number): boolean {
  const token = tokens[at];
  const startsLine = at === 0 || isMark(tokens[at - 1], "\n");
  return startsLine && token?.kind === "value" && token.value.kind === "number";
}

function isSequence(token: Token | undefined): boolean {
  return says(token, ...SEQUENCE_WORDS);
}

function isArticle(token: Token | undefined): boolean {
  return says(token, ...DETERMINERS) || says(token, "at", "by", "per");
}

/** "that I want to …", "I would like you to …": whatever came before, here is a request. */
function startsWish(tokens: readonly Token[], at: number): boolean {
  if (!says(tokens[at], "i", "we")) return false;
  return wishLength(tokens.slice(at, at + 8)) > 0;
}

function wishLength(tokens: readonly Token[]): number {
  const text = tokens.map((token) => (token.kind === "word" ? token.word : "·")).join(" ");
  const match =
    /^(?:i|we)(?: (?:would|will|do|am|are|'d|just|also|really|now|then))* (?:like|want|need|wish|love|hope|have|going|trying|looking|planning)(?: for)?(?: (?:you|someone|it))? to (?:be able to )?/.exec(
      `${text} `,
    );
  return match === null ? 0 : match[0].trim().split(" ").length;
}

function startsGerund(tokens: readonly Token[], at: number): boolean {
  const token = tokens[at];
  return isWord(token) && token.word.endsWith("ing") && baseOfParticiple(token.word) !== undefined;
}

/** Whether a request begins here, after a comma or a conjunction. */
function startsRequest(tokens: readonly Token[], from: number, verbs: KnownVerbs): boolean {
  let at = from;
  while (says(tokens[at], ...ADVERBS) || isMark(tokens[at], ",")) at++;
  const token = tokens[at];
  if (!isWord(token)) return false;
  if (QUESTION_WORDS.has(token.word) || token.word === "how-many") {
    // ", which …" says more of what was named.
    return !(isMark(tokens[from - 1], ",") && token.word === "which");
  }
  if (says(token, "can", "could", "would", "will", "i", "we", "if", "don't")) return true;
  if (says(token, "do", "not") && says(tokens[at + 1], "not", "just")) return true;
  return isVerbAt(tokens, at, verbs);
}

/** Whether the word here is used as a verb, as far as its neighbours tell. */
function isVerbAt(tokens: readonly Token[], at: number, verbs: KnownVerbs): boolean {
  const token = tokens[at];
  if (!isWord(token)) return false;
  const use = verbUse(token.word);
  const next = tokens[at + 1];
  if (use === "no" && !verbs.has(token.root)) return false;
  if (says(next, "of") || isMark(next, ",")) return use === "verb" && !says(next, "of");
  if (use === "verb") return true;
  if (next === undefined) return false;
  if (next.kind === "value") return next.value.kind !== "number" || use === "maybe";
  return says(next, ...DETERMINERS) || says(next, ...PRONOUNS) || says(next, "me", "us");
}

/** "use the page to compute …": the purpose is what is asked for. */
function isPurpose(tokens: readonly Token[], at: number, verbs: KnownVerbs): boolean {
  const token = tokens[at];
  if (!isWord(token) || verbUse(token.word) === "no") return false;
  const before = tokens[at - 2];
  if (before?.kind === "value") return true;
  // "need to", "able to", "from A to B" are none.
  return (
    isWord(before) &&
    !FUNCTION_WORDS.has(before.word) &&
    !LIGHT_VERBS.has(before.word) &&
    verbUse(before.word) === "no" &&
    isVerbAt(tokens, at, verbs)
  );
}

/** "… written to a file", "… saved as x": a participle with what it needs, after a noun. */
function isParticipleOfRequest(tokens: readonly Token[], at: number): boolean {
  const [before, token, next] = [tokens[at - 1], tokens[at], tokens[at + 1]];
  if (!isWord(token) || !says(next, "to", "as", "into", "in", "by", "from", "with")) return false;
  if (ADJUNCT_PARTICIPLES.has(token.word) || tokens[at + 2] === undefined) return false;
  const base = token.word.endsWith("ing") ? undefined : baseOfParticiple(token.word);
  if (base === undefined) return false;
  if (isWord(before)) return !FUNCTION_WORDS.has(before.word);
  return before?.kind === "value";
}

function makeClause(
  all: readonly Token[],
  place: Pick<Clause, "cut" | "startsSentence">,
  verbs: KnownVerbs,
): Clause | undefined {
  const { tokens, isSequel } = skipFillers(trimMarks(all));
  if (!tokens.some((token) => token.kind !== "mark")) return undefined;
  const mood = moodOf(tokens);
  // "after reading it": the "after" has said what it had to say.
  const rest = mood === "recap" ? tokens.slice(1) : tokens;
  return { ...place, tokens: rest, isSequel, mood, verb: verbOf(rest, verbs) };
}

function trimMarks(tokens: readonly Token[]): readonly Token[] {
  let [start, end] = [0, tokens.length];
  while (start < end && tokens[start]?.kind === "mark") start++;
  while (end > start) {
    const last = tokens[end - 1];
    if (
      last?.kind !== "mark" &&
      !says(last, ...CONJUNCTIONS) &&
      !says(last, "then", "to", "that", "which")
    )
      break;
    end--;
  }
  return tokens.slice(start, end);
}

const FILLERS =
  /^(?:please|kindly|hi|hello|hey|ok|okay|so|well|just|also|and|but|plus|or|to|that|thanks|thank you|can you|could you|would you|will you|can we|could we|can i|could i|may i|let us|lets|let|you should|you must|help me|do you know|is it possible|make sure|be sure|i need|we need|i want|we want|i would like|we would like|i|we|me|your task is|finally|now|actually|quickly|simply|maybe|for me|first of all|at first|at last|after that|after this|when done|once done)(?= |$)/;

/** Politeness, wishes, sequence words and conjunctions at the head of a clause. */
function skipFillers(all: readonly Token[]): { tokens: readonly Token[]; isSequel: boolean } {
  let tokens = trimMarks(all);
  let isSequel = false;
  for (;;) {
    const [first] = tokens;
    let length = wishLength(tokens);
    if (length === 0 && isSequence(first) && !says(tokens[1], "of")) {
      isSequel ||= !says(first, "first", "firstly");
      length = 1;
    }
    if (length === 0) {
      const words = tokens.slice(0, 5).map((token) => (token.kind === "word" ? token.word : "·"));
      const match = FILLERS.exec(words.join(" "));
      isSequel ||= match !== null && /^(?:finally|after th|when done|once done)/.test(match[0]);
      length = match === null || isStatement(tokens) ? 0 : match[0].split(" ").length;
    }
    // A bullet of a numbered list.
    if (first?.kind === "value" && first.value.kind === "number" && isMark(tokens[1], ".):"))
      length = 2;
    if (length === 0) return { tokens, isSequel };
    tokens = trimMarks(tokens.slice(length));
  }
}

/** "I have …", "there is …", "my file is …": tells something. */
function isStatement(tokens: readonly Token[]): boolean {
  const [first, second] = tokens;
  if (!isWord(first)) return false;
  if (says(first, "i", "we", "they", "he", "she", "you")) {
    return (
      isWord(second) &&
      /^(?:have|had|has|got|am|are|was|were|wrote|received|recorded|made|found|bought|took|know|think|believe|do|work|live|run|own|keep|just|recently|already|went|heard|saw|read)$/.test(
        second.word,
      )
    );
  }
  if (says(first, "there", "here", "this", "it", "these", "those")) {
    return (
      isWord(second) &&
      (AUXILIARIES.has(second.word) ||
        /^(?:contains|holds|lists|includes|lies|lives|describes)$/.test(second.word))
    );
  }
  if (!says(first, "my", "our", "the", "his", "her", "their")) return false;
  for (const [index, token] of tokens.slice(1, 6).entries()) {
    if (says(token, "that", "which", "who", "of", "in", "with", "from", "for")) return false;
    // "I want the text to be read" asks for something.
    if (says(token, "be") && says(tokens[index], "to")) continue;
    if (isWord(token) && AUXILIARIES.has(token.word)) return index > 0;
  }
  return false;
}

function moodOf(tokens: readonly Token[]): Mood {
  const [first, second] = tokens;
  if (says(first, "after", "once") && startsGerund(tokens, 1)) return "recap";
  if (says(first, "don't", "never", "without", "not")) return "negated";
  if (says(first, "do") && says(second, "not")) return "negated";
  if (says(first, "because", "since", "as") && says(second, "i", "we", "it", "the", "my", "they")) {
    return "context";
  }
  if (says(first, "if", "unless")) {
    return says(second, "possible", "necessary", "needed", "you", "any", "so")
      ? "context"
      : "conditional";
  }
  return isStatement(tokens) ? "context" : "request";
}

function verbOf(tokens: readonly Token[], verbs: KnownVerbs): WordToken | undefined {
  let at = 0;
  while (says(tokens[at], ...ADVERBS)) at++;
  const token = tokens[at];
  if (!isWord(token) || PREPOSITIONS.has(token.word)) return undefined;
  if (verbUse(token.word) === "verb" || LIGHT_VERBS.has(token.word)) return token;
  if (baseOfParticiple(token.word) !== undefined && !says(tokens[at + 1], "of")) return token;
  return isVerbAt(tokens, at, verbs) ||
    (at + 1 < tokens.length &&
      verbUse(token.word) === "maybe" &&
      !says(tokens[at + 1], "of", ...CONJUNCTIONS))
    ? token
    : undefined;
}
