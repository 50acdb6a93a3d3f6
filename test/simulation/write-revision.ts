/** The planner of a scenario when it plans anew: changes what went wrong, and now and then more. */

import type { AcceptedPlan } from "../../src/executor/core/accepted-plan.ts";
import type { ReviseOrder, RevisionAnswer } from "../../src/executor/drivers/driver.ts";
import { checkPlan } from "../../src/plan/check.ts";
import { checkRevision } from "../../src/plan/check-revision.ts";
import type { Feedback } from "../../src/plan/evaluation.ts";
import type { Plan, Subtask } from "../../src/plan/schema.ts";
import { NEW_IDS } from "./draw-review.ts";
import { needsOf } from "./needs.ts";
import { hashOf, Random } from "./random.ts";
import type { RunScript } from "./scenario.ts";
import { leaveOut } from "./simpler-plan.ts";

export type Drafting = {
  readonly seed: number;
  readonly script: RunScript;
  accept(plan: Plan, order: ReviseOrder): AcceptedPlan;
};

/** The bolder ones first; the last does only what it must. */
const BOLDNESS = [1, 0.6, 0.3, 0.3, 0, 0];
const TOOLS = ["think", "look", "look", "put", "pay"] as const;

export function writeRevision(order: ReviseOrder, drafting: Drafting): RevisionAnswer {
  const { feedback } = order;
  const { seed, script } = drafting;
  const causes = feedback.causes.length;
  const random = new Random(hashOf(seed, script.runId, feedback.revision, causes, "revision"));
  if (random.chance(0.08)) return failure("At its wits' end.");
  if (random.chance(0.06))
    return { type: "plan_revised", accepted: drafting.accept(feedback.plan, order) };
  for (const boldness of BOLDNESS) {
    const draft = draw(random, feedback, script, boldness);
    const { plan } = checkPlan(draft, {
      tools: { get: () => ANYTHING, names: () => [] },
      maxSubtasks: 100,
    });
    if (plan === undefined || checkRevision(plan, feedback).length > 0) continue;
    return { type: "plan_revised", accepted: drafting.accept(plan, order) };
  }
  return failure("Whatever is done breaks a rule.");
}

const ANYTHING = {
  inputSchema: {},
  outputSchema: {},
  input: { "~standard": { validate: () => ({}) } },
};

function failure(message: string): RevisionAnswer {
  return { type: "revision_failed", error: { code: "planner.failed", message } };
}

function draw(random: Random, feedback: Feedback, script: RunScript, boldness: number): Plan {
  const fixed = fixedOf(feedback);
  let { plan } = feedback;
  for (const { id, status, isOptional } of standing(feedback)) {
    const subtask = plan.subtasks.find((one) => one.id === id);
    if (subtask === undefined || fixed.has(id)) continue;
    const isBad = status === "failed" && !isOptional;
    const isBlamed = isBad || feedback.blame.includes(id);
    if (random.chance(isBad ? 0.4 : 0.1 * boldness) && subtask.accept === undefined) {
      plan = leaveOut(plan, id);
    } else if (isBad || random.chance(isBlamed ? 0.6 : 0.25 * boldness)) {
      plan = {
        ...plan,
        subtasks: plan.subtasks.map((one) => (one === subtask ? changed(random, one, isBad) : one)),
      };
    }
  }
  if (random.chance(boldness * 0.5)) plan = withMore(random, plan, script);
  return random.chance(0.3 * boldness) ? withOutput(random, plan) : plan;
}

function standing({ plan, subtasks }: Feedback) {
  return subtasks.map(({ id, status }) => {
    const isOptional = plan.subtasks.find((one) => one.id === id)?.optional ?? false;
    return { id, status, isOptional };
  });
}

/** What has changed the world, with all that it depends on. */
function fixedOf({ plan, subtasks }: Feedback): ReadonlySet<string> {
  const fixed = new Set(subtasks.filter(({ isFixed }) => isFixed).map(({ id }) => id));
  for (const id of fixed) {
    const subtask = plan.subtasks.find((one) => one.id === id);
    for (const need of subtask ? needsOf(plan, subtask).keys() : []) fixed.add(need);
  }
  return fixed;
}

/** @param isReal whether it must do something else, and not only in another manner */
function changed(random: Random, subtask: Subtask, isReal: boolean): Subtask {
  const input = { ...subtask.input, n: 100 + random.int(0, 9) };
  // How long it may take has been set by others, and planners leave it alone.
  const { fallback, retry, ...bare } = subtask;
  const others = [
    { ...subtask, input },
    { ...subtask, tool: random.pick(TOOLS), input },
  ];
  if (isReal) return random.pick(others);
  return random.pick([
    ...others,
    // Whoever does it, and how patiently, is not what is done.
    bare,
    { ...subtask, retry: { attempts: 2, initial: "100ms" } },
    { ...bare, optional: !subtask.optional },
    { ...subtask, approval: true },
  ]);
}

/** New subtasks, or some that an earlier plan had. */
function withMore(random: Random, plan: Plan, script: RunScript): Plan {
  const there = new Set(plan.subtasks.map(({ id }) => id));
  const gone = script.plan.subtasks.filter(({ id }) => !there.has(id)).map(({ id }) => id);
  const ids = [...NEW_IDS, ...gone, ...gone].filter((id) => !there.has(id));
  if (ids.length === 0) return plan;
  const id = random.pick(ids);
  const need = random.chance(0.6) ? random.pick(plan.subtasks).id : undefined;
  const on = random.pick(["success", "settled"] as const);
  const more: Subtask = {
    id,
    tool: random.pick(TOOLS),
    input: { n: random.int(0, 9) },
    dependsOn: need === undefined ? [] : [{ id: need, on }],
    optional: random.chance(0.3),
    ...(random.chance(0.3) && { accept: ["It is good."] }),
    ...(random.chance(0.2) && { forEach: [[0], [1]] }),
  };
  return {
    ...plan,
    subtasks: random.chance(0.5) ? [...plan.subtasks, more] : [more, ...plan.subtasks],
  };
}

function withOutput(random: Random, plan: Plan): Plan {
  const { id } = random.pick(plan.subtasks);
  return { ...plan, output: { [id]: `\${${id}}`, by: random.int(0, 99) } };
}
