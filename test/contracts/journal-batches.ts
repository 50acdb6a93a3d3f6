/** What every journal must do for batches (J11) and for runs that write at the same moment (J1). */

import { describe, expect, it } from "vitest";
import type { ItemRow, Journal, Lease } from "../../src/journal/journal.ts";
import { event, events, type JournalStore, makeRun, refused } from "./journal-builders.ts";

/** Places in short: `1 r1`, or `2 {"why":"odd"}`. */
function told(rows: readonly ItemRow[]): string[] {
  return rows.map(({ n, run, record }) => `${n} ${run?.runId ?? JSON.stringify(record)}`);
}

function makeItem(journal: Journal, lease: Lease, n: number, runId = `r${n}`): Promise<Lease> {
  return makeRun(journal, runId, { now: n, place: { lease, n } });
}

export function describeBatches(name: string, makeStore: () => Promise<JournalStore>): void {
  describe(`${name}, for batches`, () => {
    it("has the runs of a batch in their places, beside what cannot be run", async () => {
      await using store = await makeStore();
      const journal = await store.open();
      const batch = await makeRun(journal, "b", { isBatch: true });
      await makeItem(journal, batch, 3);
      const first = await makeItem(journal, batch, 1);
      await journal.append(batch, events("b", 1, 1), {
        records: [
          { n: 2, record: { why: "odd" } },
          { n: 70_000, record: { why: "later" } },
        ],
      });
      await journal.append(first, events("r1", 1, 2), { summary: { status: "succeeded" } });
      const rows = await journal.readItems("b", { limit: 9 });
      expect(told(rows)).toEqual(["1 r1", '2 {"why":"odd"}', "3 r3", '70000 {"why":"later"}']);
      expect(rows[0]?.run).toEqual(await journal.find("r1"));
      expect(rows[0]?.run).toMatchObject({ lastSeq: 2, summary: { status: "succeeded" } });
      expect(rows.some((row) => "newest" in row)).toBe(false);
      const withNewest = await journal.readItems("b", { limit: 9, withNewest: true });
      expect(told(withNewest)).toEqual(told(rows));
      const newest = withNewest.map((row) => (row.run === null ? undefined : row.newest));
      expect(newest).toEqual([event("r1", 2), undefined, undefined, undefined]);
      expect(told(await journal.readItems("b", { after: 1, limit: 2 }))).toEqual([
        '2 {"why":"odd"}',
        "3 r3",
      ]);
      expect(await journal.readItems("b", { after: 70_000, limit: 9 })).toEqual([]);
    });

    it("gives a place once, and keeps nothing of who comes too late", async () => {
      await using store = await makeStore();
      const journal = await store.open();
      const batch = await makeRun(journal, "b", { isBatch: true });
      await makeItem(journal, batch, 1);
      await refused("journal.conflict", makeItem(journal, batch, 1, "late"));
      expect(await journal.find("late")).toBeUndefined();
      const late = { runId: "late", owner: "ada", token: 1 };
      await refused("journal.conflict", journal.append(late, events("late", 1, 1)));
      const records = [
        { n: 2, record: {} },
        { n: 1, record: {} },
      ];
      await refused("journal.conflict", journal.append(batch, events("b", 1, 1), { records }));
      expect(await journal.read("b")).toEqual([]);
      expect(told(await journal.readItems("b", { limit: 9 }))).toEqual(["1 r1"]);
    });

    it("gives the place of what cannot be run to a run, and to nothing else", async () => {
      await using store = await makeStore();
      const journal = await store.open();
      const batch = await makeRun(journal, "b", { isBatch: true });
      const records = [{ n: 2, record: { why: "odd" } }];
      await journal.append(batch, [], { records });
      const again = journal.append(batch, [], { records: [{ n: 2, record: { why: "other" } }] });
      await refused("journal.conflict", again);
      expect(told(await journal.readItems("b", { limit: 9 }))).toEqual(['2 {"why":"odd"}']);
      await makeItem(journal, batch, 2);
      expect(told(await journal.readItems("b", { limit: 9 }))).toEqual(["2 r2"]);
      expect(await journal.list({ of: "items" })).toMatchObject([{ runId: "r2" }]);
      await refused("journal.conflict", makeItem(journal, batch, 2, "late"));
      await refused("journal.conflict", journal.append(batch, [], { records }));
      expect(told(await journal.readItems("b", { limit: 9 }))).toEqual(["2 r2"]);
    });

    it("lets only the holder of a batch give its places away", async () => {
      await using store = await makeStore();
      const journal = await store.open();
      const lost = await makeRun(journal, "b", { isBatch: true });
      const held = await journal.acquire({ runId: "b", owner: "bob", now: 2000, leaseMs: 1000 });
      await refused("journal.conflict", makeItem(journal, lost, 1));
      await makeItem(journal, held, 1);
      await journal.release(held);
      await refused("journal.conflict", makeItem(journal, held, 2));
      const plain = await makeRun(journal, "plain");
      await refused("journal.conflict", makeItem(journal, plain, 1, "r9"));
      expect(told(await journal.readItems("b", { limit: 9 }))).toEqual(["1 r1"]);
    });

    it("lists batches, their runs, and runs of their own apart", async () => {
      await using store = await makeStore();
      const journal = await store.open();
      await makeRun(journal, "own", { now: 5 });
      const batch = await makeRun(journal, "b", { isBatch: true });
      for (const n of [1, 2]) await makeItem(journal, batch, n);
      const ids = async (of?: "runs" | "items" | "batches") =>
        (await journal.list(of && { of })).map(({ runId }) => runId);
      expect(await ids()).toEqual(["own"]);
      expect(await ids("runs")).toEqual(["own"]);
      expect(await ids("items")).toEqual(["r2", "r1"]);
      expect(await ids("batches")).toEqual(["b"]);
      expect(await journal.list({ of: "items", limit: 1 })).toHaveLength(1);
    });

    it("has no places in what is no batch, and knows no batch that is not there", async () => {
      await using store = await makeStore();
      const journal = await store.open();
      await makeRun(journal, "own");
      expect(await journal.readItems("own", { limit: 9 })).toEqual([]);
      await refused("run.unknown", journal.readItems("r9", { limit: 9 }));
    });
  });

  describe(`${name}, for runs that write at the same moment`, () => {
    it("stores each append whole or not at all, whatever becomes of the others", async () => {
      await using store = await makeStore();
      const journal = await store.open();
      const leases = await Promise.all(
        Array.from({ length: 6 }, (_, k) => makeRun(journal, `r${k}`)),
      );
      const appended = await Promise.allSettled(
        leases.map((lease, k) => {
          const first = event(lease.runId, k === 2 ? 2 : 1);
          const broken = k === 4 ? [{ key: "k", status: "finished", output: 1n }] : [];
          return journal.append(lease, [first], { effects: broken as never });
        }),
      );
      expect(appended.map(({ status }) => status)).toEqual([
        "fulfilled",
        "fulfilled",
        "rejected",
        "fulfilled",
        "rejected",
        "fulfilled",
      ]);
      const [, , wrongSeq, , notJson] = appended as PromiseRejectedResult[];
      expect(wrongSeq?.reason).toMatchObject({ code: "journal.conflict" });
      expect(notJson?.reason).toMatchObject({ code: "journal.write_failed" });
      const counts = await Promise.all(leases.map(({ runId }) => journal.read(runId)));
      expect(counts.map(({ length }) => length)).toEqual([1, 1, 0, 1, 0, 1]);
    });

    it("keeps the order in which one run's writes were given", async () => {
      await using store = await makeStore();
      const journal = await store.open();
      const other = await makeRun(journal, "other");
      const lease = await makeRun(journal, "r1");
      const given = [1, 2, 3].map((seq) => journal.append(lease, [event("r1", seq)]));
      await Promise.all([...given, journal.release(lease), journal.append(other, [])]);
      expect(await journal.read("r1")).toEqual(events("r1", 1, 3));
      await refused("journal.conflict", journal.append(lease, [event("r1", 4)]));
    });

    it("refuses what comes after the lease was given back, also at that very moment", async () => {
      await using store = await makeStore();
      const journal = await store.open();
      await makeRun(journal, "other");
      const lease = await makeRun(journal, "r1");
      const last = journal.append(lease, [event("r1", 1)], { release: true });
      const late = journal.append(lease, [], { summary: { is: "late" } });
      await Promise.all([last, refused("journal.conflict", late)]);
      expect((await journal.find("r1"))?.summary).toEqual({});
    });

    it("has what was written when it was closed, and nothing after", async () => {
      await using store = await makeStore();
      const journal = await store.open();
      const leases = [await makeRun(journal, "r1"), await makeRun(journal, "r2")];
      const written = leases.map((lease) => journal.append(lease, [event(lease.runId, 1)]));
      await journal.close();
      await Promise.all(written);
      for (const lease of leases) {
        await refused("journal.unusable", journal.append(lease, [event(lease.runId, 2)]));
      }
    });
  });
}
