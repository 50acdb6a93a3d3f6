/** A draft as a plan: ids, descriptions, expressions and the answer. */

import type { Json, JsonObject } from "../../base/json.ts";
import { answerOf } from "./answer.ts";
import { type Draft, inputsOf, type Step } from "./draft.ts";
import { capitalize, type Ids, jsonOf } from "./expressions.ts";
import { nameSteps } from "./naming.ts";
import { textOf } from "./tokens.ts";
import { wordsOfName } from "./words.ts";

/** The plan as JSON, to be checked. */
export function assemble(goal: string, draft: Draft): Json {
  const steps = neededSteps(draft);
  const ids = nameSteps(steps);
  const results = draft.results.map((result) => ({
    ...result,
    reads: result.reads.filter(({ step }) => steps.includes(step)),
  }));
  return {
    version: 1,
    goal,
    subtasks: steps.map((step) => subtaskOf(step, goal, ids)),
    output: answerOf({ ...draft, steps, results }, ids),
  };
}

/** Steps that answer a request, and what they need. */
function neededSteps(draft: Draft): Step[] {
  const needed = new Set<Step>();
  const add = (step: Step) => {
    if (needed.has(step)) return;
    for (const input of inputsOf(step)) add(input);
    needed.add(step);
  };
  for (const { reads } of draft.results) for (const { step } of reads) add(step);
  return draft.steps.filter((step) => needed.has(step));
}

function subtaskOf(step: Step, goal: string, ids: Ids): JsonObject {
  const input = Object.fromEntries(
    [...step.args].map(([parameter, argument]) => [
      parameter.name,
      jsonOf(argument, parameter, ids),
    ]),
  );
  return {
    id: ids.get(step) ?? "",
    description: describeStep(step, goal),
    tool: step.card.name,
    input,
  };
}

/** The goal's own words for a step, or its tool's name. */
export function describeStep(step: Step, goal: string): string {
  const own = step.tokens.filter(({ start }) => start >= 0);
  const text = textOf(goal, own).replace(/\s+/g, " ").trim();
  if (text !== "" && text.length <= MAX_DESCRIPTION) return capitalize(text);
  const name = capitalize(wordsOfName(step.card.name).join(" "));
  const values = [...step.args.values()].flatMap((argument) =>
    argument.kind === "value" && typeof argument.value === "string" ? [argument.value] : [],
  );
  const [first] = values;
  return first === undefined || first.length > MAX_DESCRIPTION ? name : `${name}: ${first}`;
}

const MAX_DESCRIPTION = 200;
