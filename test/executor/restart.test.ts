import { describe, expect, it } from "vitest";
import type { Effect } from "../../src/executor/core/effect.ts";
import type { RunEvent } from "../../src/executor/core/event.ts";
import { fold } from "../../src/executor/core/evolve.ts";
import type { RunInput } from "../../src/executor/core/input.ts";
import { initialState } from "../../src/executor/core/state.ts";
import { step } from "../../src/executor/core/step.ts";
import { accepted, failed, plan, start, succeeded, WRITES } from "../builders.ts";

/** Feed the inputs; tell what was started, each with its key. */
function play(...inputs: readonly RunInput[]) {
  const state = initialState("r");
  const events: RunEvent[] = [];
  const effects: Effect[] = [];
  for (const input of inputs) {
    const result = step(state, input);
    events.push(...result.events);
    effects.push(...result.effects);
    expect(fold("r", structuredClone(events))).toStrictEqual(state);
  }
  const starts = effects.flatMap((effect) =>
    effect.type === "start_attempt"
      ? [`${effect.subtask} ${effect.attempt} ${effect.idempotencyKey}`]
      : [],
  );
  const ids = state.accepted?.plan.subtasks.map(({ id }) => id) ?? [];
  const statuses = Object.fromEntries(ids.map((id, at) => [id, state.subtasks[at]?.status]));
  return { state, events, effects, starts, statuses };
}

const restart = (...subtasks: string[]): RunInput => ({
  type: "restart_requested",
  at: 9,
  subtasks: subtasks.length === 0 ? null : subtasks,
  by: "ada",
});

const CHAIN = [
  start(accepted(plan("a -> b -> c, x"), { work: WRITES })),
  succeeded("a", 1),
  succeeded("x", 2),
];

