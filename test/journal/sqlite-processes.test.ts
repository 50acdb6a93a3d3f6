import { type ChildProcess, fork, spawn } from "node:child_process";
import { once } from "node:events";
import { chmod } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, it } from "vitest";
import { verifyAudit } from "../../src/journal/audit-chain.ts";
import type { Lease } from "../../src/journal/journal.ts";
import { openSqliteJournal } from "../../src/journal/sqlite.ts";
import { event, makeRun } from "../contracts/journal-builders.ts";
import { makeFormat1 } from "./format-1.ts";
import type { JournalCall, Order, Outcome } from "./player-process.ts";
import { makeSqliteStore } from "./sqlite-store.ts";

const RACES = 50;
const KILLS = 20;

it("of two processes that want a run at the same moment exactly one gets it, every time", async () => {
  await using store = await makeSqliteStore();
  const journal = await store.open();
  const runIds = Array.from({ length: RACES }, (_, k) => `r${k}`);
  for (const runId of runIds) await journal.release(await makeRun(journal, runId));

  await using players = await startPlayers(2);
  const [a, b] = await players.play((owner) => ({
    path: store.path,
    calls: runIds.map((runId) => ["acquire", { runId, owner, now: 1, leaseMs: 1000 }]),
  }));
  for (const [k, runId] of runIds.entries()) {
    const outcomes = [a?.[k], b?.[k]];
    const lease = (await journal.find(runId))?.lease;
    const winner = { value: { runId, owner: lease?.owner, token: 2 } };
    expect(outcomes).toContainEqual(winner);
    expect(outcomes).toContainEqual({ code: "run.owned" });
  }
});

it("of two processes that append the same event exactly one does, even under one lease", async () => {
  await using store = await makeSqliteStore();
  const journal = await store.open();
  const leases: Lease[] = [];
  for (let k = 0; k < RACES; k++) leases.push(await makeRun(journal, `r${k}`));

  await using players = await startPlayers(2);
  const [a, b] = await players.play((owner) => ({
    path: store.path,
    calls: leases.map((lease) => [
      "append",
      lease,
      [event(lease.runId, 1, owner)],
      { summary: { by: owner } },
    ]),
  }));
  for (const [k, { runId }] of leases.entries()) {
    const [{ output } = {}] = (await journal.read(runId)) as { output?: string }[];
    expect((await journal.find(runId))?.summary).toEqual({ by: output });
    const [done, conflict] = [{ value: null }, { code: "journal.conflict" }];
    expect([a?.[k], b?.[k]]).toEqual(output === "p0" ? [done, conflict] : [conflict, done]);
  }
});

it("processes that open a new journal at the same moment all get it", async () => {
  await using store = await makeSqliteStore();
  await using players = await startPlayers(3);
  for (let round = 0; round < 10; round++) {
    const path = join(store.folder, `${round}.db`);
    const outcomes = await players.play((owner) => ({
      path,
      calls: [["createRun", { runId: owner, owner, now: 1, leaseMs: 1, summary: {} }]],
    }));
    expect(outcomes).toEqual(
      ["p0", "p1", "p2"].map((owner) => [{ value: { runId: owner, owner, token: 1 } }]),
    );
  }
});

it("processes that open a journal of format 1 at the same moment all get it, in today's format", async () => {
  await using store = await makeSqliteStore();
  await using players = await startPlayers(3);
  for (let round = 0; round < 10; round++) {
    const path = join(store.folder, `${round}.db`);
    makeFormat1(path);
    const outcomes = await players.play(() => ({
      path,
      calls: [["settleSpending", { day: "2026-11-21", usd: 0.1, tokens: 1 }]],
    }));
    expect(outcomes).toEqual(Array.from({ length: 3 }, () => [{ value: null }]));
    const journal = openSqliteJournal(path);
    expect(await journal.readSpending("2026-11-21")).toEqual({ usd: 0.3, tokens: 3 });
    await journal.close();
  }
});

it("of two processes that reserve at the same moment what only one can have, exactly one gets it", async () => {
  await using store = await makeSqliteStore();
  const journal = await store.open();
  const days = Array.from({ length: RACES }, (_, k) => `day ${k}`);
  const amount = { usd: 0.02, tokens: 10, limits: { usd: 0.03, tokens: null } };
  await using players = await startPlayers(2);
  const [a, b] = await players.play(() => ({
    path: store.path,
    calls: days.map((day) => ["reserveSpending", { day, ...amount }]),
  }));
  for (const [k, day] of days.entries()) {
    const outcomes = [a?.[k], b?.[k]];
    expect(outcomes).toContainEqual({ value: true });
    expect(outcomes).toContainEqual({ value: false });
    expect(await journal.readSpending(day)).toEqual({ usd: 0.02, tokens: 10 });
  }
});

it("processes that reserve all day long use up its limit, and never more", async () => {
  await using store = await makeSqliteStore();
  const journal = await store.open();
  const order = { day: "2026-11-21", usd: 0.02, tokens: 10, limits: { usd: 0.5, tokens: null } };
  const calls = Array.from({ length: RACES }, (): JournalCall => ["reserveSpending", order]);
  await using players = await startPlayers(2);
  const outcomes = await players.play(() => ({ path: store.path, calls }));
  const won = outcomes.flat().filter((outcome) => "value" in outcome && outcome.value);
  expect(won).toHaveLength(25);
  expect(await journal.readSpending("2026-11-21")).toEqual({ usd: 0.5, tokens: 250 });
});

