/** What every journal must do with blobs, and with runs that nobody needs any more. */

import { createHash } from "node:crypto";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { verifyAudit } from "../../src/journal/audit-chain.ts";
import type { BlobStore, Journal } from "../../src/journal/journal.ts";
import { events, type JournalStore, makeRun, refused } from "./journal-builders.ts";

export function describeRetention(name: string, makeStore: () => Promise<JournalStore>): void {
  describe(`${name} as a place from which runs are removed`, () => {
    const remove = (journal: Journal, more: { lastSeq?: number; now?: number } = {}) =>
      journal.removeRun({ runId: "r1", lastSeq: 2, now: 2000, record: { type: "gone" }, ...more });

    it("a run goes with its events, requests and uses of blobs, and leaves its trail", async () => {
      await using store = await makeStore();
      const journal = await store.open();
      const claim = { key: "k", digest: "d", runId: "r1", subtask: "a", tool: "t", at: 1 };
      await journal.claimEffect(claim);
      for (const runId of ["r1", "r2"]) {
        const lease = await makeRun(journal, runId);
        await journal.append(lease, events(runId, 1, 2), {
          audit: [{ at: 1, record: { type: "run.started" } }],
          effects: [{ key: "k", subtask: "a", status: "finished", output: 7 }],
          blobs: ["aa", "bb", "aa"],
        });
        await journal.post(runId, 1, { type: "pause" });
        await journal.release(lease);
      }
      const used = (runId: string) => ["aa", "bb"].map((blob) => ({ runId, blob }));
      expect(sorted(await journal.readBlobUses())).toEqual([...used("r1"), ...used("r2")]);
      expect(await remove(journal)).toBe(true);
      expect((await journal.list()).map(({ runId }) => runId)).toEqual(["r2"]);
      await refused("run.unknown", journal.read("r1"));
      expect(await journal.requests("r1")).toEqual([]);
      expect(sorted(await journal.readBlobUses())).toEqual(used("r2"));
      expect(await journal.read("r2")).toEqual(events("r2", 1, 2));
      const trail = await journal.readAudit();
      expect(trail.map(({ runId, at, record }) => [runId, at, record])).toEqual([
        ["r1", 1, { type: "run.started" }],
        ["r2", 1, { type: "run.started" }],
        ["r1", 2000, { type: "gone" }],
      ]);
      expect(verifyAudit(trail)).toMatchObject({ valid: true });
      expect(await journal.claimEffect(claim)).toMatchObject({ status: "finished", output: 7 });
      expect(await remove(journal)).toBe(false);
    });

    it("a run that is held, or has gone on since, stays as it is", async () => {
      await using store = await makeStore();
      const journal = await store.open();
      const lease = await makeRun(journal, "r1", { now: 1000, leaseMs: 50 });
      await journal.append(lease, events("r1", 1, 2), { blobs: ["aa"] });
      const dump = () =>
        Promise.all([journal.find("r1"), journal.read("r1"), journal.readBlobUses()]);
      const before = await dump();
      expect(await remove(journal, { now: 1049 })).toBe(false);
      expect(await remove(journal, { lastSeq: 1 })).toBe(false);
      expect(await remove(journal, { lastSeq: 3 })).toBe(false);
      expect(await dump()).toEqual(before);
      expect(await journal.readAudit()).toEqual([]);
      expect(await remove(journal, { now: 1050 })).toBe(true);
      await refused("journal.conflict", journal.append(lease, events("r1", 3, 3)));
    });

    it("tells how large the events of a run are", async () => {
      await using store = await makeStore();
      const journal = await store.open();
      const lease = await makeRun(journal, "r1");
      const given = events("r1", 1, 3);
      await journal.append(lease, given.slice(0, 1));
      await journal.append(lease, given.slice(1));
      await makeRun(journal, "r2");
      const bytes = given.reduce((sum, one) => sum + JSON.stringify(one).length, 0);
      expect(await journal.sizeOf("r1")).toBe(bytes);
      expect(await journal.sizeOf("r2")).toBe(0);
      expect(await journal.sizeOf("r9")).toBe(0);
      expect(await journal.compact()).toBeGreaterThanOrEqual(0);
      expect(await journal.sizeOf("r1")).toBe(bytes);
    });
  });
}

