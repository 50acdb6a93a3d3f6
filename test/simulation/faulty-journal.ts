/**
 * The journal as one machine sees it: the real one in memory, on a disk that is slow or full,
 * and with a machine that may be gone before, in the middle of, or after any call.
 *
 * F1. Whatever is stored is stored by the real journal; a fault only keeps calls from it, or
 *     answers from the machine.
 * F2. A machine that is gone gets no answer any more, and reaches nothing.
 */

import { JournalError } from "../../src/base/errors.ts";
import type { JsonObject } from "../../src/base/json.ts";
import type {
  AppendedWith,
  AuditRow,
  ClaimAnswer,
  EffectClaim,
  Journal,
  Lease,
  RunRequest,
  RunRow,
  Spending,
  StoredEvent,
} from "../../src/journal/journal.ts";
import { hashOf } from "./random.ts";
import type { Fault, Scenario } from "./scenario.ts";

type WriteFault = Extract<Fault, { readonly fault: "write" }>;
type UpkeepFault = Extract<Fault, { readonly fault: "upkeep" }>;

/** Counts the calls of all machines, so that a fault meets the one that it is for. */
export class Disk {
  readonly #writes = new Map<number, WriteFault>();
  readonly #upkeep = new Map<number, UpkeepFault>();
  readonly #seed: number;
  readonly #lagMs: number;
  #written = 0;
  #called = 0;
  #answered = 0;

  constructor({ seed, faults }: Scenario) {
    this.#seed = seed;
    this.#lagMs = faults.find((one) => one.fault === "lag")?.ms ?? 0;
    for (const fault of faults) {
      if (fault.fault === "write") this.#writes.set(fault.write, fault);
      if (fault.fault === "upkeep") this.#upkeep.set(fault.call, fault);
    }
  }

  nextWrite(): WriteFault | undefined {
    this.#written += 1;
    return this.#writes.get(this.#written);
  }

  /** How long the next answer takes. */
  nextLagMs(): number {
    if (this.#lagMs === 0) return 0;
    this.#answered += 1;
    return hashOf(this.#seed, "lag", this.#answered) % this.#lagMs;
  }

  nextUpkeep(): UpkeepFault | undefined {
    this.#called += 1;
    return this.#upkeep.get(this.#called);
  }
}

/** The machine that the journal is used from. */
export type Host = {
  /** Resolves when the machine goes on; never, once it is gone. */
  awake(): Promise<void>;
  sleep(ms: number): Promise<void>;
  crash(): void;
};

export type Witness = {
  stored(lease: Lease, events: readonly StoredEvent[]): void;
  acquired(lease: Lease): void;
  happened(what: string): void;
};

export class FaultyJournal implements Journal {
  readonly #journal: Journal;
  readonly #disk: Disk;
  readonly #host: Host;
  readonly #witness: Witness;

  constructor(journal: Journal, disk: Disk, host: Host, witness: Witness) {
    this.#journal = journal;
    this.#disk = disk;
    this.#host = host;
    this.#witness = witness;
  }

  async append(lease: Lease, events: readonly StoredEvent[], more?: AppendedWith): Promise<void> {
    await this.#host.awake();
    const { does, ms = 0 } = this.#disk.nextWrite() ?? { does: "nothing" };
    if (does !== "nothing") this.#witness.happened(`write ${does}`);
    if (does === "crash_before" || does === "torn") this.#host.crash();
    if (does === "slow") await this.#host.sleep(ms);
    await this.#host.awake();
    if (does === "refused") throw refusal();
    await this.#journal.append(lease, events, more);
    this.#witness.stored(lease, events);
    if (does === "crash_after") this.#host.crash();
    await this.#host.awake();
    if (does === "confirmation_lost") throw refusal();
  }

  async createRun(options: Parameters<Journal["createRun"]>[0]): Promise<Lease> {
    return this.#call(async () => {
      const lease = await this.#journal.createRun(options);
      this.#witness.acquired(lease);
      return lease;
    });
  }

