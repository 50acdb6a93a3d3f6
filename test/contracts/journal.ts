/**
 * What every journal must do, for those in this repository and for your own:
 *
 *     describeJournal("Postgres", async () => {
 *       const database = await startDatabase();
 *       return {
 *         open: () => openPostgresJournal(database.url),
 *         [Symbol.asyncDispose]: () => database.stop(),
 *       };
 *     });
 *
 * The rules J1 and following stand in src/journal/journal.ts.
 */

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Json } from "../../src/base/json.ts";
import type { Journal, Lease, StoredEvent } from "../../src/journal/journal.ts";
import { describeAcrossRuns, describeDurableAcrossRuns } from "./journal-across-runs.ts";
import { describeBatches } from "./journal-batches.ts";
import { anyJson, event, events, type JournalStore, makeRun, refused } from "./journal-builders.ts";
import { describeBlobs, describeDurableBlobs, describeRetention } from "./journal-retention.ts";

export function describeJournal(name: string, makeStore: () => Promise<JournalStore>): void {
  describe(`${name} as a journal`, () => {
    it("a new run is held by its maker and has no events yet", async () => {
      await using store = await makeStore();
      const journal = await store.open();
      const summary = { goal: "tidy up", status: "planning" };
      const lease = await journal.createRun({
        runId: "r1",
        owner: "ada",
        now: 1000,
        leaseMs: 50,
        summary,
      });
      expect(lease).toEqual({ runId: "r1", owner: "ada", token: 1 });
      expect(await journal.read("r1")).toEqual([]);
      expect(await journal.find("r1")).toEqual({
        runId: "r1",
        createdAt: 1000,
        lastSeq: 0,
        summary,
        lease: { owner: "ada", expiresAt: 1050 },
      });
    });

    it("an id is given to one run only, and the first one keeps it", async () => {
      await using store = await makeStore();
      const journal = await store.open();
      await makeRun(journal, "r1", { summary: { first: true } });
      await refused("journal.conflict", makeRun(journal, "r1", { owner: "bob", summary: {} }));
      expect(await journal.find("r1")).toMatchObject({
        summary: { first: true },
        lease: { owner: "ada" },
      });
    });

    it("events come back in order, whole, and from any point on", async () => {
      await using store = await makeStore();
      const journal = await store.open();
      const lease = await makeRun(journal, "r1");
      const other = await makeRun(journal, "r2");
      const all = events("r1", 1, 5);
      await journal.append(lease, all.slice(0, 2));
      await journal.append(other, events("r2", 1, 3));
      await journal.append(lease, all.slice(2));
      for (const after of [0, 1, 2, 4, 5, 6, 1000]) {
        expect(await journal.read("r1", after)).toEqual(all.slice(after));
      }
      expect(await journal.read("r2")).toHaveLength(3);
    });

    it("the newest summary is the one that was given last, with events or without", async () => {
      await using store = await makeStore();
      const journal = await store.open();
      const lease = await makeRun(journal, "r1", { summary: { step: 0 } });
      const summary = async () => (await journal.find("r1"))?.summary;
      await journal.append(lease, events("r1", 1, 1));
      expect(await summary()).toEqual({ step: 0 });
      await journal.append(lease, events("r1", 2, 2), { summary: { step: 1 } });
      expect(await summary()).toEqual({ step: 1 });
      await journal.append(lease, [], { summary: { step: 2 } });
      expect(await summary()).toEqual({ step: 2 });
      expect(await journal.find("r1")).toMatchObject({ lastSeq: 2 });
    });

    const BAD_APPENDS: Readonly<Record<string, (lease: Lease) => Append>> = {
      "starts one too late": (lease) => [lease, events("r1", 4, 5)],
      "repeats the newest event": (lease) => [lease, events("r1", 2, 3)],
      "starts from the beginning": (lease) => [lease, events("r1", 1, 1)],
      "has a gap inside": (lease) => [lease, [event("r1", 3), event("r1", 5)]],
      "goes backwards": (lease) => [lease, [event("r1", 3), event("r1", 2)]],
      "has an event of another run": (lease) => [lease, [event("r1", 3), event("r2", 4)]],
      "has an older token": (lease) => [{ ...lease, token: 0 }, events("r1", 3, 3)],
      "has a token that nobody got yet": (lease) => [{ ...lease, token: 2 }, events("r1", 3, 3)],
      "is for a run that does not exist": (lease) => [
        { ...lease, runId: "r9" },
        events("r9", 1, 1),
      ],
      "ends with what is not JSON": (lease) => [lease, [event("r1", 3), NOT_JSON]],
    };
    it.for(Object.entries(BAD_APPENDS))("an append that %s is refused whole", async ([, make]) => {
      await using store = await makeStore();
      const journal = await store.open();
      const lease = await makeRun(journal, "r1", { summary: { kept: true } });
      await journal.append(lease, events("r1", 1, 2));
      const [by, what] = make(lease);
      const code = what.includes(NOT_JSON) ? "journal.write_failed" : "journal.conflict";
      await refused(code, journal.append(by, what, { summary: { kept: false } }));
      expect(await journal.read("r1")).toEqual(events("r1", 1, 2));
      expect(await journal.find("r1")).toMatchObject({ lastSeq: 2, summary: { kept: true } });
      await journal.append(lease, events("r1", 3, 3));
    });

    it("a run that is held is not given to anybody, not even to its holder", async () => {
      await using store = await makeStore();
      const journal = await store.open();
      await makeRun(journal, "r1", { now: 1000, leaseMs: 50 });
      for (const owner of ["ada", "bob"]) {
        for (const takeFrom of [undefined, "eve"]) {
          await refused(
            "run.owned",
            journal.acquire({ runId: "r1", owner, now: 1049, leaseMs: 50, takeFrom }),
          );
        }
      }
      await refused(
        "run.unknown",
        journal.acquire({ runId: "r9", owner: "bob", now: 0, leaseMs: 50 }),
      );
    });

    const WAYS_TO_GET: Readonly<
      Record<string, (journal: Journal, lease: Lease) => Promise<Lease>>
    > = {
      "once its time is up": (journal) => take(journal, { now: 1050 }),
      "at once when it was released": async (journal, lease) => {
        await journal.release(lease);
        return take(journal, { now: 1001 });
      },
      "at once when its holder is known to be gone": (journal) =>
        take(journal, { now: 1001, takeFrom: "ada" }),
    };
    it.for(Object.entries(WAYS_TO_GET))(
      "a run is given to the next %s, and fenced",
      async ([, get]) => {
        await using store = await makeStore();
        const journal = await store.open();
        const old = await makeRun(journal, "r1", { now: 1000, leaseMs: 50 });
        await journal.append(old, events("r1", 1, 1));
        const lease = await get(journal, old);
        expect(lease).toEqual({ runId: "r1", owner: "bob", token: old.token + 1 });

        await refused(
          "journal.conflict",
          journal.append(old, events("r1", 2, 2), { summary: { stale: true } }),
        );
        await refused("journal.lease_lost", journal.renew(old, 1001, 9000));
        await journal.release(old);
        expect(await journal.find("r1")).toMatchObject({
          lastSeq: 1,
          summary: {},
          lease: { owner: "bob" },
        });
        await journal.append(lease, events("r1", 2, 2));
      },
    );

    it("a lease that is given back with an append ends with it, and stays if it is refused", async () => {
      await using store = await makeStore();
      const journal = await store.open();
      const lease = await makeRun(journal, "r1");
      const wrong = journal.append(lease, [event("r1", 2)], { release: true });
      await refused("journal.conflict", wrong);
      expect(await journal.find("r1")).toMatchObject({ lease: { owner: "ada" } });
      await journal.append(lease, [event("r1", 1)], { release: true });
      expect(await journal.find("r1")).toMatchObject({ lastSeq: 1, lease: null });
      await refused("journal.conflict", journal.append(lease, [event("r1", 2)]));
    });

    it("a released lease is good for nothing", async () => {
      await using store = await makeStore();
      const journal = await store.open();
      const lease = await makeRun(journal, "r1");
      await journal.release(lease);
      expect(await journal.find("r1")).toMatchObject({ lease: null });
      await refused("journal.conflict", journal.append(lease, events("r1", 1, 1)));
      await refused("journal.lease_lost", journal.renew(lease, 1, 1));
      await journal.release(lease);
      expect(await journal.read("r1")).toEqual([]);
    });

    it("a holder whose time is up goes on as long as nobody took its place", async () => {
      await using store = await makeStore();
      const journal = await store.open();
      const lease = await makeRun(journal, "r1", { now: 1000, leaseMs: 50 });
      await journal.append(lease, events("r1", 1, 1));
      await journal.renew(lease, 5000, 50);
      await refused("run.owned", take(journal, { now: 5049 }));
      expect(await take(journal, { now: 5050 })).toMatchObject({ token: 2 });
    });

    it("of many who want a run at once exactly one gets it", async () => {
      await using store = await makeStore();
      const connections = [await store.open(), await store.open()];
      await connections[0]?.release(await makeRun(connections[0], "r1"));
      const wants = Array.from({ length: 20 }, (_, k) => {
        const journal = connections[k % 2] as Journal;
        return journal.acquire({ runId: "r1", owner: `p${k}`, now: 2000, leaseMs: 50 });
      });
      const gots = (await Promise.allSettled(wants)).filter(({ status }) => status === "fulfilled");
      expect(gots).toHaveLength(1);
    });

    it("two connections see each other's work, and one fences the other", async () => {
      await using store = await makeStore();
      const [a, b] = [await store.open(), await store.open()];
      const lease = await makeRun(a, "r1");
      await a.append(lease, events("r1", 1, 2), { summary: { by: "a" } });
      expect(await b.read("r1", 1)).toEqual(events("r1", 2, 2));
      expect(await b.list()).toEqual(await a.list());

      await b.append(lease, events("r1", 3, 3));
      await refused("journal.conflict", a.append(lease, events("r1", 3, 3)));
      const next = await b.acquire({
        runId: "r1",
        owner: "bob",
        now: 1,
        leaseMs: 1,
        takeFrom: "ada",
      });
      await refused("journal.conflict", a.append(lease, events("r1", 4, 4)));
      await a.append(next, events("r1", 4, 4));
      expect(await b.find("r1")).toMatchObject({ lastSeq: 4 });
    });

    it("requests wait in order until they are removed, each run's for itself", async () => {
      await using store = await makeStore();
      const journal = await store.open();
      await makeRun(journal, "r1");
      await makeRun(journal, "r2");
      const id = await journal.post("r1", 10, { type: "pause" });
      await journal.post("r2", 11, { type: "cancel" });
      await journal.post("r1", 9, { type: "cancel", by: "ada" });

      const [first, second, ...rest] = await journal.requests("r1");
      expect(rest).toEqual([]);
      expect(first).toMatchObject({ id, at: 10, request: { type: "pause" } });
      expect(second).toMatchObject({ at: 9, request: { type: "cancel", by: "ada" } });
      expect(await journal.removeRequest(id)).toBe(true);
      expect(await journal.removeRequest(id)).toBe(false);
      expect(await journal.requests("r1")).toEqual([second]);
      expect(await journal.requests("r2")).toHaveLength(1);
    });

    it("the id of a removed request is not used again", async () => {
      await using store = await makeStore();
      const journal = await store.open();
      await makeRun(journal, "r1");
      const ids: number[] = [];
      for (let k = 0; k < 3; k++) {
        await journal.post("r1", k, { k });
        const [request] = await journal.requests("r1");
        ids.push(request?.id ?? 0);
        await journal.removeRequest(request?.id ?? 0);
      }
      expect(new Set(ids).size).toBe(3);
    });

    it("an unknown run is undefined where one looks, and an error where one needs it", async () => {
      await using store = await makeStore();
      const journal = await store.open();
      expect(await journal.find("r9")).toBeUndefined();
      expect(await journal.requests("r9")).toEqual([]);
      expect(await journal.list()).toEqual([]);
      await refused("run.unknown", journal.read("r9"));
      await refused("run.unknown", journal.post("r9", 1, {}));
    });

    it("runs are listed newest first, of one moment the last made first, up to the limit", async () => {
      await using store = await makeStore();
      const journal = await store.open();
      for (const [runId, now] of [
        ["a", 5],
        ["b", 9],
        ["c", 5],
        ["d", 1],
        ["e", 9],
      ] as const) {
        await makeRun(journal, runId, { now });
      }
      const ids = async (limit?: number) =>
        (await journal.list(limit === undefined ? {} : { limit })).map(({ runId }) => runId);
      expect(await ids()).toEqual(["e", "b", "c", "a", "d"]);
      expect(await ids(2)).toEqual(["e", "b"]);
      expect(await ids(0)).toEqual([]);
      expect(await ids(99)).toHaveLength(5);
    });

    it("any JSON survives in events, summaries and requests", async () => {
      await using store = await makeStore();
      const journal = await store.open();
      const lease = await makeRun(journal, "r1");
      let seq = 0;
      const survives = async (value: Json) => {
        const given = event("r1", ++seq, value);
        await journal.append(lease, [given], { summary: { value } });
        expect(await journal.read("r1", seq - 1)).toEqual([given]);
        expect((await journal.find("r1"))?.summary).toEqual({ value });
        await journal.post("r1", 1, { value });
        const [request] = await journal.requests("r1");
        expect(request?.request).toEqual({ value });
        await journal.removeRequest(request?.id ?? 0);
      };
      const odd = [
        JSON.parse('{"__proto__": {"constructor": null}, "toJSON": 1, "": [[]]}'),
        'nul \u0000, quote ", newline \n, separator \u2028, 🧭 and é and e\u0301',
        "a lone \ud83e surrogate, and the other \udded",
        { at: -1e308, seq: 5e-324, type: Number.MAX_SAFE_INTEGER, runId: 0.1 },
        "x".repeat(3_000_000),
      ] as const;
      for (const value of odd) await survives(value);
      await fc.assert(fc.asyncProperty(anyJson, survives), { numRuns: 60 });
    });

    it("nothing that a caller changes afterwards changes the journal", async () => {
      await using store = await makeStore();
      const journal = await store.open();
      const output = { rows: [1, 2, 3] };
      const summary = { usage: { usd: 1 } };
      const lease = await makeRun(journal, "r1", { summary });
      await journal.append(lease, [event("r1", 1, output)]);
      output.rows.push(4);
      summary.usage.usd = 2;
      const asGiven = [event("r1", 1, { rows: [1, 2, 3] })];
      const read = await journal.read("r1");
      expect(read).toEqual(asGiven);
      Object.assign(read[0] ?? {}, { output: null });
      expect(await journal.read("r1")).toEqual(asGiven);
      expect((await journal.find("r1"))?.summary).toEqual({ usage: { usd: 1 } });
    });

    it("a closed journal says so, and closing it again is harmless", async () => {
      await using store = await makeStore();
      const journal = await store.open();
      const lease = await makeRun(journal, "r1");
      await journal.close();
      await journal.close();
      const uses = [
        makeRun(journal, "r2"),
        take(journal, { now: 1 }),
        journal.renew(lease, 1, 1),
        journal.release(lease),
        journal.append(lease, events("r1", 1, 1)),
        journal.read("r1"),
        journal.list(),
        journal.readItems("r1", { limit: 1 }),
        journal.find("r1"),
        journal.post("r1", 1, {}),
        journal.requests("r1"),
        journal.removeRequest(1),
        journal.readBlobUses(),
        journal.sizeOf("r1"),
        journal.removeRun({ runId: "r1", lastSeq: 0, now: 1, record: {} }),
        journal.compact(),
      ];
      for (const use of uses) await refused("journal.unusable", use);
    });
  });
  describeAcrossRuns(name, makeStore);
  describeRetention(name, makeStore);
  describeBlobs(name, makeStore);
  describeBatches(name, makeStore);
}

