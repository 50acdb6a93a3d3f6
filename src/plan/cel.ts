/**
 * CEL, the Common Expression Language (https://cel.dev), as plans use it: on JSON.
 *
 * C1. What goes in and comes out is JSON: one kind of number, own fields only.
 * C2. An expression ends: no loops but over lists, and at most {@link MAX_STEPS} elements.
 * C3. Equal text is parsed once; a parsed expression has no state between evaluations.
 */

import { Environment, EvaluationError, type ParseResult } from "@marcbachmann/cel-js";
import type { Json } from "../base/json.ts";
import { failureOf, type LibraryError } from "./cel-failure.ts";
import { registerFunctions } from "./cel-functions.ts";
import { inPlanWords, nameInScope, type Scope } from "./cel-names.ts";
import { TreeError } from "./cel-node.ts";
import { mendTree, type Place, type TreeFacts } from "./cel-tree.ts";
import { jsonOfResult } from "./cel-values.ts";
import { closest } from "./closest.ts";

export type JsonType = "string" | "number" | "boolean" | "null" | "array" | "object";

export interface Expression extends TreeFacts {
  /** Between the braces. */
  readonly text: string;
  /** What it gives, where that does not depend on the scope. */
  readonly type: JsonType | undefined;
  /** @throws {PlanwrightError} `expression.failed` */
  evaluate(scope: Scope): Json;
}

/** Why a text is not an expression. */
export type SyntaxProblem = {
  readonly problem: string;
  readonly hint: string;
  /** Index of the character in the text. */
  readonly offset: number;
};

/** Elements that the macros of one evaluation may visit, nested ones multiplied: about a second. */
const MAX_STEPS = 5_000_000;
const LIMITS = {
  maxAstNodes: 5_000,
  maxDepth: 100,
  maxListElements: 1_000,
  maxMapEntries: 1_000,
  maxCallArguments: 32,
} as const;
/** Of values; deeper ones are left as they are. */
const MAX_DEPTH = 200;
/** Of parsed expressions; a server sees ever new plans. */
const CACHE_SIZE = 20_000;

type Engine = {
  readonly environment: Environment;
  readonly functions: ReadonlySet<string>;
  readonly integerFunctions: ReadonlySet<string>;
};

let engine: Engine | undefined;
const cache = new Map<string, Expression | SyntaxProblem>();
let stepsLeft = 0;

/** The expression of a text, or why it is none. */
export function parseExpression(text: string): Expression | SyntaxProblem {
  let parsed = cache.get(text);
  if (parsed === undefined) {
    parsed = parse(text);
    if (cache.size >= CACHE_SIZE) cache.clear();
    cache.set(text, parsed);
  }
  return parsed;
}

type Tree = { readonly program: ParseResult; readonly facts: TreeFacts };

function parse(text: string): Expression | SyntaxProblem {
  try {
    const tree = parseTree(text);
    const { valid, type, error } = tree.program.check();
    if (!valid) return problemOf(error, text);
    const { place } = tree.facts;
    const isPlain = place !== undefined && !place.steps.includes(null);
    const evaluate = isPlain
      ? evaluatePlace(text, place)
      : (scope: Scope) => run(tree, scope, text);
    return { ...tree.facts, text, type: jsonTypeOf(type), evaluate };
  } catch (error) {
    return problemOf(error, text);
  }
}

/** @throws whatever says why the text is no expression, see `problemOf` */
function parseTree(text: string): Tree {
  engine ??= makeEngine();
  const program = engine.environment.parse(text);
  return { program, facts: mendTree(program.ast, engine.integerFunctions, countStep) };
}

/** Trees are large, and nearly all expressions are places: theirs are not kept. */
function evaluatePlace(text: string, place: Place): Expression["evaluate"] {
  return (scope) => {
    const found = readPlace(scope, place);
    return found === undefined ? run(parseTree(text), scope, text) : found;
  };
}

function run({ program, facts }: Tree, scope: Scope, text: string): Json {
  const { place, references } = facts;
  stepsLeft = MAX_STEPS;
  const renamed = references.filter((name) => nameInScope(name) !== name);
  const inner = renamed.length === 0 ? scope : withRenamed(scope, renamed);
  try {
    const value: unknown = program(inner);
    // What is only read out of the scope is JSON already, however large.
    return place === undefined ? jsonOfResult(value) : (value as Json);
  } catch (error) {
    return evaluateAgain(program, inner, facts, error, text);
  }
}

/**
 * What stands at a place. Most expressions are no more than that, and a plan of thousands
 * has thousands of them, each evaluated once: the library would walk a cold tree for each.
 * @returns undefined where the library must say what is wrong
 */
