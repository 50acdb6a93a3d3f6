/** Arithmetic over what earlier steps gave: "add them up", "the difference of the two". */

import type { Call, Gap } from "./call.ts";
import { type Operator, useTokens } from "./draft.ts";
import { isWord } from "./tokens.ts";

/** Numbers that were asked for just before are what an operation is meant for. */
const FORMULA = 1.4;

const OPERATIONS: readonly (readonly [RegExp, Operator])[] = [
  [/^(?:add|sum|plus|total|totals|together|combined|altogether)$/, "+"],
  [/^(?:subtract|minus|difference)$/, "-"],
  [/^(?:multiply|product|times)$/, "*"],
  [/^(?:divide|ratio|quotient)$/, "/"],
  [/^(?:average|mean)$/, "mean"],
];

/** An expression for a calculator, if the request names an operation. */
export function fromFormula(call: Call, { parameter, words, request }: Gap): Call[] {
  if (!parameter.kinds.has("sum")) return [];
  const said = request.tokens.filter(isWord);
  const found = OPERATIONS.find(([pattern]) => said.some(({ word }) => pattern.test(word)));
  if (found === undefined) return [];
  const [pattern, operator] = found;
  const reads = call.draft.results
    .flatMap((result) => result.reads)
    .filter(({ field }) => field.shape.takesNumber);
  if (reads.length < 2 || ((operator === "-" || operator === "/") && reads.length !== 2)) return [];
  const counted = words.filter(
    (token) => token.kind === "value" && token.value.number === reads.length,
  );
  const tokens = [
    ...words.filter(isWord),
    ...counted,
    ...said.filter(({ word }) => pattern.test(word)),
  ];
  const args = new Map([...call.args, [parameter, { kind: "formula", reads, operator } as const]]);
  const draft = useTokens(call.draft, tokens);
  return [
    {
      ...call,
      draft,
      args,
      reads: [...call.reads, ...reads],
      score: call.score + FORMULA,
    },
  ];
}
