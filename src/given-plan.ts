import { InputError, type Issue } from "./base/errors.ts";
import { isPlainObject, type Json } from "./base/json.ts";
import { type Accept, joinAccept } from "./plan/accept-schema.ts";
import { issuesOfAccept } from "./plan/check-accept.ts";
import { fileReferences, lowerPlan } from "./plan/lower.ts";
import type { Material } from "./plan/lowering.ts";
import { isTooMuch } from "./plan/salvage.ts";
import { planSchema } from "./plan/schema.ts";

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

/** With what whoever runs it wants of the answer. @throws {InputError} for criteria that make no sense */
export function withAccept(plan: unknown, wanted: Accept | undefined): unknown {
  if (wanted === undefined) return plan;
  const issues = issuesOfAccept(wanted);
  // What names subtasks is looked at together with the plan.
  const wrong = issues.filter(({ code }) => !code.startsWith("plan.unknown_"));
  if (wrong.length > 0) throw new InputError(wrong);
  const own = isPlainObject(plan) ? planSchema.shape.accept.safeParse(plan["accept"]) : undefined;
  if (!own?.success) return plan;
  return { ...(plan as object), accept: joinAccept(own.data, wanted) };
}

function fileIssue(path: string, named: string): Issue {
  return {
    code: "plan.schema",
    path,
    message: `${path} names the file ${named}, and only a plan that is a file itself can.`,
    hint: "Read the plan with loadPlan, or with planwright run FILE.",
  };
}
