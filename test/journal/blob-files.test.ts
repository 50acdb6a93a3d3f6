import { createHash } from "node:crypto";
import { mkdir, readdir, readFile, stat, utimes, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { zstdCompressSync } from "node:zlib";
import { expect, it } from "vitest";
import type { BlobStore } from "../../src/journal/journal.ts";
import { MIGRATIONS, migrate } from "../../src/journal/sqlite-schema.ts";
import { events, makeRun, refused } from "../contracts/journal-builders.ts";
import { makeSqliteStore, type SqliteStore } from "./sqlite-store.ts";

async function put(blobs: BlobStore, text: string, now = 1_000): Promise<string> {
  const content = Buffer.from(text);
  const id = createHash("sha256").update(content).digest("hex");
  await blobs.put({ id, content, now });
  return id;
}

const fileOf = ({ path }: SqliteStore, id: string) =>
  join(`${path}-blobs`, id.slice(0, 2), `${id}.zst`);

const DAMAGES: Readonly<Record<string, (bytes: Buffer) => Buffer>> = {
  "is empty": () => Buffer.alloc(0),
  "was cut off": (bytes) => bytes.subarray(0, bytes.length - 5),
  "has another bit": (bytes) => Buffer.from(bytes.map((byte, at) => (at === 12 ? byte ^ 1 : byte))),
  "is that of another blob": () => zstdCompressSync("another"),
};
it.for(Object.entries(DAMAGES))(
  "a blob whose file %s is told from a whole one, and mended by putting it again",
  async ([, spoil]) => {
    await using store = await makeSqliteStore();
    const { blobs } = await store.open();
    const id = await put(blobs, "what was stored, word for word, line by line");
    const file = fileOf(store, id);
    await writeFile(file, spoil(await readFile(file)));
    const error = await refused("blob.damaged", (async () => blobs.get(id))());
    expect(error.message).toContain(file);
    await put(blobs, "what was stored, word for word, line by line");
    expect(Buffer.from(blobs.get(id)).toString()).toMatch(/^what was stored/);
  },
);

it("blobs are made for their owner only, compressed, and their folder with the first of them", async () => {
  await using store = await makeSqliteStore();
  const { blobs } = await store.open();
  expect(await readdir(store.folder)).not.toContain("journal.db-blobs");
  const id = await put(blobs, "again ".repeat(10_000));
  const stats = await stat(fileOf(store, id));
  expect(stats.mode & 0o077).toBe(0);
  expect((await stat(dirname(fileOf(store, id)))).mode & 0o077).toBe(0);
  expect(stats.size).toBeLessThan(1_000);
  expect(await blobs.list()).toEqual([{ id, bytes: stats.size, at: 1_000 }]);
});

it("what a crash has left half written is listed, and goes like all that is old", async () => {
  await using store = await makeSqliteStore();
  const { blobs } = await store.open();
  const id = await put(blobs, "whole");
  const part = `${"cd".repeat(32)}.zst.1.part`;
  const shelf = join(`${store.path}-blobs`, "cd");
  await mkdir(shelf);
  await writeFile(join(shelf, part), "ha");
  await utimes(join(shelf, part), 5, 5);
  expect(await blobs.list()).toContainEqual({ id: part, bytes: 2, at: 5_000 });
  expect(await blobs.remove(part, 5_000)).toBe(false);
  expect(await blobs.remove(part, 5_001)).toBe(true);
  expect((await blobs.list()).map((blob) => blob.id)).toEqual([id]);
});

it("a disk that cannot be written is said so, and leaves nothing behind", async () => {
  await using store = await makeSqliteStore();
  const { blobs } = await store.open();
  await writeFile(`${store.path}-blobs`, "a file where the folder should be");
  const error = await refused("journal.write_failed", put(blobs, "lost"));
  expect(error.message).toContain("-blobs");
  expect(await blobs.list()).toEqual([]);
});

it("a journal becomes smaller once a large run was removed from it", async () => {
  await using store = await makeSqliteStore();
  const journal = await store.open();
  const lease = await makeRun(journal, "r1");
  const large = { ...events("r1", 1, 1)[0], output: "x".repeat(3_000_000) };
  await journal.append(lease, [large as never]);
  await journal.append(await makeRun(journal, "r2"), events("r2", 1, 2));
  await journal.release(lease);
  expect(await journal.compact()).toBe(0);
  await journal.removeRun({ runId: "r1", lastSeq: 1, now: 9, record: {} });
  const freed = await journal.compact();
  expect(freed).toBeGreaterThan(2_900_000);
  expect((await stat(store.path)).size).toBeLessThan(200_000);
  expect(await journal.read("r2")).toEqual(events("r2", 1, 2));
});

it("a journal from before blobs is read as one without, and has them once it is written", async () => {
  await using store = await makeSqliteStore();
  using db = new DatabaseSync(store.path);
  migrate(db, store.path, MIGRATIONS.slice(0, 2));
  const reader = await store.open({ readOnly: true });
  expect(await reader.readBlobUses()).toEqual([]);
  expect(await reader.blobs.list()).toEqual([]);
  const writer = await store.open();
  await writer.append(await makeRun(writer, "r1"), events("r1", 1, 1), { blobs: ["aa"] });
  expect(await reader.readBlobUses()).toEqual([{ runId: "r1", blob: "aa" }]);
});
