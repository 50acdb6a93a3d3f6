/**
 * The planner that asks a model.
 *
 * It asks for a plan, has it checked, and sends the exact errors back until the plan is
 * right or the rounds are used up. A repair request holds the goal, the newest proposal and
 * its errors, not the whole history: older mistakes only cost tokens and invite repetition.
 */

import { type Issue, ModelError } from "../base/errors.ts";
import type { Json } from "../base/json.ts";
import {
  addUsage,
  type Model,
  type ModelMessage,
  type ModelRequest,
  type ModelResult,
  type ModelStream,
  NO_USAGE,
} from "../models/model.ts";
import type { Question } from "../plan/question.ts";
import { planSchema } from "../plan/schema.ts";
import { answerSchema, readAnswer } from "./answer.ts";
import { PlanReader } from "./plan-reader.ts";
import type { Planner, PlanRequest } from "./planner.ts";
import { goalMessage, planningPrompt, repairMessage, SHORTER } from "./prompt.ts";

export interface ModelPlannerOptions {
  /** How often an invalid plan goes back with its errors. @default 3 */
  readonly maxRepairs?: number;
  /** Further rules for every plan, in plain language. */
  readonly instructions?: string;
  /** What "today" means, e.g. `Europe/Rome`. @default the system's */
  readonly timeZone?: string;
}

/** A planner that asks this model. */
export function createModelPlanner(model: Model, options: ModelPlannerOptions = {}): Planner {
  const { maxRepairs = 3, instructions, timeZone } = options;
  return {
    name: model.name,
    async plan(request) {
      const question = goalMessage(request, timeZone);
      const asked = {
        system: planningPrompt(request.tools, instructions),
        schema: { name: "plan", schema: answerSchema(request.tools.map(({ name }) => name)) },
        signal: request.signal,
      };
      let spent = { usage: NO_USAGE, modelCalls: 0 };
      let lastPlan: Json | undefined;
      let messages = [question];
      for (let round = 0; ; round++) {
        const drafts = round === 0 ? request.onDraft : undefined;
        const result = await generate(model, { ...asked, messages }, request, drafts);
        spent = { usage: addUsage(spent.usage, result.usage), modelCalls: spent.modelCalls + 1 };
        const proposal = judge(result, request);
        if (proposal.verdict === "right") {
          return { status: "planned", plan: planSchema.parse(proposal.plan), ...spent };
        }
        if (proposal.verdict === "asks") {
          return { status: "asks", questions: proposal.questions, ...spent };
        }
        lastPlan = proposal.plan ?? lastPlan;
        const isLast = proposal.verdict === "hopeless" || round >= maxRepairs;
        if (isLast) {
          const issues = lastIssues(proposal, model.name, round + 1);
          return {
            status: "failed",
            issues,
            ...(lastPlan !== undefined && { lastPlan }),
            ...spent,
          };
        }
        request.onRepair?.(round + 1, proposal.issues);
        messages = repairMessages(question, result, proposal.issues);
      }
    },
  };
}

/**
 * The whole answer, with every draft of it on the way.
 *
 * Only the first answer is read while it comes: what a repair keeps has begun already. An
 * answer that breaks off after it was read from is asked for again, unread, so that the
 * model's own retries apply.
 */
async function generate(
  model: Model,
  asked: ModelRequest,
  request: PlanRequest,
  onDraft: PlanRequest["onDraft"],
): Promise<ModelResult> {
  if (onDraft === undefined) return model.generate(asked).result;
  const stream = model.generate(asked);
  try {
    await readDrafts(stream, request, onDraft);
    return await stream.result;
  } catch (error) {
    if (!(error instanceof ModelError && error.retryable)) throw error;
    return model.generate(asked).result;
  }
}

async function readDrafts(
  stream: ModelStream,
  request: PlanRequest,
  onDraft: NonNullable<PlanRequest["onDraft"]>,
): Promise<void> {
  const reader = new PlanReader();
  for await (const piece of stream) {
    const soFar = reader.read(piece);
    const answer = soFar === undefined ? undefined : readAnswer(soFar, request.goal);
    if (answer?.kind !== "plan" || request.check(answer.plan).length > 0) continue;
    onDraft(planSchema.parse(answer.plan));
  }
}

type Proposal =
  | { readonly verdict: "right"; readonly plan: Json }
  | { readonly verdict: "asks"; readonly questions: readonly Question[] }
  | Refused;

/** Worth another round, or not. */
type Refused = {
  readonly verdict: "wrong" | "hopeless";
  readonly issues: readonly Issue[];
  readonly plan?: Json;
};

function judge(result: ModelResult, request: PlanRequest): Proposal {
  if (result.finish === "refusal") {
    const said = result.text.trim() === "" ? "." : `: ${result.text.trim()}`;
    throw new ModelError("model.refused", `${result.model} refused to plan this goal${said}`, {
      hint: "Put the goal in other words, or let another model plan.",
    });
  }
  if (result.finish === "length") return { verdict: "wrong", issues: [cutOff(result.model)] };
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

function lastIssues({ verdict, issues }: Refused, model: string, tries: number): readonly Issue[] {
  return verdict === "hopeless" ? issues : [gaveUp(model, tries), ...issues];
}

function repairMessages(
  question: ModelMessage,
  { finish, text }: ModelResult,
  issues: readonly Issue[],
): ModelMessage[] {
  if (finish === "length") return [addTo(question, SHORTER)];
  // No provider takes an empty message, so an empty answer is told of in the question.
  if (text.trim() === "")
    return [addTo(question, "Your last answer was empty. Answer with a plan.")];
  return [question, { role: "assistant", content: text }, repairMessage(issues)];
}

function addTo({ role, content }: ModelMessage, note: string): ModelMessage {
  return { role, content: `${content}\n\n${note}` };
}

const MAX_QUESTIONS = 10;

const ASKED_ENOUGH: Issue = {
  code: "planner.failed",
  path: "questions",
  message: "The user has answered enough questions.",
  hint: "Plan with what is known, or say why that is impossible.",
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

function gaveUp(model: string, tries: number): Issue {
  return {
    code: "planner.failed",
    path: "",
    message: `${model} gave no valid plan in ${tries} ${tries === 1 ? "try" : "tries"}.`,
    hint: "Say the goal more exactly, let another model plan, or mend the last plan by hand.",
  };
}
