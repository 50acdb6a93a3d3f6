import { describe, expect, it } from "vitest";
import type { ErrorData } from "../../src/base/errors.ts";
import { DEFAULT_RETRY, parseRetry, retryDelay } from "../../src/base/retry-policy.ts";
import type { ToolPolicy } from "../../src/executor/core/accepted-plan.ts";
import type { Effect } from "../../src/executor/core/effect.ts";
import type { RunEvent } from "../../src/executor/core/event.ts";
import { fold } from "../../src/executor/core/evolve.ts";
import type { RunInput, Timer } from "../../src/executor/core/input.ts";
import { initialState } from "../../src/executor/core/state.ts";
import { step } from "../../src/executor/core/step.ts";
import type { PlanDraft } from "../../src/plan/schema.ts";
import { accepted, plan, READS, start, succeeded, WRITES } from "../builders.ts";

type Subtask = Partial<PlanDraft["subtasks"][number]>;

/** A run of one subtask `a`, and `b` below it. */
class Story {
  state = initialState("r");
  readonly events: RunEvent[] = [];
  readonly effects: Effect[] = [];
  at = 0;

  constructor(a: Subtask, tools: Readonly<Record<string, ToolPolicy>> = {}, concurrency = 16) {
    this.feed(
      start(accepted(plan("a -> b", { a }), { work: READS, other: READS, ...tools }), {
        concurrency,
      }),
    );
  }

  feed(input: RunInput): this {
    const { events, effects } = step(this.state, input);
    this.events.push(...events);
    this.effects.push(...effects);
    expect(fold("r", structuredClone(this.events))).toStrictEqual(this.state);
    return this;
  }

  fail(error: Partial<ErrorData> = {}): this {
    const { attempts: attempt } = this.a;
    const outcome = {
      status: "failed",
      error: { code: "tool.failed", message: "broken", ...error },
    } as const;
    return this.feed({ type: "attempt_ended", at: this.at, subtask: "a", attempt, outcome });
  }

  ring(timer: Timer): this {
    return this.feed({ type: "timer_rang", at: this.at, timer });
  }

  /** Let the wait pass. */
  wait(): this {
    return this.ring({ kind: "retry", subtask: "a", attempt: this.a.attempts });
  }

  get a() {
    const [a] = this.state.subtasks;
    if (a === undefined) throw new Error("The plan has no subtask.");
    return a;
  }

  get starts(): string[] {
    return this.effects.flatMap((effect) =>
      effect.type === "start_attempt" ? [`${effect.tool} ${effect.attempt}`] : [],
    );
  }
}

const RETRY = { attempts: 3, initial: "1s", factor: 10, max: "5s" };

