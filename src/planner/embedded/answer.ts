/** What a plan answers: the outputs that were asked for and that no later step used up. */

import type { Json } from "../../base/json.ts";
import { type Draft, isConsumed, isSameRead, type Read, type Step } from "./draft.ts";
import { type Ids, pathOf } from "./expressions.ts";
import type { Request } from "./interpret.ts";
import { mainField } from "./suit.ts";
import { isWord, says } from "./tokens.ts";

type Part = { readonly read: Read; readonly expression: string };

/** One output as it is; several by the names of their fields or of their steps. */
export function answerOf(draft: Draft, ids: Ids): Json {
  const parts = partsOf(draft, ids);
  const steps = draft.steps.filter((step) => parts.some(({ read }) => read.step === step));
  const [only] = steps;
  if (steps.length === 1 && only !== undefined) return partsAsJson(parts);
  return Object.fromEntries(
    steps.map((step) => [ids.get(step) ?? "", partsAsJson(partsFrom(step, parts))]),
  );
}

function partsFrom(step: Step, parts: readonly Part[]): Part[] {
  return parts.filter(({ read }) => read.step === step);
}

function partsAsJson(parts: readonly Part[]): Json {
  const [only, ...more] = parts;
  if (only !== undefined && more.length === 0) return only.expression;
  return Object.fromEntries(
    parts.map(({ read, expression }) => [read.field.path || "result", expression]),
  );
}

function partsOf(draft: Draft, ids: Ids): Part[] {
  const parts: Part[] = [];
  for (const [at, { request, reads, isNamed }] of draft.results.entries()) {
    const later = draft.results.slice(at + 1).flatMap((result) => result.reads);
    const counted = reads.find((read) => isCounted(read, request));
    for (const read of counted ? [counted] : reads) {
      // "search …, and count the matches": what is said later of the same step is meant.
      const isMeantLater = !isNamed && later.some(({ step }) => step === read.step);
      const isTwice = parts.some((other) => isSameRead(other.read, read));
      if (isConsumed(draft, read.step) || isMeantLater || isTwice) continue;
      const path = pathOf(read, ids);
      parts.push({ read, expression: read === counted ? `\${size(${path})}` : `\${${path}}` });
    }
  }
  return parts;
}

/** "how many files": the length of a list of files. */
function isCounted({ field, step }: Read, { tokens, verb }: Request): boolean {
  const isTold = [...step.args.values()].some(
    (argument) => argument.kind === "value" && argument.value === "count",
  );
  if (isTold) return false;
  if (verb?.word === "count" && step.tokens !== tokens) return field.shape.element !== undefined;
  if (tokens.some((token) => says(token, "how-often")))
    return field === mainField(step.card) && field.shape.element !== undefined;
  const at = tokens.findIndex((token) => says(token, "how-many"));
  if (at < 0 || field.shape.element === undefined) return false;
  const next = tokens.slice(at + 1, at + 4).filter(isWord);
  return next.some(({ root }) => field.roots.includes(root));
}
