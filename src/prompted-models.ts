import { InputError, type Issue } from "./base/errors.ts";
import { isPlainObject } from "./base/json.ts";
import type { Model, Models } from "./models/model.ts";

type KnownModels = {
  readonly models: Models | undefined;
  readonly named: (name: string) => Model;
};

/** Tools that ask the model which their input names. */
const ASKING: ReadonlySet<unknown> = new Set(["prompt_model", "classify_text"]);

/**
 * Subtasks that ask a model which there is not: the one that is configured, or their own.
 * @param plan may be anything
 * @param options.withKeys whether a missing key counts: it does where something is to be run
 */
export function modelIssues(
  plan: unknown,
  { models, named }: KnownModels,
  { withKeys }: { readonly withKeys: boolean },
): Issue[] {
  const subtasks: unknown = isPlainObject(plan) ? plan["subtasks"] : undefined;
  if (!Array.isArray(subtasks)) return [];
  const issuesOf = (call: unknown, path: string): Issue[] => {
    if (!isPlainObject(call) || !ASKING.has(call["tool"])) return [];
    const { model } = isPlainObject(call["input"]) ? call["input"] : {};
    if (model === undefined && models === undefined) return [noModel(path)];
    if (typeof model !== "string") return [];
    try {
      named(model);
      return [];
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      if (!withKeys && error.code !== "model.unknown") return [];
      return error.issues.map((issue) => ({ ...issue, path: `${path}.input.model` }));
    }
  };
  return subtasks.flatMap((subtask: unknown, index) => {
    const path = `subtasks[${index}]`;
    const refine = isPlainObject(subtask) ? subtask["refine"] : undefined;
    const check = isPlainObject(refine) ? refine["check"] : undefined;
    return [...issuesOf(subtask, path), ...issuesOf(check, `${path}.refine.check`)];
  });
}

function noModel(path: string): Issue {
  return {
    code: "plan.no_model",
    path,
    message: `${path} asks a model, and none is configured.`,
    hint: "Name one with --model, or as `model` of the subtask, e.g. anthropic:claude-sonnet-5-5.",
  };
}
