import { describe, expect, it } from "vitest";
import type { RunEvent } from "../../src/executor/core/event.ts";
import { fold } from "../../src/executor/core/evolve.ts";
import type { RunInput } from "../../src/executor/core/input.ts";
import { initialState, type RunState } from "../../src/executor/core/state.ts";
import { step } from "../../src/executor/core/step.ts";
import { accepted, failed, plan, READS, start, succeeded, WRITES } from "../builders.ts";

/** Feed the inputs; give back everything that follows, checking the state after every step. */
function play(inputs: readonly RunInput[], state: RunState = initialState("r")) {
  const events: RunEvent[] = [];
  const effects: unknown[] = [];
  for (const input of inputs) {
    const result = step(state, input);
    events.push(...result.events);
    effects.push(...result.effects);
    expect(JSON.parse(JSON.stringify(state))).toStrictEqual(state);
  }
  return { state, events, effects, story: events.map(tell) };
}

/** An event as a short line: what the transcript of a run looks like. */
function tell(event: RunEvent): string {
  switch (event.type) {
    case "attempt.started":
      return `${event.subtask} starts${event.attempt > 1 ? ` (${event.attempt})` : ""}`;
    case "subtask.succeeded":
      return `${event.subtask} succeeds`;
    case "subtask.failed":
      return `${event.subtask} fails: ${event.reason}`;
    case "subtask.skipped":
      return `${event.subtask} is skipped: ${event.reason}${event.cause ? ` ${event.cause}` : ""}`;
    case "subtask.cancelled":
      return `${event.subtask} is cancelled: ${event.reason}`;
    case "run.completed":
      return `run ${event.status}${event.reason ? `: ${event.reason}` : ""}`;
    default:
      return "subtask" in event ? `${event.subtask} ${event.type}` : event.type;
  }
}

function started(effects: readonly unknown[]): string[] {
  return effects
    .filter(
      (effect): effect is { subtask: string } =>
        (effect as { type: string }).type === "start_attempt",
    )
    .map(({ subtask }) => subtask);
}

const NEVER = { cancelGraceMs: 1_000 };

describe("starting", () => {
  it("starts what has no dependencies and nothing else", () => {
    const { effects } = play([start(accepted(plan("a -> b, c")))]);
    expect(started(effects)).toEqual(["a", "c"]);
  });

  it("starts a subtask the moment its own dependencies are done, whatever else still runs", () => {
    const { effects } = play([start(accepted(plan("a -> b, slow -> d"))), succeeded("a")]);
    expect(started(effects)).toEqual(["a", "slow", "b"]);
  });

  it("prefers the longest remaining path when slots are few", () => {
    const given = accepted(plan("x, a -> b -> c"));
    const { effects } = play([start(given, { concurrency: 1 })]);
    expect(started(effects)).toEqual(["a"]);
  });

  it("weighs the path by expected durations", () => {
    const given = accepted(plan("a -> b -> c, x"));
    const { effects } = play([start({ ...given, expectedMs: [1, 1, 1, 100] }, { concurrency: 1 })]);
    expect(started(effects)).toEqual(["x"]);
  });

  it("never runs more attempts than there are slots", () => {
    const given = accepted(plan("a, b, c, d, e"));
    const { state, effects } = play([start(given, { concurrency: 2 }), succeeded("a")]);
    expect(started(effects)).toEqual(["a", "b", "c"]);
    expect(state.slots).toEqual({ limit: 2, used: 2 });
  });

  it("resolves the input from the outputs of others and the plan's inputs", () => {
    const given = plan(
      "a, b",
      {
        b: { input: { sum: "${a.n + 1}", note: "year ${inputs.year}" } },
      },
      { inputs: { year: { type: "integer" } } },
    );
    const { effects } = play([
      start(accepted(given, {}, { year: 2026 })),
      succeeded("a", { n: 2 }),
    ]);
    expect(effects).toContainEqual(
      expect.objectContaining({ subtask: "b", input: { sum: 3, note: "year 2026" } }),
    );
  });

  it("gives every attempt of a subtask the same idempotency key", () => {
    const given = accepted(plan("a"), { work: READS });
    const first = play([start(given)]);
    const second = play([{ type: "resume_requested", at: 1 }], fold("r", first.events));
    const keys = [...first.effects, ...second.effects].flatMap((effect) =>
      (effect as { type: string }).type === "start_attempt"
        ? [(effect as { idempotencyKey: string }).idempotencyKey]
        : [],
    );
    expect(keys).toEqual(["r/a", "r/a"]);
  });
});

