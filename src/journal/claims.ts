/** Who may have an effect's key: the same decision whatever the store. */

import type { Json } from "../base/json.ts";
import type { ClaimAnswer, EffectClaim, EffectHolder } from "./journal.ts";

/** What is stored under a key; `result` once the effect is finished. */
export interface StoredClaim extends EffectHolder {
  readonly digest: string;
  readonly at: number;
  readonly result?: { readonly output: Json } | undefined;
}

/**
 * What a claim comes to. The order matters: a result is handed out only to who means the same
 * effect.
 *
 * @param stored undefined while nobody has the key
 */
export function answerClaim(stored: StoredClaim | undefined, claim: EffectClaim): ClaimAnswer {
  if (stored === undefined) return { status: "claimed" };
  const { runId, subtask, at, result } = stored;
  if (stored.digest !== claim.digest) return { status: "differs", runId, subtask };
  if (result !== undefined) return { status: "finished", output: result.output, runId, subtask };
  if (isSameHolder(stored, claim)) return { status: "claimed" };
  return { status: "open", runId, subtask, at };
}

/** Whether an answer is the claim that somebody saw before: the same holder since the same time. */
export function isStill(
  answer: ClaimAnswer,
  from: EffectHolder & { readonly at: number },
): boolean {
  return answer.status === "open" && answer.at === from.at && isSameHolder(answer, from);
}

function isSameHolder(a: EffectHolder, b: EffectHolder): boolean {
  return a.runId === b.runId && a.subtask === b.subtask;
}
