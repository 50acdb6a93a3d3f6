/** Plans with one thing less, for `shrink.ts`. */

import type { Plan, Subtask } from "../../src/plan/schema.ts";

/** The plan without a subtask, and without all that reads it, waits for it or leads to it. */
export function leaveOut(plan: Plan, id: string): Plan {
  const subtasks = plan.subtasks
    .filter((subtask) => subtask.id !== id)
    .map((subtask) => withoutNeed(subtask, id));
  const { output, ...rest } = plan;
  const isRead = new RegExp(`\\b${id}\\b`).test(JSON.stringify(output ?? null));
  return { ...rest, subtasks, ...(output !== undefined && !isRead && { output }) };
}

/** The subtask with one thing less, those that leave out most first. */
export function* simplerSubtasks(subtask: Subtask): Generator<Subtask> {
  const { id, tool, input, dependsOn, ...more } = subtask;
  const bare: Subtask = { id, tool, input: literal(subtask), dependsOn, optional: false };
  if (Object.keys(more).length > 1 || more.optional) yield bare;
  for (const name of ["forEach", "route", "join", "refine"] as const) {
    if (subtask[name] !== undefined) yield without(subtask, name);
  }
  for (const name of POLICIES) if (subtask[name] !== undefined) yield without(subtask, name);
  const { forEach, refine } = subtask;
  if (typeof forEach === "object" && "in" in forEach && forEach.concurrency !== undefined) {
    const { concurrency: _, ...rest } = forEach;
    yield { ...subtask, forEach: rest };
  }
  if (refine?.check !== undefined && refine.until === "${false}") {
    yield { ...subtask, refine: { iterations: refine.iterations, until: refine.until } };
  }
}

const POLICIES = [
  ...(["when", "approval", "retry", "timeout"] as const),
  ...(["totalTimeout", "fallback", "idempotencyKey", "accept"] as const),
];

/** What a part of a subtask lets its expressions name. */
const OWN_NAMES: Readonly<Partial<Record<keyof Subtask, RegExp>>> = {
  forEach: /\b(item|cell|index)\b/,
  refine: /\b(iteration|feedback)\b/,
};

function without(subtask: Subtask, name: keyof Subtask): Subtask {
  const { [name]: _, ...rest } = subtask;
  const own = OWN_NAMES[name];
  return own === undefined ? (rest as Subtask) : withoutNames(rest as Subtask, own);
}

/** The subtask without the expressions that name one of these. */
function withoutNames({ when, input, ...rest }: Subtask, names: RegExp): Subtask {
  const kept = Object.entries(input).filter(([, value]) => !names.test(String(value)));
  const isKept = when !== undefined && !names.test(String(when));
  return { ...rest, input: Object.fromEntries(kept), ...(isKept && { when }) };
}

/** Its input, as far as it can be worked out without others. */
function literal({ input }: Subtask): Subtask["input"] {
  return Object.fromEntries(
    Object.entries(input).filter(([, value]) => !String(value).includes("${")),
  );
}

function withoutNeed(subtask: Subtask, id: string): Subtask {
  const name = new RegExp(`\\b${id}\\b`);
  const { dependsOn, forEach, route, join, accept, ...rest } = withoutNames(subtask, name);
  const needs = dependsOn.filter((need) => (typeof need === "string" ? need : need.id) !== id);
  const isNamed = forEach !== undefined && name.test(JSON.stringify(forEach));
  return {
    ...rest,
    dependsOn: needs,
    ...(forEach !== undefined && { forEach: isNamed ? [[0], [1]] : forEach }),
    ...(accept && { accept: name.test(JSON.stringify(accept)) ? ["It is good."] : accept }),
    ...(route && { route: { ...route, branches: withoutMember(route.branches, id) } }),
    // It still reads what it joins only where all of that is left.
    ...(join && needs.length > 0 && { join: fitting(join, needs.length) }),
  };
}

type Branches = NonNullable<Subtask["route"]>["branches"];

function withoutMember(branches: Branches, id: string): Branches {
  return Object.fromEntries(
    Object.entries(branches).map(([branch, ids]) => [
      branch,
      [ids].flat().filter((member) => member !== id),
    ]),
  );
}

function fitting(join: NonNullable<Subtask["join"]>, count: number): Subtask["join"] {
  const { require, atLeast, ...rest } = join;
  const required = typeof require === "number" ? Math.min(require, count) : require;
  const most = required === "all" ? count : required === "any" ? 1 : required;
  return { ...rest, require: required, ...(atLeast && { atLeast: Math.min(atLeast, most) }) };
}
