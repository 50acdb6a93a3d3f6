/** Columns of a table: "total of amount by region, sorted by year". */

import type { Request } from "./interpret.ts";
import { SUPERLATIVES, VAGUE_NOUNS } from "./lexicon.ts";
import { nounTokens, type Phrase } from "./phrases.ts";
import { isPlace } from "./places.ts";
import type { Proposal } from "./proposal.ts";
import { takesFreeText } from "./proposal.ts";
import { synonymsOf } from "./thesaurus.ts";
import { isWord, says, type Token, type WordToken } from "./tokens.ts";
import type { Parameter, ToolCard } from "./tool-card.ts";
import { rootOf, wordsOfName } from "./words.ts";

type Role = "group" | "sort" | "value";

/** A column as the goal calls it, and what it is there for. */
export type ColumnMention = {
  readonly role: Role;
  readonly text: string;
  readonly tokens: readonly Token[];
  readonly score: number;
  /** What is calculated of it, if that is said beside it. */
  readonly measures: readonly string[];
};

export function fitColumns(request: Request, card: ToolCard): Proposal[] {
  const parameters = card.parameters.filter(
    (parameter) => parameter.kinds.has("column") && takesFreeText(parameter),
  );
  if (parameters.length === 0) return [];
  const mentions = columnsIn(request, measuresOf(card));
  return parameters.flatMap((parameter) => {
    const role = roleOf(parameter);
    return mentions
      .filter((mention) => mention.role === role)
      .map(({ text, tokens, score }) => ({ parameter, value: text, tokens, score }));
  });
}

const GROUP = new Set(["group", "by", "per", "key", "dimension", "categor"].map(rootOf));
const SORT = new Set(["sort", "order", "rank"].map(rootOf));

function roleOf({ roots }: Parameter): Role {
  if (roots.some((root) => SORT.has(root))) return "sort";
  return roots.some((root) => GROUP.has(root)) ? "group" : "value";
}

/** The names of what the tool can calculate: choices of its parameters. */
function measuresOf({ parameters }: ToolCard): ReadonlySet<string> {
  const choices = parameters.flatMap(({ shape }) => [
    ...shape.choices,
    ...(shape.element?.choices ?? []),
  ]);
  return new Set(choices.flatMap((choice) => wordsOfName(choice).map(rootOf)));
}

/** Every column that the request names. */
export function columnsIn(request: Request, measures: ReadonlySet<string>): ColumnMention[] {
  const mentions: ColumnMention[] = rankedGroup(request, measures);
  const knowsMeasures = [...measures].some((measure) => MEASURES.has(measure));
  let role: Role | undefined;
  let isSorted = false;
  for (const [at, phrase] of request.phrases.entries()) {
    const before = phrase.isJoined ? role : undefined;
    const verb = verbAt(request, phrase);
    const sorts = verb !== undefined && SORT.has(verb.root);
    role = before ?? roleOfHead(phrase, isSorted || sorts, measures);
    // "sort it by x": what precedes "by" decides.
    isSorted = phrase.tokens.some((token) => isWord(token) && SORT.has(token.root));
    if (role === undefined) continue;
    // "the total of amount" is for a tool that knows totals.
    const [group] = mentions;
    if (group?.role === "group" && phrase.tokens.some((token) => group.tokens.includes(token)))
      continue;
    if (!knowsMeasures && request.phrases[at - 1]?.words.some(saysMeasure)) continue;
    const asked = phrase.isObject && verb && isMeasure(verb, measures) ? [verb] : [];
    const mention = columnOf(phrase, role, measures, asked);
    if (mention !== undefined) mentions.push(mention);
  }
  return mentions;
}

const MEASURES = new Set(
  "sum total mean average median minimum maximum count number highest lowest"
    .split(" ")
    .map(rootOf),
);

function saysMeasure({ root }: WordToken): boolean {
  return MEASURES.has(root);
}

const GROUP_HEADS = new Set(["by", "per", "each", "every"]);

function roleOfHead(
  phrase: Phrase,
  isSorted: boolean,
  measures: ReadonlySet<string>,
): Role | undefined {
  if (isSorted && phrase.head === "by") return "sort";
  if (phrase.head === "by" && phrase.words.some((word) => isMeasure(word, measures)))
    return "value";
  if (phrase.head !== undefined && GROUP_HEADS.has(phrase.head)) return "group";
  if (phrase.head === "of") return "value";
  // "the mean amount": the measure stands before the column.
  const hasMeasure = phrase.words.some((word) => isMeasure(word, measures));
  if (phrase.head === undefined) return hasMeasure || phrase.isObject ? "value" : undefined;
  return hasMeasure ? "value" : undefined;
}