function readPlace(scope: Scope, { name, steps }: Place): Json | undefined {
  let value: Json | undefined = scope[name];
  for (const step of steps) {
    if (typeof value !== "object" || value === null || step === null) return undefined;
    if (Array.isArray(value) !== (typeof step === "number") || !Object.hasOwn(value, step)) {
      return undefined;
    }
    value = (value as { readonly [key: string | number]: Json })[step];
  }
  return value;
}

function makeEngine(): Engine {
  const environment = new Environment({
    unlistedVariablesAreDyn: true,
    homogeneousAggregateLiterals: false,
    limits: LIMITS,
  });
  registerFunctions(environment);
  const { functions } = environment.getDefinitions();
  return {
    environment,
    functions: new Set(functions.map(({ name }) => name)),
    integerFunctions: new Set(
      functions
        .filter(({ returnType }) => returnType === "int" || returnType === "uint")
        .map(({ name }) => name),
    ),
  };
}

function countStep(): void {
  if (--stepsLeft >= 0) return;
  throw new EvaluationError({ code: "limit_exceeded", message: `More than ${MAX_STEPS} steps` });
}

function withRenamed(scope: Scope, names: readonly string[]): Scope {
  const renamed: Record<string, Json> = Object.assign(Object.create(null), scope);
  for (const name of names) {
    const value = scope[name];
    if (value !== undefined) renamed[nameInScope(name)] = value;
  }
  return renamed;
}

/**
 * The library asks an object for its `constructor` to see what it is, so it stumbles over
 * data that has such a field. Given as maps these objects work; only then is it worth the copy.
 */
function evaluateAgain(
  program: ParseResult,
  scope: Scope,
  facts: TreeFacts,
  error: unknown,
  text: string,
): Json {
  const mapped: Record<string, unknown> = Object.create(null);
  let changed = false;
  for (const name of Object.keys(scope)) {
    mapped[name] = withMaps(scope[name]);
    changed ||= mapped[name] !== scope[name];
  }
  if (!changed) throw failureOf(error, facts, scope, text);
  try {
    stepsLeft = MAX_STEPS;
    return jsonOfResult(program(mapped));
  } catch (second) {
    throw failureOf(second, facts, scope, text);
  }
}

function withMaps(value: unknown, depth = 0): unknown {
  if (typeof value !== "object" || value === null || depth > MAX_DEPTH) return value;
  if (Array.isArray(value)) {
    const elements = value.map((element) => withMaps(element, depth + 1));
    return elements.some((element, index) => element !== value[index]) ? elements : value;
  }
  const entries = Object.entries(value).map(
    ([key, inner]) => [key, withMaps(inner, depth + 1)] as const,
  );
  if (Object.hasOwn(value, "constructor")) return new Map(entries);
  const record = value as Record<string, unknown>;
  return entries.some(([key, inner]) => inner !== record[key])
    ? Object.fromEntries(entries)
    : value;
}

function jsonTypeOf(type: string | undefined): JsonType | undefined {
  switch (type) {
    case "string":
    case "google.protobuf.Timestamp":
    case "google.protobuf.Duration":
    case "bytes":
      return "string";
    case "double":
      return "number";
    case "bool":
      return "boolean";
    case "null":
      return "null";
    default:
      if (type?.startsWith("list")) return "array";
      return type?.startsWith("map") ? "object" : undefined;
  }
}

function problemOf(error: unknown, text: string): SyntaxProblem {
  if (error instanceof TreeError) {
    return { problem: error.message, offset: error.start, hint: "Use another name for the key." };
  }
  const { summary, range } = error as LibraryError;
  const offset = Math.min(range?.start ?? 0, text.length);
  const message = inPlanWords(summary ?? String(error));
  const call = /^found no matching overload for '(?:.*\.)?(\w+)\(/.exec(message);
  if (call?.[1] !== undefined && engine !== undefined && !engine.functions.has(call[1])) {
    return { problem: `There is no function ${call[1]}`, offset, hint: functionHint(call[1]) };
  }
  if (message.startsWith("Reserved identifier")) {
    return {
      problem: message,
      offset,
      hint: "CEL keeps this word for itself: give the subtask another id.",
    };
  }
  return { problem: message, offset, hint: SYNTAX_HINT };
}

const SYNTAX_HINT =
  "Expressions are CEL, e.g. a.rows[0].name, size(a.rows) > 3, a.rows.map(r, r.total).";

function functionHint(name: string): string {
  const near = closest(name, engine?.functions ?? []);
  return near === undefined ? SYNTAX_HINT : `Did you mean ${near}?`;
}