describe("failing", () => {
  it("skips all that depends on a failure, and finishes what does not", () => {
    const { story } = play([
      start(accepted(plan("a -> b -> c, x -> y"))),
      failed("a"),
      succeeded("x"),
      succeeded("y"),
    ]);
    expect(story).toEqual([
      "run.started",
      "plan.accepted",
      "a starts",
      "x starts",
      "a attempt.failed",
      "a fails: failed",
      "a dead_letter.added",
      "b is skipped: dependency_failed a",
      "c is skipped: dependency_skipped b",
      "x succeeds",
      "y starts",
      "y succeeds",
      "run failed: subtask_failed",
    ]);
  });

  it("runs a join that asked for settled dependencies, and gives it null for the failed one", () => {
    const given = plan("a ~> join, b -> join", {
      join: { input: { a: "${a}", b: "${b}" } },
    });
    const { effects } = play([start(accepted(given)), failed("a"), succeeded("b", 7)]);
    expect(effects).toContainEqual(
      expect.objectContaining({ subtask: "join", input: { a: null, b: 7 } }),
    );
  });

  it("flags an optional failure and degrades the run instead of failing it", () => {
    const given = plan("a, b", { a: { optional: true } });
    const { state, story } = play([start(accepted(given)), failed("a"), succeeded("b", "fine")]);
    expect(story).toContain("a is skipped: optional_failed");
    expect(story.at(-1)).toBe("run degraded");
    expect(state.flags).toMatchObject([{ code: "optional_failed", subtask: "a" }]);
  });

  it("fails a subtask whose input cannot be computed, without an attempt", () => {
    const given = plan("a, b", { b: { input: { x: "${a.missing}" } } });
    const { state, story } = play([start(accepted(given)), succeeded("a", { n: 1 })]);
    expect(story.slice(-3)).toEqual([
      "b fails: failed",
      "b dead_letter.added",
      "run failed: subtask_failed",
    ]);
    expect(state.subtasks[1]).toMatchObject({ attempts: 0, error: { code: "expression.failed" } });
  });

  it("drops nothing below a skipped parent, also at concurrency 1", () => {
    const given = plan("gate -> a -> b, gate -> c, a -> join, c -> join, other", {
      gate: { when: false },
    });
    const { state } = play([start(accepted(given), { concurrency: 1 }), succeeded("other")]);
    expect(state.status).toBe("succeeded");
    expect(state.subtasks.map(({ status, reason }) => [status, reason])).toEqual([
      ["skipped", "condition_false"],
      ["skipped", "dependency_skipped"],
      ["skipped", "dependency_skipped"],
      ["skipped", "dependency_skipped"],
      ["skipped", "dependency_skipped"],
      ["succeeded", null],
    ]);
  });

  it("fails a condition that is neither true nor false, rather than guess", () => {
    const given = plan("a, b", { b: { when: "${a.n}" } });
    const { state } = play([start(accepted(given)), succeeded("a", { n: 1 })]);
    expect(state.subtasks[1]).toMatchObject({
      status: "failed",
      error: { path: "subtasks[1].when" },
    });
  });
});

describe("output", () => {
  it("is what the plan says", () => {
    const given = plan("a", {}, { output: "${a.n * 2}" });
    const { state } = play([start(accepted(given)), succeeded("a", { n: 2 })]);
    expect(state).toMatchObject({ status: "succeeded", output: 4 });
  });

  it("without that is what the last subtasks gave", () => {
    const one = play([start(accepted(plan("a -> b"))), succeeded("a", 1), succeeded("b", 2)]);
    const two = play([start(accepted(plan("a, b"))), succeeded("a", 1), succeeded("b", 2)]);
    expect([one.state.output, two.state.output]).toEqual([2, { a: 1, b: 2 }]);
  });

  it("that reads a skipped subtask is missing and flagged, not a failure", () => {
    const given = plan("a, b", { a: { when: false } }, { output: "${a.text}" });
    const { state } = play([start(accepted(given)), succeeded("b")]);
    expect(state).toMatchObject({
      status: "degraded",
      output: null,
      flags: [{ code: "output_missing", subtask: "a" }],
    });
  });

  it("that cannot be computed fails the run and says why", () => {
    const given = plan("a", {}, { output: "${a.missing}" });
    const { state } = play([start(accepted(given)), succeeded("a", {})]);
    expect(state).toMatchObject({
      status: "failed",
      reason: "output_failed",
      error: { code: "expression.failed" },
    });
  });
});

