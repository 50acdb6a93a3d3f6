import {
  closeSync,
  copyFileSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  statSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { describe, expect, it } from "vitest";
import type { ErrorCode } from "../../src/base/errors.ts";
import type { Journal } from "../../src/journal/journal.ts";
import { openSqliteJournal } from "../../src/journal/sqlite.ts";
import { openJournalFile } from "../../src/journal/sqlite-file.ts";
import { event, events, makeRun, refused } from "../contracts/journal-builders.ts";
import { makeSqliteStore, type SqliteStore } from "./sqlite-store.ts";

const KIB = 1024;
const MIB = 1024 * KIB;

describe("the file of a journal", () => {
  it("is made with its folder, for its owner's eyes only, and is alone again after closing", async () => {
    await using store = await makeSqliteStore();
    const path = join(store.folder, "a", "b", "journal.db");
    const journal = openSqliteJournal(path);
    await makeRun(journal, "r1");
    for (const file of readdirSync(join(store.folder, "a", "b"))) {
      expect([file, statSync(join(store.folder, "a", "b", file)).mode & 0o777]).toEqual([
        file,
        0o600,
      ]);
    }
    await journal.close();
    expect(readdirSync(join(store.folder, "a", "b"))).toEqual(["journal.db"]);
  });

  it("is flushed to the disk at every commit", async () => {
    await using store = await makeSqliteStore();
    using db = openJournalFile(store.path);
    const FULL = 2;
    expect(db.prepare("PRAGMA synchronous").get()).toEqual({ synchronous: FULL });
    expect(db.prepare("PRAGMA journal_mode").get()).toEqual({ journal_mode: "wal" });
  });

  it("has a log that does not grow with the number of events, nor stays large after a large one", async () => {
    await using store = await makeSqliteStore();
    const [journal, reader] = [await store.open(), await store.open()];
    const lease = await makeRun(journal, "r1");
    const logSize = () => statSync(`${store.path}-wal`).size;
    let seq = 0;
    const append = async (bytes: number) => {
      seq += 1;
      await journal.append(lease, [event("r1", seq, "x".repeat(bytes))]);
    };
    for (let k = 0; k < 250; k++) {
      await append(64 * KIB);
      await reader.read("r1", seq - 1);
    }
    expect(logSize()).toBeLessThan(6 * MIB);
    await append(20 * MIB);
    expect(logSize()).toBeGreaterThan(20 * MIB);
    for (let k = 0; k < 3; k++) await append(KIB);
    expect(logSize()).toBeLessThanOrEqual(16 * MIB);
  });
});

describe("a path that is no journal", () => {
  const OTHERS: Readonly<Record<string, [ErrorCode, (path: string) => void]>> = {
    "a text file": [
      "journal.not_a_database",
      (path) => writeFileSync(path, "dear diary, ".repeat(500)),
    ],
    "a very short file": ["journal.not_a_database", (path) => writeFileSync(path, "diary")],
    "something that begins like a database": [
      "journal.not_a_database",
      (path) => writeFileSync(path, `SQLite format 3\0${"rubbish ".repeat(999)}`),
    ],
    "another program's database": [
      "journal.not_a_database",
      (path) => sql(path, "CREATE TABLE bookmarks (url); INSERT INTO bookmarks VALUES ('x')"),
    ],
    "another program's database, marked as such": [
      "journal.not_a_database",
      (path) => sql(path, "PRAGMA application_id = 7; PRAGMA user_version = 1"),
    ],
    "a folder": ["journal.unusable", (path) => mkdirSync(path)],
  };
  for (const readOnly of [false, true]) {
    it.for(Object.entries(OTHERS))(
      `is refused and not touched when it is %s (readOnly: ${readOnly})`,
      async ([, [code, make]]) => {
        await using store = await makeSqliteStore();
        make(store.path);
        const before = snapshot(store);
        const error = await refused(code, store.open({ readOnly }));
        expect(error.message).toContain(store.path);
        expect(snapshot(store)).toEqual(before);
      },
    );
  }

  it("is refused when what should be its folder is a file", async () => {
    await using store = await makeSqliteStore();
    writeFileSync(join(store.folder, "file"), "");
    await refused("journal.unusable", open(join(store.folder, "file", "journal.db")));
    await refused("journal.unusable", open(join(store.folder, "file", "deeper", "journal.db")));
  });

  it("is not made by opening it for reading", async () => {
    await using store = await makeSqliteStore();
    await refused("journal.unusable", store.open({ readOnly: true }));
    await refused(
      "journal.unusable",
      open(join(store.folder, "none", "journal.db"), { readOnly: true }),
    );
    expect(readdirSync(store.folder)).toEqual([]);
    writeFileSync(store.path, "");
    const error = await refused("journal.version", store.open({ readOnly: true }));
    expect(error.message).toMatch(/empty/);
  });
});

describe("a journal that is opened for reading", () => {
  it("shows what is stored and what others add, and refuses every change", async () => {
    await using store = await makeSqliteStore();
    const writer = await store.open();
    const lease = await makeRun(writer, "r1");
    const reader = await store.open({ readOnly: true });
    await writer.append(lease, events("r1", 1, 2));
    expect(await reader.read("r1")).toEqual(events("r1", 1, 2));
    const changes = [
      makeRun(reader, "r2"),
      reader.append(lease, events("r1", 3, 3)),
      reader.renew(lease, 1, 1),
      reader.release(lease),
      reader.post("r1", 1, {}),
      reader.removeRequest(1),
      reader.acquire({ runId: "r1", owner: "bob", now: 99_999, leaseMs: 1 }),
      reader.claimEffect({ key: "k", digest: "d", runId: "r1", subtask: "a", tool: "t", at: 1 }),
      reader.settleSpending({ day: "2026-11-21", usd: 1, tokens: 1 }),
    ];
    for (const change of changes) await refused("journal.unusable", change);
    expect(await writer.find("r1")).toMatchObject({ lastSeq: 2, lease: { owner: "ada" } });
  });
});

describe("a journal that another process is writing", () => {
  it("is read meanwhile, and written when that has ended; who cannot wait is told", async () => {
    await using store = await makeSqliteStore();
    const lease = await makeRun(await store.open(), "r1");
    using other = new DatabaseSync(store.path);
    other.exec("BEGIN IMMEDIATE");
    const journal = await store.open({ busyTimeoutMs: 20 });
    await refused("journal.locked", journal.append(lease, events("r1", 1, 1)));
    await refused("journal.locked", makeRun(journal, "r2"));
    expect(await journal.list()).toHaveLength(1);
    other.exec("ROLLBACK");
    await journal.append(lease, events("r1", 1, 1));
    expect(await journal.read("r1")).toHaveLength(1);
  });

  it("cannot be opened while it is locked as a whole", async () => {
    await using store = await makeSqliteStore();
    await (await store.open()).close();
    using other = new DatabaseSync(store.path);
    other.exec("PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE");
    for (const readOnly of [false, true]) {
      await refused("journal.locked", store.open({ readOnly, busyTimeoutMs: 20 }));
    }
  });

  it("is waited for when it is new and another process is making it", async () => {
    await using store = await makeSqliteStore();
    using other = new DatabaseSync(store.path);
    other.exec("BEGIN IMMEDIATE");
    await refused("journal.locked", store.open({ busyTimeoutMs: 20 }));
    other.exec("ROLLBACK");
    await store.open();
  });
});

describe("a damaged journal", () => {
  const DAMAGES: Readonly<Record<string, [ErrorCode, (path: string) => void]>> = {
    "cut in half": ["journal.corrupt", (path) => truncateSync(path, statSync(path).size / 2)],
    "overwritten in the middle": [
      "journal.corrupt",
      (path) => overwrite(path, statSync(path).size / 2, 40 * KIB),
    ],
    "overwritten at its beginning": ["journal.not_a_database", (path) => overwrite(path, 0, 64)],
    "without one of its events": [
      "journal.corrupt",
      (path) => sql(path, "DELETE FROM events WHERE id & 0xffffffff = 200"),
    ],
    "without its first events": [
      "journal.corrupt",
      (path) => sql(path, "DELETE FROM events WHERE id & 0xffffffff < 9"),
    ],
    "with an event that is not JSON": [
      "journal.corrupt",
      (path) => sql(path, "UPDATE events SET event = '{' WHERE id & 1"),
    ],
    "without one of its tables": ["journal.corrupt", (path) => sql(path, "DROP TABLE requests")],
  };
  it.for(Object.entries(DAMAGES))(
    "that is %s is never read as if it were whole",
    async ([, [code, damage]]) => {
      await using store = await makeSqliteStore();
      const journal = await store.open();
      await journal.append(await makeRun(journal, "r1"), events("r1", 1, 2000));
      await journal.close();
      damage(store.path);
      const error = await refused(
        code,
        store.open().then((damaged) => damaged.read("r1")),
      );
      expect(error.message).toContain(store.path);
    },
  );

  it("whose log is torn or spoilt at any place loses its newest appends, and none in part", async () => {
    await using store = await makeSqliteStore();
    const first = await store.open();
    const lease = await makeRun(first, "r1");
    await first.close();
    const journal = await store.open();
    const ends = [0];
    for (const count of [1, 3, 40, 2, 120, 1]) {
      const last = (ends.at(-1) ?? 0) + count;
      await journal.append(lease, events("r1", last - count + 1, last), { summary: { last } });
      ends.push(last);
    }
    // What a machine that dies leaves: the database as it was, and a log of any length.
    const log = readFileSync(`${store.path}-wal`);
    const [head, frame] = [32, 24 + 4096];
    const places = Array.from({ length: (log.length - head) / frame }, (_, k) => head + k * frame);
    expect(places.length).toBeGreaterThan(ends.length);

    const recovered = async (name: string, tornLog: Uint8Array) => {
      const path = join(store.folder, name);
      copyFileSync(store.path, path);
      writeFileSync(`${path}-wal`, tornLog);
      const copy = openSqliteJournal(path);
      const read = await copy.read("r1");
      expect(read).toEqual(events("r1", 1, read.length));
      expect(ends).toContain(read.length);
      expect((await copy.find("r1"))?.summary).toEqual(
        read.length === 0 ? {} : { last: read.length },
      );
      await copy.append(lease, [event("r1", read.length + 1)]);
      await copy.close();
      return read.length;
    };
    const lengths: number[] = [];
    for (const place of places) {
      for (const cut of [place, place + 1, place + 23, place + 2000, place + frame - 1]) {
        lengths.push(await recovered(`cut-${cut}`, log.subarray(0, cut)));
      }
      const spoilt = Buffer.from(log);
      spoilt.writeUInt8(log.readUInt8(place + 100) ^ 0x10, place + 100);
      expect(await recovered(`spoilt-${place}`, spoilt)).toBeLessThan(ends.at(-1) ?? 0);
    }
    lengths.push(await recovered("whole", log));
    expect(lengths).toEqual(lengths.toSorted((a, b) => a - b));
    expect(new Set(lengths)).toEqual(new Set(ends));
  });
});

/** As a promise, like all else that is refused. */
async function open(...args: Parameters<typeof openSqliteJournal>): Promise<Journal> {
  return openSqliteJournal(...args);
}

function sql(path: string, statements: string): void {
  using db = new DatabaseSync(path);
  db.exec(statements);
}

function overwrite(path: string, from: number, bytes: number): void {
  const file = openSync(path, "r+");
  writeSync(file, Buffer.alloc(bytes, 0xa5), 0, bytes, Math.floor(from));
  closeSync(file);
}

/** All files of the store, with their bytes. */
function snapshot({ folder }: SqliteStore): [string, string | undefined][] {
  return readdirSync(folder).map((name) => {
    const path = join(folder, name);
    return [name, statSync(path).isFile() ? readFileSync(path, "latin1") : undefined];
  });
}
