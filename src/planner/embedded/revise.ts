/**
 * What can be done about a plan without understanding what is wrong with it: the same goal,
 * without the tools that have failed.
 */

import type { Issue } from "../../base/errors.ts";
import type { Json, JsonObject } from "../../base/json.ts";
import { NO_USAGE } from "../../models/model.ts";
import type { Feedback } from "../../plan/evaluation.ts";
import { planSchema } from "../../plan/schema.ts";
import { issuesOfRevision } from "../judge-revision.ts";
import type { PlanOutcome, PlanRequest, RevisionRequest } from "../planner.ts";
import { blamedIn, fixedIn } from "../read-feedback.ts";
import { takeOver } from "./take-over.ts";

/** @param plan plans a goal */
export async function revise(
  request: RevisionRequest,
  plan: (request: PlanRequest) => Promise<PlanOutcome>,
): Promise<PlanOutcome> {
  const { feedback, tools } = request;
  const { trigger } = feedback;
  if (trigger === "low_score" || trigger === "nothing_to_do") return failed([BLIND[trigger]]);
  const open = failedOnes(feedback).filter(({ isFixed }) => isFixed);
  if (open.length > 0) return failed(open.map(({ id }) => uncertain(id)));
  const without = toolsToBlame(feedback);
  const outcome = await plan({
    ...request,
    tools: tools.filter(({ name }) => !without.has(name)),
    check: (proposed) => check(proposed, request),
  });
  if (outcome.status === "failed") return failed([noOtherPlan(without), ...outcome.issues]);
  if (outcome.status !== "planned") return outcome;
  const revised = revisionOf(outcome.plan as Json, request);
  return { ...outcome, plan: planSchema.parse(revised) };
}

/** What is wrong with a plan for the goal, and with the revision that it would be. */
function check(proposed: Json, request: RevisionRequest): readonly Issue[] {
  if (!planSchema.safeParse(proposed).success) return request.check(proposed);
  const revised = revisionOf(proposed, request);
  return revised === undefined ? [INSEPARABLE] : issuesOfRevision(revised, request);
}

function revisionOf(proposed: Json, { feedback }: RevisionRequest): JsonObject | undefined {
  return takeOver(feedback.plan, planSchema.parse(proposed), fixedIn(feedback));
}

/** Of the subtasks that are to blame those that failed; of none to blame, all that failed. */
function failedOnes(feedback: Feedback): Feedback["subtasks"] {
  const blamed = blamedIn(feedback);
  const all = feedback.subtasks.filter(({ status }) => status === "failed");
  const toBlame = all.filter(({ id }) => blamed.has(id));
  return toBlame.length > 0 ? toBlame : all;
}

function toolsToBlame(feedback: Feedback): ReadonlySet<string> {
  const ids = new Set(failedOnes(feedback).map(({ id }) => id));
  const toBlame = feedback.plan.subtasks.filter(({ id }) => ids.has(id));
  return new Set(toBlame.flatMap(({ tool, fallback = tool }) => [tool, fallback]));
}

function failed(issues: readonly Issue[]): PlanOutcome {
  return { status: "failed", issues, usage: NO_USAGE, modelCalls: 0 };
}

const BLIND = {
  low_score: issue(
    "The embedded planner cannot improve an output by feedback: it does not understand what is wrong with it.",
    "Let a model plan, e.g. --model anthropic:MODEL, or give other criteria.",
  ),
  nothing_to_do: issue(
    "The embedded planner cannot plan for a run that came to nothing: it does not understand why it did.",
    "Let a model plan, e.g. --model anthropic:MODEL, or say the goal more exactly.",
  ),
} as const;

const INSEPARABLE = issue(
  "The new plan cannot be put together with what has been done already.",
  "Let a model plan, e.g. --model anthropic:MODEL.",
);

function uncertain(id: string): Issue {
  return issue(
    `${id} failed, and may have changed the world all the same: it is not done in another way.`,
    "See what has happened, and decide about it by hand.",
  );
}

function noOtherPlan(without: ReadonlySet<string>): Issue {
  const what = without.size === 0 ? "" : ` without ${[...without].join(" and ")}`;
  return issue(
    `The embedded planner finds no other plan${what}.`,
    "Let a model plan, e.g. --model anthropic:MODEL, or add a tool that can do it instead.",
  );
}

function issue(message: string, hint: string): Issue {
  return { code: "planner.failed", path: "", message, hint };
}
