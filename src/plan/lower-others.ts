/** Subtasks of workflow files that call a function or run another plan, as tool calls. */

import type { Issue } from "../base/errors.ts";
import { isPlainObject, type Json, type JsonObject } from "../base/json.ts";
import { closest } from "./closest.ts";
import { isOfType } from "./compile.ts";
import { escapeJson, escapeTemplate } from "./expressions.ts";
import type { LoweredSubtask, LoweringSubtask } from "./lowering.ts";
import type { PlanInput } from "./schema.ts";

export function lowerFunction(subtask: LoweringSubtask): LoweredSubtask {
  const { outputSchema } = subtask.written;
  const handler = subtask.material("handler", "handler");
  const schema = subtask.material("schema", "outputSchema")?.schema;
  const input = {
    module: escapeTemplate(handler?.module ?? "?"),
    input: inputOf(subtask),
    ...(outputSchema !== undefined && { schema: escapeJson(schema ?? {}) }),
  };
  return { tool: handler?.tool ?? "call_function", input, issues: [] };
}

export function lowerWorkflow(subtask: LoweringSubtask): LoweredSubtask {
  const { budget, budgetShare } = subtask.written;
  const plan = subtask.material("workflow", "workflow")?.plan;
  const given = inputOf(subtask);
  const input = {
    plan: escapeJson(plan ?? {}),
    input: given,
    ...(isPlainObject(budget) && { budget: budget as JsonObject }),
    ...(typeof budgetShare === "number" && { budget_share: budgetShare }),
  };
  const issues = plan === undefined ? [] : inputIssues(plan, given, subtask);
  return { tool: "run_workflow", input, issues };
}

function inputOf({ written }: LoweringSubtask): JsonObject {
  return isPlainObject(written["input"]) ? (written["input"] as JsonObject) : {};
}

/** What a workflow is given beside what it wants; expressions are told of when they run. */
function inputIssues(plan: Json, given: JsonObject, { written, path }: LoweringSubtask): Issue[] {
  const declared = isPlainObject(plan) ? plan["inputs"] : undefined;
  const inputs = (isPlainObject(declared) ? declared : {}) as Record<string, PlanInput>;
  const names = Object.keys(inputs);
  const file = String(written["workflow"]);
  const unknown = Object.keys(given).filter((name) => !names.includes(name));
  const issues = unknown.map((name): Issue => {
    const near = closest(name, names);
    const list = names.length === 0 ? "It takes no inputs." : `Its inputs are ${names.join(", ")}.`;
    return {
      code: "plan.invalid_input",
      path: `${path}.input.${name}`,
      message: `${file} has no input ${name}.`,
      hint: near === undefined ? list : `Did you mean ${near}?`,
    };
  });
  for (const [name, input] of Object.entries(inputs)) {
    const value = given[name];
    const isExpression = typeof value === "string" && value.includes("${");
    const isMissing = value === undefined && input?.default === undefined;
    if (!isMissing && (value === undefined || isExpression || isOfType(value, input?.type))) {
      continue;
    }
    const hint = `It is of the type ${String(input?.type)}.`;
    issues.push(
      isMissing
        ? {
            code: "plan.invalid_input",
            path: `${path}.input`,
            message: `${file} needs the input ${name}.`,
            hint,
          }
        : {
            code: "plan.invalid_input",
            path: `${path}.input.${name}`,
            message: `${file} does not take ${JSON.stringify(value)} as ${name}.`,
            hint,
          },
    );
  }
  return issues;
}