describe("planning", () => {
  const begin = {
    ...start(accepted(plan("a"))),
    plan: { planner: "embedded" },
  } as const;

  it("asks the planner and runs its plan", () => {
    const { effects, story } = play([
      begin,
      { type: "plan_made", at: 1, accepted: accepted(plan("a")) },
    ]);
    expect(effects[0]).toEqual({ type: "request_plan", goal: "test", clarifications: [] });
    expect(story).toEqual(["run.started", "plan.accepted", "a starts"]);
  });

  it("that fails ends the run with the issues and the last proposal in the journal", () => {
    const error = { code: "goal.not_understood", message: "what?" } as const;
    const { events } = play([
      begin,
      { type: "plan_failed", at: 1, error, issues: [], lastPlan: { x: 1 } },
    ]);
    expect(events.slice(-2)).toMatchObject([
      { type: "plan.rejected", lastPlan: { x: 1 } },
      { type: "run.completed", status: "failed", reason: "planning_failed", error },
    ]);
  });

  it("is asked for again after a crash", () => {
    const { events } = play([begin]);
    const again = play([{ type: "resume_requested", at: 5 }], fold("r", events));
    expect(again.effects).toEqual([{ type: "request_plan", goal: "test", clarifications: [] }]);
  });

  it("that was cancelled ends at once and ignores the late plan", () => {
    const { effects, story } = play([
      begin,
      { type: "cancel_requested", at: 1, by: "ada" },
      { type: "plan_made", at: 2, accepted: accepted(plan("a")) },
    ]);
    expect(effects).toContainEqual({ type: "abort_planning" });
    expect(story).toEqual(["run.started", "run.cancelled", "run cancelled: requested"]);
  });
});

describe("timeouts", () => {
  const ring = (attempt: number, at: number): RunInput => ({
    type: "timer_rang",
    at,
    timer: { kind: "attempt_timeout", subtask: "a", attempt },
  });

  it("sets a timer by the subtask's own limit, else the tool's, else the run's", () => {
    const given = plan("a, b, c", { a: { timeout: "2s" }, b: { tool: "slow" } });
    const slow = { ...READS, timeoutMs: 9_000 };
    const { effects } = play([start(accepted(given, { slow }), { attemptTimeoutMs: 5_000 }, 100)]);
    const timers = effects.filter((effect) => (effect as { type: string }).type === "set_timer");
    expect(timers.map((effect) => (effect as { at: number }).at)).toEqual([2_100, 9_100, 5_100]);
  });

  it("fails the attempt, aborts it, and ignores its late answer", () => {
    const { state, effects } = play([
      start(accepted(plan("a -> b"))),
      ring(1, 400_000),
      succeeded("a", "too late"),
    ]);
    expect(effects.at(-1)).toEqual({
      type: "abort_attempt",
      subtask: "a",
      attempt: 1,
      reason: "timeout",
    });
    expect(state.subtasks.map(({ status, error }) => [status, error?.code])).toEqual([
      ["failed", "tool.timeout"],
      ["skipped", undefined],
    ]);
  });

  it("that ring late change nothing", () => {
    const { state, events } = play([start(accepted(plan("a -> b"))), succeeded("a")]);
    const before = events.length;
    expect(play([ring(1, 400_000)], state).events).toEqual([]);
    expect(before).toBe(state.seq);
  });

  it("of the run cancels what is left and fails the run", () => {
    const { state, story } = play([
      start(accepted(plan("a -> b")), { runTimeoutMs: 1_000 }),
      { type: "timer_rang", at: 1_000, timer: { kind: "run_timeout" } },
      {
        type: "attempt_ended",
        at: 1_001,
        subtask: "a",
        attempt: 1,
        outcome: { status: "cancelled" },
      },
    ]);
    expect(story.slice(-4)).toEqual([
      "b is cancelled: timeout",
      "a attempt.cancelled",
      "a is cancelled: timeout",
      "run failed: timeout",
    ]);
    expect(state.error?.code).toBe("run.timeout");
  });
});

