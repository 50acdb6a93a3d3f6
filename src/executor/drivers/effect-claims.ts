/**
 * Effects that plans name by a key: done once, in whichever run.
 *
 * F1. A claim to the key is stored before the tool is called, and ended together with the
 *     event that says how the subtask ended.
 * F2. What is finished is not done again: its recorded output is the attempt's.
 * F3. What another subtask began and did not end is left to it; where its process is gone and
 *     the tool is idempotent, it is done again under the same key.
 */

import { createHash } from "node:crypto";
import type { ErrorData } from "../../base/errors.ts";
import { canonicalJson, type Json, type JsonObject } from "../../base/json.ts";
import type { ClaimAnswer, EffectClaim, EffectEnd, Journal } from "../../journal/journal.ts";
import type { EffectOwner } from "../core/effect-owner.ts";
import type { RunEvent } from "../core/event.ts";
import { type LargeValues, outputOf } from "../core/large-value.ts";
import type { World } from "./driver.ts";

export type Claimed =
  | { readonly status: "claimed" }
  | { readonly status: "finished"; readonly output: Json; readonly reused: EffectOwner }
  | { readonly status: "refused"; readonly error: ErrorData };

type ClaimOrder = {
  readonly subtask: string;
  readonly effect: { readonly key: string; readonly tool: string };
  readonly input: JsonObject;
  readonly isIdempotent: boolean;
};

export class EffectClaims {
  readonly #runId: string;
  readonly #journal: Journal;
  readonly #world: Pick<World, "clock" | "isGone">;

  constructor(runId: string, journal: Journal, world: Pick<World, "clock" | "isGone">) {
    this.#runId = runId;
    this.#journal = journal;
    this.#world = world;
  }

  async claim({ subtask, effect, input, isIdempotent }: ClaimOrder): Promise<Claimed> {
    const { key, tool } = effect;
    const digest = createHash("sha256")
      .update(canonicalJson([tool, input]))
      .digest("hex");
    const at = this.#world.clock.now();
    const claim: EffectClaim = { key, digest, runId: this.#runId, subtask, tool, at };
    let answer = await this.#journal.claimEffect(claim);
    if (answer.status === "open" && isIdempotent) {
      const goneOwner = await this.#goneOwner(answer.runId);
      answer = await this.#journal.takeEffect(claim, { from: answer, goneOwner });
    }
    if (answer.status === "claimed") return answer;
    const { runId, subtask: other } = answer;
    if (answer.status !== "finished") return { status: "refused", error: refusal(answer, key) };
    return { status: "finished", output: answer.output, reused: { runId, subtask: other } };
  }

  /** Who held the run when its process ended, so that nobody waits for the end of its lease. */
  async #goneOwner(runId: string): Promise<string | undefined> {
    const owner = (await this.#journal.find(runId))?.lease?.owner;
    return owner !== undefined && this.#world.isGone?.(owner) ? owner : undefined;
  }
}

function refusal(
  { status, runId, subtask }: Extract<ClaimAnswer, { readonly status: "open" | "differs" }>,
  key: string,
): ErrorData {
  const name = JSON.stringify(key);
  if (status === "differs") {
    return {
      code: "effect.differs",
      message: `The idempotency key ${name} was used for another effect, by ${subtask} of ${runId}.`,
      hint: "One key is for one tool with one input: give this effect a key of its own.",
      retryable: false,
    };
  }
  return {
    code: "effect.open",
    message: `${subtask} of ${runId} has begun the effect ${name} and has not ended it.`,
    hint: `Wait for it, or decide about it where it is a dead letter; \`planwright restart ${runId} --from ${subtask}\` does it there.`,
    retryable: true,
  };
}

/**
 * The ends of effects that events tell of; those that the run does not hold are left alone. A
 * key outlives its run and what the run keeps, so a large output is recorded with it in full.
 */
export function effectEnds(events: readonly RunEvent[], values: LargeValues): EffectEnd[] {
  return events.flatMap((event): EffectEnd[] => {
    if (!("effectKey" in event) || event.effectKey === undefined) return [];
    const { effectKey: key, subtask } = event;
    switch (event.type) {
      case "output.produced":
      case "subtask.succeeded":
      case "subtask.resolved":
        return [
          {
            key,
            subtask,
            status: "finished",
            output: outputOf(event.runId, subtask, event, values),
          },
        ];
      case "dead_letter.resolved":
        return event.resolution === "discarded" ? [{ key, subtask, status: "released" }] : [];
      default:
        return [];
    }
  });
}
