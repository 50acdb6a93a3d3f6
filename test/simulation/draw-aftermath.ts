/** Scenarios about what follows failures: runs in which much fails, and people who decide about it. */

import { DEFAULT_SETTINGS } from "../../src/executor/core/settings.ts";
import { planSchema } from "../../src/plan/schema.ts";
import { type DraftSubtask, JOINS, withBranches, withFlow, workOf } from "./draw-flow.ts";
import type { Random } from "./random.ts";
import type { Act, Fault, RunScript, Scenario } from "./scenario.ts";

const TOOLS = ["think", "look", "put", "put", "pay"] as const;
/** What begins before its plan is whole. */
const EARLY = ["think", "look", "look", "put"] as const;
const FAILURES = ["fails_for_good", "fails_for_good", "answer_lost", "is_stuck"] as const;
const ACTS: readonly Act["does"][] = [
  ...(["retry_dead_letters", "retry_dead_letters", "retry_dead_letters"] as const),
  ...(["resolve", "resolve", "resolve"] as const),
  ...(["discard", "pause", "restart_from", "cancel"] as const),
];

export function drawAftermath(random: Random): Pick<Scenario, "runs" | "faults" | "acts"> {
  const run = drawRun(random);
  const { runId, plan } = run;
  const acts = Array.from({ length: random.int(2, 7) }, (_, at): Act => {
    const { id: subtask } = random.pick(plan.subtasks);
    return { at: 700 * at + random.int(0, 900), runId, does: random.pick(ACTS), subtask };
  });
  // In a run that stands still somebody can decide before all has ended.
  const early: Act = { at: random.int(0, 600), runId, does: "pause", subtask: "" };
  if (random.chance(0.3)) acts.push(early);
  return { runs: [run], faults: drawFaults(random, run), acts };
}

function drawRun(random: Random): RunScript {
  const isPlanned = random.chance(0.25);
  const drawn: DraftSubtask[] = [];
  for (let left = random.int(3, 6); left > 0; left -= 1) {
    drawn.push(drawSubtask(random, drawn, isPlanned ? EARLY : TOOLS));
  }
  const subtasks = withBranches(random, drawn);
  const plan = planSchema.parse({ goal: "r1", subtasks });
  const settings = { ...DEFAULT_SETTINGS, attemptTimeoutMs: 800, cancelGraceMs: 500 };
  const changes = random.chance(0.5) ? random.int(0, subtasks.length - 1) : null;
  const planning = isPlanned ? { asks: false, changes, fails: false } : null;
  return { runId: "r1", plan, settings, planning };
}

function drawSubtask(
  random: Random,
  before: readonly DraftSubtask[],
  tools: readonly string[],
): DraftSubtask {
  const plain: DraftSubtask = {
    id: `s${before.length}`,
    tool: random.pick(tools),
    input: { n: before.length },
    optional: random.chance(0.2),
    ...(random.chance(0.15) && { approval: true }),
    ...(before.length > 0 &&
      random.chance(0.3) && { dependsOn: [{ id: random.pick(before).id, on: "settled" }] }),
  };
  if (before.length > 1 && random.chance(0.3)) return withFlow(random, plain, before, JOINS);
  // Loops over what loops gave are where one failure is another one's element.
  const last = before.at(-1);
  const isChain = last === undefined || last.forEach !== undefined;
  if (!isChain || random.chance(0.4)) return withFlow(random, plain, before);
  const onItemError = random.pick(["fail", "skip", "skip", "collect"] as const);
  const list = last === undefined ? [[0], [1], [2]] : `\${${last.id}}`;
  return {
    ...plain,
    input: { n: before.length, of: "${item}" },
    forEach: { in: list, onItemError },
  };
}

function drawFaults(random: Random, { runId, plan }: RunScript): Fault[] {
  const faults = plan.subtasks.flatMap(workOf).flatMap(({ subtask }) =>
    [1, 2].flatMap((attempt): Fault[] => {
      const does = random.pick(FAILURES);
      return random.chance(0.35 / attempt)
        ? [{ fault: "tool", runId, subtask, attempt, does }]
        : [];
    }),
  );
  if (random.chance(0.3)) faults.push({ fault: "crash", at: random.int(0, 3_000) });
  return faults;
}
