/** Subtasks under other ids in expressions that name them. */

import type { Json, JsonObject } from "../../base/json.ts";
import { parseExpression } from "../../plan/cel.ts";
import { compileTemplate } from "../../plan/expressions.ts";

/** The ids that change, with what they become. */
export type Renaming = ReadonlyMap<string, string>;

/**
 * The value with the names in its `${expressions}` changed.
 * @returns undefined where that would change what an expression means
 */
export function renamedTemplate(value: Json, names: Renaming): Json | undefined {
  if (typeof value === "string") return renamedText(value, names);
  if (typeof value !== "object" || value === null) return value;
  const fields = Object.entries(value as JsonObject).map(
    ([key, inner]) => [key, renamedTemplate(inner, names)] as const,
  );
  if (fields.some(([, inner]) => inner === undefined)) return undefined;
  if (Array.isArray(value)) return fields.map(([, inner]) => inner as Json);
  return Object.fromEntries(fields) as JsonObject;
}

function renamedText(text: string, names: Renaming): string | undefined {
  const { template, issues } = compileTemplate(text);
  if (issues.length > 0) return undefined;
  let renamed = "";
  let at = 0;
  for (const { expression } of template.uses) {
    const open = nextOpening(text, at);
    const inner = renamedExpression(expression.text, names);
    if (inner === undefined) return undefined;
    renamed += `${text.slice(at, open)}\${${inner}}`;
    at = open + expression.text.length + "${}".length;
  }
  return renamed + text.slice(at);
}

/** Where the next expression begins: `$${` begins none. */
function nextOpening(text: string, from: number): number {
  let at = from;
  for (;;) {
    const open = text.indexOf("${", at);
    if (open <= at || text[open - 1] !== "$") return open;
    at = open + 2;
  }
}

/** Strings with their prefix, comments, names, and everything else by characters. */
const TOKEN =
  /[rRbB]{0,2}(?:"""(?:\\.|[^\\])*?"""|'''(?:\\.|[^\\])*?'''|"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*')|\/\/[^\n]*|[A-Za-z_]\w*|\s+|./gs;
const NAME = /^[A-Za-z_]\w*$/;

function renamedExpression(text: string, names: Renaming): string | undefined {
  const references = referencesOf(text);
  const affected = references.filter((name) => (names.get(name) ?? name) !== name);
  if (affected.length === 0) return text;
  const targets = new Set(affected.map((name) => names.get(name)));
  const tokens = text.match(TOKEN) ?? [];
  const isBare = tokens.map((token, index) => NAME.test(token) && isVariable(tokens, index));
  // A name that the expression binds itself would catch the new one.
  const isCaught = tokens.some(
    (token, index) => isBare[index] && targets.has(token) && !references.includes(token),
  );
  if (isCaught) return undefined;
  const renamed = tokens
    .map((token, index) => {
      const isAffected = isBare[index] && affected.includes(token);
      return isAffected ? (names.get(token) ?? token) : token;
    })
    .join("");
  const wanted = references.map((name) => names.get(name) ?? name);
  return isSameSet(referencesOf(renamed), wanted) ? renamed : undefined;
}

/** Neither a field, `.name`, nor a function, `name(`. */
function isVariable(tokens: readonly string[], index: number): boolean {
  const isSpace = (token: string | undefined) => token !== undefined && /^\s/.test(token);
  const before = isSpace(tokens[index - 1]) ? tokens[index - 2] : tokens[index - 1];
  const after = isSpace(tokens[index + 1]) ? tokens[index + 2] : tokens[index + 1];
  return before !== "." && after !== "(";
}

function referencesOf(text: string): readonly string[] {
  const parsed = parseExpression(text);
  return "problem" in parsed ? [] : parsed.references;
}

function isSameSet(a: readonly string[], b: readonly string[]): boolean {
  return new Set(a).symmetricDifference(new Set(b)).size === 0;
}