/** "the 3 countries with the highest revenue", "top 3 regions by total amount": groups. */
function rankedGroup({ phrases }: Request, measures: ReadonlySet<string>): ColumnMention[] {
  const at = phrases.findIndex((phrase) => isRankedBy(phrase, measures));
  const [subject, by] = [phrases[at - 1], phrases[at]];
  if (subject === undefined || by === undefined) return [];
  const isGroup = subject.head === undefined || subject.head === "of";
  const isRanked =
    by.words.some(isRanking) ||
    subject.tokens.some((token) => says(token, "top", "bottom", "best"));
  const nouns = subject.words.filter((word) => !isNoColumn(word) && !isRanking(word));
  const [only, ...more] = nouns;
  if (!isGroup || !isRanked || only === undefined || more.length > 0) return [];
  return [{ role: "group", text: singular(only.text), tokens: [only], score: 0.75, measures: [] }];
}

/** "with the most sales", "by total amount". */
function isRankedBy({ head, words }: Phrase, measures: ReadonlySet<string>): boolean {
  const isMeasured = words.some((word) => isMeasure(word, measures));
  return head === "with" ? isMeasured || words.some(isRanking) : head === "by" && isMeasured;
}

function isRanking({ word }: WordToken): boolean {
  return SUPERLATIVES.has(word) || word === "most" || word === "least";
}

/** A column is called after one of its values. */
function singular(word: string): string {
  if (/ies$/i.test(word)) return word.replace(/ies$/i, "y");
  return /[^s]s$/i.test(word) ? word.replace(/(?<=s|x|ch|sh)es$|s$/i, "") : word;
}

const COLUMN_NOUNS = ["column", "columns", "field", "fields"];
const ROW_NOUNS = new Set([
  "row",
  "rows",
  "records",
  "record",
  "entries",
  "lines",
  "table",
  "data",
  "file",
  "group",
  "groups",
]);

/** The verb of the clause that a phrase stands in. */
function verbAt({ clauses }: Request, { tokens }: Phrase): WordToken | undefined {
  const [first] = tokens;
  return clauses.find((clause) => first !== undefined && clause.tokens.includes(first))?.verb;
}

/** "by region sales.csv": the file is no part of the column. */
function untilPlace(nouns: readonly Token[]): readonly Token[] {
  const at = nouns.findIndex(
    (token) => token.kind === "value" && isPlace(token) && !token.value.isQuoted,
  );
  return at > 0 ? nouns.slice(0, at) : nouns;
}

function columnOf(
  phrase: Phrase,
  role: Role,
  measures: ReadonlySet<string>,
  /** "total the revenue": the verb says what is calculated. */
  asked: readonly WordToken[],
): ColumnMention | undefined {
  const nouns = untilPlace(nounTokens(phrase));
  const quoted = nouns.find((token) => token.kind === "value" && token.value.isQuoted);
  const measured = phrase.words.filter((word) => isMeasure(word, measures));
  const said = [...asked, ...measured].map(({ root }) => root);
  if (quoted?.kind === "value") {
    return { role, text: quoted.value.text, tokens: [quoted], score: 0.85, measures: said };
  }
  if (nouns.some((token) => token.kind === "value" && token.value.kind !== "number"))
    return undefined;
  const words = nouns
    .filter(isWord)
    .filter((word) => !isMeasure(word, measures) && !isNoColumn(word));
  if (words.length === 0 || words.length > MAX_COLUMN_WORDS) return undefined;
  const isNamed = nouns.some((token) => says(token, ...COLUMN_NOUNS));
  const score = isNamed
    ? 0.95
    : role === "value" && phrase.head === undefined
      ? said.length > 0
        ? 0.6
        : 0.45
      : 0.8;
  return {
    role,
    text: words.map(({ text }) => text).join(" "),
    tokens: words,
    score,
    measures: said,
  };
}

const MAX_COLUMN_WORDS = 4;

function isNoColumn({ word }: WordToken): boolean {
  return (
    COLUMN_NOUNS.includes(word) ||
    ROW_NOUNS.has(word) ||
    SUPERLATIVES.has(word) ||
    VAGUE_NOUNS.has(word) ||
    /^(?:the|a|an|its|their|each|every|and|top|first|last|sorted|ordered|grouped|descending|ascending)$/.test(
      word,
    )
  );
}

function isMeasure({ root }: WordToken, measures: ReadonlySet<string>): boolean {
  return measures.has(root) || [...synonymsOf(root)].some((synonym) => measures.has(synonym));
}
