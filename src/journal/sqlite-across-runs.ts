import type { Json, JsonObject } from "../base/json.ts";
import type { DurationCount } from "../base/quantile-sketch.ts";
import { type BucketCount, FADE_ABOVE, FORGET_BELOW } from "../base/quantile-sketch.ts";
import { nextAuditRow, withDigests } from "./audit-chain.ts";
import { answerClaim, isStill, type StoredClaim } from "./claims.ts";
import { isHolding } from "./holding.ts";
import type {
  AcrossRuns,
  AppendedWith,
  AuditEntry,
  AuditRow,
  ClaimAnswer,
  EffectClaim,
  EffectEnd,
  Spending,
  StoredEvent,
} from "./journal.ts";
import { type Amounts, fits, NOTHING, sum, toAmounts, toSpending } from "./spending.ts";
import type { SqliteConnection } from "./sqlite-connection.ts";
import {
  type AuditRecord,
  type EffectRecord,
  findRun,
  leaseOf,
  type SharedStatements,
} from "./sqlite-statements.ts";
import { textOf } from "./text.ts";

/** What the runs in a SQLite file share. */
export class SqliteAcrossRuns implements AcrossRuns {
  protected readonly file: SqliteConnection;

  constructor(file: SqliteConnection) {
    this.file = file;
  }

  async readAudit(): Promise<AuditRow[]> {
    return this.file.readShared([], ({ readAudit }) =>
      (readAudit.all() as AuditRecord[]).map((row) => ({
        n: row.n,
        runId: row.run_id,
        at: row.at,
        record: this.file.parse<JsonObject>(row.record),
        previous: row.previous,
        hash: row.hash,
      })),
    );
  }

  async claimEffect(claim: EffectClaim): Promise<ClaimAnswer> {
    return this.file.write((_, { shared }) => {
      const stored = this.#findClaim(shared(), claim.key);
      if (stored === undefined) claimFor(shared(), claim);
      return answerClaim(stored, claim);
    });
  }

  async takeEffect(
    ...[claim, options]: Parameters<AcrossRuns["takeEffect"]>
  ): Promise<ClaimAnswer> {
    const { from, goneOwner } = options;
    return this.file.write<ClaimAnswer>((sql, { shared }) => {
      const stored = this.#findClaim(shared(), claim.key);
      const answer = answerClaim(stored, claim);
      const run = findRun(sql, from.runId);
      const isDriven = run !== undefined && isHolding(leaseOf(run), claim.at, goneOwner);
      if (stored !== undefined && (!isStill(answer, from) || isDriven)) return answer;
      claimFor(shared(), claim);
      return { status: "claimed" };
    });
  }

  async readDurations(tool: string): Promise<BucketCount[]> {
    return this.file.readShared([], ({ readDurations }) =>
      (readDurations.all(tool) as BucketCount[]).map(({ bucket, count }) => ({ bucket, count })),
    );
  }

  async reserveSpending(options: Parameters<AcrossRuns["reserveSpending"]>[0]): Promise<boolean> {
    const { day, limits } = options;
    const asked = toAmounts(options);
    return this.file.write((_, { shared }) => {
      const before = findSpending(shared(), day);
      if (!fits(before, asked, limits)) return false;
      setSpending(shared(), day, sum(before, asked));
      return true;
    });
  }

  async settleSpending(options: Parameters<AcrossRuns["settleSpending"]>[0]): Promise<void> {
    const { day } = options;
    const change = toAmounts(options);
    await this.file.write((_, { shared }) => {
      setSpending(shared(), day, sum(findSpending(shared(), day), change));
    });
  }

  async readSpending(day: string): Promise<Spending> {
    return toSpending(this.file.readShared(NOTHING, (sql) => findSpending(sql, day)));
  }

  #findClaim(sql: SharedStatements, key: string): StoredClaim | undefined {
    const row = sql.findEffect.get(key) as EffectRecord | undefined;
    if (row === undefined) return undefined;
    const { digest, run_id: runId, subtask, at, output } = row;
    const result = output === null ? undefined : { output: this.file.parse<Json>(output) };
    return { digest, runId, subtask, at, result };
  }
}

/** What an append of a run brings along, within its transaction. */
export function appendShared(
  shared: () => SharedStatements,
  runId: string,
  events: readonly StoredEvent[],
  { audit = [], effects = [], durations = [] }: AppendedWith,
): void {
  // Most appends bring nothing, and shall cost nothing for it.
  if (audit.length > 0) addAudit(shared(), runId, withDigests(audit, events));
  for (const end of effects) endEffect(shared(), runId, end);
  if (durations.length > 0) addDurations(shared(), durations);
}

function addAudit(sql: SharedStatements, runId: string, entries: readonly AuditEntry[]): void {
  let newest = sql.newestAudit.get() as Pick<AuditRow, "n" | "hash"> | undefined;
  for (const entry of entries) {
    const text = textOf(entry.record);
    const row = nextAuditRow(newest, runId, entry);
    sql.insertAudit.run(row.n, runId, row.at, text, row.previous, row.hash);
    newest = row;
  }
}

function endEffect(sql: SharedStatements, runId: string, end: EffectEnd): void {
  const { key, subtask } = end;
  if (end.status === "finished") sql.finishEffect.run(textOf(end.output), key, runId, subtask);
  else sql.releaseEffect.run(key, runId, subtask);
}

function addDurations(sql: SharedStatements, durations: readonly DurationCount[]): void {
  for (const { tool, bucket, count } of durations) sql.addDuration.run(tool, bucket, count);
  for (const tool of new Set(durations.map((duration) => duration.tool))) {
    const { changes } = sql.fadeDurations.run(tool, FADE_ABOVE);
    if (changes > 0) sql.forgetDurations.run(tool, FORGET_BELOW);
  }
}

function claimFor(
  sql: SharedStatements,
  { key, digest, runId, subtask, tool, at }: EffectClaim,
): void {
  sql.claimEffect.run(key, digest, runId, subtask, tool, at);
}

function findSpending(sql: SharedStatements, day: string): Amounts {
  return (sql.findSpending.get(day) as Amounts | undefined) ?? NOTHING;
}

function setSpending(sql: SharedStatements, day: string, { nanoUsd, tokens }: Amounts): void {
  sql.setSpending.run(day, nanoUsd, tokens);
}