it("of two processes that claim an effect at the same moment exactly one gets it", async () => {
  await using store = await makeSqliteStore();
  await store.open();
  const keys = Array.from({ length: RACES }, (_, k) => `k${k}`);
  await using players = await startPlayers(2);
  const [a, b] = await players.play((runId) => ({
    path: store.path,
    calls: keys.map((key) => [
      "claimEffect",
      { key, digest: "d", runId, subtask: "pay", tool: "transfer", at: 1 },
    ]),
  }));
  for (const k of keys.keys()) {
    const outcomes = [a?.[k], b?.[k]];
    expect(outcomes).toContainEqual({ value: { status: "claimed" } });
    expect(outcomes).toContainEqual({ value: expect.objectContaining({ status: "open" }) });
  }
});

it("processes that add to the audit trail at the same moment make one chain", async () => {
  await using store = await makeSqliteStore();
  const journal = await store.open();
  const leases = [await makeRun(journal, "p0"), await makeRun(journal, "p1")];
  await using players = await startPlayers(2);
  await players.play((runId) => ({
    path: store.path,
    calls: Array.from({ length: RACES }, (_, k) => [
      "append",
      leases.find((lease) => lease.runId === runId) as Lease,
      [],
      { audit: [{ at: k, record: { k } }] },
    ]),
  }));
  const rows = await journal.readAudit();
  expect(verifyAudit(rows)).toMatchObject({ valid: true, records: 2 * RACES });
});

it("what a process stored before it was killed is there, whole, and without gaps", {
  timeout: 60_000,
}, async () => {
  await using store = await makeSqliteStore();
  const first = await store.open();
  await first.release(await makeRun(first, "r1"));
  await first.close();

  let before = 0;
  for (let kill = 1; kill <= KILLS; kill++) {
    const promised = await appendUntilKilled(store.path, kill);
    const journal = await store.open();
    const events = (await journal.read("r1")) as unknown as { seq: number; appendedTo: number }[];
    expect(events.map(({ seq }) => seq)).toEqual(events.map((_, k) => k + 1));
    expect(events.length).toBeGreaterThanOrEqual(promised);
    expect(promised).toBeGreaterThan(before);
    // The newest append is there to its end, and so is the summary that came with it.
    expect(events.at(-1)?.appendedTo).toBe(events.length);
    expect((await journal.find("r1"))?.summary).toEqual({ lastSeq: events.length });
    before = events.length;
    await journal.close();
  }
});

it("a process that may not write the journal reads it, and is told why it cannot do more", async () => {
  await using store = await makeSqliteStore();
  const journal = await store.open();
  await makeRun(journal, "r1");
  await journal.close();
  await using players = await startPlayers(1);
  // Root may write everything, so it becomes nobody for this.
  const nobody = process.getuid?.() === 0 ? { userId: 65534 } : {};
  const calls: JournalCall[] = [
    ["list"],
    ["createRun", { runId: "r2", owner: "ada", now: 1, leaseMs: 1, summary: {} }],
  ];
  const play = async (options: Order["options"]) => {
    const [outcomes] = await players.play(() => ({
      path: store.path,
      calls,
      ...nobody,
      ...(options && { options }),
    }));
    return outcomes;
  };
  const listed = { value: [expect.objectContaining({ runId: "r1" })] };
  const refusal = { code: "journal.unusable" };

  for (const folderMode of [0o555, 0o777]) {
    await chmod(store.folder, folderMode);
    await chmod(store.path, 0o444);
    expect(await play({ readOnly: true })).toEqual([listed, refusal]);
    expect(await play(undefined)).toEqual([refusal]);
  }
  await chmod(store.path, 0o666);
  await chmod(store.folder, 0o555);
  expect(await play(undefined)).toEqual([refusal]);
  await chmod(store.folder, 0o777);
});

/** @returns the newest `seq` that the process reported */
async function appendUntilKilled(path: string, kill: number): Promise<number> {
  const program = join(import.meta.dirname, "appender-process.ts");
  const args = [program, path, `owner${kill}`, `owner${kill - 1}`];
  const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "pipe"] });
  let stdout = "";
  let stderr = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    stdout += text;
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    stderr += text;
  });
  const closed = once(child, "close");
  await Promise.race([once(child.stdout, "data"), closed]);
  await sleep((kill * 7) % 25);
  child.kill("SIGKILL");
  await closed;
  // Also: importing node:sqlite warns of nothing.
  expect(stderr).toBe("");
  return Number(stdout.trim().split("\n").at(-1));
}

interface Players extends AsyncDisposable {
  /** Every process, called p0, p1, …, carries out its order, all from the same moment on. */
  play(orderFor: (owner: string) => Omit<Order, "startAt" | "everyMs">): Promise<Outcome[][]>;
}

async function startPlayers(count: number): Promise<Players> {
  const program = join(import.meta.dirname, "player-process.ts");
  const children = Array.from({ length: count }, () => fork(program, { execArgv: [] }));
  await Promise.all(children.map((child) => once(child, "message")));
  return {
    play: (orderFor) => {
      const startAt = Date.now() + 20;
      const together = { startAt, everyMs: 3 };
      return Promise.all(
        children.map((child, k) => answer(child, { ...together, ...orderFor(`p${k}`) })),
      );
    },
    [Symbol.asyncDispose]: async () => {
      for (const child of children) child.kill();
      await Promise.all(
        children.map((child) => child.exitCode ?? child.signalCode ?? once(child, "exit")),
      );
    },
  };
}

async function answer(child: ChildProcess, order: Order): Promise<Outcome[]> {
  child.send(order);
  const [outcomes] = (await once(child, "message")) as [Outcome[]];
  return outcomes;
}