describe("cancelling", () => {
  const cancel: RunInput = { type: "cancel_requested", at: 1, by: "ada" };

  it("ends what has not started, aborts what runs, and waits for it", () => {
    const { state, effects, story } = play([start(accepted(plan("a -> b"))), cancel]);
    expect(story.slice(-2)).toEqual(["run.cancelled", "b is cancelled: cancelled"]);
    expect(effects.slice(-2)).toEqual([
      { type: "abort_attempt", subtask: "a", attempt: 1, reason: "cancelled" },
      { type: "set_timer", timer: { kind: "cancel_grace" }, at: 5_001 },
    ]);
    expect(state.status).toBe("running");
  });

  it("keeps a result that came in all the same", () => {
    const { state } = play([start(accepted(plan("a -> b"))), cancel, succeeded("a", "done")]);
    expect(state).toMatchObject({ status: "cancelled", reason: "requested" });
    expect(state.subtasks[0]).toMatchObject({ status: "succeeded", output: "done" });
  });

  it("gives up on attempts that do not end within the grace period, and says they are uncertain", () => {
    const { state, story } = play([
      start(accepted(plan("a")), NEVER),
      cancel,
      { type: "timer_rang", at: 1_001, timer: { kind: "cancel_grace" } },
    ]);
    expect(story.slice(-3)).toEqual([
      "a attempt.uncertain",
      "a is cancelled: cancelled",
      "run cancelled: requested",
    ]);
    expect(state.slots.used).toBe(0);
  });

  it("makes a dead letter of what may have changed the world all the same", () => {
    const { state, story } = play([
      start(accepted(plan("a"), { work: WRITES })),
      cancel,
      { type: "timer_rang", at: 1_001, timer: { kind: "cancel_grace" } },
    ]);
    expect(story.slice(-4)).toEqual([
      "a attempt.uncertain",
      "a fails: interrupted",
      "a dead_letter.added",
      "run cancelled: requested",
    ]);
    expect(state.subtasks[0]).toMatchObject({ isDeadLetter: true });
  });
});

describe("pausing", () => {
  const pause: RunInput = { type: "pause_requested", at: 1, by: "ada" };

  it("lets what runs finish, starts nothing new, and goes on at the resume", () => {
    const first = play([
      start(accepted(plan("a -> b, c")), { concurrency: 1 }),
      pause,
      succeeded("a"),
    ]);
    expect(first.story.slice(-3)).toEqual(["pause.requested", "a succeeds", "run.paused"]);
    const second = play(
      [{ type: "resume_requested", at: 9 }, succeeded("b"), succeeded("c")],
      fold("r", first.events),
    );
    expect(second.story).toEqual([
      "run.resumed",
      "b starts",
      "b succeeds",
      "c starts",
      "c succeeds",
      "run succeeded",
    ]);
  });
});

describe("after a crash", () => {
  const crash = (policy: typeof READS) =>
    play(
      [{ type: "resume_requested", at: 9 }],
      fold("r", play([start(accepted(plan("a -> b"), { work: policy }))]).events),
    );

  it("an attempt that only reads is run again", () => {
    expect(crash(READS).story).toEqual(["run.resumed", "a attempt.uncertain", "a starts (2)"]);
  });

  it("an idempotent effect is run again", () => {
    expect(crash({ ...WRITES, idempotent: true }).story.at(-1)).toBe("a starts (2)");
  });

  it("any other effect is never run blindly: it waits for a person as a dead letter", () => {
    const { story, events } = crash(WRITES);
    expect(story).toEqual([
      "run.resumed",
      "a attempt.uncertain",
      "a fails: interrupted",
      "a dead_letter.added",
      "b is skipped: dependency_failed a",
      "run failed: subtask_failed",
    ]);
    expect(events).toContainEqual(
      expect.objectContaining({ type: "dead_letter.added", reason: "interrupted" }),
    );
  });

  it("finished subtasks keep their results", () => {
    const before = play([start(accepted(plan("a -> b"))), succeeded("a", "kept")]);
    const after = play(
      [{ type: "resume_requested", at: 9 }, succeeded("b", 1, 2)],
      fold("r", before.events),
    );
    expect(started(after.effects)).toEqual(["b"]);
    expect(after.state.subtasks[0]).toMatchObject({ attempts: 1, output: "kept" });
  });

  it("what is said about subtasks of a plan that is not there changes nothing", () => {
    const about = { subtask: "a", attempt: 1 } as const;
    const { story } = play([
      succeeded("a"),
      { type: "timer_rang", at: 1, timer: { kind: "retry", ...about } },
      { type: "timer_rang", at: 1, timer: { kind: "attempt_timeout", ...about } },
      { type: "timer_rang", at: 1, timer: { kind: "total_timeout", subtask: "a", since: 0 } },
      { type: "timer_rang", at: 1, timer: { kind: "approval", subtask: "a", request: 1 } },
      { type: "admission_granted", at: 1, subtask: "a", request: 1 },
    ]);
    expect(story).toEqual([]);
  });

  it("before its first event a run ends: nobody knows what it was to do", () => {
    const { state, effects } = play([{ type: "resume_requested", at: 9 }]);
    expect(state).toMatchObject({
      status: "failed",
      reason: "interrupted",
      error: { code: "run.no_plan" },
    });
    expect(effects).toEqual([]);
  });
});
