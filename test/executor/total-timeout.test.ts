import { describe, expect, it } from "vitest";
import { fold } from "../../src/executor/core/evolve.ts";
import type { RunInput } from "../../src/executor/core/input.ts";
import { initialState } from "../../src/executor/core/state.ts";
import { step } from "../../src/executor/core/step.ts";
import { accepted, failed, plan, READS, start, succeeded, WRITES } from "../builders.ts";

/** A run of the plan after these inputs, with all that came of them. */
function play(inputs: readonly RunInput[]) {
  const state = initialState("r");
  const steps = inputs.map((input) => step(state, input));
  const events = steps.flatMap((one) => one.events);
  expect(fold("r", structuredClone(events))).toStrictEqual(state);
  return {
    state,
    events,
    last: steps.at(-1)?.effects ?? [],
    effects: steps.flatMap((one) => one.effects),
  };
}

const LIMITED = { totalTimeout: "10s", retry: { attempts: 9 } };
const ring = (since: number, at = since + 10_000): RunInput => ({
  type: "timer_rang",
  at,
  timer: { kind: "total_timeout", subtask: "a", since },
});

const begin = (more: object = {}, at = 100) =>
  start(accepted(plan("a -> b, c", { a: { ...LIMITED, ...more } }), { work: READS }), {}, at);

describe("the limit of all attempts of a subtask", () => {
  it("is set once, by the first attempt", () => {
    const { effects } = play([
      begin(),
      failed("a", "broken", 1, 200),
      { type: "timer_rang", at: 900, timer: { kind: "retry", subtask: "a", attempt: 1 } },
    ]);
    const timers = effects.filter(
      (one) => one.type === "set_timer" && one.timer.kind === "total_timeout",
    );
    expect(timers).toEqual([
      { type: "set_timer", timer: { kind: "total_timeout", subtask: "a", since: 100 }, at: 10_100 },
    ]);
  });

  it("ends what runs, without another attempt or the fallback", () => {
    const { state, last } = play([begin({ fallback: "other" }), ring(100)]);
    expect(last).toContainEqual({
      type: "abort_attempt",
      subtask: "a",
      attempt: 1,
      reason: "timeout",
    });
    expect(state.subtasks.map(({ status, error }) => [status, error?.code])).toEqual([
      ["failed", "subtask.timeout"],
      ["skipped", undefined],
      ["running", undefined],
    ]);
    expect(state.subtasks[0]).toMatchObject({
      attempts: 1,
      usesFallback: false,
      isDeadLetter: true,
    });
  });

  it("ends the wait for another attempt", () => {
    const { state } = play([begin(), failed("a", "broken", 1, 200), ring(100)]);
    expect(state.subtasks[0]).toMatchObject({ status: "failed", retryAt: null, attempts: 1 });
  });

  it("skips an optional subtask", () => {
    const { state } = play([begin({ optional: true }), ring(100)]);
    expect(state.subtasks[0]).toMatchObject({ status: "skipped", reason: "optional_failed" });
  });

  it("is not about a subtask that has ended, nor about an earlier time", () => {
    const done = play([begin(), succeeded("a"), ring(100)]);
    expect(done.state.subtasks[0]?.status).toBe("succeeded");
    const other = play([begin(), ring(99)]);
    expect(other.state.subtasks[0]?.status).toBe("running");
  });

  it("counts anew after a resume: time in which nobody drove the run is none of it", () => {
    const { state, last } = play([begin(), { type: "resume_requested", at: 60_000 }]);
    expect(state.subtasks[0]).toMatchObject({ status: "running", begunAt: 60_000 });
    const timer = { kind: "total_timeout", subtask: "a", since: 60_000 };
    expect(last).toContainEqual({ type: "set_timer", timer, at: 70_000 });
  });

  it("does not count the time that a person takes", () => {
    const given = plan("a", { a: { ...LIMITED, approval: true } });
    const { state, effects } = play([
      start(accepted(given, { work: WRITES }), {}, 0),
      {
        type: "approval_decided",
        at: 90_000,
        subtask: "a",
        decision: "approved",
        by: "ada",
        note: "",
      },
      { type: "resume_requested", at: 95_000 },
    ]);
    expect(state.subtasks[0]).toMatchObject({ status: "running", begunAt: 95_000 });
    const timers = effects.flatMap((one) =>
      one.type === "set_timer" && one.timer.kind === "total_timeout" ? one.at : [],
    );
    expect(timers).toEqual([105_000]);
  });
});
