import { describe, expect, it } from "vitest";
import type { Effect } from "../../src/executor/core/effect.ts";
import type { RunEvent } from "../../src/executor/core/event.ts";
import { fold } from "../../src/executor/core/evolve.ts";
import type { RunInput } from "../../src/executor/core/input.ts";
import { DEFAULT_SETTINGS } from "../../src/executor/core/settings.ts";
import { initialState } from "../../src/executor/core/state.ts";
import { step } from "../../src/executor/core/step.ts";
import type { Plan } from "../../src/plan/schema.ts";
import { accepted, failed, plan, READS, succeeded, WRITES } from "../builders.ts";

const TOOLS = { work: READS, save: WRITES };

const asked: RunInput = {
  type: "start_requested",
  at: 0,
  goal: "test",
  settings: DEFAULT_SETTINGS,
  plan: { planner: "test" },
};
const drafted = (draft: Plan): RunInput => {
  return { type: "plan_drafted", at: 0, draft: { ...accepted(draft, TOOLS), revision: 0 } };
};
const made = (whole: Plan): RunInput => {
  return { type: "plan_made", at: 0, accepted: accepted(whole, TOOLS) };
};

/** Feed the inputs; tell what is started and aborted, and how the subtasks stand. */
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
  const orders = effects.flatMap((effect) => {
    if (effect.type === "start_attempt") return [`start ${effect.subtask} ${effect.attempt}`];
    return effect.type === "abort_attempt" ? [`abort ${effect.subtask} ${effect.attempt}`] : [];
  });
  const ids = state.accepted?.plan.subtasks.map(({ id }) => id) ?? [];
  const statuses = Object.fromEntries(ids.map((id, at) => [id, state.subtasks[at]?.status]));
  return { state, events, effects, orders, statuses };
}

