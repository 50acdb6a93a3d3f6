/**
 * Routes: what a subtask gave chooses one of several branches, and what stands in the others
 * is skipped.
 *
 * H1. The decision is an event of its own, just before the success that it is part of: nothing
 *     below a route is looked at before it is made.
 * H2. What stands in a branch waits for the route, and is skipped with the route as its cause
 *     where another branch is taken.
 * H3. A branch that there is not, and a confidence below the threshold, mean the default
 *     branch. Without one the attempt has failed.
 */

import { type ErrorData, toErrorData } from "../../base/errors.ts";
import { excerptOf, isPlainObject, type Json, type JsonObject } from "../../base/json.ts";
import { closest } from "../../plan/closest.ts";
import type { CompiledRoute } from "../../plan/compile-control-flow.ts";
import type { RunEvent } from "./event.ts";
import type { LargeValues } from "./large-value.ts";
import { idOfSubtask, programOf } from "./program.ts";
import { scopeFor } from "./scope.ts";
import type { RunState } from "./state.ts";

export type RouteDecision = Pick<
  Extract<RunEvent, { readonly type: "route.decided" }>,
  "branch" | "label" | "confidence" | "instead"
>;

type Decided = { readonly decision: RouteDecision } | { readonly error: ErrorData };

export function routeOf(state: RunState, index: number): CompiledRoute | undefined {
  return programOf(state).compiled.subtasks[index]?.route;
}

/** Which branch the output of a subtask with a route means. */
export function decideRoute(
  state: RunState,
  index: number,
  output: Json,
  values: LargeValues,
): Decided {
  const route = routeOf(state, index) as CompiledRoute;
  const path = (field: string) => `subtasks[${index}].route.${field}`;
  const evaluate = (field: "by" | "confidence"): Json => {
    const template = route[field];
    if (template === null) return confidenceIn(output, route);
    const scope = { ...scopeFor(state, template, values, index), output };
    try {
      return template.evaluate(scope);
    } catch (error) {
      const data = toErrorData(error, "expression.failed");
      throw new RouteError({ ...data, path: path(field), retryable: false });
    }
  };
  try {
    const label = evaluate("by");
    const confidence = evaluate("confidence") ?? null;
    if (confidence !== null && !isFraction(confidence)) {
      throw new RouteError(noFraction(idOfSubtask(state, index), confidence, path("confidence")));
    }
    return decisionOf(route, { label, confidence }, { id: idOfSubtask(state, index), path });
  } catch (error) {
    if (error instanceof RouteError) return { error: error.data };
    throw error;
  }
}

/** Characters of a label in the event; a branch stands there beside it, as a whole. */
const MAX_LABEL = 200;

/** What a tool calls confidence may be anything, and matters only where the plan has a threshold. */
function confidenceIn(output: Json, { threshold }: CompiledRoute): Json {
  const { confidence = null } = isPlainObject(output) ? (output as JsonObject) : {};
  return threshold === null && !isFraction(confidence) ? null : confidence;
}

function decisionOf(
  { branches, default: otherwise, threshold }: CompiledRoute,
  { label, confidence }: { readonly label: Json; readonly confidence: number | null },
  { id, path }: { readonly id: string; readonly path: (field: string) => string },
): Decided {
  const isBranch = typeof label === "string" && branches.has(label);
  // What is no name may be a text of any length.
  const said = { label: typeof label === "string" ? label.slice(0, MAX_LABEL) : null, confidence };
  const isSure = threshold === null || (confidence !== null && confidence >= threshold);
  if (isBranch && (isSure || label === otherwise)) return { decision: { branch: label, ...said } };
  if (otherwise !== null) {
    const instead = isBranch ? "low_confidence" : "unknown_branch";
    return { decision: { branch: otherwise, ...said, instead } };
  }
  return { error: { ...noBranch(id, label, [...branches]), path: path("by") } };
}

function noBranch(id: string, label: Json, names: readonly string[]): ErrorData {
  const code = "route.unknown_branch";
  if (typeof label !== "string") {
    const message = `The route ${id} goes by ${excerptOf(label)}, which is no text.`;
    const hint =
      "Make it one, e.g. with string(…), or name a default branch for all that fits none.";
    return { code, message, hint };
  }
  const near = closest(label, names);
  const all = near === undefined ? `Its branches are ${names.join(", ")}.` : `Did it mean ${near}?`;
  return {
    code,
    message: `The route ${id} has no branch ${excerptOf(label)}.`,
    hint: `${all} Name a default branch for all that fits none.`,
  };
}

function isFraction(value: Json): value is number {
  return typeof value === "number" && value >= 0 && value <= 1;
}

function noFraction(id: string, value: Json, path: string): ErrorData {
  return {
    code: "expression.failed",
    path,
    message: `The confidence of the route ${id} is ${excerptOf(value)}.`,
    hint: "Let it be a number from 0 to 1, e.g. with `confidence: ${output.percent / 100}`.",
  };
}

/** Ends the reading of a decision; never leaves this file. */
class RouteError extends Error {
  readonly data: ErrorData;

  constructor(data: ErrorData) {
    super(data.message);
    this.data = data;
  }
}

/** Whether the dependency is a route that has taken a branch without the dependent. */
export function isRoutedAway(state: RunState, dependent: number, dependency: number): boolean {
  const branch = state.subtasks[dependency]?.branch ?? null;
  if (branch === null) return false;
  const own = routeOf(state, dependency)?.members.get(idOfSubtask(state, dependent));
  return own !== undefined && !own.has(branch);
}
