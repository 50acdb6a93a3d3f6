/**
 * A scenario that breaks a rule, made as small as it can be while it still breaks that rule:
 * greedily, one thing less at a time, until nothing more can go.
 */

import type { RunScript, Scenario } from "./scenario.ts";
import { leaveOut, simplerSubtasks } from "./simpler-plan.ts";
import { simulate } from "./simulation.ts";

/** Simulations that shrinking may take. */
const MOST_TRIES = 400;

export async function shrink(scenario: Scenario, rule: string): Promise<Scenario> {
  let smallest = scenario;
  let tries = 0;
  for (let isSmaller = true; isSmaller; ) {
    isSmaller = false;
    for (const candidate of smaller(smallest)) {
      tries += 1;
      if (tries > MOST_TRIES) return smallest;
      const { violation } = await simulate(candidate);
      if (violation?.rule !== rule) continue;
      smallest = candidate;
      isSmaller = true;
      break;
    }
  }
  return smallest;
}

/** Every scenario with one thing less, those that leave out most first. */
function* smaller(scenario: Scenario): Generator<Scenario> {
  const { runs, faults, acts, tools } = scenario;
  if (runs.length > 1) {
    for (const { runId } of runs) yield withoutRun(scenario, runId);
  }
  for (const half of halves(faults)) yield { ...scenario, faults: half };
  for (const fewer of without(faults)) yield { ...scenario, faults: fewer };
  for (const fewer of without(acts)) yield { ...scenario, acts: fewer };
  for (const [at, run] of runs.entries()) {
    for (const simpler of simplerRuns(run)) yield { ...scenario, runs: runs.with(at, simpler) };
  }
  for (const [at, tool] of tools.entries()) {
    if (Object.keys(tool.limits).length === 0) continue;
    yield { ...scenario, tools: tools.with(at, { ...tool, limits: {} }) };
  }
}

function withoutRun({ runs, faults, acts, ...rest }: Scenario, runId: string): Scenario {
  const isOther = (one: object) => !("runId" in one) || one.runId !== runId;
  return {
    ...rest,
    runs: runs.filter(isOther),
    faults: faults.filter(isOther),
    acts: acts.filter(isOther),
  };
}

function halves<T>(list: readonly T[]): (readonly T[])[] {
  if (list.length < 4) return [];
  const middle = list.length >> 1;
  return [list.slice(0, middle), list.slice(middle)];
}

function without<T>(list: readonly T[]): (readonly T[])[] {
  return list.map((_, index) => list.toSpliced(index, 1));
}

function* simplerRuns(run: RunScript): Generator<RunScript> {
  const { plan, settings, planning } = run;
  if (planning !== null) yield { ...run, planning: null };
  const { accept, ...unjudged } = plan;
  if (accept !== undefined) yield { ...run, plan: unjudged };
  if (settings.review.asksPerson || settings.review.judgesGoal) {
    const review = { ...settings.review, asksPerson: false, judgesGoal: false };
    yield { ...run, settings: { ...settings, review } };
  }
  if (settings.budget !== null) yield { ...run, settings: { ...settings, budget: null } };
  if (settings.runTimeoutMs !== null) {
    yield { ...run, settings: { ...settings, runTimeoutMs: null } };
  }
  // Those that change by their place in the plan would be others then.
  if (planning?.changes == null && plan.subtasks.length > 1) {
    for (const { id } of plan.subtasks.toReversed()) yield { ...run, plan: leaveOut(plan, id) };
  }
  for (const [at, subtask] of plan.subtasks.entries()) {
    for (const simpler of simplerSubtasks(subtask)) {
      yield { ...run, plan: { ...plan, subtasks: plan.subtasks.with(at, simpler) } };
    }
  }
}