describe("a draft", () => {
  it("starts what only looks, while the rest is being written", () => {
    const { orders, state } = play(
      asked,
      drafted(plan("a", { a: { tool: "work" } })),
      drafted(plan("a, b", { b: { tool: "save" } })),
      drafted(plan("a -> c, b", { b: { tool: "save" } })),
    );
    expect(orders).toEqual(["start a 1"]);
    expect(state.status).toBe("planning");
  });

  it("is journaled as what it adds, and may only grow", () => {
    const { events, statuses } = play(
      asked,
      drafted(plan("a")),
      drafted(plan("a, b")),
      drafted(plan("a")),
      drafted(plan("x, b, c")),
      drafted(plan("a, b -> c")),
    );
    const added = events.flatMap((event) =>
      event.type === "plan.drafted" ? [event.added.plan.subtasks.map(({ id }) => id)] : [],
    );
    expect(added).toEqual([["a"], ["b"], ["c"]]);
    expect(statuses).toEqual({ a: "running", b: "running", c: "pending" });
  });

  it("is heard of when it is whole where a route comes after what it chooses", () => {
    const whole = plan("a, r, b", { r: { route: { branches: { x: "a", y: "b" } } } });
    const drafts = [asked, drafted(plan("a")), drafted(whole)];
    const { events, orders } = play(...drafts);
    expect(events.filter(({ type }) => type === "plan.drafted")).toHaveLength(1);
    expect(orders).toEqual(["start a 1"]);
    const after = play(...drafts, made(whole), succeeded("r", { label: "y" }), succeeded("b"));
    expect(after.orders).toEqual(["start a 1", "abort a 1", "start r 1", "start b 1"]);
    expect(after.statuses).toEqual({ a: "skipped", r: "succeeded", b: "succeeded" });
    expect(after.state).toMatchObject({ status: "succeeded", slots: { used: 0 } });
  });

  it("lets writing wait for the whole plan", () => {
    const whole = plan("a -> b", { b: { tool: "save" } });
    const before = play(asked, drafted(whole), succeeded("a"));
    expect(before.orders).toEqual(["start a 1"]);
    const after = play(asked, drafted(whole), succeeded("a"), made(whole));
    expect(after.orders).toEqual(["start a 1", "start b 1"]);
    expect(after.state.status).toBe("running");
  });

  it("lets a check that writes wait for the whole plan", () => {
    const refine = { iterations: 2, check: { tool: "save", input: {} }, until: "${check.ok}" };
    const whole = plan("a", { a: { refine } });
    const before = play(asked, drafted(whole), succeeded("a"));
    expect(before.orders).toEqual(["start a 1"]);
    const after = play(asked, drafted(whole), succeeded("a"), made(whole));
    expect(after.orders).toEqual(["start a 1", "start a 2"]);
    expect(after.effects.at(-2)).toMatchObject({ type: "start_attempt", tool: "save" });
  });

  it("ends with its run when the planner gives up", () => {
    const error = { code: "planner.failed", message: "no plan" } as const;
    const { orders, statuses, state } = play(asked, drafted(plan("a -> b")), {
      type: "plan_failed",
      at: 0,
      error,
      issues: [],
      lastPlan: null,
    });
    expect(orders).toEqual(["start a 1", "abort a 1"]);
    expect(statuses).toEqual({ a: "cancelled", b: "cancelled" });
    expect(state).toMatchObject({ status: "failed", reason: "planning_failed" });
  });

  it("is cancelled like any run", () => {
    const { effects, state } = play(
      asked,
      drafted(plan("a -> b")),
      { type: "cancel_requested", at: 1, by: "test" },
      { type: "attempt_ended", at: 2, subtask: "a", attempt: 1, outcome: { status: "cancelled" } },
    );
    expect(effects.map(({ type }) => type)).toContain("abort_planning");
    expect(state).toMatchObject({ status: "cancelled", reason: "requested" });
  });

  it("is paused without waiting for the planner, which is asked again", () => {
    const error = { code: "model.aborted", message: "aborted" } as const;
    const pause: RunInput[] = [
      asked,
      drafted(plan("a -> b")),
      { type: "pause_requested", at: 1, by: "test" },
      { type: "plan_failed", at: 1, error, issues: [], lastPlan: null },
      succeeded("a"),
    ];
    const paused = play(...pause);
    expect(paused.effects.map(({ type }) => type)).toContain("abort_planning");
    expect(paused.state.status).toBe("paused");
    const resumed = play(...pause, { type: "resume_requested", at: 2 });
    expect(resumed.state.status).toBe("planning");
    expect(resumed.effects.filter(({ type }) => type === "request_plan")).toHaveLength(2);
    const cancelled = play(...pause, { type: "cancel_requested", at: 2, by: "test" });
    expect(cancelled.state).toMatchObject({ status: "cancelled", output: null });
  });

  it("lets a join wait no longer than it may for what began before it was written", () => {
    const whole = plan("a, b, a -> c, b -> c", { c: { join: { within: "10s" } } });
    const { effects, state } = play(
      asked,
      drafted(plan("a, b")),
      drafted(whole),
      made(whole),
      succeeded("a", 1, 1, 5_000),
      { type: "timer_rang", at: 10_000, timer: { kind: "join", subtask: "c", since: 0 } },
    );
    const timer = { kind: "join", subtask: "c", since: 0 };
    expect(effects).toContainEqual({ type: "set_timer", timer, at: 10_000 });
    expect(state.subtasks[2]).toMatchObject({ status: "running", join: { missing: ["b"] } });
  });

  it("goes on after a crash, and the plan is asked for again", () => {
    const { orders, effects } = play(
      asked,
      drafted(plan("a, b")),
      succeeded("a"),
      { type: "resume_requested", at: 1 },
      drafted(plan("a, b")),
      made(plan("a, b -> c")),
    );
    expect(effects.filter(({ type }) => type === "request_plan")).toHaveLength(2);
    expect(orders).toEqual(["start a 1", "start b 1", "start b 2"]);
  });
});

