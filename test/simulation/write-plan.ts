import type { AcceptedPlan } from "../../src/executor/core/accepted-plan.ts";
import type { PlanAnswer, PlanOrder } from "../../src/executor/drivers/driver.ts";
import type { Plan } from "../../src/plan/schema.ts";
import type { PlanningScript, RunScript } from "./scenario.ts";

type Desk = { accept(plan: Plan): AcceptedPlan; sleep(ms: number): Promise<void> };

const WORD_MS = 40;
const NOTHING: PlanningScript = { asks: false, changes: null, fails: false };

/** The planner of a scenario: asks, writes a subtask at a time, and has second thoughts. */
export async function writePlan(
  { plan, planning }: RunScript,
  { clarifications, onDraft }: PlanOrder,
  { accept, sleep }: Desk,
): Promise<PlanAnswer> {
  const { asks, changes, fails } = planning ?? NOTHING;
  await sleep(WORD_MS);
  if (asks && clarifications.length === 0) {
    return { type: "plan_questioned", questions: [{ id: "which", question: "Which one?" }] };
  }
  const draft = { ...plan, subtasks: plan.subtasks.map(changed(changes)) };
  for (let written = 1; written <= draft.subtasks.length; written += 1) {
    const soFar = { ...draft, subtasks: draft.subtasks.slice(0, written) };
    if (isValid(soFar)) onDraft({ ...accept(soFar), revision: 0 });
    await sleep(WORD_MS);
  }
  if (!fails) return { type: "plan_made", accepted: accept(plan) };
  const error = { code: "planner.failed", message: "At its wits' end." } as const;
  return { type: "plan_failed", error, issues: [], lastPlan: null };
}

/** A draft whose routes lead to what is not written yet is not told of. */
function isValid({ subtasks }: Plan): boolean {
  const ids = new Set(subtasks.map(({ id }) => id));
  return subtasks.every(({ route }) =>
    Object.values(route?.branches ?? {})
      .flat()
      .every((id) => ids.has(id)),
  );
}

function changed(changes: number | null) {
  return (subtask: Plan["subtasks"][number], at: number): Plan["subtasks"][number] =>
    at === changes ? { ...subtask, input: { n: 1_000 } } : subtask;
}
