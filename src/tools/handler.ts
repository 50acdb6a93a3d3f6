/** Functions of the user's own that workflow files name: the default export of a module. */

import { stat } from "node:fs/promises";
import { type InputError, inputError, ToolError } from "../base/errors.ts";
import { formatPath } from "../base/json.ts";
import { importModule, isTool } from "./load.ts";
import { type Effects, issueSteps, type Schema, type ToolContext, validate } from "./tool.ts";

/**
 * The default export of a module that a workflow file names as `handler`. The module may also
 * export `effects` and `idempotent`, which mean what they mean for tools.
 */
export type Handler<Input = never, Output = unknown> = (
  input: Input,
  context: ToolContext,
) => Output | Promise<Output>;

/** A handler as it was found. */
export type LoadedHandler = {
  readonly effects: Effects;
  readonly idempotent: boolean;
  run(input: unknown, context: ToolContext): Promise<unknown>;
};

const EFFECTS: readonly unknown[] = ["none", "read", "write"] satisfies Effects[];

/**
 * Load a handler: a function, or what `defineTool` gives.
 * @param module absolute path
 * @param name what it is called in errors
 * @throws {InputError} `file.not_found`; `plan.invalid_handler` for a module that is none;
 *   `tool.load_failed` for one that throws on import
 */
export async function loadHandler(module: string, name = module): Promise<LoadedHandler> {
  const found = await stat(module).catch(() => undefined);
  if (!found?.isFile()) {
    const hint = "Check the path; it counts from the file that names it.";
    throw inputError("file.not_found", `There is no module ${name}.`, hint);
  }
  const exported = await importModule(module, name);
  const { default: handler, effects = "write", idempotent = false } = exported;
  if (isTool(handler)) {
    return {
      effects: handler.effects,
      idempotent: handler.idempotent,
      run: async (input, context) => {
        const given = await accept(handler.input, input, "tool.invalid_input");
        const output = await handler.run(given, context);
        return accept(handler.output, output, "tool.invalid_output");
      },
    };
  }
  if (typeof handler !== "function") {
    const what = handler === undefined ? "has no default export" : "exports no function as default";
    throw invalid(`${name} ${what}.`, "Write export default (input, context) => output.");
  }
  if (!EFFECTS.includes(effects) || typeof idempotent !== "boolean") {
    const what = `${name} exports effects or idempotent of a kind that there is not.`;
    throw invalid(what, 'Write effects as "none", "read" or "write", idempotent as true or false.');
  }
  return {
    effects: effects as Effects,
    idempotent,
    run: async (input, context) => (handler as Handler<unknown>)(input, context),
  };
}

/** The name of the tool that calls handlers of this kind: what a tool does is known before. */
export function toolOfHandler({
  effects,
  idempotent,
}: Pick<LoadedHandler, "effects" | "idempotent">) {
  if (effects === "none") return "call_pure_function";
  if (effects === "read") return "call_reading_function";
  return idempotent ? "call_idempotent_function" : "call_function";
}

async function accept(
  schema: Schema,
  value: unknown,
  code: "tool.invalid_input" | "tool.invalid_output",
): Promise<unknown> {
  const result = await validate(schema, value);
  if (result.issues === undefined) return result.value;
  const list = result.issues.map((issue) => {
    const path = formatPath(issueSteps(issue));
    return path === "" ? issue.message : `${path}: ${issue.message}`;
  });
  const side = code === "tool.invalid_input" ? "input" : "output";
  throw new ToolError(code, `The ${side} of the function is invalid: ${list.join("; ")}`, {
    retryable: false,
    hint: "Mend the input of the subtask, or the function.",
  });
}

function invalid(message: string, hint: string): InputError {
  return inputError("plan.invalid_handler", message, hint);
}
