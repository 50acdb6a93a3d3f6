/** Paths, addresses, dates, sums and quoted text, to parameters of their kind. */

import { globOf, mediumOf } from "./file-types.ts";
import type { Request } from "./interpret.ts";
import type { Kind } from "./kinds.ts";
import { headFit, type Proposal, takesFreeText } from "./proposal.ts";
import type { ValueToken } from "./tokens.ts";
import type { Parameter, ToolCard } from "./tool-card.ts";
import type { Value, ValueKind } from "./values.ts";
import { rootOf } from "./words.ts";

/** Which parameters a value fits as it is, best first. */
const DIRECT: Readonly<Record<ValueKind, readonly (readonly [Kind, number])[]>> = {
  url: [["url", 1]],
  email: [["email", 1]],
  glob: [
    ["glob", 1],
    ["path", 0.4],
  ],
  path: [
    ["path", 1],
    ["glob", 0.45],
  ],
  folder: [
    ["folder", 1],
    ["path", 0.7],
  ],
  ending: [],
  date: [["date", 1]],
  phone: [["phone", 1]],
  sum: [["sum", 1]],
  number: [],
  quoted: [
    ["query", 1],
    ["code", 0.95],
    ["regex", 0.95],
    ["content", 0.9],
    ["title", 0.85],
    ["sum", 0.85],
    ["column", 0.6],
    ["place", 0.8],
    ["person", 0.8],
    ["language", 0.7],
  ],
};

/** What a quotation fits if the parameter says nothing of itself. */
const QUOTED_ANYWHERE = 0.55;
const BESIDE_ITS_NAME = 0.3;

export function fitValues(request: Request, card: ToolCard): Proposal[] {
  return request.values.flatMap((token) =>
    card.parameters.flatMap((parameter) => {
      const fit = fitValue(token, parameter, request, card);
      return fit === undefined ? [] : [fit];
    }),
  );
}

function fitValue(
  token: ValueToken,
  parameter: Parameter,
  request: Request,
  card: ToolCard,
): Proposal | undefined {
  const { value } = token;
  if (!takesFreeText(parameter)) return undefined;
  const base = baseScore(value, parameter);
  const phrase = request.phrases.find(({ tokens }) => tokens.includes(token));
  // What is looked for is no text to work on.
  const isSought = phrase?.head === "mention" && parameter.kinds.has("content");
  if (base === 0 || isSought) return undefined;
  const score =
    base +
    0.2 * headFit(phrase?.head, parameter) +
    roleFit(phrase?.head, value, card) +
    (isNamedBeside(token, parameter, request) ? BESIDE_ITS_NAME : 0) +
    (value.kind === "quoted" ? quotedFit(phrase?.head, parameter) : 0);
  return { parameter, value: textFor(value, parameter), tokens: [token], score };
}

/** What is quoted is more likely for what must be given, and what is said is a text. */
function quotedFit(head: string | undefined, { isRequired, kinds }: Parameter): number {
  return (isRequired ? 0.15 : 0) + (head === "saying" && kinds.has("content") ? 0.3 : 0);
}

function baseScore(value: Value, { kinds, roots, description }: Parameter): number {
  const direct = DIRECT[value.kind].find(([kind]) => kinds.has(kind))?.[1] ?? 0;
  if (direct > 0) return direct;
  if (value.kind === "quoted") return kinds.size === 0 ? QUOTED_ANYWHERE : 0;
  // An image is handed on by its path: the parameter is named after what the file holds.
  const medium = mediumOf(value.text);
  if (
    (value.kind === "path" || value.kind === "url") &&
    medium !== undefined &&
    medium !== "text" &&
    medium !== "table" &&
    roots.includes(rootOf(medium))
  )
    return 0.9;
  // A quoted date, number or the like is a text too.
  if (value.isQuoted && (kinds.has("query") || kinds.has("title"))) return 0.7;
  if (value.kind === "path" && /\bfile\b/i.test(description) && kinds.has("content")) return 0.3;
  return 0;
}

/** A folder for a glob is all that lies in it. */
function textFor(value: Value, { kinds }: Parameter): string {
  if (value.kind === "folder" && kinds.has("glob") && !kinds.has("folder") && !kinds.has("path")) {
    return globOf([], value.text);
  }
  return value.text;
}

/** What is written goes "to" or "into" a path; what is read comes "from" one. */
function roleFit(head: string | undefined, { kind }: Value, { tool }: ToolCard): number {
  if (kind !== "path" && kind !== "folder") return 0;
  const isTarget = head === "to" || head === "into" || head === "as";
  const isSource = head === "from" || head === "of";
  if (tool.effects === "write") return isSource ? -0.8 : isTarget ? 0.1 : 0;
  return isTarget && head !== "to" ? -0.5 : 0;
}

/** "column 'amount'", "the term 'x'": the parameter's name stands right before the value. */
function isNamedBeside(token: ValueToken, { roots }: Parameter, { tokens }: Request): boolean {
  const before = tokens[tokens.indexOf(token) - 1];
  return before?.kind === "word" && roots.includes(before.root);
}
