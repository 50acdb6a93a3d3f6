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
import { planSchema } from "../plan/schema.ts";
import type { ToolDescription } from "../tools/tool.ts";
import { answerSchema, readAnswer } from "./answer.ts";
import { chooseTools } from "./choose-tools.ts";
import { judge, NO_MORE_TOOLS, type Refused } from "./judge.ts";
import { PlanReader } from "./plan-reader.ts";
import type { Planner, PlanOutcome, PlanRequest } from "./planner.ts";
import {
  goalMessage,
  type PromptOptions,
  planningPrompt,
  repairMessage,
  SHORTER,
} from "./prompt.ts";

export interface ModelPlannerOptions extends PromptOptions {
  /** How often an invalid plan goes back with its errors. @default 3 */
  readonly maxRepairs?: number | undefined;
  /** With more tools, only those are shown that go best with the goal. @default 40 */
  readonly maxTools?: number | undefined;
  /** What "today" means, e.g. `Europe/Rome`. @default the system's */
  readonly timeZone?: string | undefined;
}

/** A planner that asks this model. */
export function createModelPlanner(model: Model, options: ModelPlannerOptions = {}): Planner {
  return {
    name: model.name,
    prompt: (request) => {
      const tools = firstTools(request, options);
      const messages = [goalMessage(request, options.timeZone)];
      return { ...framing(request, tools, options), messages };
    },
    plan: (request) => plan(request.meter?.(model) ?? model, request, options),
  };
}

async function plan(
  model: Model,
  request: PlanRequest,
  options: ModelPlannerOptions,
): Promise<PlanOutcome> {
  const { maxRepairs = 3 } = options;
  const question = goalMessage(request, options.timeZone);
  let tools = firstTools(request, options);
  let mayAskForTools = tools.length < request.tools.length;
  let messages = [question];
  let spent = { usage: NO_USAGE, modelCalls: 0 };
  let lastPlan: Json | undefined;
  for (let round = 0; ; ) {
    const { signal } = request;
    const asked = { ...framing(request, tools, options), messages, signal };
    const drafts = round === 0 ? request.onDraft : undefined;
    const result = await generate(model, asked, request, drafts);
    spent = { usage: addUsage(spent.usage, result.usage), modelCalls: spent.modelCalls + 1 };
    const proposal = judge(result, request);
    if (proposal.verdict === "right") {
      return { status: "planned", plan: planSchema.parse(proposal.plan), ...spent };
    }
    if (proposal.verdict === "asks") {
      return { status: "asks", questions: proposal.questions, ...spent };
    }
    if (proposal.verdict === "wants_tools" && mayAskForTools) {
      mayAskForTools = false;
      tools = withMoreTools(tools, proposal.keywords, request, options);
      continue;
    }
    const refused = proposal.verdict === "wants_tools" ? NO_MORE_TOOLS : proposal;
    lastPlan = refused.plan ?? lastPlan;
    const isLast = refused.verdict === "hopeless" || round >= maxRepairs;
    if (isLast) {
      const issues = lastIssues(refused, model.name, round + 1);
      return { status: "failed", issues, ...(lastPlan !== undefined && { lastPlan }), ...spent };
    }
    round++;
    request.onRepair?.(round, refused.issues);
    messages = repairMessages(question, result, refused.issues);
  }
}

const MAX_TOOLS = 40;

type Shown = readonly ToolDescription[];

function firstTools(
  { goal, tools }: Pick<PlanRequest, "goal" | "tools">,
  { maxTools = MAX_TOOLS }: ModelPlannerOptions,
): Shown {
  return chooseTools(goal, tools, maxTools);
}

/** What is shown stays: the model may have meant to use it. */
function withMoreTools(
  shown: Shown,
  keywords: readonly string[],
  { tools }: PlanRequest,
  { maxTools = MAX_TOOLS }: ModelPlannerOptions,
): Shown {
  const others = tools.filter((tool) => !shown.includes(tool));
  const found = new Set([...shown, ...chooseTools(keywords.join(" "), others, maxTools)]);
  return tools.filter((tool) => found.has(tool));
}

/** All of a request but its messages. */
function framing(
  { tools }: Pick<PlanRequest, "tools">,
  shown: Shown,
  options: ModelPlannerOptions,
): Pick<ModelRequest, "system" | "schema"> & { readonly schema: object } {
  const schema = answerSchema(
    shown.map(({ name }) => name),
    shown.length < tools.length,
  );
  return {
    system: planningPrompt(tools, shown, options),
    schema: { name: "plan", schema },
  };
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

function gaveUp(model: string, tries: number): Issue {
  return {
    code: "planner.failed",
    path: "",
    message: `${model} gave no valid plan in ${tries} ${tries === 1 ? "try" : "tries"}.`,
    hint: "Say the goal more exactly, let another model plan, or mend the last plan by hand.",
  };
}
