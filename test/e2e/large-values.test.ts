import { spawn } from "node:child_process";
import { once } from "node:events";
import { resolve } from "node:path";
import { expect, it } from "vitest";
import { createPlanwright } from "../../src/index.ts";
import { makeSqliteStore } from "../journal/sqlite-store.ts";
import { GROWING, grow, LARGE_EVENTS } from "./large-value-process.ts";

const SCRIPT = resolve(import.meta.dirname, "large-value-process.ts");

/** Two hours from now, when what nobody refers to is no longer young. */
const LATER = {
  now: () => Date.now() + 7_200_000,
  setTimer: (ms: number, ring: () => void) => {
    const timer = setTimeout(ring, ms);
    return () => clearTimeout(timer);
  },
};

it.for(
  // The last subtask's value is the run's, and both events are appended together.
  Array.from({ length: LARGE_EVENTS - 1 }, (_, k) => k + 1),
)(
  "a process killed before event %i of a large value leaves a value too many, none too few",
  async (killAt) => {
    await using store = await makeSqliteStore();
    const child = spawn(process.execPath, [SCRIPT, store.path, String(killAt)]);
    const [, signal] = await once(child, "exit");
    expect(signal).toBe("SIGKILL");

    const journal = await store.open();
    const uses = async () => new Set((await journal.readBlobUses()).map(({ blob }) => blob));
    const stored = async () => new Set((await journal.blobs.list()).map(({ id }) => id));
    const lost = (await stored()).difference(await uses());
    expect((await uses()).size).toBe(killAt - 1);
    expect(lost.size).toBe(1);
    expect((await uses()).isSubsetOf(await stored())).toBe(true);

    const options = { journal, tools: [grow], largeValueBytes: 200 };
    const planwright = createPlanwright(options);
    const [run] = await planwright.runs();
    const result = await planwright.resume(run?.runId ?? "").result();
    expect(result.status).toBe("succeeded");
    expect(result.subtasks.map(({ attempts }) => attempts)).toEqual(
      GROWING.subtasks.map((_, k) => (k === killAt - 1 ? 2 : 1)),
    );

    const young = { runs: [], blobs: { count: 0 } };
    expect(await planwright.garbage.find({ olderThanMs: 86_400_000 })).toMatchObject(young);
    const later = createPlanwright({ ...options, clock: LATER });
    expect(await later.garbage.collect({ olderThanMs: 86_400_000 })).toMatchObject({
      runs: [],
      blobs: { count: 1 },
    });
    expect(await stored()).toEqual(await uses());
    expect(await later.show(result.runId)).toEqual(result);
  },
);