export function describeBlobs(name: string, makeStore: () => Promise<JournalStore>): void {
  describe(`${name} as a place for blobs`, () => {
    it("any bytes come back as they were given, and are kept once", async () => {
      await using store = await makeStore();
      const { blobs } = await store.open();
      const contents = fc.oneof(
        fc.uint8Array({ maxLength: 200 }),
        fc.nat(300_000).map((length) => new Uint8Array(length).fill(length % 256)),
      );
      const ids = new Set<string>();
      await fc.assert(
        fc.asyncProperty(contents, async (content) => {
          const [first, again] = await Promise.all([
            put(blobs, content, 5),
            put(blobs, content, 5),
          ]);
          expect(again).toBe(first);
          ids.add(first);
          expect(Buffer.from(blobs.get(first)).equals(content)).toBe(true);
        }),
        { numRuns: 40 },
      );
      expect(new Set((await blobs.list()).map(({ id }) => id))).toEqual(ids);
      expect(await blobs.list()).toHaveLength(ids.size);
    });

    it("what is not there is missing, by name", async () => {
      await using store = await makeStore();
      const { blobs } = await store.open();
      expect(await blobs.list()).toEqual([]);
      const id = "ab".repeat(32);
      expect(await blobs.remove(id, 100)).toBe(false);
      const error = await refused("blob.missing", (async () => blobs.get(id))());
      expect(error.message).toContain("abababababab");
    });

    it("a blob is removed only if it is older than asked, and putting it makes it young", async () => {
      await using store = await makeStore();
      const { blobs } = await store.open();
      const id = await put(blobs, Buffer.from("old"), 1_000);
      const other = await put(blobs, Buffer.from("other"), 1_000);
      expect(await blobs.remove(id, 1_000)).toBe(false);
      await put(blobs, Buffer.from("old"), 50_000);
      expect(await blobs.remove(id, 2_000)).toBe(false);
      expect((await blobs.list()).find((blob) => blob.id === id)?.at).toBe(50_000);
      expect(await blobs.remove(other, 2_000)).toBe(true);
      expect(await blobs.remove(other, 2_000)).toBe(false);
      expect((await blobs.list()).map((blob) => blob.id)).toEqual([id]);
      expect(Buffer.from(blobs.get(id)).toString()).toBe("old");
    });

    it("of one who puts and one who removes at the same moment, the one who puts has it", async () => {
      await using store = await makeStore();
      const [{ blobs: ours }, { blobs: theirs }] = [await store.open(), await store.open()];
      for (let round = 0; round < 72; round++) {
        const content = Buffer.from(`content ${round}`);
        const id = await put(ours, content, 1_000);
        const placed = put(ours, content, 90_000);
        // So that they meet at every place on their way.
        for (let turn = 0; turn < round % 12; turn++) await new Promise(setImmediate);
        await Promise.all([placed, theirs.remove(id, 50_000)]);
        expect(Buffer.from(ours.get(id)).equals(content)).toBe(true);
      }
    });
  });
}

export function describeDurableBlobs(name: string, makeStore: () => Promise<JournalStore>): void {
  it(`${name} has its blobs and their uses after it was closed and opened again`, async () => {
    await using store = await makeStore();
    const journal = await store.open();
    const id = await put(journal.blobs, Buffer.from("kept"), 7_000);
    await journal.append(await makeRun(journal, "r1"), events("r1", 1, 1), { blobs: [id] });
    const before = await journal.blobs.list();
    await journal.close();
    const reopened = await store.open();
    expect(await reopened.blobs.list()).toEqual(before);
    expect(Buffer.from(reopened.blobs.get(id)).toString()).toBe("kept");
    expect(await reopened.readBlobUses()).toEqual([{ runId: "r1", blob: id }]);
  });
}

async function put(blobs: BlobStore, content: Uint8Array, now: number): Promise<string> {
  const id = createHash("sha256").update(content).digest("hex");
  await blobs.put({ id, content, now });
  return id;
}

function sorted<T>(rows: readonly T[]): T[] {
  return rows.toSorted((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
}
