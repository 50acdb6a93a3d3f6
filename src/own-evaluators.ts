import type { Issue } from "./base/errors.ts";
import { formatPath, type PathStep } from "./base/json.ts";
import type { OwnEvaluator } from "./evaluator/evaluator.ts";
import { type Accept, acceptOf } from "./plan/accept-schema.ts";
import { closest } from "./plan/closest.ts";
import { placeOf } from "./plan/compile-accept.ts";
import type { Plan } from "./plan/schema.ts";

/** Evaluators that a plan names, and that nobody provides. */
export function evaluatorIssues(
  { subtasks, accept }: Pick<Plan, "subtasks" | "accept">,
  { evaluators = [] }: { readonly evaluators?: readonly OwnEvaluator[] | undefined },
): Issue[] {
  const names = evaluators.map(({ name }) => name);
  const issuesOf = (written: Accept | undefined, path: readonly PathStep[]): Issue[] => {
    const { criteria } = written === undefined ? { criteria: [] } : acceptOf(written);
    return criteria.flatMap(({ evaluator }, index) => {
      if (evaluator === undefined || names.includes(evaluator)) return [];
      const place = written === undefined ? [] : placeOf(written, index);
      return [unknown(evaluator, names, [...path, ...place, "evaluator"])];
    });
  };
  return [
    ...issuesOf(accept, []),
    ...subtasks.flatMap((subtask, index) => issuesOf(subtask.accept, ["subtasks", index])),
  ];
}

function unknown(name: string, names: readonly string[], path: readonly PathStep[]): Issue {
  const near = closest(name, names);
  const known = names.length === 0 ? "There is none." : `There are ${names.join(", ")}.`;
  return {
    code: "evaluator.unknown",
    path: formatPath(path),
    message: `There is no evaluator ${name}.`,
    hint: near !== undefined ? `Did you mean ${near}?` : `${known} Give yours as \`evaluators\`.`,
  };
}
