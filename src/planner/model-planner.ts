/**
 * The planner that asks a model, for plans and for revisions of them.
 *
 * Both are conversations of the same kind; here stands what each of them is about.
 */

import { ModelError } from "../base/errors.ts";
import type { Model, ModelRequest, ModelResult, ModelStream } from "../models/model.ts";
import { planSchema } from "../plan/schema.ts";
import { answerSchema, readAnswer } from "./answer.ts";
import { chooseTools } from "./choose-tools.ts";
import { converse, type Shown, type Topic } from "./converse.ts";
import { judge } from "./judge.ts";
import { judgeRevision, placesById } from "./judge-revision.ts";
import { PlanReader } from "./plan-reader.ts";
import type { Planner, PlanOutcome, PlanRequest, RevisionRequest } from "./planner.ts";
import {
  goalMessage,
  type PromptOptions,
  planningPrompt,
  repairMessage,
  SHORTER,
} from "./prompt.ts";
import { blamedIn } from "./read-feedback.ts";
import { revisionSchema } from "./revision-answer.ts";
import { REVISE_AGAIN, REVISING, revisionMessage, SHORTER_REVISION } from "./revision-prompt.ts";

export interface ModelPlannerOptions extends PromptOptions {
  /** How often an invalid plan goes back with its errors. @default 3 */
  readonly maxRepairs?: number | undefined;
  /** With more tools, only those are shown that go best with the goal. @default 40 */
  readonly maxTools?: number | undefined;
  /** What "today" means, e.g. `Europe/Rome`. @default the system's */
  readonly timeZone?: string | undefined;
}

const MAX_REPAIRS = 3;
const MAX_TOOLS = 40;

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
    revise: (request) => {
      const asked = request.model ?? model;
      return revise(request.meter?.(asked) ?? asked, request, options);
    },
  };
}

function plan(
  model: Model,
  request: PlanRequest,
  options: ModelPlannerOptions,
): Promise<PlanOutcome> {
  const { onDraft } = request;
  return converse(model, {
    ...sharedBy(request, options),
    what: "plan",
    question: goalMessage(request, options.timeZone),
    firstTools: firstTools(request, options),
    framing: (shown) => framing(request, shown, options),
    ...(onDraft && { askFirst: (asked) => generate(model, asked, request, onDraft) }),
    judge: (result) => judge(result, request),
    correction: ({ issues }) => repairMessage(issues),
    shorter: SHORTER,
  });
}

function revise(
  model: Model,
  request: RevisionRequest,
  options: ModelPlannerOptions,
): Promise<PlanOutcome> {
  return converse(model, {
    ...sharedBy(request, options),
    what: "revision",
    question: revisionMessage(request, options.timeZone),
    firstTools: toolsToRevise(request, options),
    framing: (shown) => revisionFraming(request, shown, options),
    judge: (result) => judgeRevision(result, request),
    correction: ({ issues, plan }) => repairMessage(placesById(issues, plan), REVISE_AGAIN),
    shorter: SHORTER_REVISION,
  });
}

function sharedBy(
  request: Pick<PlanRequest, "tools" | "signal" | "onRepair">,
  { maxRepairs = MAX_REPAIRS, maxTools = MAX_TOOLS }: ModelPlannerOptions,
) {
  const { tools, signal } = request;
  const onRepair: Topic["onRepair"] = (round, issues) => request.onRepair?.(round, issues);
  return { tools, signal, maxRepairs, maxTools, onRepair };
}

function firstTools(
  { goal, tools }: Pick<PlanRequest, "goal" | "tools">,
  { maxTools = MAX_TOOLS }: ModelPlannerOptions,
): Shown {
  return chooseTools(goal, tools, maxTools);
}

/** Those that the plan has, and those that go best with the goal and with what is to blame. */
function toolsToRevise(
  { goal, tools, feedback }: RevisionRequest,
  { maxTools = MAX_TOOLS }: ModelPlannerOptions,
): Shown {
  const { subtasks } = feedback.plan;
  const used = new Set(subtasks.flatMap(({ tool, fallback = tool }) => [tool, fallback]));
  const blamed = blamedIn(feedback);
  const toBlame = subtasks.filter(({ id }) => blamed.has(id));
  const words = toBlame.map(
    ({ tool, description = "" }) => `${tool.replaceAll("_", " ")} ${description}`,
  );
  const chosen = new Set(chooseTools([goal, ...words].join("\n"), tools, maxTools));
  return tools.filter((tool) => chosen.has(tool) || used.has(tool.name));
}

type Framing = Pick<ModelRequest, "system" | "schema"> & { readonly schema: object };

/** All of a request but its messages. */
function framing(
  { tools }: Pick<PlanRequest, "tools">,
  shown: Shown,
  options: ModelPlannerOptions,
): Framing {
  const schema = answerSchema(namesOf(shown), shown.length < tools.length);
  return {
    system: planningPrompt(tools, shown, options),
    schema: { name: "plan", schema },
  };
}

function revisionFraming(
  { tools }: RevisionRequest,
  shown: Shown,
  options: ModelPlannerOptions,
): Framing {
  const schema = revisionSchema(namesOf(shown), shown.length < tools.length);
  return {
    system: [...planningPrompt(tools, shown, options), REVISING],
    schema: { name: "revision", schema },
  };
}

function namesOf(tools: Shown): string[] {
  return tools.map(({ name }) => name);
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
  onDraft: NonNullable<PlanRequest["onDraft"]>,
): Promise<ModelResult> {
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
