import fc from "fast-check";
import { expect, it } from "vitest";
import {
  DECISIONS_STAND_MS,
  type KeptDecision,
  type TakenBranch,
} from "../../src/base/decision-memory.ts";
import { JournalError } from "../../src/base/errors.ts";
import type { Json } from "../../src/base/json.ts";
import type { DurationCount } from "../../src/base/quantile-sketch.ts";
import type {
  AuditEntry,
  EffectClaim,
  EffectEnd,
  EffectHolder,
  Journal,
  Lease,
} from "../../src/journal/journal.ts";
import { createMemoryJournal } from "../../src/journal/memory.ts";
import { anyJson, event } from "../contracts/journal-builders.ts";
import { makeSqliteStore } from "./sqlite-store.ts";

/** One call, as data, so that it can be made on both journals and printed when they differ. */
type Call =
  | {
      readonly do: "create";
      readonly run: string;
      readonly owner: string;
      readonly now: number;
      readonly value: Json;
    }
  | {
      readonly do: "acquire";
      readonly run: string;
      readonly owner: string;
      readonly now: number;
      readonly from: string | undefined;
    }
  | { readonly do: "renew" | "release"; readonly lease: number; readonly now: number }
  | {
      readonly do: "append";
      readonly lease: number;
      /** How far the first `seq` is off the one that would follow; mostly 0. */
      readonly off: number;
      readonly count: number;
      readonly value: Json | undefined;
      readonly audit: readonly AuditEntry[];
      readonly effects: readonly EffectEnd[];
      readonly durations: readonly DurationCount[];
      readonly blobs: readonly string[];
      readonly decisions: readonly KeptDecision[];
      readonly branches: readonly TakenBranch[];
    }
  | {
      readonly do: "drop";
      readonly run: string;
      /** How far the newest `seq` is off the one that is there. */
      readonly off: number;
      readonly now: number;
    }
  | {
      readonly do: "claim" | "take";
      readonly claim: EffectClaim;
      readonly from: EffectHolder & { readonly at: number };
      readonly gone: string | undefined;
    }
  | {
      readonly do: "reserve" | "settle";
      readonly usd: number;
      readonly tokens: number;
      readonly limits: { readonly usd: number | null; readonly tokens: number | null };
    }
  | { readonly do: "post"; readonly run: string; readonly now: number; readonly value: Json }
  | { readonly do: "remove"; readonly id: number };

const run = fc.constantFrom("r1", "r2", "r3");
const owner = fc.constantFrom("ada", "bob");
const now = fc.nat(30);
/** 0 is the newest one. */
const lease = fc.nat(4);
const FEW = { maxLength: 2 };
const rarely = <T>(value: fc.Arbitrary<T>, mostly: T) =>
  fc.oneof({ weight: 8, arbitrary: fc.constant(mostly) }, { weight: 1, arbitrary: value });
/** One for nearly every run that there is, so that claims meet. */
const key = rarely(fc.constantFrom("k2", "k3"), "k1");
const subtask = rarely(fc.constant("b"), "a");
const effectEnd: fc.Arbitrary<EffectEnd> = fc.oneof(
  fc.record({ key, subtask, status: fc.constant("finished" as const), output: anyJson }),
  fc.record({ key, subtask, status: fc.constant("released" as const) }),
);
const durationCount = fc.record({
  tool: fc.constantFrom("t1", "t2"),
  bucket: fc.nat(3),
  count: fc.constantFrom(1, 3, 700, 1500),
});
const keptDecision = fc.record({
  key,
  subtask,
  at: fc.constantFrom(1, 2, 2 + DECISIONS_STAND_MS, 3 + DECISIONS_STAND_MS),
  output: anyJson,
});
const takenBranch = fc.record({
  plan: fc.constantFrom("p1", "p2"),
  subtask,
  branch: fc.constantFrom("x", "y", "\u{1f600}", "\uffee"),
  closesWindow: fc.boolean(),
});
/** Enough to fill windows. */
const manyBranches = fc.array(takenBranch, { maxLength: 60 });
const limit = fc.option(fc.constantFrom(0, 0.3, 1, 5));
const call: fc.Arbitrary<Call> = fc.oneof(
  fc.record({ do: fc.constant("create" as const), run, owner, now, value: anyJson }),
  fc.record({
    do: fc.constant("acquire" as const),
    run,
    owner,
    now,
    from: fc.option(owner, { nil: undefined }),
  }),
  fc.record({ do: fc.constantFrom("renew" as const, "release" as const), lease, now }),
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant("append" as const),
      lease,
      off: rarely(fc.integer({ min: -3, max: 3 }), 0),
      count: fc.nat(4),
      value: fc.option(anyJson, { nil: undefined }),
      audit: fc.array(fc.record({ at: now, record: anyJson.map((value) => ({ value })) }), FEW),
      effects: rarely(fc.array(effectEnd, FEW), []),
      durations: fc.array(durationCount, FEW),
      blobs: fc.array(fc.constantFrom("b1", "b2"), FEW),
      decisions: fc.array(keptDecision, FEW),
      branches: rarely(manyBranches, []),
    }),
  },
  fc.record({
    do: fc.constant("drop" as const),
    run,
    off: rarely(fc.constantFrom(-1, 1), 0),
    now,
  }),
  fc.record({ do: fc.constant("post" as const), run, now, value: anyJson }),
  fc.record({ do: fc.constant("remove" as const), id: fc.nat(6) }),
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constantFrom("claim" as const, "take" as const),
      claim: fc.record({
        key,
        digest: rarely(fc.constant("d2"), "d1"),
        runId: run,
        subtask,
        tool: fc.constant("t1"),
        at: now,
      }),
      from: fc.record({ runId: run, subtask, at: fc.nat(3) }),
      gone: fc.option(owner, { nil: undefined }),
    }),
  },
  fc.record({
    do: fc.constantFrom("reserve" as const, "settle" as const),
    usd: fc.constantFrom(-0.4, -0.1, 0, 0.1, 0.2, 0.7),
    tokens: fc.integer({ min: -3, max: 3 }),
    limits: fc.record({ usd: limit, tokens: limit }),
  }),
);

