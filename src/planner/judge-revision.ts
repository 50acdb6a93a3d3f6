/** What a model has answered that was to revise a plan, and whether it will do. */

import type { Issue } from "../base/errors.ts";
import { isPlainObject, type Json, type JsonObject } from "../base/json.ts";
import type { ModelResult } from "../models/model.ts";
import { compilePlan } from "../plan/compile.ts";
import { isSameRevision } from "../plan/fingerprint.ts";
import { planSchema } from "../plan/schema.ts";
import { type Proposal, unfinished } from "./judge.ts";
import { keepFixed } from "./patch.ts";
import type { RevisionRequest } from "./planner.ts";
import { fixedIn } from "./read-feedback.ts";
import { readRevision } from "./revision-answer.ts";

/**
 * What to make of an answer.
 * @throws {ModelError} `model.refused`
 */
export function judgeRevision(result: ModelResult, request: RevisionRequest): Proposal {
  const refused = unfinished(result, "revise this plan");
  if (refused !== undefined) return refused;
  const { plan: before } = request.feedback;
  const revision = readRevision(result.text, before);
  switch (revision.kind) {
    case "cannot":
      return { verdict: "hopeless", issues: [notRevisable(revision.reason)] };
    case "wants_tools":
      return { verdict: "wants_tools", keywords: revision.keywords };
    case "unreadable":
      return { verdict: "wrong", issues: revision.issues };
    case "plan": {
      // What contradicts itself is no plan yet, and nobody knows what else would be wrong with it.
      if (revision.issues.length > 0) return { verdict: "wrong", issues: revision.issues };
      const plan = keepFixed(before, revision.plan, fixedIn(request.feedback));
      const issues = issuesOfRevision(plan, request);
      return issues.length === 0 ? { verdict: "right", plan } : { verdict: "wrong", issues, plan };
    }
  }
}

/** Everything that is wrong with a revision, as the request checks it; and that it is none. */
export function issuesOfRevision(
  revised: JsonObject,
  { feedback, check }: Pick<RevisionRequest, "feedback" | "check">,
): readonly Issue[] {
  const issues = check(revised);
  if (issues.length > 0) return issues;
  const [before, after] = [compilePlan(feedback.plan), compilePlan(planSchema.parse(revised))];
  return isSameRevision(before, after) ? [UNCHANGED] : [];
}

const UNCHANGED: Issue = {
  code: "plan.no_progress",
  path: "",
  message: "The revision changes nothing: all would be done as before.",
  hint: "Change what is to blame, or say why that is impossible.",
};

function notRevisable(reason: string): Issue {
  return {
    code: "planner.failed",
    path: "",
    message: reason,
    hint: "Say the goal in other words, give what is missing, add a tool, or let another model plan.",
  };
}

/** The issues with subtasks called by their ids: a patch has no numbers for them. */
export function placesById(issues: readonly Issue[], plan: Json | undefined): readonly Issue[] {
  const subtasks = isPlainObject(plan) ? plan["subtasks"] : undefined;
  if (!Array.isArray(subtasks)) return issues;
  return issues.map((issue) => {
    const [, index, inner = ""] = /^subtasks\[(\d+)\]\.?(.*)$/s.exec(issue.path) ?? [];
    const subtask: unknown = index === undefined ? undefined : subtasks[Number(index)];
    if (!isPlainObject(subtask) || typeof subtask["id"] !== "string") return issue;
    return { ...issue, path: `subtask ${subtask["id"]}${inner === "" ? "" : `, ${inner}`}` };
  });
}
