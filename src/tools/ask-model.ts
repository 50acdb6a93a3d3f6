/** A question to a model, whose answer is a text or JSON of a schema. */

import { ToolError } from "../base/errors.ts";
import type { Json, JsonObject } from "../base/json.ts";
import { type JsonValidator, listProblems, withoutNulls } from "../base/json-schema-validator.ts";
import { readJson } from "../base/read-json.ts";
import type { Model, ModelMessage } from "../models/model.ts";
import { compileJsonSchema } from "./json-schema-validator.ts";
import { textOf } from "./model-answer.ts";
import type { ToolContext } from "./tool.ts";

export type Asking = {
  readonly model: Model;
  /** Stable, so that a provider can keep it cached. */
  readonly system: string;
  readonly maxOutputTokens?: number | undefined;
  readonly context: Pick<ToolContext, "signal" | "log">;
};

/**
 * A model by its name, or the one that is configured.
 * @throws {ToolError} `model.unavailable`
 * @throws {InputError} `model.unknown`, `model.key_missing`
 */
export function modelFor(
  name: string | undefined,
  { models, modelNamed }: Pick<ToolContext, "models" | "modelNamed">,
): Model {
  const found = name === undefined ? models?.tools : modelNamed?.(name);
  if (found !== undefined) return found;
  throw new ToolError("model.unavailable", "There is no model to ask.", {
    retryable: false,
    hint: "Name one with --model, or as `model` of the subtask, e.g. anthropic:claude-sonnet-5-5.",
  });
}

/** @throws {ToolError} `model.refused`, `model.truncated`, `model.invalid_output` */
export function askForText(question: string, asking: Asking): Promise<string> {
  return ask([{ role: "user", content: question }], asking);
}

/**
 * The answer as JSON, asked for once more with what is wrong if it is not of the schema.
 * @throws {ToolError} `tool.invalid_input` for what is no JSON Schema; `model.invalid_output`
 */
export async function askForJson(
  question: string,
  schema: JsonObject,
  asking: Asking,
): Promise<Json> {
  const validator = await validatorOf(schema);
  const messages: ModelMessage[] = [{ role: "user", content: question }];
  const text = await ask(messages, asking, schema);
  const first = read(text, validator);
  if (first.problem === undefined) return first.value;
  const { model, context } = asking;
  context.log(`The answer does not fit the schema, and is asked for again: ${first.problem}`);
  const again = `Your answer cannot be used: ${first.problem}. Answer again with the whole JSON value, corrected, and nothing else.`;
  messages.push({ role: "assistant", content: text }, { role: "user", content: again });
  const second = read(await ask(messages, asking, schema), validator);
  if (second.problem === undefined) return second.value;
  throw new ToolError(
    "model.invalid_output",
    `${model.name} gave an answer that does not fit the schema, twice: ${second.problem}.`,
    { hint: "Say in the prompt what the schema wants, loosen it, or use another model." },
  );
}

type Reading =
  | { readonly value: Json; readonly problem?: undefined }
  | { readonly problem: string };

function read(text: string, validator: JsonValidator): Reading {
  const answer = readJson(text);
  if (!answer.ok) return { problem: answer.message.replace(/\.$/, "") };
  const problems = validator(answer.value);
  if (problems.length === 0) return { value: answer.value };
  const value = withoutNulls(answer.value, problems);
  const left = validator(value);
  return left.length === 0 ? { value } : { problem: listProblems(problems) };
}

async function ask(
  messages: readonly ModelMessage[],
  { model, system, maxOutputTokens, context }: Asking,
  schema?: JsonObject,
): Promise<string> {
  // Not read piece by piece: a reader would end the model's retries.
  const result = await model.generate({
    system: [{ text: system, cache: true }],
    messages,
    ...(schema && { schema: { name: "answer", schema } }),
    ...(maxOutputTokens !== undefined && { maxOutputTokens }),
    signal: context.signal,
  }).result;
  return textOf(result);
}

async function validatorOf(schema: JsonObject): Promise<JsonValidator> {
  const validator = await compileJsonSchema(schema);
  if (typeof validator === "function") return validator;
  const why = listProblems(validator.problems);
  throw new ToolError("tool.invalid_input", `The schema is no JSON Schema: ${why}.`, {
    retryable: false,
    hint: "Mend the schema of the answer.",
  });
}
