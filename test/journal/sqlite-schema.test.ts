import { readFileSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { describe, expect, it } from "vitest";
import { verifyAudit } from "../../src/journal/audit-chain.ts";
import type { Journal } from "../../src/journal/journal.ts";
import {
  APPLICATION_ID,
  MIGRATIONS,
  migrate,
  readFormat,
} from "../../src/journal/sqlite-schema.ts";
import { event, events, makeRun, refused } from "../contracts/journal-builders.ts";
import { FORMAT_1, makeFormat1 } from "./format-1.ts";
import { FORMAT_2, makeFormat2 } from "./format-2.ts";
import { makeSqliteStore } from "./sqlite-store.ts";

const formatOf = (db: DatabaseSync) => db.prepare("PRAGMA user_version").get()?.["user_version"];

it("an older journal gets what is missing, step by step, and keeps what it has", async () => {
  await using store = await makeSqliteStore();
  const journal = await store.open();
  await journal.append(await makeRun(journal, "r1"), events("r1", 1, 2));
  await journal.close();

  using db = new DatabaseSync(store.path);
  const tomorrow = [
    ...MIGRATIONS,
    "ALTER TABLE runs ADD COLUMN tag TEXT",
    "UPDATE runs SET tag = 'from ' || run_id; CREATE INDEX runs_by_tag ON runs (tag)",
  ];
  migrate(db, store.path, tomorrow);
  expect(formatOf(db)).toBe(MIGRATIONS.length + 2);
  expect(db.prepare("SELECT tag FROM runs").all()).toEqual([{ tag: "from r1" }]);
  expect(db.prepare("SELECT count(*) AS n FROM events").get()).toEqual({ n: 2 });
  migrate(db, store.path, tomorrow);
  expect(formatOf(db)).toBe(MIGRATIONS.length + 2);
});

it("a migration that fails leaves the journal in its old format, as it was", async () => {
  await using store = await makeSqliteStore();
  await (await store.open()).close();
  using db = new DatabaseSync(store.path);
  const broken = [...MIGRATIONS, "DROP VIEW event_log", "ALTER TABLE absent ADD COLUMN x"];
  expect(() => migrate(db, store.path, broken)).toThrow(/no such table: absent/);
  expect(formatOf(db)).toBe(MIGRATIONS.length);
  expect(db.prepare("SELECT * FROM event_log").all()).toEqual([]);
  await (await store.open()).list();
});

it("a journal of a newer format is refused, and told apart from what this program reads", async () => {
  await using store = await makeSqliteStore();
  await (await store.open()).close();
  using db = new DatabaseSync(store.path);
  migrate(db, store.path, [...MIGRATIONS, "CREATE TABLE later (x)"]);
  const newest = MIGRATIONS.length;
  for (const readOnly of [false, true]) {
    const error = await refused("journal.version", store.open({ readOnly }));
    expect(error.message).toContain(`format ${newest + 1}`);
    expect(error.message).toContain(`up to ${newest}`);
    expect(error.hint).toMatch(/^Update planwright/);
  }
  expect(formatOf(db)).toBe(newest + 1);
});

it("a journal without its tables is empty, and not opened for reading", async () => {
  await using store = await makeSqliteStore();
  using db = new DatabaseSync(store.path);
  db.exec(`PRAGMA application_id = ${APPLICATION_ID}; CREATE TABLE x (x)`);
  expect(readFormat(db, store.path)).toBe(0);
  await refused("journal.version", store.open({ readOnly: true }));
});

describe("a journal of format 1", () => {
  it("is made of a migration that has not changed since", () => {
    expect(MIGRATIONS[0]).toBe(FORMAT_1);
  });

  it("goes on in today's format with all that it has, once it is opened for writing", async () => {
    await using store = await makeSqliteStore();
    makeFormat1(store.path);
    const journal = await store.open();
    await expectFormat1(journal);
    const lease = { runId: "r1", owner: "ada", token: 3 };
    await journal.append(lease, [event("r1", 3)], { audit: [{ at: 1, record: { seq: 3 } }] });
    expect(await journal.read("r1", 2)).toEqual([event("r1", 3)]);
    expect(verifyAudit(await journal.readAudit())).toMatchObject({ valid: true, records: 1 });
    await journal.close();
    await (await store.open()).close();
    using db = new DatabaseSync(store.path);
    expect(formatOf(db)).toBe(MIGRATIONS.length);
    expect(db.prepare("PRAGMA integrity_check").get()).toEqual({ integrity_check: "ok" });
    expect(tablesOf(db)).toEqual(await newTables());
  });

  it("is read as it stands where it may not be written, and has none of what came later", async () => {
    await using store = await makeSqliteStore();
    makeFormat1(store.path);
    const before = readFileSync(store.path);
    const reader = await store.open({ readOnly: true });
    await expectFormat1(reader);
    expect(await reader.readAudit()).toEqual([]);
    expect(await reader.readDurations("fetch")).toEqual([]);
    expect(await reader.readSpending("2026-11-21")).toEqual({ usd: 0, tokens: 0 });
    const effect = { key: "k", digest: "d", runId: "r1", subtask: "a", tool: "t", at: 1 };
    const amount = { day: "2026-11-21", usd: 1, tokens: 1 };
    const changes = [
      reader.claimEffect(effect),
      reader.takeEffect(effect, { from: { runId: "r2", subtask: "a", at: 1 } }),
      reader.reserveSpending({ ...amount, limits: { usd: null, tokens: null } }),
      reader.settleSpending(amount),
    ];
    for (const change of changes) await refused("journal.unusable", change);
    expect(readFileSync(store.path)).toEqual(before);
  });

  it("shows a reader what came later as soon as another process has brought it to format 2", async () => {
    await using store = await makeSqliteStore();
    makeFormat1(store.path);
    const reader = await store.open({ readOnly: true });
    expect(await reader.readAudit()).toEqual([]);
    const writer = await store.open();
    await writer.append({ runId: "r1", owner: "ada", token: 3 }, [], {
      audit: [{ at: 1, record: {} }],
    });
    expect(await reader.readAudit()).toHaveLength(1);
    await expectFormat1(reader);
  });
});

describe("a journal of format 2", () => {
  it("is made of a migration that has not changed since", () => {
    expect(MIGRATIONS[1]).toBe(FORMAT_2);
  });

  it("has batches once it is opened for writing", async () => {
    await using store = await makeSqliteStore();
    makeFormat2(store.path);
    const journal = await store.open();
    const batch = await makeRun(journal, "b", { isBatch: true });
    await makeRun(journal, "r2", { place: { lease: batch, n: 1 } });
    expect(await journal.readItems("b", { limit: 9 })).toMatchObject([{ n: 1 }]);
    expect(await journal.list()).toMatchObject([{ runId: "r1" }]);
    using db = new DatabaseSync(store.path);
    expect(formatOf(db)).toBe(MIGRATIONS.length);
    expect(tablesOf(db)).toEqual(await newTables());
  });

  it("is read as it stands where it may not be written, and has no batches", async () => {
    await using store = await makeSqliteStore();
    makeFormat2(store.path);
    const before = readFileSync(store.path);
    const reader = await store.open({ readOnly: true });
    expect(await reader.list()).toMatchObject([{ runId: "r1" }]);
    expect(await reader.list({ of: "items" })).toEqual([]);
    expect(await reader.list({ of: "batches" })).toEqual([]);
    expect(await reader.readItems("r1", { limit: 9 })).toEqual([]);
    await refused("run.unknown", reader.readItems("r9", { limit: 9 }));
    expect(readFileSync(store.path)).toEqual(before);
  });
});

describe("the audit trail in a file", () => {
  const FORGERIES = [
    "UPDATE audit SET at = 5 WHERE n = 1",
    "UPDATE audit SET n = 4 WHERE n = 3",
    "DELETE FROM audit",
    "DELETE FROM audit WHERE n = 3",
    "INSERT OR REPLACE INTO audit SELECT n, run_id, 5, record, previous, hash FROM audit LIMIT 1",
    "INSERT INTO audit SELECT 9, run_id, at, record, previous, hash FROM audit LIMIT 1",
    "INSERT INTO audit SELECT 0, run_id, at, record, previous, hash FROM audit LIMIT 1",
  ];
  it.for(FORGERIES)("is not changed by %s", async (forgery) => {
    await using store = await makeSqliteStore();
    const journal = await store.open();
    const audit = [1, 2, 3].map((at) => ({ at, record: { at } }));
    await journal.append(await makeRun(journal, "r1"), [], { audit });
    const before = await journal.readAudit();
    using db = new DatabaseSync(store.path);
    expect(() => db.exec(forgery)).toThrow("the audit trail is only added to");
    expect(await journal.readAudit()).toEqual(before);
  });
});

it("people see the events as a table with runs, numbers and types", async () => {
  await using store = await makeSqliteStore();
  const journal = await store.open();
  await makeRun(journal, "r0");
  await journal.append(await makeRun(journal, "r1"), events("r1", 1, 2));
  using db = new DatabaseSync(store.path, { readOnly: true });
  expect(db.prepare("SELECT run_id, seq, at, type FROM event_log").all()).toEqual([
    { run_id: "r1", seq: 1, at: 1_790_000_000_001, type: "subtask.succeeded" },
    { run_id: "r1", seq: 2, at: 1_790_000_000_002, type: "subtask.succeeded" },
  ]);
});

async function expectFormat1(journal: Journal): Promise<void> {
  expect(await journal.list()).toEqual([
    {
      runId: "r1",
      createdAt: 1000,
      lastSeq: 2,
      summary: { status: "running" },
      lease: { owner: "ada", expiresAt: 2000 },
    },
  ]);
  expect(await journal.read("r1")).toEqual([
    { runId: "r1", seq: 1, at: 1000, type: "run.started" },
    { runId: "r1", seq: 2, at: 1001, type: "plan.accepted", plan: { subtasks: [] } },
  ]);
  expect(await journal.requests("r1")).toEqual([{ id: 1, at: 1002, request: { type: "pause" } }]);
}

/** What a journal has that was never of an older format. */
async function newTables(): Promise<unknown[]> {
  await using store = await makeSqliteStore();
  await (await store.open()).close();
  using db = new DatabaseSync(store.path);
  return tablesOf(db);
}

function tablesOf(db: DatabaseSync): unknown[] {
  return db.prepare("SELECT type, name, sql FROM sqlite_schema ORDER BY type, name").all();
}
