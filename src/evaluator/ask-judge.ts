/** One question to one judge, asked once more where the answer is of no use. */

import { type ErrorCode, toErrorData } from "../base/errors.ts";
import type { JsonObject } from "../base/json.ts";
import {
  addUsage,
  type Model,
  type ModelMessage,
  type ModelResult,
  type ModelUsage,
  NO_USAGE,
} from "../models/model.ts";
import { throwIfAborted, untilAborted } from "./abort.ts";
import type { EvaluationRequest } from "./evaluator.ts";
import type { Reading } from "./judge-answer.ts";

/** What the judges of one evaluation have used so far. */
export class Spending {
  usage: ModelUsage = NO_USAGE;
  modelCalls = 0;

  add(usage: ModelUsage): void {
    this.usage = addUsage(this.usage, usage);
    this.modelCalls++;
  }
}

export type Question<T> = {
  /** Stable, so that a provider can keep it. */
  readonly instructions: string;
  readonly content: string;
  readonly schema: { readonly name: string; readonly schema: JsonObject };
  read(text: string): Reading<T>;
};

/**
 * What the judge says, or why that is of no use.
 * @throws {ModelError} when the signal aborts or the budget does not allow it
 */
export async function askJudge<T>(
  judge: Model,
  question: Question<T>,
  { request, spending }: { readonly request: EvaluationRequest; readonly spending: Spending },
): Promise<Reading<T>> {
  const model = request.meter?.(judge) ?? judge;
  const asked: ModelMessage = { role: "user", content: question.content.toWellFormed() };
  let messages: readonly ModelMessage[] = [asked];
  let reading: Reading<T> = { problem: "it was not asked" };
  for (let round = 0; round < ROUNDS; round++) {
    const result = await generate(model, question, messages, { request, spending });
    if (typeof result === "string") return { problem: result };
    reading = readingOf(result, question);
    if (reading.problem === undefined) return reading;
    messages = askedAgain(asked, result, reading.problem);
  }
  return reading;
}

const ROUNDS = 2;

/** @returns the message of the error where the model failed */
async function generate<T>(
  model: Model,
  { instructions, schema }: Question<T>,
  messages: readonly ModelMessage[],
  { request, spending }: { readonly request: EvaluationRequest; readonly spending: Spending },
): Promise<ModelResult | string> {
  const { signal } = request;
  throwIfAborted(signal);
  const system = [{ text: instructions, cache: true }];
  try {
    // Not read piece by piece: a reader would end the model's retries.
    const answer = model.generate({ system, messages, schema, signal }).result;
    const result = await untilAborted(answer, signal);
    spending.add(result.usage);
    return result;
  } catch (error) {
    const { code, message } = toErrorData(error);
    if (signal.aborted || THROWN.has(code)) throw error;
    spending.add(NO_USAGE);
    return message.replace(/\.$/, "");
  }
}

/** Not the judge's failures: nobody may be asked any more. */
const THROWN: ReadonlySet<ErrorCode> = new Set([
  "budget.exceeded",
  "budget.day_exceeded",
  "model.aborted",
]);

function readingOf<T>({ finish, text }: ModelResult, question: Question<T>): Reading<T> {
  if (finish === "refusal") return { problem: "it refused to answer" };
  if (finish === "length") return { problem: "the answer was cut off" };
  return question.read(text);
}

function askedAgain(
  asked: ModelMessage,
  { finish, text }: ModelResult,
  problem: string,
): readonly ModelMessage[] {
  const again = `Your answer cannot be used: ${problem}. Answer again with the whole JSON object, corrected, and nothing else. Keep the reasons short.`;
  // No provider takes an empty message, and half an answer or a refusal helps nobody.
  if (finish !== "stop" || text.trim() === "") {
    return [{ role: "user", content: `${asked.content}\n\n${again}` }];
  }
  return [
    asked,
    { role: "assistant", content: text.toWellFormed() },
    { role: "user", content: again.toWellFormed() },
  ];
}
