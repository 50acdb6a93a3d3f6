import { describe, expect, it } from "vitest";
import type { RunInput } from "../../src/executor/core/input.ts";
import { progressLine, timelineOf } from "../../src/projections/timeline.ts";
import { accepted, failed, plan, start, succeeded, WRITES } from "../builders.ts";
import { play, told } from "./runs.ts";

const CHAIN = accepted(plan("a -> b -> c, d"));

/** A run in which most things happen. */
const STORY: readonly RunInput[] = [
  start(CHAIN, {}, 1_000),
  succeeded("a", { n: 1 }, 1, 2_500),
  failed("b", "no luck", 1, 2_600),
  { type: "pause_requested", at: 2_700, by: "ada" },
  succeeded("d", null, 1, 3_000),
];

describe("the timeline of a run", () => {
  it("has every event, with the time since the first and what distinguishes it", () => {
    const rows = timelineOf(play(STORY).events).map(({ offsetMs, type, subtask, detail }) =>
      [offsetMs, type, subtask ?? "", detail].join(" | "),
    );
    expect(rows).toEqual([
      "0 | run.started |  | test",
      "0 | plan.accepted |  | revision 1, 4 subtasks",
      "0 | attempt.started | a | work",
      "0 | attempt.started | d | work",
      '1500 | subtask.succeeded | a | {"n":1}',
      "1500 | attempt.started | b | work",
      "1600 | attempt.failed | b | attempt 1: no luck",
      "1600 | subtask.failed | b | no luck",
      "1600 | dead_letter.added | b | its attempts failed",
      "1600 | subtask.skipped | c | b failed",
      "1700 | pause.requested |  | by ada",
      "2000 | subtask.succeeded | d | null",
      "2000 | run.completed |  | failed: no luck",
    ]);
  });

  it("of no events is empty", () => {
    expect(timelineOf([])).toEqual([]);
  });
});

describe("the lines for one who follows a run", () => {
  it("tell starts and ends, and an end only once", () => {
    expect(told(STORY, progressLine)).toEqual([
      "run r1",
      "plan: 4 subtasks in 3 batches",
      "started a (work)",
      "started d (work)",
      "succeeded a in 1.5 s",
      "started b (work)",
      "failed b in 100 ms: no luck",
      "skipped c: b failed",
      "succeeded d in 2.0 s",
    ]);
  });

  it("tell who cancelled what", () => {
    const lines = told(
      [
        start(accepted(plan("a -> b"))),
        { type: "cancel_requested", at: 10, by: "ada" },
        {
          type: "attempt_ended",
          at: 20,
          subtask: "a",
          attempt: 1,
          outcome: { status: "cancelled" },
        },
      ],
      progressLine,
    );
    expect(lines.filter((line) => line.startsWith("cancelled"))).toEqual([
      "cancelled b: the run was cancelled",
      "cancelled a: the run was cancelled",
    ]);
  });

  it("tell what a crash interrupted, and whether it is run again", () => {
    const writes = accepted(plan("a", { a: { tool: "write" } }), { write: WRITES });
    const resumed = (given: typeof CHAIN) =>
      told([start(given), { type: "resume_requested", at: 50 }], progressLine).slice(3);
    expect(resumed(accepted(plan("a")))).toEqual([
      "resumed",
      "interrupted a, it is run again",
      "started a (work, attempt 2)",
    ]);
    expect(resumed(writes)).toEqual([
      "resumed",
      expect.stringMatching(/^failed a in 50 ms: .*happened/),
    ]);
  });
});
