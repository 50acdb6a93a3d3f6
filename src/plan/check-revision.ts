/**
 * What a revision may not do, beside what no plan may.
 *
 * W1. What has changed the world, or may have, stays with all that it depends on: the plan is
 *     also the record of what was done.
 * W2. What failed is not kept as it is.
 * W3. What people have said is not lost: what an output must be like, and that they must say yes.
 */

import type { Issue } from "../base/errors.ts";
import { formatPath } from "../base/json.ts";
import { compilePlan } from "./compile.ts";
import type { Feedback } from "./evaluation.ts";
import { unchangedSubtasks } from "./fingerprint.ts";
import type { Plan, Subtask } from "./schema.ts";

/**
 * @param revised passed `checkPlan`
 * @param feedback what it was made from
 */
export function checkRevision(
  revised: Plan,
  { plan, subtasks }: Pick<Feedback, "plan" | "subtasks">,
): readonly Issue[] {
  const [before, after] = [compilePlan(plan), compilePlan(revised)];
  const unchanged = new Set(unchangedSubtasks(before, after));
  const reports = new Map(subtasks.map((report) => [report.id, report]));
  const places = new Map(revised.subtasks.map(({ id }, index) => [id, index]));
  return plan.subtasks.flatMap((subtask, index): Issue[] => {
    const { id } = subtask;
    const report = reports.get(id);
    const at = places.get(id);
    const path = at === undefined ? "subtasks" : formatPath(["subtasks", at]);
    const isKept = unchanged.has(index);
    if (report?.isFixed && !isKept) return [dropsEffect(id, path, at !== undefined)];
    if (report?.isFixed) return [];
    const isOptional = revised.subtasks[at ?? -1]?.optional ?? false;
    const hasFailed =
      report?.status === "failed" || (report?.status === "skipped" && subtask.optional);
    if (hasFailed && isKept && !isOptional) return [stillFails(id, path)];
    return at === undefined && hasWord(subtask) ? [losesWord(subtask)] : [];
  });
}

function dropsEffect(id: string, path: string, isThere: boolean): Issue {
  const what = isThere ? "would be done otherwise, and again" : "is not in the plan any more";
  return {
    code: "plan.drops_effect",
    path,
    message: `${id} has changed the world, or may have, and ${what}.`,
    hint: `Leave ${id} and all that it depends on exactly as they are; what shall be done beside it gets new ids.`,
  };
}

function stillFails(id: string, path: string): Issue {
  return {
    code: "plan.no_progress",
    path,
    message: `${id} has failed, and would fail again.`,
    hint: "Replace it by something else, or remove it with what depends on it.",
  };
}

function hasWord({ accept, approval = false }: Subtask): boolean {
  return accept !== undefined || approval !== false;
}

function losesWord({ id, accept }: Subtask): Issue {
  const what = accept === undefined ? "must say yes to" : "has said what must come of";
  return {
    code: "plan.loses_criteria",
    path: "subtasks",
    message: `Somebody ${what} ${id}, and ${id} is gone.`,
    hint: `Keep the id ${id} for the subtask that does this.`,
  };
}
