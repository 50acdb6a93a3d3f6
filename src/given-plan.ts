import type { Issue } from "./base/errors.ts";
import { isPlainObject, type Json } from "./base/json.ts";
import { fileReferences, lowerPlan } from "./plan/lower.ts";
import type { Material } from "./plan/lowering.ts";
import { isTooMuch } from "./plan/salvage.ts";

/** A plan that is given as a value: what it has of workflow files is lowered, as far as it names none. */
export function lowerGiven(value: unknown): {
  readonly plan: unknown;
  readonly issues: readonly Issue[];
  toFile(path: string): string;
} {
  if (!isPlainObject(value) || isTooMuch(value)) {
    return { plan: value, issues: [], toFile: (path) => path };
  }
  const materials = new Map<string, Material>();
  const issues: Issue[] = [];
  for (const { named, path } of fileReferences(value as Json)) {
    if (typeof named !== "string") materials.set(path, { kind: "schema", schema: named });
    else issues.push(fileIssue(path, named));
  }
  const { plan, issues: others, toFile } = lowerPlan(value as Json, materials);
  return { plan, issues: [...issues, ...others], toFile };
}

function fileIssue(path: string, named: string): Issue {
  return {
    code: "plan.schema",
    path,
    message: `${path} names the file ${named}, and only a plan that is a file itself can.`,
    hint: "Read the plan with loadPlan, or with planwright run FILE.",
  };
}