describe("a failed attempt", () => {
  it("is followed by another after a wait, and by failure after the last", () => {
    const story = new Story({ retry: RETRY }).fail();
    expect(story.a).toMatchObject({ status: "waiting", failures: 1 });
    expect(story.a.retryAt).toBeLessThanOrEqual(1000);
    expect(story.effects).toContainEqual({
      type: "set_timer",
      timer: { kind: "retry", subtask: "a", attempt: 1 },
      at: story.a.retryAt,
    });
    story.wait().fail().wait().fail();
    expect(story.starts).toEqual(["work 1", "work 2", "work 3"]);
    expect(story.state.subtasks.map(({ status }) => status)).toEqual(["failed", "skipped"]);
    expect(story.events.filter(({ type }) => type === "dead_letter.added")).toMatchObject([
      { subtask: "a", attempts: 3, error: { message: "broken" } },
    ]);
  });

  it("is forgotten when a later one succeeds", () => {
    const story = new Story({ retry: RETRY })
      .fail()
      .wait()
      .feed(succeeded("a", 7, 2));
    expect(story.a).toMatchObject({ status: "succeeded", error: null, output: 7, attempts: 2 });
    expect(story.state.subtasks[1]?.status).toBe("running");
  });

  it.each<[string, Subtask, Partial<ErrorData>, Partial<ToolPolicy>, boolean]>([
    ["that says nothing, where nobody asks", {}, {}, {}, false],
    ["that says nothing, where the plan asks", { retry: RETRY }, {}, {}, true],
    ["that says nothing, where the tool asks", {}, {}, { retry: DEFAULT_RETRY }, true],
    ["that may pass, where nobody asks", {}, { retryable: true }, {}, true],
    ["that will not pass, where the plan asks", { retry: RETRY }, { retryable: false }, {}, false],
    [
      "that may pass, where the plan forbids",
      { retry: { attempts: 1 } },
      { retryable: true },
      {},
      false,
    ],
    ["by time, where nobody asks", {}, { code: "tool.timeout" }, {}, false],
    ["by time, of a tool that reads", { retry: RETRY }, { code: "tool.timeout" }, {}, true],
    [
      "by time, of an idempotent write",
      { retry: RETRY },
      { code: "tool.timeout" },
      { effects: "write", idempotent: true },
      true,
    ],
    [
      "by time, of any other write",
      { retry: RETRY },
      { code: "tool.timeout" },
      { effects: "write" },
      false,
    ],
    [
      "with an answer that makes no sense, of a write",
      { retry: RETRY },
      { code: "tool.invalid_output" },
      { effects: "write" },
      false,
    ],
    ["that may pass, of a write", {}, { retryable: true }, { effects: "write" }, true],
  ])("%s: is tried again or not", (_what, a, error, policy, isRetried) => {
    const story = new Story(a, { work: { ...READS, ...policy } }).fail(error);
    expect(story.a.status).toBe(isRetried ? "waiting" : "failed");
  });

  it("waits at least as long as the other side asks", () => {
    const story = new Story({ retry: RETRY }).fail({ retryable: true, retryAfterMs: 60_000 });
    expect(story.a.retryAt).toBe(60_000);
  });

  it("keeps its wait over a restart, and the timer is set again", () => {
    const story = new Story({ retry: RETRY }).fail();
    const { retryAt } = story.a;
    story.state = fold("r", structuredClone(story.events));
    story.feed({ type: "resume_requested", at: 100 });
    expect(story.a).toMatchObject({ status: "waiting", retryAt });
    expect(story.effects.at(-1)).toMatchObject({ type: "set_timer", at: retryAt });
    expect(story.wait().starts).toEqual(["work 1", "work 2"]);
  });

  it("does not count what a crash interrupted", () => {
    const story = new Story({ retry: { ...RETRY, attempts: 2 } });
    story.feed({ type: "resume_requested", at: 1 }).fail().wait().fail();
    expect(story.starts).toEqual(["work 1", "work 2", "work 3"]);
  });

  it("ignores a timer that rings late or twice", () => {
    const story = new Story({ retry: RETRY }).fail().wait();
    story.ring({ kind: "retry", subtask: "a", attempt: 1 });
    story.ring({ kind: "retry", subtask: "nobody", attempt: 1 });
    expect(story.starts).toEqual(["work 1", "work 2"]);
  });

  it("does not start again in a run that is paused or cancelled", () => {
    const paused = new Story({ retry: RETRY }).fail();
    paused.feed({ type: "pause_requested", at: 1, by: "ada" }).wait();
    expect(paused.starts).toEqual(["work 1"]);
    expect(paused.feed({ type: "resume_requested", at: 2 }).starts).toEqual(["work 1", "work 2"]);
    const cancelled = new Story({ retry: RETRY }).fail();
    cancelled.feed({ type: "cancel_requested", at: 1, by: "ada" }).wait();
    expect(cancelled.state).toMatchObject({ status: "cancelled" });
  });
});

describe("a fallback", () => {
  const a = { retry: { attempts: 2 }, fallback: "other" };

  it("takes over when the attempts are used up, with attempts of its own", () => {
    const story = new Story(a).fail().wait().fail();
    expect(story.a).toMatchObject({ status: "running", usesFallback: true, failures: 0 });
    story.fail().wait().fail();
    expect(story.starts).toEqual(["work 1", "work 2", "other 3", "other 4"]);
    expect(story.a.status).toBe("failed");
  });

  it("is run after a crash by its own policy, not by the tool's", () => {
    const tools = { work: WRITES, other: READS };
    const story = new Story({ ...a, retry: { attempts: 1 } }, tools).fail();
    story.state = fold("r", structuredClone(story.events));
    story.feed({ type: "resume_requested", at: 1 });
    expect(story.starts).toEqual(["work 1", "other 2", "other 3"]);
  });
});

describe("the waits", () => {
  it("grow up to their limit, and are cut by chance", () => {
    const policy = parseRetry(RETRY);
    expect([1, 2, 3].map((failures) => retryDelay(policy, failures, 1))).toEqual([
      1000, 5000, 5000,
    ]);
    expect(retryDelay(policy, 3, 0.5)).toBe(2500);
    expect(retryDelay(policy, 3, 0)).toBe(0);
  });

  it("are spread over their whole range among subtasks that fail together", () => {
    const ids = Array.from({ length: 200 }, (_, at) => `s${at}`);
    const retry = { attempts: 2, initial: "10s", max: "10s" };
    const more = Object.fromEntries(ids.map((id) => [id, { retry }]));
    const state = initialState("r");
    step(state, start(accepted(plan(ids.join(", "), more)), { concurrency: 200 }));
    for (const subtask of ids) {
      const error = { code: "tool.failed", message: "broken" } as const;
      const outcome = { status: "failed", error } as const;
      step(state, { type: "attempt_ended", at: 0, subtask, attempt: 1, outcome });
    }
    const waits = state.subtasks.map(({ retryAt }) => retryAt ?? -1);
    const quarters = [0, 1, 2, 3].map(
      (q) => waits.filter((ms) => Math.floor(ms / 2500) === q).length,
    );
    for (const count of quarters) expect(count).toBeGreaterThan(30);
  });
});
