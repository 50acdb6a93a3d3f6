/** Subtasks of workflow files that ask a model, as calls of `prompt_model`. */

import type { Issue } from "../base/errors.ts";
import { isPlainObject, type Json, type JsonObject } from "../base/json.ts";
import { closest } from "./closest.ts";
import { escapeJson, escapeTemplate } from "./expressions.ts";
import type { LoweredSubtask, LoweringSubtask, Material } from "./lowering.ts";

const MARK = /\{\{.*?\}\}|\{%.*?%\}/s;

export function lowerModel(subtask: LoweringSubtask): LoweredSubtask {
  const { written } = subtask;
  const { outputSchema, model, maxTokens } = written;
  const issues: Issue[] = [];
  const schema =
    outputSchema === undefined
      ? undefined
      : (subtask.material("schema", "outputSchema")?.schema ?? {});
  const input = {
    ...askedOf(subtask, issues),
    ...(schema !== undefined && { schema: escapeJson(schema) }),
    ...(typeof model === "string" && { model: escapeTemplate(model) }),
    ...(typeof maxTokens === "number" && { max_tokens: maxTokens }),
  };
  return { tool: "prompt_model", input, issues };
}

/** What the model is asked; what cannot be read stands for any question. */
function askedOf(subtask: LoweringSubtask, issues: Issue[]): JsonObject {
  const { written, path } = subtask;
  const { prompt, promptTemplate, variables } = written;
  if ((prompt === undefined) === (promptTemplate === undefined)) {
    const both = prompt !== undefined;
    issues.push({
      code: "plan.schema",
      path,
      message: both
        ? `${path} has both a prompt and a promptTemplate.`
        : `${path} has nothing to ask: no prompt, and no promptTemplate.`,
      hint: "Write prompt, a text, or promptTemplate, the path of a file.",
    });
    return { prompt: "?" };
  }
  if (prompt !== undefined) {
    issues.push(...promptIssues(prompt, variables, path));
    return { prompt: typeof prompt === "string" && prompt !== "" ? prompt : "?" };
  }
  const template = subtask.material("template", "promptTemplate");
  const given = isPlainObject(variables) ? (variables as JsonObject) : {};
  if (template === undefined) return { template: "?", variables: given };
  issues.push(...unknownNames(template, given, subtask));
  const known = template.reads.map(({ name }) => name).filter((name) => isKnown(name, subtask));
  const implied = [...new Set(known)].map((name): [string, Json] => [name, `\${${name}}`]);
  return {
    template: escapeTemplate(template.text),
    variables: { ...Object.fromEntries(implied), ...given },
  };
}

function promptIssues(prompt: Json, variables: Json | undefined, path: string): Issue[] {
  const issues: Issue[] = [];
  const mark = typeof prompt === "string" ? MARK.exec(prompt)?.[0] : undefined;
  if (mark !== undefined) {
    issues.push({
      code: "plan.invalid_template",
      path: `${path}.prompt`,
      message: `A prompt is no template: ${mark} would be sent as it stands.`,
      hint: "Write ${expressions}, or put it into a file and name that in promptTemplate.",
    });
  }
  if (variables !== undefined) {
    issues.push({
      code: "plan.schema",
      path: `${path}.variables`,
      message: "Variables are for a promptTemplate, and here is a prompt.",
      hint: "Write ${expressions} into the prompt.",
    });
  }
  return issues;
}

function isKnown(name: string, { names, own }: LoweringSubtask): boolean {
  return own.includes(name) || names.includes(name);
}

/** Names that nothing has, each where the template reads it first. */
function unknownNames(
  { file, reads }: Extract<Material, { readonly kind: "template" }>,
  given: JsonObject,
  subtask: LoweringSubtask,
): Issue[] {
  const seen = new Set<string>();
  return reads.flatMap(({ name, field, line, column }): Issue[] => {
    const isOwn = Object.hasOwn(given, name);
    const isInput = name === "inputs" && !isOwn && field !== undefined;
    const candidates = isInput ? subtask.inputs : [...Object.keys(given), ...subtask.names];
    const wanted = isInput ? field : name;
    const known = isInput ? candidates.includes(field) : isOwn || isKnown(name, subtask);
    const what = isInput ? `inputs.${field}` : name;
    if (known || seen.has(what)) return [];
    seen.add(what);
    const near = closest(wanted, candidates);
    const list = candidates.length === 0 ? "none" : candidates.slice(0, 12).join(", ");
    return [
      {
        code: "plan.invalid_template",
        path: `${subtask.path}.promptTemplate`,
        message: `The template reads ${what}, and nothing is called that.`,
        hint: near === undefined ? `It may read ${list}.` : `Did you mean ${near}?`,
        file,
        line,
        column,
      },
    ];
  });
}
