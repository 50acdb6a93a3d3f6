/** Control flow drawn for the subtasks of a plan: loops over lists, routes, joins, refinement. */

import type { PlanDraft, Subtask } from "../../src/plan/schema.ts";
import type { Random } from "./random.ts";

export type DraftSubtask = PlanDraft["subtasks"][number];
type Kind = "forEach" | "route" | "join" | "refine";

/** Alone more often than together. */
const KINDS: readonly (readonly Kind[])[] = [
  ["forEach"],
  ["forEach"],
  ["route"],
  ["route"],
  ["join"],
  ["join"],
  ["refine"],
  ["refine"],
  ["forEach", "refine"],
  ["join", "forEach"],
  ["join", "refine"],
  ["join", "route"],
];

/** Of the labels that tools give, `z` is never one. */
const BRANCHES = ["a", "b", "c"] as const;
const CHECKS = ["think", "think", "look", "put", "pay", "mail"] as const;

/** What may join, alone or with others. */
export const JOINS = KINDS.filter((kinds) => kinds.includes("join"));

/** The subtask with control flow. @param before those that stand before it in the plan */
export function withFlow(
  random: Random,
  plain: DraftSubtask,
  before: readonly DraftSubtask[],
  choice = KINDS,
): DraftSubtask {
  const kinds = random.pick(choice);
  let subtask = plain;
  if (kinds.includes("join") && before.length > 1) subtask = withJoin(random, subtask, before);
  if (kinds.includes("forEach")) subtask = withForEach(random, subtask, before);
  if (kinds.includes("route")) subtask = { ...subtask, route: drawRoute(random) };
  if (kinds.includes("refine")) subtask = withRefine(random, subtask);
  return subtask;
}

/** An expression that is a number for what the subtask gives. */
export function numberOf({ id, forEach }: DraftSubtask): string {
  return forEach === undefined ? `${id}.n` : `size(${id})`;
}

/** What it depends on is data too, so that its input tells what it has seen. */
function withJoin(
  random: Random,
  { idempotencyKey: _, ...plain }: DraftSubtask,
  before: readonly DraftSubtask[],
): DraftSubtask {
  const needs = new Set<DraftSubtask>();
  const count = Math.min(before.length, random.int(2, 4));
  while (needs.size < count) needs.add(random.pick(before));
  const list = [...needs];
  const require = random.pick(["all", "any", random.int(1, count)] as const);
  const required = require === "all" ? count : require === "any" ? 1 : require;
  const isLimited = require === "all" || random.chance(0.5);
  const first = list[0] as DraftSubtask;
  return {
    ...plain,
    input: { n: 0, seen: `\${[${list.map(({ id }) => id).join(", ")}]}` },
    dependsOn: list.map(({ id }) => ({ id, on: random.chance(0.2) ? "settled" : "success" })),
    ...(typeof plain.when === "string" && {
      when: `\${${first.id} == null || ${numberOf(first)} % 2 == 0}`,
    }),
    join: {
      require,
      ...(isLimited && { within: `${random.int(50, 1_500)}ms` }),
      ...(isLimited && random.chance(0.5) && { atLeast: random.int(1, required) }),
    },
  };
}

function withForEach(
  random: Random,
  plain: DraftSubtask,
  before: readonly DraftSubtask[],
): DraftSubtask {
  const level = () => ({
    ...(random.chance(0.4) && { concurrency: random.int(1, 2) }),
    onItemError: random.pick(["fail", "skip", "collect"] as const),
  });
  const list = drawList(random, plain, before);
  // The elements that somebody else gave may be no lists.
  const isDeep = random.chance(0.25) && Array.isArray(list);
  return {
    ...plain,
    ...(plain.idempotencyKey === undefined && {
      input: { ...plain.input, of: isDeep ? "${cell}" : "${item}" },
    }),
    ...(plain.when === undefined && random.chance(0.2) && { when: "${index % 2 == 0}" }),
    forEach: {
      in: list,
      ...level(),
      ...(isDeep && { forEach: { in: "${item}", as: "cell", ...level() } }),
    },
  };
}

function drawList(random: Random, { join }: DraftSubtask, before: readonly DraftSubtask[]) {
  // What a join reads may be missing.
  if (before.length === 0 || join !== undefined || random.chance(0.4)) {
    return Array.from({ length: random.int(0, 3) }, (_, row) =>
      Array.from({ length: random.int(0, 2) }, (_, cell) => 10 * row + cell),
    );
  }
  const source = random.pick(before);
  if (source.forEach !== undefined) return `\${${source.id}}`;
  return random.chance(0.05) ? `\${${source.id}.n}` : `\${${source.id}.list}`;
}

