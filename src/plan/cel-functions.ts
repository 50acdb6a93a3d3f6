/**
 * The functions that expressions have beside CEL's own. `docs/expressions.md` lists them
 * with examples that a test runs.
 *
 * Each can be called in both forms, `sum(xs)` and `xs.sum()`.
 */

import { type Environment, EvaluationError } from "@marcbachmann/cel-js";
import { RE2JS, RE2JSSyntaxException } from "re2js";
import { canonicalJson, type Json } from "../base/json.ts";
import { jsonOfResult, textOfJson } from "./cel-values.ts";

type Handler = (...args: never[]) => unknown;

/** Signature of the function form, without the return type; what it returns; the handler. */
const FUNCTIONS: readonly (readonly [string, readonly string[], string, Handler])[] = [
  ["sum", ["list"], "double", (list: unknown[]) => numbers("sum", list).reduce((a, b) => a + b, 0)],
  ["avg", ["list"], "dyn", average],
  ["min", ["list"], "dyn", (list: unknown[]) => extreme("min", list, -1)],
  ["min", ["dyn", "dyn"], "dyn", (a: unknown, b: unknown) => extreme("min", [a, b], -1)],
  ["max", ["list"], "dyn", (list: unknown[]) => extreme("max", list, 1)],
  ["max", ["dyn", "dyn"], "dyn", (a: unknown, b: unknown) => extreme("max", [a, b], 1)],
  ["sort", ["list"], "list", (list: unknown[]) => comparables("sort", list).toSorted(compare)],
  ["unique", ["list"], "list", unique],
  ["join", ["list", "string"], "string", join],
  ["split", ["string", "string"], "list<string>", (text: string, by: string) => text.split(by)],
  ["lower", ["string"], "string", (text: string) => text.toLowerCase()],
  ["upper", ["string"], "string", (text: string) => text.toUpperCase()],
  ["trim", ["string"], "string", (text: string) => text.trim()],
  ["matches", ["string", "string"], "bool", matches],
  ["round", ["double"], "double", (value: number) => round(value, 0)],
  ["round", ["double", "double"], "double", round],
  ["toJson", ["dyn"], "string", (value: unknown) => JSON.stringify(jsonOfResult(value))],
  ["fromJson", ["string"], "dyn", fromJson],
];

/** CEL's own methods that count in integers, for numbers as JSON has them; and its `matches`. */
const METHODS: readonly (readonly [string, Handler])[] = [
  ["string.matchesPattern(string): bool", matches],
  ["string.substring(double): string", substring],
  ["string.substring(double, double): string", substring],
  [
    "string.indexOf(string, double): double",
    (text: string, part: string, from: number) => text.indexOf(part, from),
  ],
  [
    "string.lastIndexOf(string, double): double",
    (text: string, part: string, from: number) => text.lastIndexOf(part, from),
  ],
  ["timestamp(double): google.protobuf.Timestamp", timestamp],
];

/** Of CEL's methods, those that the function form of ours would collide with. */
const BUILTIN_METHODS: ReadonlySet<string> = new Set([
  "string.matches",
  "string.split",
  "string.trim",
]);

/** Add the functions and operators to an environment. */
export function registerFunctions(environment: Environment): void {
  for (const [name, parameters, returns, handler] of FUNCTIONS) {
    const [receiver = "", ...rest] = parameters;
    const options = { handler, async: false };
    environment.registerFunction(`${name}(${parameters.join(", ")}): ${returns}`, options);
    if (BUILTIN_METHODS.has(`${receiver}.${name}`) || receiver === "dyn") continue;
    environment.registerFunction(`${receiver}.${name}(${rest.join(", ")}): ${returns}`, options);
  }
  for (const [signature, handler] of METHODS) {
    environment.registerFunction(signature, { handler, async: false });
  }
  environment.registerFunction("default(ast, ast): dyn", defaultMacro);
  environment.registerOperator("double % double", (a: number, b: number) => a % b);
}

/** The parts of the library's evaluator that a macro is handed. */
type MacroEvaluator = { run(node: unknown, context: unknown): unknown };
type MacroChecker = { check(node: unknown, context: unknown): unknown; dynType: unknown };
type DefaultMacro = { readonly value: unknown; readonly otherwise: unknown };

const MISSING: ReadonlySet<string | undefined> = new Set(["no_such_key", "index_out_of_bounds"]);