describe("a run that is restarted", () => {
  it("from a subtask does that and what follows again, each with a new key if it had succeeded", () => {
    const { starts, statuses, state } = play(
      ...CHAIN,
      succeeded("b"),
      succeeded("c"),
      restart("b"),
    );
    expect(starts.slice(4)).toEqual(["b 2 r/b/2"]);
    expect(statuses).toEqual({ a: "succeeded", b: "running", c: "pending", x: "succeeded" });
    expect(state).toMatchObject({ status: "running", output: null, finishedAt: null });
  });

  it("from a loop over a list takes back the dead letters of its items", () => {
    const each = plan("a", { a: { forEach: ["x", "y"] } });
    const { events, state } = play(
      start(accepted(each, { work: WRITES })),
      failed("a[0]"),
      succeeded("a[1]"),
      restart("a"),
    );
    expect(events.filter(({ type }) => type === "dead_letter.resolved")).toMatchObject([
      { subtask: "a[0]", resolution: "retried", by: "ada" },
    ]);
    expect(state.openDeadLetters).toBe(0);
  });

  it("gives a new key to the items that had succeeded, and to no others", () => {
    const each = plan("a", { a: { forEach: { in: [1, 2], onItemError: "skip" } } });
    const begun = [start(accepted(each, { work: WRITES })), failed("a[0]"), succeeded("a[1]")];
    const { starts } = play(...begun, restart("a"));
    expect(starts.slice(2)).toEqual(["a[0] 2 r/a[0]", "a[1] 2 r/a[1]/2"]);
    const ends = [failed("a[0]", "again", 2), succeeded("a[1]", 1, 2)];
    const thrice = play(...begun, restart("a"), ...ends, restart());
    expect(thrice.starts.slice(4)).toEqual(["a[0] 3 r/a[0]", "a[1] 3 r/a[1]/3"]);
  });

  it("as a whole does everything again, and can end again", () => {
    const again = play(
      ...CHAIN,
      succeeded("b"),
      succeeded("c"),
      restart(),
      succeeded("a", null, 2),
      succeeded("b", null, 2),
      succeeded("c", "new", 2),
      succeeded("x", null, 2),
    );
    expect(again.state).toMatchObject({ status: "succeeded", output: { c: "new", x: null } });
    expect(again.starts.filter((line) => line.startsWith("a"))).toEqual(["a 1 r/a", "a 2 r/a/2"]);
  });

  it("after a failure keeps the key: the effect may have happened", () => {
    const failedRun = [...CHAIN, failed("b")];
    const before = play(...failedRun);
    expect(before.state).toMatchObject({
      status: "failed",
      subtasks: [{}, { isDeadLetter: true }, {}, {}],
    });
    expect(before.statuses).toMatchObject({ b: "failed", c: "skipped" });
    const { starts, statuses, events, state } = play(...failedRun, restart("b"));
    expect(starts.at(-1)).toBe("b 2 r/b");
    expect(statuses).toMatchObject({ b: "running", c: "pending" });
    expect(state.subtasks[1]?.isDeadLetter).toBe(false);
    expect(events.filter(({ type }) => type === "dead_letter.resolved")).toMatchObject([
      { subtask: "b", resolution: "retried", by: "ada" },
    ]);
  });

  it("can be one that was cancelled, or one that stands still", () => {
    const cancelled = play(
      ...CHAIN,
      { type: "cancel_requested", at: 1, by: "ada" },
      {
        type: "attempt_ended",
        at: 2,
        subtask: "b",
        attempt: 1,
        outcome: { status: "cancelled" },
      },
      restart("b"),
    );
    expect(cancelled.statuses).toMatchObject({ b: "running" });
    const paused = play(
      ...CHAIN,
      { type: "pause_requested", at: 1, by: "ada" },
      succeeded("b"),
      restart("b"),
    );
    expect(paused.starts.at(-1)).toBe("b 2 r/b/2");
    expect(paused.state.status).toBe("running");
  });

  it("can be one whose process died while it was being cancelled", () => {
    const { events, statuses } = play(
      ...CHAIN,
      { type: "cancel_requested", at: 1, by: "ada" },
      restart("a"),
    );
    expect(statuses).toMatchObject({ a: "running", b: "pending" });
    expect(events.map(({ type }) => type)).toEqual(
      expect.arrayContaining(["run.cancelled", "run.completed", "run.reopened"]),
    );
  });

  it("skips again what lies below a failure that is not done again", () => {
    const arrows = "a -> c, b -> c, b ~> d";
    const { statuses } = play(
      start(accepted(plan(arrows))),
      succeeded("a"),
      failed("b"),
      succeeded("d"),
      restart("a"),
      succeeded("a", null, 2),
    );
    expect(statuses).toEqual({ a: "succeeded", b: "failed", c: "skipped", d: "succeeded" });
  });

  it("skips again what reads in its condition what is not there", () => {
    const { statuses, state } = play(
      start(accepted(plan("a -> b -> c", { a: { when: false }, b: { when: "${a.n == 1}" } }))),
      restart("b"),
    );
    expect(statuses).toEqual({ a: "skipped", b: "skipped", c: "skipped" });
    expect(state.subtasks[1]).toMatchObject({ reason: "dependency_skipped", cause: "a" });
  });

  it("lets a join wait anew, and no longer, for what a person has not approved yet", () => {
    const given = plan("a -> c, b -> c", { b: { approval: true }, c: { join: { within: "10s" } } });
    const ring = (since: number): RunInput => {
      return {
        type: "timer_rang",
        at: since + 10_000,
        timer: { kind: "join", subtask: "c", since },
      };
    };
    const { starts, statuses } = play(
      start(accepted(given)),
      succeeded("a"),
      ring(0),
      succeeded("c", null, 1, 10_000),
      { ...restart("c"), at: 20_000 },
      ring(0),
      ring(20_000),
    );
    expect(starts).toEqual(["a 1 r/a", "c 1 r/c", "c 2 r/c/2"]);
    expect(statuses).toEqual({ a: "succeeded", b: "waiting", c: "running" });
  });

  it("or resumed lets the time of a join count anew, also for what waits to be tried again", () => {
    const given = plan("a -> c, b -> c", {
      b: { retry: { attempts: 3, initial: "1h" } },
      c: { join: { within: "10s" } },
    });
    const { effects } = play(start(accepted(given)), succeeded("a"), failed("b"), {
      type: "resume_requested",
      at: 5_000,
    });
    const timer = { kind: "join", subtask: "c", since: 5_000 };
    expect(effects).toContainEqual({ type: "set_timer", timer, at: 15_000 });
  });

  it("ignores answers of the time before", () => {
    const { statuses } = play(...CHAIN, restart("b"), succeeded("b", null, 1));
    expect(statuses).toMatchObject({ b: "running" });
  });
});

describe("a dead letter", () => {
  it("is discarded with who did it and why, and the run stays as it ended", () => {
    const discard: RunInput = {
      type: "dead_letter_discarded",
      at: 9,
      subtask: "b",
      by: "ada",
      note: "not needed",
    };
    const { state, events } = play(...CHAIN, failed("b"), discard, discard);
    expect(state).toMatchObject({
      status: "failed",
      subtasks: [{}, { isDeadLetter: false }, {}, {}],
    });
    expect(events.filter(({ type }) => type === "dead_letter.resolved")).toMatchObject([
      { subtask: "b", resolution: "discarded", by: "ada", note: "not needed" },
    ]);
  });
});