function drawRoute(random: Random): DraftSubtask["route"] {
  const names = BRANCHES.slice(0, random.int(2, 3));
  const hasDefault = random.chance(0.5);
  return {
    branches: Object.fromEntries(names.map((name) => [name, []])),
    ...(random.chance(0.3) && { by: "${output.n % 2 == 0 ? 'a' : 'b'}" }),
    ...(hasDefault && { default: random.pick(names) }),
    ...(hasDefault && random.chance(0.5) && { threshold: random.pick([0.3, 0.7]) }),
  };
}

function withRefine(random: Random, { idempotencyKey: _, ...plain }: DraftSubtask): DraftSubtask {
  const isChecked = random.chance(0.5);
  const judged = isChecked ? "check" : "output";
  const never = random.chance(0.3);
  return {
    ...plain,
    input: { ...plain.input, iteration: "${iteration}", feedback: "${feedback}" },
    ...(random.chance(0.2) && { totalTimeout: `${random.int(200, 900)}ms` }),
    refine: {
      iterations: random.int(2, 4),
      ...(isChecked && {
        check: {
          tool: random.pick(CHECKS),
          input: { n: "${output.n}", iteration: "${iteration}" },
        },
      }),
      until: never ? "${false}" : `\${${judged}.n >= ${random.int(4, 9)}}`,
      ...(random.chance(0.7) && {
        // Now and then a score that nobody can work out.
        score: random.chance(0.05) ? `\${${judged}.n.n}` : `\${${judged}.n}`,
      }),
      ...(random.chance(0.5) && { feedback: `\${${judged}.n}` }),
    },
  };
}

/** The subtasks with some of them in branches of the routes among them. */
export function withBranches(random: Random, subtasks: readonly DraftSubtask[]): DraftSubtask[] {
  const drawn = [...subtasks];
  for (const [at, { id }] of subtasks.entries()) {
    for (const [place, member] of subtasks.entries()) {
      const { route } = drawn[at] as DraftSubtask;
      if (route === undefined || member.join !== undefined) continue;
      if (!random.chance(place > at ? 0.4 : 0.1) || reaches(drawn, id, member.id)) continue;
      const names = Object.keys(route.branches);
      const chosen = new Set([random.pick(names)]);
      if (random.chance(0.2)) chosen.add(random.pick(names));
      const branches = Object.fromEntries(
        Object.entries(route.branches).map(([name, ids]) => [
          name,
          chosen.has(name) ? [...[ids].flat(), member.id] : ids,
        ]),
      );
      drawn[at] = { ...(drawn[at] as DraftSubtask), route: { ...route, branches } };
      drawn[place] = needingSuccess(drawn[place] as DraftSubtask, id);
    }
  }
  return drawn;
}

/** What stands in a branch runs only if its route has succeeded. */
function needingSuccess(subtask: DraftSubtask, route: string): DraftSubtask {
  const dependsOn = subtask.dependsOn?.map((one) =>
    typeof one === "object" && one.id === route ? { id: route, on: "success" as const } : one,
  );
  return { ...subtask, ...(dependsOn && { dependsOn }) };
}

/** Whether the first depends on the second, at once or through others, or is it. */
function reaches(subtasks: readonly DraftSubtask[], from: string, to: string): boolean {
  const found = new Set([from]);
  for (const id of found) for (const need of needsOf(subtasks, id)) found.add(need);
  return found.has(to);
}

function needsOf(subtasks: readonly DraftSubtask[], id: string): string[] {
  const subtask = subtasks.find((one) => one.id === id);
  const { input, when, forEach, dependsOn } = subtask ?? {};
  const named = JSON.stringify([input, when, forEach, dependsOn]).matchAll(/\bs\d+\b/g);
  const routes = subtasks.filter(({ route }) =>
    Object.values(route?.branches ?? {})
      .flat()
      .includes(id),
  );
  return [...named].map(([name]) => name).concat(routes.map((route) => route.id));
}

/** Who does the work of a subtask, and how often as far as faults go. */
export function workOf({ id, forEach, refine }: Subtask) {
  const attempts = refine === undefined ? 5 : 8;
  if (forEach === undefined) return [{ subtask: id, attempts }];
  const isDeep = typeof forEach === "object" && "forEach" in forEach;
  return [0, 1, 2].flatMap((row) =>
    (isDeep ? ["[0]", "[1]"] : [""]).map((cell) => ({
      subtask: `${id}[${row}]${cell}`,
      attempts: attempts - 2,
    })),
  );
}
