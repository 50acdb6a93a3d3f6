import { expect } from "vitest";
import { ToolError } from "../../../src/base/errors.ts";
import { type Json, toJson } from "../../../src/base/json.ts";
import { type Tool, type ToolContext, validate } from "../../../src/tools/tool.ts";

const CONTEXT: ToolContext = {
  runId: "run",
  subtaskId: "subtask",
  attempt: 1,
  idempotencyKey: "key",
  signal: new AbortController().signal,
  workspace: "/nowhere",
  models: undefined,
  log() {},
  progress() {},
};

/** Call a tool as a driver does: input and output must pass their schemas, and be JSON. */
export async function call<Output>(
  tool: Tool,
  input: Json,
  context: Partial<ToolContext> = {},
): Promise<Output> {
  const accepted = await validate(tool.input, input);
  if (accepted.issues) {
    const messages = accepted.issues.map(({ message }) => message);
    throw new ToolError("tool.invalid_input", messages.join("; "));
  }
  const given = await tool.run(accepted.value, { ...CONTEXT, ...context });
  const result = await validate(tool.output, given);
  if (result.issues) throw new Error(`invalid output: ${JSON.stringify(result.issues)}`);
  const output = toJson(result.value);
  // What a run sees at once must be what it sees after a restart.
  expect(JSON.parse(JSON.stringify(output))).toEqual(output);
  return output as Output;
}

/** The error that a call ends with. */
export async function failure(
  tool: Tool,
  input: Json,
  context: Partial<ToolContext> = {},
): Promise<ToolError> {
  const error: unknown = await call(tool, input, context).then(
    (output) => expect.fail(`it gave ${JSON.stringify(output)}`),
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(ToolError);
  return error as ToolError;
}
