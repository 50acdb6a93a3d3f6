/**
 * Templates: JSON whose strings may hold `${expressions}`.
 *
 * A string that is one expression and nothing else keeps the type of its value; in a mixed
 * string strings stand as they are, null as nothing, numbers and booleans plainly, lists
 * and objects as JSON. `$${` is a literal `${`. Keys are never expressions.
 *
 * Names in scope are subtask ids (their outputs) and `inputs`.
 */

import type { Json, JsonObject, PathStep } from "../base/json.ts";
import { type Expression, parseExpression } from "./cel.ts";
import type { Scope } from "./cel-names.ts";
import { textOfJson } from "./cel-values.ts";

export type { Scope } from "./cel-names.ts";

/** One expression of a template and where it stands in it. */
export type ExpressionUse = {
  readonly steps: readonly PathStep[];
  readonly expression: Expression;
  /** Whether it is the whole string, so that the value keeps its type. */
  readonly isWhole: boolean;
};

export interface Template {
  /** Free names of all expressions, each once. */
  readonly references: readonly string[];
  /** No expressions: it always gives the same value. */
  readonly isLiteral: boolean;
  readonly uses: readonly ExpressionUse[];
  /** @throws {PlanwrightError} `expression.failed`, naming the expression and the cause */
  evaluate(scope: Scope): Json;
}

/** A string of a template that cannot be read. */
export type ExpressionIssue = {
  readonly steps: readonly PathStep[];
  readonly message: string;
  readonly hint: string;
  /** Index of the character in the string. */
  readonly offset: number;
};

/** Deeper than any honest input, and far from the end of the stack. */
const MAX_DEPTH = 200;

/** Characters of an expression in a message. */
const MAX_SHOWN = 200;

type Evaluate = (scope: Scope) => Json;
/** A part of a template: a value, or how to get it. */
type Part = { readonly value: Json; readonly evaluate?: Evaluate };

/**
 * Compile a JSON value whose strings may hold expressions.
 * @returns a template, in which the strings named by `issues` stand as they are
 */
export function compileTemplate(value: Json): {
  readonly template: Template;
  readonly issues: readonly ExpressionIssue[];
} {
  const uses: ExpressionUse[] = [];
  const issues: ExpressionIssue[] = [];
  const part = compilePart(value, [], uses, issues);
  const references = new Set(uses.flatMap(({ expression }) => expression.references));
  const constant = part.value;
  return {
    template: {
      references: [...references],
      isLiteral: part.evaluate === undefined,
      uses,
      evaluate: part.evaluate ?? (() => constant),
    },
    issues,
  };
}

/** The text as a template that gives just this text. */
export function escapeTemplate(text: string): string {
  // A function, because `$$` in a replacement text means one dollar sign.
  return text.replaceAll("${", () => "$${");
}

/** The value as a template that gives just this value. */
export function escapeJson(value: Json): Json {
  if (typeof value === "string") return escapeTemplate(value);
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return (value as readonly Json[]).map(escapeJson);
  const entries = Object.entries(value as JsonObject);
  return Object.fromEntries(entries.map(([key, inner]) => [key, escapeJson(inner)]));
}

/** A text in its parts: what stands there as it is, and the expressions between. */
export function partsOfText(text: string): readonly (string | { readonly expression: string })[] {
  return splitText(text).segments;
}

function compilePart(
  value: Json,
  steps: readonly PathStep[],
  uses: ExpressionUse[],
  issues: ExpressionIssue[],
): Part {
  if (typeof value === "string") {
    return value.includes("${") ? compileText(value, steps, uses, issues) : { value };
  }
  if (typeof value !== "object" || value === null) return { value };
  if (steps.length > MAX_DEPTH) {
    const message = `The value is nested more than ${MAX_DEPTH} deep.`;
    issues.push({ steps, message, hint: "Make it flatter.", offset: 0 });
    return { value };
  }
  const isList = Array.isArray(value);
  const keys = Object.keys(value);
  const record = value as { readonly [key: string]: Json };
  const parts = keys.map((key, index) =>
    compilePart(record[key] as Json, [...steps, isList ? index : key], uses, issues),
  );
  const evaluate = isList ? listOf(parts) : recordOf(keys, parts);
  if (parts.some((part) => part.evaluate !== undefined)) return { value, evaluate };
  const isUnchanged = keys.every((key, index) => parts[index]?.value === record[key]);
  // What has only escapes to undo is made once.
  return { value: isUnchanged ? value : evaluate({}) };
}

