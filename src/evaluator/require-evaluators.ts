/** What evaluators of the user's own must be, before any is asked. */

import { isDuration } from "../base/duration.ts";
import { InputError, type Issue } from "../base/errors.ts";
import type { OwnEvaluator } from "./evaluator.ts";

const NAME = /^[a-z][a-z0-9_]{0,63}$/;

/** @throws {InputError} `input.invalid` for every one that cannot be used, at `evaluators[1].name` */
export function requireEvaluators(own: readonly OwnEvaluator[] = []): void {
  const issues = own.flatMap((evaluator, index) => issuesOf(evaluator, index, own));
  if (issues.length > 0) throw new InputError(issues);
}

function issuesOf(
  { name, timeout, evaluate }: OwnEvaluator,
  index: number,
  own: readonly OwnEvaluator[],
): Issue[] {
  const issues: Issue[] = [];
  const tell = (field: string, message: string, hint: string) => {
    issues.push({ code: "input.invalid", path: `evaluators[${index}].${field}`, message, hint });
  };
  // What is asked for by type comes from JavaScript, too.
  if (typeof name !== "string" || !NAME.test(name)) {
    const message = `${JSON.stringify(name) ?? "Nothing"} is no name for an evaluator.`;
    tell("name", message, "Use snake_case, at most 64 characters, e.g. short_enough.");
  } else if (own.findIndex((other) => other.name === name) !== index) {
    tell("name", `There are two evaluators ${name}.`, "Give each a name of its own.");
  }
  if (typeof evaluate !== "function") {
    const message = `The evaluator ${String(name)} has no function evaluate.`;
    tell("evaluate", message, "Write evaluate: ({ output }) => ({ score: 1 }).");
  }
  if (timeout !== undefined && !(isDuration(timeout) && Number.parseFloat(timeout) > 0)) {
    const message = `${JSON.stringify(timeout)} is no time that an evaluator may take.`;
    tell("timeout", message, "Write a number above 0 and a unit: 500ms, 1.5s, 10m.");
  }
  return issues;
}