describe("a plan in the place of its draft", () => {
  it("keeps the items of what it has unchanged, under way or still to come", () => {
    const each = { a: { forEach: { in: [1, 2, 3], concurrency: 2 } } };
    const { orders, state } = play(
      asked,
      drafted(plan("a", each)),
      succeeded("a[0]", 1),
      made(plan("b, a", each)),
      succeeded("a[1]", 2),
      succeeded("a[2]", 3),
      succeeded("b"),
    );
    expect(orders).toEqual(["start a[0] 1", "start a[1] 1", "start a[2] 1", "start b 1"]);
    expect(state.subtasks[1]).toMatchObject({ status: "succeeded", output: [1, 2, 3] });
  });

  it("keeps what it has unchanged, wherever it stands now", () => {
    const { orders, statuses } = play(
      asked,
      drafted(plan("a -> b, c", { c: { input: { x: 1, y: 2 } } })),
      succeeded("a", 7),
      succeeded("c"),
      made(plan("c, a -> b, d", { c: { input: { y: 2, x: 1 }, description: "new words" } })),
    );
    expect(orders).toEqual(["start a 1", "start c 1", "start b 1", "start d 1"]);
    expect(statuses).toEqual({ c: "succeeded", a: "succeeded", b: "running", d: "running" });
  });

  it("runs again what is called otherwise, and all that is made from it", () => {
    const { orders, statuses, events } = play(
      asked,
      drafted(plan("a -> b -> c, x")),
      succeeded("a"),
      succeeded("x"),
      made(plan("a -> b -> c, x", { a: { input: { changed: true } } })),
      succeeded("b", null, 1),
      succeeded("a", null, 2),
    );
    expect(orders).toEqual([
      "start a 1",
      "start x 1",
      "start b 1",
      "abort b 1",
      "start a 2",
      "start b 2",
    ]);
    expect(statuses).toEqual({ a: "succeeded", b: "running", c: "pending", x: "succeeded" });
    expect(events.filter(({ type }) => type === "subtask.cancelled")).toMatchObject([
      { subtask: "b", reason: "replaced" },
      { subtask: "c", reason: "replaced" },
    ]);
  });

  it("does without what it does not have", () => {
    const { orders, statuses } = play(asked, drafted(plan("a, b -> c")), made(plan("a, d")));
    expect(orders).toEqual(["start b 1", "start a 1", "abort b 1", "start d 1"]);
    expect(statuses).toEqual({ a: "running", d: "running" });
  });

  it("skips what is new below a failure of the draft", () => {
    const { statuses, state } = play(
      asked,
      drafted(plan("a")),
      failed("a"),
      made(plan("a -> b, a ~> c")),
    );
    expect(statuses).toEqual({ a: "failed", b: "skipped", c: "running" });
    expect(state.subtasks[1]).toMatchObject({ reason: "dependency_failed", cause: "a" });
  });

  it("settles what became of dead letters that it does not keep", () => {
    const { state, events } = play(
      asked,
      drafted(plan("a, b")),
      failed("a"),
      failed("b"),
      made(plan("a, b", { a: { input: { changed: true } } })),
    );
    expect(state.subtasks.map(({ isDeadLetter }) => isDeadLetter)).toEqual([false, true]);
    expect(events.filter(({ type }) => type === "dead_letter.resolved")).toMatchObject([
      { subtask: "a", resolution: "discarded", by: "planwright" },
    ]);
  });

  it("is what a fallback waits for that changes the world", () => {
    const draft = plan("a -> b", { a: { fallback: "save" } });
    const before = [asked, drafted(draft), failed("a")];
    expect(play(...before).orders).toEqual(["start a 1"]);
    expect(play(...before, { type: "resume_requested", at: 1 }).orders).toEqual(["start a 1"]);
    const { orders, statuses } = play(...before, made(draft));
    expect(orders).toEqual(["start a 1", "start a 2"]);
    expect(statuses).toEqual({ a: "running", b: "pending" });
  });

  it("is what changes of the world wait for also when its planning was paused", () => {
    const more = { a: { approval: true }, b: { tool: "save" } };
    const { orders, state } = play(
      asked,
      drafted(plan("a ~> b", more)),
      { type: "pause_requested", at: 1, by: "ada" },
      { type: "approval_decided", at: 2, subtask: "a", decision: "denied", by: "ada", note: "" },
      { type: "resume_requested", at: 3 },
    );
    expect(state.status).toBe("planning");
    expect(orders).toEqual([]);
  });
});
