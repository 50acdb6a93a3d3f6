import type { BranchCount, Decision, DecisionMemory } from "../base/decision-memory.ts";
import type { Json } from "../base/json.ts";
import type { DurationCount } from "../base/quantile-sketch.ts";
import { type BucketCount, FADE_ABOVE, FORGET_BELOW, totalOf } from "../base/quantile-sketch.ts";
import { nextAuditRow, withDigests } from "./audit-chain.ts";
import { answerClaim, isStill, type StoredClaim } from "./claims.ts";
import type {
  AcrossRuns,
  AppendedWith,
  AuditRow,
  ClaimAnswer,
  EffectClaim,
  EffectEnd,
  Spending,
  StoredEvent,
} from "./journal.ts";
import { MemoryDecisions } from "./memory-decisions.ts";
import { type Amounts, fits, NOTHING, sum, toAmounts, toSpending } from "./spending.ts";
import { textOf } from "./text.ts";

/** What the runs of a journal in memory share. */
export abstract class MemoryAcrossRuns implements AcrossRuns, DecisionMemory {
  readonly #audit: AuditRow[] = [];
  readonly #claims = new Map<string, StoredClaim>();
  /** By tool, then by bucket. */
  readonly #durations = new Map<string, Map<number, number>>();
  readonly #decisions = new MemoryDecisions();
  readonly #days = new Map<string, Amounts>();

  protected abstract assertOpen(): void;
  protected abstract isDriven(runId: string, now: number, goneOwner: string | undefined): boolean;

  async readAudit(): Promise<AuditRow[]> {
    this.assertOpen();
    return structuredClone(this.#audit);
  }

  async claimEffect(claim: EffectClaim): Promise<ClaimAnswer> {
    this.assertOpen();
    const stored = this.#claims.get(claim.key);
    if (stored === undefined) this.#claims.set(claim.key, { ...claim });
    return structuredClone(answerClaim(stored, claim));
  }

  async takeEffect(
    ...[claim, options]: Parameters<AcrossRuns["takeEffect"]>
  ): Promise<ClaimAnswer> {
    this.assertOpen();
    const { from, goneOwner } = options;
    const stored = this.#claims.get(claim.key);
    const answer = answerClaim(stored, claim);
    const isDriven = this.isDriven(from.runId, claim.at, goneOwner);
    if (stored !== undefined && (!isStill(answer, from) || isDriven))
      return structuredClone(answer);
    this.#claims.set(claim.key, { ...claim });
    return { status: "claimed" };
  }

  async readDurations(tool: string): Promise<BucketCount[]> {
    this.assertOpen();
    return countsOf(this.#durations.get(tool)).sort((a, b) => a.bucket - b.bucket);
  }

  async findDecision(key: string): Promise<Decision | undefined> {
    this.assertOpen();
    return this.#decisions.findDecision(key);
  }

  async readBranches(plan: string, subtask?: string): Promise<BranchCount[]> {
    this.assertOpen();
    return this.#decisions.readBranches(plan, subtask);
  }

  async reserveSpending(options: Parameters<AcrossRuns["reserveSpending"]>[0]): Promise<boolean> {
    this.assertOpen();
    const before = this.#days.get(options.day) ?? NOTHING;
    const asked = toAmounts(options);
    if (!fits(before, asked, options.limits)) return false;
    this.#days.set(options.day, sum(before, asked));
    return true;
  }

  async settleSpending(options: Parameters<AcrossRuns["settleSpending"]>[0]): Promise<void> {
    this.assertOpen();
    const before = this.#days.get(options.day) ?? NOTHING;
    this.#days.set(options.day, sum(before, toAmounts(options)));
  }

  async readSpending(day: string): Promise<Spending> {
    this.assertOpen();
    return toSpending(this.#days.get(day) ?? NOTHING);
  }

  /**
   * Check what an append of a run brings along; all that can refuse it, does so here.
   * @returns what writes it, and cannot fail
   */
  protected prepareShared(
    runId: string,
    events: readonly StoredEvent[],
    more: AppendedWith,
  ): () => void {
    const { audit = [], effects = [], durations = [] } = more;
    const rows: AuditRow[] = [];
    for (const { at, record } of withDigests(audit, events)) {
      const entry = { at, record: JSON.parse(textOf(record)) };
      rows.push(nextAuditRow(rows.at(-1) ?? this.#audit.at(-1), runId, entry));
    }
    const ends = this.#endedClaims(runId, effects);
    const keepDecisions = this.#decisions.prepare(runId, more);
    return () => {
      this.#audit.push(...rows);
      for (const [key, claim] of ends) {
        if (claim === undefined) this.#claims.delete(key);
        else this.#claims.set(key, claim);
      }
      this.#addDurations(durations);
      keepDecisions();
    };
  }

  /** What becomes of the claims that are ended; undefined for those that are released. */
  #endedClaims(runId: string, effects: readonly EffectEnd[]): Map<string, StoredClaim | undefined> {
    const ends = new Map<string, StoredClaim | undefined>();
    for (const end of effects) {
      const output =
        end.status === "finished" ? (JSON.parse(textOf(end.output)) as Json) : undefined;
      const claim = ends.has(end.key) ? ends.get(end.key) : this.#claims.get(end.key);
      const isHeld = claim?.runId === runId && claim.subtask === end.subtask;
      if (!isHeld || claim.result !== undefined) continue;
      ends.set(end.key, output === undefined ? undefined : { ...claim, result: { output } });
    }
    return ends;
  }

  #addDurations(durations: readonly DurationCount[]): void {
    for (const { tool, bucket, count } of durations) {
      const counts = this.#durations.get(tool) ?? new Map<number, number>();
      counts.set(bucket, (counts.get(bucket) ?? 0) + count);
      this.#durations.set(tool, counts);
    }
    for (const tool of new Set(durations.map((duration) => duration.tool))) {
      const counts = this.#durations.get(tool);
      if (counts !== undefined) fade(counts);
    }
  }
}

function fade(counts: Map<number, number>): void {
  if (totalOf(countsOf(counts)) <= FADE_ABOVE) return;
  for (const [bucket, count] of counts) {
    if (count / 2 < FORGET_BELOW) counts.delete(bucket);
    else counts.set(bucket, count / 2);
  }
}

function countsOf(counts: ReadonlyMap<number, number> = new Map()): BucketCount[] {
  return [...counts].map(([bucket, count]) => ({ bucket, count }));
}
