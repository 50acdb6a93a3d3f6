/**
 * The conversation in which a model comes to a plan: it is asked, its answer is judged, and
 * the exact errors go back until the answer is right or the rounds are used up.
 *
 * A repair request holds the question, the newest answer and its errors, not the whole
 * history: older mistakes only cost tokens and invite repetition.
 */

import type { Issue } from "../base/errors.ts";
import type { Json } from "../base/json.ts";
import {
  addUsage,
  type Model,
  type ModelMessage,
  type ModelRequest,
  type ModelResult,
  NO_USAGE,
} from "../models/model.ts";
import { planSchema } from "../plan/schema.ts";
import type { ToolDescription } from "../tools/tool.ts";
import { chooseTools } from "./choose-tools.ts";
import { NO_MORE_TOOLS, type Proposal, type Refused } from "./judge.ts";
import type { PlanOutcome } from "./planner.ts";

/** Tools that a model is shown, of all that there are. */
export type Shown = readonly ToolDescription[];

/** What differs from one conversation to another. */
export interface Topic {
  /** What is wanted, in a word: `plan`. */
  readonly what: string;
  readonly question: ModelMessage;
  /** All that there are. */
  readonly tools: Shown;
  readonly firstTools: Shown;
  /** How many more are shown when the model asks for some. */
  readonly maxTools: number;
  readonly maxRepairs: number;
  readonly signal: AbortSignal;
  /** All of a request but its messages. */
  framing(shown: Shown): Pick<ModelRequest, "system" | "schema">;
  /** Asks before anything has gone back. @default as always */
  askFirst?(asked: ModelRequest): Promise<ModelResult>;
  /** @throws {ModelError} `model.refused` */
  judge(result: ModelResult): Proposal;
  /** What goes back. */
  correction(refused: Refused): ModelMessage;
  /** Asks again when an answer was longer than the model may write. */
  readonly shorter: string;
  onRepair(round: number, issues: readonly Issue[]): void;
}

/** Ask the model until its answer will do, or no more. */
export async function converse(model: Model, topic: Topic): Promise<PlanOutcome> {
  const { question, signal } = topic;
  let tools = topic.firstTools;
  let mayAskForTools = tools.length < topic.tools.length;
  let messages = [question];
  let spent = { usage: NO_USAGE, modelCalls: 0 };
  let lastPlan: Json | undefined;
  for (let round = 0; ; ) {
    const asked = { ...topic.framing(tools), messages, signal };
    const result = await ask(model, asked, round === 0 ? topic : undefined);
    spent = { usage: addUsage(spent.usage, result.usage), modelCalls: spent.modelCalls + 1 };
    const proposal = topic.judge(result);
    if (proposal.verdict === "right") {
      return { status: "planned", plan: planSchema.parse(proposal.plan), ...spent };
    }
    if (proposal.verdict === "asks") {
      return { status: "asks", questions: proposal.questions, ...spent };
    }
    if (proposal.verdict === "wants_tools" && mayAskForTools) {
      mayAskForTools = false;
      tools = withMoreTools(tools, proposal.keywords, topic);
      continue;
    }
    const refused = proposal.verdict === "wants_tools" ? NO_MORE_TOOLS : proposal;
    lastPlan = refused.plan ?? lastPlan;
    const isLast = refused.verdict === "hopeless" || round >= topic.maxRepairs;
    if (isLast) {
      const issues = lastIssues(refused, model.name, topic.what, round + 1);
      return { status: "failed", issues, ...(lastPlan !== undefined && { lastPlan }), ...spent };
    }
    round++;
    topic.onRepair(round, refused.issues);
    messages = repairMessages(topic, result, refused);
  }
}

function ask(model: Model, asked: ModelRequest, topic: Topic | undefined): Promise<ModelResult> {
  return topic?.askFirst?.(asked) ?? model.generate(asked).result;
}

/** What is shown stays: the model may have meant to use it. */
function withMoreTools(
  shown: Shown,
  keywords: readonly string[],
  { tools, maxTools }: Topic,
): Shown {
  const others = tools.filter((tool) => !shown.includes(tool));
  const found = new Set([...shown, ...chooseTools(keywords.join(" "), others, maxTools)]);
  return tools.filter((tool) => found.has(tool));
}

function lastIssues(
  { verdict, issues }: Refused,
  model: string,
  what: string,
  tries: number,
): readonly Issue[] {
  return verdict === "hopeless" ? issues : [gaveUp(model, what, tries), ...issues];
}

function repairMessages(
  { question, what, shorter, correction }: Topic,
  { finish, text }: ModelResult,
  refused: Refused,
): ModelMessage[] {
  if (finish === "length") return [addTo(question, shorter)];
  // No provider takes an empty message, so an empty answer is told of in the question.
  if (text.trim() === "")
    return [addTo(question, `Your last answer was empty. Answer with a ${what}.`)];
  return [question, { role: "assistant", content: text }, correction(refused)];
}

function addTo({ role, content }: ModelMessage, note: string): ModelMessage {
  return { role, content: `${content}\n\n${note}` };
}

function gaveUp(model: string, what: string, tries: number): Issue {
  return {
    code: "planner.failed",
    path: "",
    message: `${model} gave no valid ${what} in ${tries} ${tries === 1 ? "try" : "tries"}.`,
    hint: "Say the goal more exactly, let another model plan, or mend the last plan by hand.",
  };
}
