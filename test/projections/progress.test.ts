import { describe, expect, it } from "vitest";
import { progressView } from "../../src/projections/progress.ts";
import { accepted, failed, plan, start, succeeded } from "../builders.ts";
import { expectSameWhenReadBack, play } from "./runs.ts";

const NO_NOTES = new Map<string, never>();

describe("the progress of a run", () => {
  it("has a row for each subtask in plan order: how far it is, and why it ended", () => {
    const { state } = play([
      start(accepted(plan("a -> b -> c, d, e -> f")), {}, 1_000),
      succeeded("a", 1, 1, 1_400),
      failed("e", "no luck", 1, 1_500),
    ]);
    const notes = new Map([["d", { fraction: 0.256, note: "reading" }]]);
    const view = progressView(state, notes, 2_000, 20);
    const rows = view.rows.map(({ id, status, attempt, elapsedMs, note }) =>
      [id, status, attempt, elapsedMs, note].join(" | "),
    );
    expect(rows).toEqual([
      "a | succeeded | 1 | 400 | ",
      "b | running | 1 | 600 | ",
      "c | pending | 0 |  | ",
      "d | running | 1 | 1000 | 25 % reading",
      "e | failed | 1 | 500 | no luck",
      "f | skipped | 0 |  | e failed",
    ]);
    expect(view).toMatchObject({ goal: "test", status: "running", elapsedMs: 1_000, hidden: 0 });
    expect(view.counts).toEqual({
      pending: 1,
      waiting: 0,
      running: 2,
      succeeded: 1,
      failed: 1,
      skipped: 1,
      cancelled: 0,
    });
  });

  it("keeps what runs and what failed when there is not room for all", () => {
    const ids = Array.from({ length: 30 }, (_, k) => `s${k}`);
    const { state } = play([
      start(accepted(plan(`${ids.join(", ")}, slow -> later`)), { concurrency: 100 }),
      ...ids.map((id, k) => (k === 20 ? failed(id) : succeeded(id))),
    ]);
    const { rows, hidden, total } = progressView(state, NO_NOTES, 0, 4);
    expect(rows.map(({ id }) => id)).toEqual(["s0", "s20", "slow", "later"]);
    expect({ hidden, total }).toEqual({ hidden: 28, total: 32 });
  });

  it("stops counting time at the end", () => {
    const inputs = [start(accepted(plan("a")), {}, 1_000), succeeded("a", 1, 1, 1_500)];
    const { state } = play(inputs);
    const view = progressView(state, NO_NOTES, 99_000, 20);
    expect(view.elapsedMs).toBe(500);
    expect(view.rows[0]?.elapsedMs).toBe(500);
    expectSameWhenReadBack(inputs, (run) => progressView(run, NO_NOTES, 99_000, 20));
  });

  it("of a run without a plan yet has no rows", () => {
    const { state } = play([
      { ...start(accepted(plan("a")), {}, 1_000), plan: { planner: "embedded" } },
    ]);
    expect(progressView(state, NO_NOTES, 3_000, 20)).toMatchObject({
      status: "planning",
      rows: [],
      total: 0,
      elapsedMs: 2_000,
    });
  });
});
