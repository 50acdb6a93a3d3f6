import { spawn } from "node:child_process";
import { resolve } from "node:path";
import { text } from "node:stream/consumers";
import { expect, it } from "vitest";
import { createPlanwright } from "../../src/index.ts";
import { makeSqliteStore } from "../journal/sqlite-store.ts";

const SCRIPT = resolve(import.meta.dirname, "collected-runs-process.ts");
const RUNS = 12;

it("runs go on as if nobody removed others all the time, and what is removed is removed once", async () => {
  await using store = await makeSqliteStore();
  const url = `sqlite:${store.path}`;
  await (await store.open()).close();
  const children = [1, 2].map(() => spawn(process.execPath, [SCRIPT, url, String(RUNS)]));
  const outputs = Promise.all(
    children.map((child) => Promise.all([text(child.stdout), text(child.stderr)])),
  );
  let over = false;
  void outputs.finally(() => {
    over = true;
  });
  const planwright = createPlanwright({ journal: url });
  const removed: string[] = [];
  const collect = async () => {
    const { runs } = await planwright.garbage.collect({ olderThanMs: 0 });
    removed.push(...runs.map(({ runId }) => runId));
  };
  while (!over) {
    await collect();
    await new Promise((done) => setTimeout(done, 5));
  }
  await new Promise((done) => setTimeout(done, 5));
  await collect();
  for (const [stdout, stderr] of await outputs) {
    expect(stderr).toBe("");
    expect(stdout.trim().split("\n")).toEqual(
      Array.from({ length: RUNS }, () => "succeeded 511 2111 2111"),
    );
  }
  expect(await planwright.runs()).toEqual([]);
  expect(removed).toHaveLength(2 * RUNS);
  expect(new Set(removed).size).toBe(2 * RUNS);
  expect(await planwright.verifyAudit()).toMatchObject({ valid: true, records: 4 * RUNS });
  await planwright.close();
});
