import { DatabaseSync } from "node:sqlite";
import { expect, it } from "vitest";
import {
  APPLICATION_ID,
  MIGRATIONS,
  migrate,
  readFormat,
} from "../../src/journal/sqlite-schema.ts";
import { events, makeRun, refused } from "../contracts/journal-builders.ts";
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

it("an older journal cannot be opened for reading only, as it would have to be migrated", async () => {
  await using store = await makeSqliteStore();
  using db = new DatabaseSync(store.path);
  db.exec(`PRAGMA application_id = ${APPLICATION_ID}; CREATE TABLE x (x)`);
  expect(readFormat(db, store.path)).toBe(0);
  await refused("journal.version", store.open({ readOnly: true }));
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
