/** What a model has answered, and whether it will do. */

import { type Issue, ModelError } from "../base/errors.ts";
import type { Json } from "../base/json.ts";
import type { ModelResult } from "../models/model.ts";
import type { Question } from "../plan/question.ts";
import { readAnswer } from "./answer.ts";
import type { PlanRequest } from "./planner.ts";

export type Proposal =
  | { readonly verdict: "right"; readonly plan: Json }
  | { readonly verdict: "asks"; readonly questions: readonly Question[] }
  | { readonly verdict: "wants_tools"; readonly keywords: readonly string[] }
  | Refused;

/** Worth another round, or not. */
export type Refused = {
  readonly verdict: "wrong" | "hopeless";
  readonly issues: readonly Issue[];
  readonly plan?: Json;
};

/**
 * What to make of an answer.
 * @throws {ModelError} `model.refused`
 */
export function judge(result: ModelResult, request: PlanRequest): Proposal {
  const refused = unfinished(result, "plan this goal");
  if (refused !== undefined) return refused;
  const answer = readAnswer(result.text, request.goal);
  switch (answer.kind) {
    case "cannot":
      return { verdict: "hopeless", issues: [notPlannable(answer.reason)] };
    case "asks":
      // Whoever is asked for ever gets no plan.
      if ((request.clarifications ?? []).length >= MAX_QUESTIONS) {
        return { verdict: "wrong", issues: [ASKED_ENOUGH] };
      }
      return { verdict: "asks", questions: answer.questions.slice(0, MAX_QUESTIONS) };
    case "wants_tools":
      return { verdict: "wants_tools", keywords: answer.keywords };
    case "unreadable":
      return { ...answer, verdict: "wrong" };
    case "plan": {
      const issues = request.check(answer.plan);
      return issues.length === 0
        ? { verdict: "right", plan: answer.plan }
        : { verdict: "wrong", issues, plan: answer.plan };
    }
  }
}

/**
 * What to make of an answer that has no end, if it has none.
 * @param task what the model was to do, for whoever reads that it will not
 * @throws {ModelError} `model.refused`
 */
export function unfinished(result: ModelResult, task: string): Refused | undefined {
  if (result.finish === "refusal") {
    const said = result.text.trim() === "" ? "." : `: ${result.text.trim()}`;
    throw new ModelError("model.refused", `${result.model} refused to ${task}${said}`, {
      hint: "Put the goal in other words, or let another model plan.",
    });
  }
  if (result.finish !== "length") return undefined;
  return { verdict: "wrong", issues: [cutOff(result.model)] };
}

const MAX_QUESTIONS = 10;

const ASKED_ENOUGH: Issue = {
  code: "planner.failed",
  path: "questions",
  message: "The user has answered enough questions.",
  hint: "Plan with what is known, or say why that is impossible.",
};

export const NO_MORE_TOOLS: Refused = {
  verdict: "wrong",
  issues: [
    {
      code: "planner.failed",
      path: "moreTools",
      message: "There are no more tools to be shown.",
      hint: "Plan with the tools that are shown, or say why that is impossible.",
    },
  ],
};

function cutOff(model: string): Issue {
  return {
    code: "model.truncated",
    path: "",
    message: `${model} reached its limit of output tokens before the plan was complete.`,
    hint: "Ask for less at once, or let a model plan that may write more.",
  };
}

function notPlannable(reason: string): Issue {
  return {
    code: "goal.not_understood",
    path: "",
    message: reason.trim(),
    hint: "Say it in other words, give what is missing, or add a tool; `planwright tools list` shows what there is.",
  };
}
