/** What a caller's words must meet before anything is begun, each refused with its cure. */

import { InputError, type Issue, inputError } from "./base/errors.ts";
import type { Json } from "./base/json.ts";
import type { AcceptedPlan } from "./executor/core/accepted-plan.ts";
import type { RunEvent } from "./executor/core/event.ts";
import type { LargeValues } from "./executor/core/large-value.ts";
import { openApprovals } from "./executor/core/open-approvals.ts";
import { findSubtask, idOfSubtask } from "./executor/core/program.ts";
import { decideRoute, routeOf } from "./executor/core/route.ts";
import type { RunState } from "./executor/core/state.ts";
import type { News } from "./executor/drivers/driver.ts";
import { closest } from "./plan/closest.ts";
import type { Question } from "./plan/question.ts";

/** @throws {InputError} `run.no_plan`, `subtask.unknown` */
export function requireSubtasks(state: RunState, news: News): void {
  const { runId } = state;
  const accepted = requirePlan(state);
  if (news.type !== "restart_requested") return;
  const ids = accepted.plan.subtasks.map(({ id }) => id);
  const unknown = news.subtasks?.find((id) => !ids.includes(id));
  if (unknown === undefined) return;
  const near = closest(unknown, ids);
  const hint =
    near === undefined ? `It has ${ids.slice(0, 12).join(", ")}.` : `Did you mean ${near}?`;
  throw inputError("subtask.unknown", `The run ${runId} has no subtask ${unknown}.`, hint);
}

/** @throws {InputError} `run.no_plan` */
export function requirePlan({ accepted, runId }: RunState): AcceptedPlan {
  if (accepted !== null && accepted.revision > 0) return accepted;
  const hint = "Ask the goal again.";
  throw inputError("run.no_plan", `The run ${runId} never had a plan.`, hint);
}

/** The ids of the subtasks that are dead letters. */
export function openDeadLetters(state: RunState): string[] {
  return state.subtasks.flatMap(({ isDeadLetter }, index) =>
    isDeadLetter ? [idOfSubtask(state, index)] : [],
  );
}

/**
 * @param subtasks which must all be dead letters; left out, there must be one
 * @throws {InputError} `run.no_plan`, `dead_letter.unknown`
 */
export function requireDeadLetters(state: RunState, subtasks: readonly string[] | undefined): void {
  requirePlan(state);
  const open = openDeadLetters(state);
  const unknown = subtasks?.find((subtask) => !open.includes(subtask));
  if (unknown === undefined && open.length > 0) return;
  const what = unknown === undefined ? "has no dead letter" : `has no dead letter ${unknown}`;
  const hint = open.length === 0 ? "There is nothing to decide." : `It has ${open.join(", ")}.`;
  throw inputError("dead_letter.unknown", `The run ${state.runId} ${what}.`, hint);
}

/** What a person says that a route came to must mean one of its branches. @throws {InputError} */
export function requireBranch(
  state: RunState,
  subtask: string,
  output: Json,
  values: LargeValues,
): void {
  const index = findSubtask(state, subtask);
  if (routeOf(state, index) === undefined) return;
  const decided = decideRoute(state, index, output, values);
  if (!("error" in decided)) return;
  const { message, hint } = decided.error;
  throw new InputError([{ code: "input.invalid", path: "output", message, hint: hint ?? "" }]);
}

/** Every question needs an answer, and nothing else does. */
export function requireAnswers(
  questions: readonly Question[],
  answers: Readonly<Record<string, string>>,
): void {
  const ids = questions.map(({ id }) => id);
  const issues: Issue[] = Object.keys(answers)
    .filter((id) => !ids.includes(id))
    .map((id) => ({
      code: "input.unknown",
      path: `answers.${id}`,
      message: `The run asks no question ${JSON.stringify(id)}.`,
      hint: ids.length === 0 ? "It asks nothing." : `It asks ${ids.join(", ")}.`,
    }));
  for (const { id, question } of questions) {
    if (Object.hasOwn(answers, id)) continue;
    const message = `The question ${id} has no answer: ${question}`;
    issues.push({ code: "input.missing", path: `answers.${id}`, message, hint: "Answer it too." });
  }
  if (issues.length > 0) throw new InputError(issues);
}

export function requireGoal(goal: string): string {
  const text = goal.trim();
  if (text !== "") return text;
  throw inputError("goal.empty", "The goal is empty.", "Say what you want, in plain language.");
}

/** Whether this very decision was taken. */
export function isDecided(events: readonly RunEvent[], id: string): boolean {
  return events.some((event) => event.type === "approval.decided" && event.id === id);
}

/** The first decision stands, and it may be another's. @throws {InputError} `approval.not_waiting` */
export function requireDecision(events: readonly RunEvent[], subtask: string, id: string): void {
  if (isDecided(events, id)) return;
  const message = `The subtask ${subtask} was decided about, or ended, before this was heard.`;
  const hint = "The first decision stands; `planwright show` tells it.";
  throw inputError("approval.not_waiting", message, hint);
}

/**
 * @param subtask of the plan, or an item of one: `pay[3]`
 * @throws {InputError} `subtask.unknown`, `approval.not_waiting`, `approval.expired`
 */
export function requireWaitingForApproval(state: RunState, subtask: string, now: number): void {
  const [root = subtask] = subtask.split("[", 1);
  requireSubtasks(state, { type: "restart_requested", subtasks: [root], by: "" });
  const index = findSubtask(state, subtask);
  const open = openApprovals(state);
  const { approval = null, reason = null } = state.subtasks[index] ?? {};
  if (open.includes(index)) {
    const { expiry = null } = approval ?? {};
    if (expiry === null || expiry.at > now) return;
    const what = `The time to decide about ${subtask} is up; it is ${expiry.decision}.`;
    throw inputError("approval.expired", what, `\`planwright resume ${state.runId}\` goes on.`);
  }
  if (approval?.isApproved || reason === "denied") {
    const decision = reason === "denied" ? "denied" : "approved";
    const what = `The subtask ${subtask} of ${state.runId} was ${decision} before.`;
    const hint = `The first decision stands; \`planwright events ${state.runId}\` tells whose it is.`;
    throw inputError("approval.not_waiting", what, hint);
  }
  const names = open.slice(0, 12).map((one) => idOfSubtask(state, one));
  const hint =
    open.length === 0
      ? "Nothing in the run waits for approval."
      : `These wait for it: ${names.join(", ")}.`;
  const message = `The subtask ${subtask} of ${state.runId} does not wait for approval.`;
  throw inputError("approval.not_waiting", message, hint);
}

/** @throws {InputError} `evaluation.not_waiting` */
export function requireAwaitedEvaluation(state: RunState): void {
  const { runId, status, reason } = state;
  if (status === "waiting" && reason === "evaluation") return;
  const names = openApprovals(state).map((one) => idOfSubtask(state, one));
  const hint =
    names.length === 0
      ? `\`planwright show ${runId}\` shows how it stands.`
      : `Name the subtask that waits for approval: ${names.slice(0, 12).join(", ")}.`;
  const message = `The run ${runId} does not wait for somebody to look at what came out.`;
  throw inputError("evaluation.not_waiting", message, hint);
}
