/** What a plan says about its subtasks, read off its text: a dumber reader than the compiler. */

import { parseDuration } from "../../src/base/duration.ts";
import type { Plan, Subtask } from "../../src/plan/schema.ts";

type Needs = ReadonlyMap<string, "success" | "settled">;
type Route = NonNullable<Subtask["route"]>;
export type Level = {
  readonly onItemError: "fail" | "skip" | "collect";
  readonly concurrency: number;
};

const known = new WeakMap<Plan, Map<string, Needs>>();

/** What the subtask waits for: what it says, what its expressions read, and its routes. */
export function needsOf(plan: Plan, subtask: Subtask): Needs {
  const ofPlan = known.get(plan) ?? new Map<string, Needs>();
  known.set(plan, ofPlan);
  const needs = ofPlan.get(subtask.id) ?? findNeeds(plan, subtask);
  ofPlan.set(subtask.id, needs);
  return needs;
}

function findNeeds(plan: Plan, subtask: Subtask): Needs {
  const { id, dependsOn, input, when, forEach, refine, route, accept } = subtask;
  const found = new Map<string, "success" | "settled">();
  const ids = new Set(plan.subtasks.map((one) => one.id));
  const text = JSON.stringify([input, when, forEach, refine, route?.by, accept]);
  for (const [expression] of text.matchAll(/\$\{[^}]*\}/g)) {
    for (const [name] of expression.matchAll(/(?<![.'\w])[a-z]\w*/g)) {
      if (ids.has(name)) found.set(name, "success");
    }
  }
  for (const dependency of dependsOn) {
    if (typeof dependency === "string") found.set(dependency, "success");
    else found.set(dependency.id, dependency.on);
  }
  for (const one of plan.subtasks) {
    if (one.route !== undefined && isMember(one.route, id)) found.set(one.id, "success");
  }
  return found;
}

/** Whether the route chooses whether the subtask runs. */
export function isMember({ branches }: Route, id: string): boolean {
  return Object.values(branches).flat().includes(id);
}

export function isIn({ branches }: Route, branch: string, id: string): boolean {
  return [branches[branch] ?? []].flat().includes(id);
}

/** The subtask of the plan that an item belongs to; itself for any other. */
export function rootOf(id: string): string {
  return id.split("[", 1)[0] ?? id;
}

/** What an item is an item of; undefined for a subtask of the plan. */
export function parentOf(id: string): string | undefined {
  const at = id.lastIndexOf("[");
  return at === -1 ? undefined : id.slice(0, at);
}

/** How the items of the subtask, or of one of its items, are done; undefined where it has none. */
export function levelOf({ forEach }: Subtask, id: string): Level | undefined {
  const isInner = id.includes("[");
  if (forEach === undefined || id.split("[").length > 2) return undefined;
  if (typeof forEach === "string" || Array.isArray(forEach)) return isInner ? undefined : PLAIN;
  const level = isInner ? forEach.forEach : forEach;
  if (level === undefined) return undefined;
  if (typeof level === "string" || Array.isArray(level)) return PLAIN;
  const { onItemError, concurrency = Number.POSITIVE_INFINITY } = level;
  return { onItemError, concurrency };
}

/** Where the plan gives nothing but the list. */
const PLAIN: Level = { onItemError: "fail", concurrency: Number.POSITIVE_INFINITY };

/** When the subtask goes on, if it joins. */
export function joinOf(plan: Plan, subtask: Subtask) {
  const count = needsOf(plan, subtask).size;
  if (subtask.join === undefined || count === 0) return undefined;
  const { require, within, atLeast = 1 } = subtask.join;
  const required = require === "all" ? count : require === "any" ? 1 : require;
  const withinMs = within === undefined ? Number.POSITIVE_INFINITY : parseDuration(within);
  return { required, withinMs, atLeast, isLimited: within !== undefined };
}