/** For journals that outlive their process: what was stored is there after `close`. */
export function describeDurableJournal(name: string, makeStore: () => Promise<JournalStore>): void {
  it(`${name} has everything after it was closed and opened again`, async () => {
    await using store = await makeStore();
    const journal = await store.open();
    const lease = await makeRun(journal, "r1");
    await journal.append(lease, events("r1", 1, 3), { summary: { status: "running" } });
    await journal.post("r1", 7, { type: "pause" });
    const dump = (from: Journal) =>
      Promise.all([from.list(), from.read("r1"), from.requests("r1")]);
    const before = await dump(journal);
    await journal.close();

    const reopened = await store.open();
    expect(await dump(reopened)).toEqual(before);
    await reopened.append(lease, events("r1", 4, 4));
    expect(await reopened.read("r1")).toEqual(events("r1", 1, 4));
  });
  describeDurableAcrossRuns(name, makeStore);
  describeDurableBlobs(name, makeStore);
}

type Append = [Lease, StoredEvent[]];

const NOT_JSON = { ...event("r1", 4), output: 1n };

function take(
  journal: Journal,
  more: { readonly now: number; readonly takeFrom?: string },
): Promise<Lease> {
  return journal.acquire({ runId: "r1", owner: "bob", leaseMs: 50, ...more });
}