  async acquire(options: Parameters<Journal["acquire"]>[0]): Promise<Lease> {
    return this.#call(async () => {
      const lease = await this.#journal.acquire(options);
      this.#witness.acquired(lease);
      return lease;
    });
  }

  async renew(lease: Lease, now: number, leaseMs: number): Promise<void> {
    await this.#keepUp(() => this.#journal.renew(lease, now, leaseMs));
  }

  async release(lease: Lease): Promise<void> {
    await this.#keepUp(() => this.#journal.release(lease));
  }

  requests(runId: string): Promise<RunRequest[]> {
    return this.#keepUp(() => this.#journal.requests(runId));
  }

  removeRequest(id: number): Promise<boolean> {
    return this.#keepUp(() => this.#journal.removeRequest(id));
  }

  async read(runId: string, afterSeq?: number): Promise<StoredEvent[]> {
    return this.#call(() => this.#journal.read(runId, afterSeq));
  }

  async list(options?: { readonly limit?: number }): Promise<RunRow[]> {
    return this.#call(() => this.#journal.list(options));
  }

  async find(runId: string): Promise<RunRow | undefined> {
    return this.#call(() => this.#journal.find(runId));
  }

  async post(runId: string, now: number, request: JsonObject): Promise<number> {
    return this.#call(() => this.#journal.post(runId, now, request));
  }

  claimEffect(claim: EffectClaim): Promise<ClaimAnswer> {
    return this.#call(() => this.#journal.claimEffect(claim));
  }

  takeEffect(...given: Parameters<Journal["takeEffect"]>): Promise<ClaimAnswer> {
    return this.#call(() => this.#journal.takeEffect(...given));
  }

  async readAudit(): Promise<AuditRow[]> {
    return this.#call(() => this.#journal.readAudit());
  }

  readDurations(tool: string): ReturnType<Journal["readDurations"]> {
    return this.#call(() => this.#journal.readDurations(tool));
  }

  findDecision(key: string): ReturnType<Journal["findDecision"]> {
    return this.#call(() => this.#journal.findDecision(key));
  }

  readBranches(...asked: Parameters<Journal["readBranches"]>): ReturnType<Journal["readBranches"]> {
    return this.#call(() => this.#journal.readBranches(...asked));
  }

  readItems(...given: Parameters<Journal["readItems"]>): ReturnType<Journal["readItems"]> {
    return this.#call(() => this.#journal.readItems(...given));
  }

  get blobs(): Journal["blobs"] {
    return this.#journal.blobs;
  }

  readBlobUses(): ReturnType<Journal["readBlobUses"]> {
    return this.#call(() => this.#journal.readBlobUses());
  }

  sizeOf(runId: string): ReturnType<Journal["sizeOf"]> {
    return this.#call(() => this.#journal.sizeOf(runId));
  }

  removeRun(...given: Parameters<Journal["removeRun"]>): ReturnType<Journal["removeRun"]> {
    return this.#call(() => this.#journal.removeRun(...given));
  }

  compact(): ReturnType<Journal["compact"]> {
    return this.#call(() => this.#journal.compact());
  }

  reserveSpending(...given: Parameters<Journal["reserveSpending"]>): Promise<boolean> {
    return this.#call(() => this.#journal.reserveSpending(...given));
  }

  settleSpending(...given: Parameters<Journal["settleSpending"]>): Promise<void> {
    return this.#call(() => this.#journal.settleSpending(...given));
  }

  readSpending(day: string): Promise<Spending> {
    return this.#call(() => this.#journal.readSpending(day));
  }

  async close(): Promise<void> {}

  async #call<T>(act: () => Promise<T>): Promise<T> {
    await this.#host.awake();
    const answer = await act();
    const lagMs = this.#disk.nextLagMs();
    if (lagMs > 0) {
      this.#witness.happened("lag");
      await this.#host.sleep(lagMs);
    }
    await this.#host.awake();
    return answer;
  }

  async #keepUp<T>(act: () => Promise<T>): Promise<T> {
    await this.#host.awake();
    const { does, ms = 0 } = this.#disk.nextUpkeep() ?? { does: "nothing" };
    if (does !== "nothing") this.#witness.happened(`upkeep ${does}`);
    if (does === "slow") await this.#host.sleep(ms);
    if (does === "refused") throw new JournalError("journal.locked", "Somebody else writes.");
    return this.#call(act);
  }
}

function refusal(): JournalError {
  return new JournalError("journal.write_failed", "The disk is full.");
}
