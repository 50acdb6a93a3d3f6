/** What is judged in the runs of a scenario, and planned anew where it is poor. */

import type { ReviewSettings } from "../../src/executor/core/settings.ts";
import { type Plan, planSchema, type Subtask } from "../../src/plan/schema.ts";
import { numberOf } from "./draw-flow.ts";
import { hashOf, Random } from "./random.ts";
import { type Act, type Fault, MISBEHAVIOURS, type RunScript, type Scenario } from "./scenario.ts";

/** In this share of the scenarios somebody judges. */
const SHARE = 0.35;
/** Ids that revisions give to what is new in them. */
export const NEW_IDS = ["n0", "n1", "n2"] as const;
/** Until when people act, and answers come late. */
const UNREST_MS = 6_000;

/** The scenario with judges, drawn by themselves: without them it is what it was. */
export function withReview(scenario: Scenario): Scenario {
  const random = new Random(hashOf(scenario.seed, "review"));
  if (!random.chance(SHARE)) return scenario;
  const runs = scenario.runs.map((run) => reviewed(random, run));
  const faults = [
    ...scenario.faults,
    ...runs.flatMap((run) => drawFaults(random, run)),
    ...drawDelays(random, runs),
  ];
  return { ...scenario, runs, faults, acts: [...scenario.acts, ...drawActs(random, runs)] };
}

function reviewed(random: Random, run: RunScript): RunScript {
  const share = random.pick([0, 0.3, 0.6]);
  const { plan } = run;
  // What stands in a branch waits for its route, which may come after it.
  const hasRoutes = plan.subtasks.some(({ route }) => route !== undefined);
  const subtasks = plan.subtasks.map((subtask, at) => {
    const isOwn = subtask.refine !== undefined || subtask.route !== undefined;
    if (isOwn || !random.chance(share)) return subtask;
    return { ...subtask, accept: drawAccept(random, hasRoutes ? [] : plan.subtasks.slice(0, at)) };
  });
  const judged: Plan = planSchema.parse({
    ...plan,
    subtasks,
    ...(random.chance(0.6) && { output: drawOutput(random, plan.subtasks) }),
    ...(random.chance(0.5) && { accept: drawAccept(random, []) }),
  });
  return { ...run, plan: judged, settings: { ...run.settings, review: drawSettings(random) } };
}

function drawAccept(random: Random, before: readonly Subtask[]): NonNullable<Plan["accept"]> {
  const other = before.length > 0 && random.chance(0.2) ? random.pick(before) : undefined;
  const least = random.int(0, 9);
  const rule = other ? `output.n >= ${least} || ${numberOf(other)} > 4` : `output.n >= ${least}`;
  const criteria = random.pick([
    ["It is good."],
    [{ expression: `\${${rule}}` }],
    ["It is good.", { expression: `\${${rule}}`, weight: 2 }],
  ]);
  return random.chance(0.3) ? { criteria, threshold: random.pick([0.2, 0.6]) } : criteria;
}

/** Of something that is made of what subtasks gave a revision may make something better. */
function drawOutput(random: Random, subtasks: readonly Subtask[]): NonNullable<Plan["output"]> {
  const parts = [random.pick(subtasks), random.pick(subtasks)].map(({ id }) => [id, `\${${id}}`]);
  return Object.fromEntries(parts);
}

function drawSettings(random: Random): ReviewSettings {
  return {
    threshold: random.pick([0.3, 0.6]),
    judgesGoal: random.chance(0.4),
    maxReplans: random.pick([0, 1, 2, 3, 4]),
    hasStrongerPlanner: random.chance(0.5),
    asksPerson: random.chance(0.25),
  };
}

/** What a revision has in the place of something begins with the attempt after its last. */
function drawFaults(random: Random, { runId, plan }: RunScript): Fault[] {
  const misfortune = random.pick([0, 0.1, 0.3]);
  const old = plan.subtasks.flatMap(({ id }) => [2, 3].map((attempt) => ({ id, attempt })));
  const added = NEW_IDS.flatMap((id) => [1, 2].map((attempt) => ({ id, attempt })));
  return [...old, ...added].flatMap(({ id: subtask, attempt }): Fault[] =>
    random.chance(misfortune)
      ? [{ fault: "tool", runId, subtask, attempt, does: random.pick(MISBEHAVIOURS) }]
      : [],
  );
}

/** Answers of long ago come while others are awaited, and much is stored at once. */
function drawDelays(random: Random, runs: readonly RunScript[]): Fault[] {
  const faults: Fault[] = [];
  for (let left = random.chance(0.5) ? random.int(1, 4) : 0; left > 0; left -= 1) {
    faults.push({ fault: "echo", at: random.int(0, UNREST_MS), runId: random.pick(runs).runId });
  }
  for (let left = random.chance(0.3) ? random.int(1, 3) : 0; left > 0; left -= 1) {
    const [write, ms] = [random.int(3, 14), random.int(200, 900)];
    faults.push({ fault: "write", write, does: "slow", ms });
  }
  return faults;
}

/** What people do while somebody is asked, one after the other. */
const STORIES: readonly (readonly Act["does"][])[] = [
  ["decide_evaluation"],
  ["decide_evaluation", "decide_evaluation"],
  ["pause"],
  ["pause_replanning"],
  ["pause_replanning", "restart_from"],
  ["pause_replanning", "retry_dead_letters"],
  ["pause_replanning", "resolve"],
  ["pause_replanning", "resolve"],
  ["cancel_judging", "restart_from", "pause"],
];

function drawActs(random: Random, runs: readonly RunScript[]): Act[] {
  if (!random.chance(0.5)) return [];
  const { runId, plan } = random.pick(runs);
  let at = random.int(0, UNREST_MS / 2);
  return random.pick(STORIES).map((does) => {
    at += random.int(50, 900);
    return { at, runId, does, subtask: random.pick(plan.subtasks).id };
  });
}
