/** Parameters from what earlier steps give. */

import { bind, type Call, type Gap } from "./call.ts";
import { isSameRead, type Read, useTokens } from "./draft.ts";
import { refer } from "./refer.ts";
import { takesContent, takesSeveral } from "./suit.ts";

/** What an earlier step gave. */
export function fromBefore(call: Call, { parameter, card, words, request }: Gap): Call[] {
  // One call has no use for the same output twice.
  const isTaken = (read: Read) =>
    call.reads.some((other) =>
      takesContent(parameter) ? other.step === read.step : isSameRead(other, read),
    );
  return refer(parameter, card, words, request, call.draft).flatMap((reference) => {
    const { tokens, score } = reference;
    const reads = reference.reads.filter((read) => !isTaken(read));
    if (reads.length === 0) return [];
    const draft = useTokens(call.draft, tokens);
    const others = card.parameters.filter(
      (other) =>
        other !== parameter && other.isRequired && takesContent(other) && !call.args.has(other),
    );
    // "compare both": the first is for this parameter, the second for the next.
    const [first, ...further] = reads;
    const [next] = others;
    if (
      first !== undefined &&
      further.length > 0 &&
      next !== undefined &&
      takesContent(parameter)
    ) {
      const one = bind(call, parameter, card, [first], draft);
      return [{ ...one, score: call.score + score }];
    }
    if (reads.length > 1 && takesSeveral(card)) return [];
    return [{ ...bind(call, parameter, card, reads, draft), score: call.score + score }];
  });
}