function listOf(parts: readonly Part[]): Evaluate {
  return (scope) => {
    const list = new Array<Json>(parts.length);
    for (let i = 0; i < parts.length; i++) {
      const part = parts[i] as Part;
      list[i] = part.evaluate === undefined ? part.value : part.evaluate(scope);
    }
    return list;
  };
}

function recordOf(keys: readonly string[], parts: readonly Part[]): Evaluate {
  return (scope) => {
    const record: Record<string, Json> = {};
    for (let i = 0; i < keys.length; i++) {
      const key = keys[i] as string;
      const part = parts[i] as Part;
      const value = part.evaluate === undefined ? part.value : part.evaluate(scope);
      if (key === "__proto__") defineField(record, key, value);
      else record[key] = value;
    }
    return record;
  };
}

/** Sets a field that plain assignment would take for something else. */
function defineField(record: Record<string, Json>, key: string, value: Json): void {
  Object.defineProperty(record, key, {
    value,
    enumerable: true,
    configurable: true,
    writable: true,
  });
}

/** Text, or the expression at an index of the string. */
type Segment = string | { readonly expression: string; readonly offset: number };

function compileText(
  text: string,
  steps: readonly PathStep[],
  uses: ExpressionUse[],
  issues: ExpressionIssue[],
): Part {
  const { segments, unclosedAt } = splitText(text);
  if (unclosedAt !== undefined) {
    issues.push({
      steps,
      message: "The expression has no closing brace.",
      hint: "Close it with }; a text that shall hold ${ as it is writes $${.",
      offset: unclosedAt,
    });
    return { value: text };
  }
  const parts: (string | Expression)[] = [];
  for (const segment of segments) {
    if (typeof segment === "string") {
      parts.push(segment);
      continue;
    }
    const parsed = parseExpression(segment.expression);
    if ("problem" in parsed) {
      const { problem, hint, offset } = parsed;
      const shown = JSON.stringify(segment.expression.slice(0, MAX_SHOWN));
      const message = `${shown} is not an expression: ${problem}, at character ${offset + 1}.`;
      issues.push({ steps, message, hint, offset: segment.offset + offset });
      return { value: text };
    }
    parts.push(parsed);
  }
  const expressions = parts.filter((part) => typeof part !== "string");
  const [first] = expressions;
  if (first === undefined) return { value: parts.join("") };
  const isWhole = parts.length === 1;
  for (const expression of expressions) uses.push({ steps, expression, isWhole });
  if (isWhole) return { value: text, evaluate: first.evaluate };
  return {
    value: text,
    evaluate(scope) {
      let result = "";
      for (const part of parts) {
        result += typeof part === "string" ? part : textOfJson(part.evaluate(scope));
      }
      return result;
    },
  };
}

function splitText(text: string): { segments: Segment[]; unclosedAt?: number } {
  const segments: Segment[] = [];
  let literal = "";
  let at = 0;
  for (;;) {
    const open = text.indexOf("${", at);
    if (open === -1) break;
    if (text[open - 1] === "$" && open > at) {
      literal += `${text.slice(at, open - 1)}\${`;
      at = open + 2;
      continue;
    }
    const close = findClosingBrace(text, open + 2);
    if (close === -1) return { segments, unclosedAt: open };
    literal += text.slice(at, open);
    if (literal !== "") segments.push(literal);
    literal = "";
    segments.push({ expression: text.slice(open + 2, close), offset: open + 2 });
    at = close + 1;
  }
  literal += text.slice(at);
  if (literal !== "") segments.push(literal);
  return { segments };
}

/** Skips what may hold a brace that closes nothing: map literals, CEL strings, comments. */
function findClosingBrace(text: string, from: number): number {
  let depth = 0;
  for (let at = from; at < text.length; at++) {
    switch (text[at]) {
      case "{":
        depth++;
        break;
      case "}":
        if (depth === 0) return at;
        depth--;
        break;
      case '"':
      case "'":
        at = endOfString(text, at);
        break;
      case "/":
        if (text[at + 1] === "/") {
          const end = text.indexOf("\n", at);
          if (end === -1) return -1;
          at = end;
        }
        break;
    }
  }
  return -1;
}

/** Index of the last quote of the CEL string that starts here, or the end of the text. */
function endOfString(text: string, start: number): number {
  const quote = text[start] as string;
  const delimiter = text.startsWith(quote.repeat(3), start) ? quote.repeat(3) : quote;
  for (let at = start + delimiter.length; at < text.length; at++) {
    // Raw strings too: the library skips the character after a backslash in every kind.
    if (text[at] === "\\") at++;
    else if (text.startsWith(delimiter, at)) return at + delimiter.length - 1;
  }
  return text.length;
}
