import type { Issue } from "./base/errors.ts";
import { isPlainObject, type Json } from "./base/json.ts";
import { compileTemplate } from "./plan/expressions.ts";

/**
 * What is wrong with the plans inside a plan, with their places in it.
 * @param plan may be anything
 * @param check every issue of one of them
 */
export function innerIssues(plan: unknown, check: (inner: Json) => readonly Issue[]): Issue[] {
  const subtasks: unknown = isPlainObject(plan) ? plan["subtasks"] : undefined;
  if (!Array.isArray(subtasks)) return [];
  return subtasks.flatMap((subtask: unknown, index): Issue[] => {
    if (!isPlainObject(subtask) || subtask["tool"] !== "run_workflow") return [];
    const inner = isPlainObject(subtask["input"]) ? subtask["input"]["plan"] : undefined;
    // One that could not be read was told of by whoever read it.
    if (!isPlainObject(inner) || Object.keys(inner).length === 0) return [];
    const { template } = compileTemplate(inner as Json);
    if (!template.isLiteral) return [];
    return check(template.evaluate({})).map((issue) => ({
      ...issue,
      path: `subtasks[${index}].input.plan.${issue.path}`,
    }));
  });
}
