/**
 * What all runs of one journal share: the audit trail, effects that plans name by a key, how
 * long tools take, and what a day has cost.
 *
 * J6. Audit records form one chain over all runs, each with the hash of the one before
 *     (audit-chain.ts). They are added, and never changed or removed.
 * J7. The claim to an effect's key has at most one subtask of one run. It alone ends it, by
 *     `append`, together with the events that say so. A finished effect is never claimed again.
 * J8. A reservation is made only if it fits with all that was reserved and spent on its day,
 *     whoever reserves at the same moment.
 */

import type { Json, JsonObject } from "../base/json.ts";
import type { BucketCount } from "../base/quantile-sketch.ts";

/** What `append` adds to the audit trail. */
export interface AuditEntry {
  readonly at: number;
  /** Who, what was shown, what was decided: the journal does not look inside. */
  readonly record: JsonObject;
}

/** A link of the chain; how its hash comes about stands in audit-chain.ts. */
export interface AuditRow extends AuditEntry {
  /** From 1, without gaps, over all runs. */
  readonly n: number;
  readonly runId: string;
  /** The hash of row n - 1. */
  readonly previous: string;
  readonly hash: string;
}

/** The subtask that an effect belongs to. */
export interface EffectHolder {
  readonly runId: string;
  readonly subtask: string;
}

/** A subtask is about to do what its plan gave a key to. */
export interface EffectClaim extends EffectHolder {
  readonly key: string;
  /** Of the tool and its input: who uses a key again must mean the same effect. */
  readonly digest: string;
  readonly tool: string;
  readonly at: number;
}

export type ClaimAnswer =
  /** Go on: the effect is this subtask's, perhaps since an earlier attempt. */
  | { readonly status: "claimed" }
  /** It was done, by this subtask or another: its result is there to be used. */
  | ({ readonly status: "finished"; readonly output: Json } & EffectHolder)
  /** Another subtask began it then and has not ended it, as far as anybody knows. */
  | ({ readonly status: "open"; readonly at: number } & EffectHolder)
  /** The key was given to another effect: another tool, or another input. */
  | ({ readonly status: "differs" } & EffectHolder);

/** How a claimed effect ended: with its result, or surely without any effect. */
export type EffectEnd =
  | { readonly key: string; readonly status: "finished"; readonly output: Json }
  | { readonly key: string; readonly status: "released" };

/** So many attempts of a tool took as long as a bucket of `base/quantile-sketch.ts` says. */
export interface DurationCount extends BucketCount {
  readonly tool: string;
}

/** Amounts of money are kept to the nano-dollar, tokens are whole. */
export interface Spending {
  readonly usd: number;
  readonly tokens: number;
}

/** What `append` makes durable together with events, or not at all. */
export interface SharedAppends {
  readonly audit?: readonly AuditEntry[] | undefined;
  /** Each ends a claim of this run; else nothing is stored, and `journal.conflict`. */
  readonly effects?: readonly EffectEnd[] | undefined;
  /** Old ones fade: above `FADE_ABOVE` samples of a tool, all of them weigh half. */
  readonly durations?: readonly DurationCount[] | undefined;
}

export interface AcrossRuns {
  /** The whole audit trail, from its beginning; `verifyAudit` says whether it is sound. */
  readAudit(): Promise<AuditRow[]>;

  /** Claim the effect of a key before it is done. */
  claimEffect(claim: EffectClaim): Promise<ClaimAnswer>;

  /**
   * Claim an effect, even though another run began it, to do it again under the same key.
   * Only for tools that are idempotent; of others a person must find out whether it happened.
   *
   * It succeeds if the claim still is the one that was seen, and nobody drives its run: the
   * lease was released or its time is up at `claim.at`. Whoever comes back to that run
   * afterwards finds the effect claimed by another.
   *
   * @param options.from as a claim was answered that came too late
   * @param options.goneOwner a holder of that run's lease which is known to be gone
   */
  takeEffect(
    claim: EffectClaim,
    options: {
      readonly from: EffectHolder & { readonly at: number };
      readonly goneOwner?: string | undefined;
    },
  ): Promise<ClaimAnswer>;

  /** How often a tool's attempts took how long, shortest first; none for an unknown tool. */
  readDurations(tool: string): Promise<BucketCount[]>;

  /**
   * Set an amount aside before it is spent. A unit of which nothing is asked has no say.
   *
   * @param options.day of UTC, e.g. `2026-11-21`
   * @param options.limits for the whole day; null for none
   * @returns false, and nothing changed, when it does not fit
   */
  reserveSpending(
    options: Spending & {
      readonly day: string;
      readonly limits: { readonly usd: number | null; readonly tokens: number | null };
    },
  ): Promise<boolean>;

  /**
   * Correct what was reserved by what it came to: negative amounts give back. A day's sum
   * never falls below 0.
   */
  settleSpending(options: Spending & { readonly day: string }): Promise<void>;

  /** What was reserved and spent on a day. */
  readSpending(day: string): Promise<Spending>;
}