/** `default(x, y)`: y when x is null or is not there; other failures of x stay failures. */
function defaultMacro({ args }: { args: [unknown, unknown] }) {
  return {
    value: args[0],
    otherwise: args[1],
    async: false,
    typeCheck(checker: MacroChecker, macro: DefaultMacro, context: unknown) {
      checker.check(macro.value, context);
      checker.check(macro.otherwise, context);
      return checker.dynType;
    },
    evaluate(evaluator: MacroEvaluator, macro: DefaultMacro, context: unknown) {
      try {
        const value = evaluator.run(macro.value, context);
        if (value !== null) return value;
      } catch (error) {
        if (!(error instanceof EvaluationError && MISSING.has(error.code))) throw error;
      }
      return evaluator.run(macro.otherwise, context);
    },
  };
}

function failure(message: string): EvaluationError {
  return new EvaluationError({ code: "invalid_argument", message });
}

function numbers(name: string, list: readonly unknown[]): number[] {
  return list.map((element) => {
    if (typeof element === "number") return element;
    throw failure(`${name}() needs a list of numbers, and found ${describe(element)}`);
  });
}

/** All numbers, or all strings. */
function comparables(name: string, list: readonly unknown[]): (number | string)[] {
  const type = typeof list[0] === "string" ? "string" : "number";
  return list.map((element) => {
    if (typeof element === type) return element as number | string;
    throw failure(`${name}() needs numbers only or strings only, and found ${describe(element)}`);
  });
}

function describe(value: unknown): string {
  const text = JSON.stringify(jsonOfResult(value));
  return text.length > 40 ? `${text.slice(0, 40)}…` : text;
}

/** By code units, so that the order is the same on every machine. */
function compare(a: number | string, b: number | string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Null for an empty list, as in SQL, so that `default` can say what it should be. */
function average(list: readonly unknown[]): number | null {
  if (list.length === 0) return null;
  return numbers("avg", list).reduce((a, b) => a + b, 0) / list.length;
}

function extreme(name: string, list: readonly unknown[], sign: 1 | -1): number | string | null {
  let best: number | string | null = null;
  for (const element of comparables(name, list)) {
    if (best === null || compare(element, best) === sign) best = element;
  }
  return best;
}

/** The first of equal elements stays. */
function unique(list: readonly unknown[]): unknown[] {
  const seen = new Map<string, unknown>();
  for (const element of list) {
    const key = canonicalJson(jsonOfResult(element));
    if (!seen.has(key)) seen.set(key, element);
  }
  return [...seen.values()];
}

function join(list: readonly unknown[], separator: string): string {
  return list.map((element) => textOfJson(jsonOfResult(element))).join(separator);
}

/** Half away from zero, on the decimal digits that the number shows: 1.005 to two digits is 1.01. */
function round(value: number, digits: number): number {
  if (!Number.isInteger(digits) || digits < 0 || digits > 15) {
    throw failure(`round() takes 0 to 15 digits, not ${digits}`);
  }
  const size = Math.abs(value);
  // From here on doubles have no digits to round, and would be written with an exponent.
  if (size * 10 ** digits >= 2 ** 53) return value;
  if (size < 1e-6) return Number(value.toFixed(digits));
  return Math.sign(value) * Number(`${Math.round(Number(`${size}e${digits}`))}e-${digits}`);
}

/** Compiled ones that are kept: a pattern in a loop is the same for every element. */
const MAX_PATTERNS = 1_000;
const patterns = new Map<string, RE2JS>();

/** CEL's `matches`: a regular expression of the RE2 kind, found anywhere in the text, in linear time. */
function matches(text: string, pattern: string): boolean {
  let compiled = patterns.get(pattern);
  if (compiled === undefined) {
    try {
      compiled = RE2JS.compile(pattern);
    } catch (error) {
      if (!(error instanceof RE2JSSyntaxException)) throw error;
      throw failure(`${JSON.stringify(pattern)} is not a regular expression: ${error.message}`);
    }
    if (patterns.size >= MAX_PATTERNS) patterns.clear();
    patterns.set(pattern, compiled);
  }
  return compiled.matcher(text).find();
}

function fromJson(text: string): Json {
  try {
    return JSON.parse(text) as Json;
  } catch (error) {
    throw failure(`fromJson() cannot read the text: ${(error as Error).message}`);
  }
}

function substring(text: string, start: number, end: number = text.length): string {
  if (!(start >= 0 && start <= end && end <= text.length)) {
    throw failure(`substring(${start}, ${end}) is outside a text of ${text.length} characters`);
  }
  return text.slice(start, end);
}

function timestamp(seconds: number): Date {
  const date = new Date(seconds * 1000);
  if (Number.isNaN(date.getTime())) throw failure(`timestamp(${seconds}) is out of range`);
  return date;
}