/** Without it most calls would be about runs that do not exist; of r3 it is left open. */
const BEGINNING: readonly Call[] = ["r1", "r2"].map((run, k) => ({
  do: "create",
  run,
  owner: "ada",
  now: k,
  value: k,
}));

/** A journal with the leases that it ever gave, stale ones too. */
class Player {
  readonly #journal: Journal;
  readonly #leases: Lease[] = [];

  constructor(journal: Journal) {
    this.#journal = journal;
  }

  /** What the call came to: its value, or the code and words of its error. */
  async play(call: Call): Promise<unknown> {
    try {
      return (await this.#make(call)) ?? "done";
    } catch (error) {
      if (!(error instanceof JournalError)) throw error;
      return { code: error.code, message: error.message };
    }
  }

  /** Everything that can be read. */
  async read(): Promise<unknown> {
    const rows = await this.#journal.list();
    const runs = rows.map(async ({ runId }) => [
      await this.#journal.find(runId),
      await this.#journal.read(runId),
      await this.#journal.read(runId, 2),
      await this.#journal.requests(runId),
      await this.#journal.sizeOf(runId),
    ]);
    const shared = await Promise.all([
      this.#journal.readAudit(),
      this.#journal.readDurations("t1"),
      this.#journal.readDurations("t2"),
      this.#journal.readSpending("2026-11-21"),
      ...["k1", "k2", "k3"].map((key) => this.#journal.findDecision(key)),
      ...["p1", "p2"].map((plan) => this.#journal.readBranches(plan)),
    ]);
    const uses = (await this.#journal.readBlobUses()).map(({ runId, blob }) => `${runId} ${blob}`);
    const newest = await this.#journal.list({ limit: 2 });
    return [rows, newest, await Promise.all(runs), shared, new Set(uses), uses.length];
  }

  async #make(call: Call): Promise<unknown> {
    const journal = this.#journal;
    switch (call.do) {
      case "create": {
        const { run: runId, owner, now, value } = call;
        return this.#keep(
          await journal.createRun({ runId, owner, now, leaseMs: 10, summary: { value } }),
        );
      }
      case "acquire": {
        const { run: runId, owner, now, from: takeFrom } = call;
        return this.#keep(await journal.acquire({ runId, owner, now, leaseMs: 10, takeFrom }));
      }
      case "append": {
        const lease = this.#lease(call.lease);
        const first = ((await journal.find(lease.runId))?.lastSeq ?? 0) + 1 + call.off;
        const events = Array.from({ length: call.count }, (_, k) =>
          event(lease.runId, first + k, call.value),
        );
        const { do: _, lease: __, value, ...more } = call;
        const summary = value === undefined ? undefined : { value };
        return journal.append(lease, events, { summary, ...more });
      }
      case "drop": {
        const { run: runId, now, off } = call;
        const lastSeq = ((await journal.find(runId))?.lastSeq ?? 0) + off;
        return journal.removeRun({ runId, lastSeq, now, record: { removed: runId } });
      }
      case "claim":
        return journal.claimEffect(call.claim);
      case "take": {
        // The claim that is there, if there is one, as somebody sees it who comes too late.
        const seen = await journal.claimEffect({ ...call.claim, subtask: "c" });
        const from = seen.status === "open" ? seen : call.from;
        return [seen, await journal.takeEffect(call.claim, { from, goneOwner: call.gone })];
      }
      case "reserve":
      case "settle": {
        const { usd, tokens, limits } = call;
        return call.do === "settle"
          ? journal.settleSpending({ day: "2026-11-21", usd, tokens })
          : journal.reserveSpending({ day: "2026-11-21", usd, tokens, limits });
      }
      case "renew":
        return journal.renew(this.#lease(call.lease), call.now, 10);
      case "release":
        return journal.release(this.#lease(call.lease));
      case "post":
        return journal.post(call.run, call.now, { value: call.value });
      case "remove":
        return journal.removeRequest(call.id);
    }
  }

  #keep(lease: Lease): Lease {
    this.#leases.unshift(lease);
    return lease;
  }

  /** Counted from the newest. */
  #lease(index: number): Lease {
    return this.#leases[index] ?? { runId: "r1", owner: "nobody", token: 99 };
  }
}

it("the journal in SQLite does what the much simpler one in memory does, whatever is called", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(call, { maxLength: 50, size: "max" }), async (calls) => {
      await using store = await makeSqliteStore();
      const sqlite = new Player(await store.open());
      const memory = new Player(createMemoryJournal());
      for (const call of [...BEGINNING, ...calls])
        expect(await sqlite.play(call)).toEqual(await memory.play(call));
      expect(await sqlite.read()).toEqual(await memory.read());
    }),
    { numRuns: 80 },
  );
});
