/** The compiled forms of `forEach`, `refine`, `route` and `join`. */

import { parseDuration } from "../base/duration.ts";
import type { Json } from "../base/json.ts";
import type { Template } from "./expressions.ts";
import type { Subtask } from "./schema.ts";

/** How a subtask does its work once for each element of a list. */
export type CompiledFanOut = {
  readonly in: Template;
  /** What expressions call the element. */
  readonly as: string;
  /** Null for as many as the run allows. */
  readonly concurrency: number | null;
  readonly onItemError: "fail" | "skip" | "collect";
};

/** How a subtask does its work again until its output is accepted. */
export type CompiledRefine = {
  /** At most. */
  readonly iterations: number;
  readonly check: { readonly tool: string; readonly input: Template } | null;
  readonly until: Template;
  /** Null where an output is accepted or not, and nothing between. */
  readonly score: Template | null;
  /** Null for what the check gave. */
  readonly feedback: Template | null;
};

/** How a subtask's output chooses which of several branches is taken. */
export type CompiledRoute = {
  readonly by: Template;
  /** Names of all branches. */
  readonly branches: ReadonlySet<string>;
  /** Of each subtask that stands in branches, these. */
  readonly members: ReadonlyMap<string, ReadonlySet<string>>;
  readonly default: string | null;
  /** Null for the field `confidence` of the output, if it has one. */
  readonly confidence: Template | null;
  readonly threshold: number | null;
};

/** When a subtask starts although not all that it depends on is there. */
export type CompiledJoin = {
  readonly require: "all" | "any" | number;
  /** Null for as long as it takes. */
  readonly withinMs: number | null;
  /** What must be there when the time is up. */
  readonly atLeast: number;
};

/** Compiles what stands at a place of the subtask. */
type Compile = (value: Json, place: readonly (string | number)[]) => Template;

export function compileFanOuts(forEach: Subtask["forEach"], compile: Compile): CompiledFanOut[] {
  return fanOutsOf(forEach).map((level, depth) => {
    const { as = "item", concurrency = null, onItemError = "fail" } = level;
    return {
      in: compile(level.in as Json, pathOfFanOut(forEach, depth)),
      as,
      concurrency,
      onItemError,
    };
  });
}

export function compileRefine(
  { iterations, check, until, score, feedback }: NonNullable<Subtask["refine"]>,
  compile: Compile,
): CompiledRefine {
  const at = (value: Json, ...place: string[]) => compile(value, ["refine", ...place]);
  return {
    iterations,
    check: check ? { tool: check.tool, input: at(check.input as Json, "check", "input") } : null,
    until: at(until, "until"),
    score: score === undefined ? null : at(score, "score"),
    feedback: feedback === undefined ? null : at(feedback as Json, "feedback"),
  };
}

export function compileRoute(
  route: NonNullable<Subtask["route"]>,
  compile: Compile,
): CompiledRoute {
  const { by, branches, confidence, threshold } = route;
  const members = new Map<string, Set<string>>();
  for (const [branch, ids] of Object.entries(branches)) {
    for (const id of [ids].flat()) {
      members.set(id, (members.get(id) ?? new Set<string>()).add(branch));
    }
  }
  return {
    by: compile(by, ["route", "by"]),
    branches: new Set(Object.keys(branches)),
    members,
    default: route.default ?? null,
    confidence: confidence === undefined ? null : compile(confidence, ["route", "confidence"]),
    threshold: threshold ?? null,
  };
}

export function compileJoin({
  require,
  within,
  atLeast = 1,
}: NonNullable<Subtask["join"]>): CompiledJoin {
  return { require, withinMs: within === undefined ? null : parseDuration(within), atLeast };
}

type ForEach = NonNullable<Subtask["forEach"]>;
type Level = Extract<ForEach, { readonly in: unknown }>;

/** The fan-outs of a subtask as the plan has them, from the outermost to the innermost. */
function fanOutsOf(forEach: ForEach | undefined): Partial<Level>[] {
  if (forEach === undefined) return [];
  if (typeof forEach === "string" || Array.isArray(forEach)) return [{ in: forEach }];
  const { forEach: inner, ...level } = forEach;
  return [level, ...fanOutsOf(inner)];
}

/** Where in a subtask the list of a fan-out stands. */
export function pathOfFanOut(forEach: ForEach | undefined, depth: number): string[] {
  if (forEach === undefined) return [];
  if (typeof forEach === "string" || Array.isArray(forEach)) return ["forEach"];
  if (depth === 0) return ["forEach", "in"];
  return ["forEach", ...pathOfFanOut(forEach.forEach, depth - 1)];
}

/** What the expressions of an item may call it and its place. */
export function itemNames(
  fanOuts: readonly Pick<CompiledFanOut, "as">[] = [],
): ReadonlySet<string> {
  if (fanOuts.length === 0) return new Set();
  return new Set(["index", ...fanOuts.map(({ as }) => as)]);
}

/** What the expressions of an input that is refined may name beside all others. */
export const ITERATION_NAMES: readonly string[] = ["iteration", "feedback"];
/** What expressions about an output may name beside these. */
export const OUTPUT_NAME = "output";
/** What expressions may call the output of a check. */
export const CHECK_NAME = "check";
