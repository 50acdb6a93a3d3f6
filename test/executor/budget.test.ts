import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { DEFAULT_RETRY } from "../../src/base/retry-policy.ts";
import type { ToolPolicy } from "../../src/executor/core/accepted-plan.ts";
import type { RunEvent } from "../../src/executor/core/event.ts";
import { fold } from "../../src/executor/core/evolve.ts";
import type { RunInput } from "../../src/executor/core/input.ts";
import type { Budget } from "../../src/executor/core/settings.ts";
import { initialState } from "../../src/executor/core/state.ts";
import { step } from "../../src/executor/core/step.ts";
import { accepted, failed, plan, READS, start, succeeded } from "../builders.ts";

const NONE: Budget = { toolCalls: null, modelCalls: null, tokens: null, usd: null };
const PAID: ToolPolicy = { ...READS, costUsd: 0.02 };

class Story {
  readonly state = initialState("r");
  readonly events: RunEvent[] = [];

  constructor(
    arrows: string,
    budget: Partial<Budget>,
    tools: Record<string, ToolPolicy> = { work: PAID },
  ) {
    const settings = { budget: { ...NONE, ...budget }, concurrency: 64 };
    this.feed(start(accepted(plan(arrows), tools), settings));
  }

  feed(input: RunInput): this {
    this.events.push(...step(this.state, input).events);
    return this;
  }

  /** The journal tells the same. */
  check(): this {
    expect(fold("r", structuredClone(this.events))).toStrictEqual(this.state);
    return this;
  }

  get running(): string[] {
    const ids = this.state.accepted?.plan.subtasks.map(({ id }) => id) ?? [];
    return ids.filter((_, at) => this.state.subtasks[at]?.status === "running");
  }

  get started(): string[] {
    return this.events.flatMap((event) =>
      event.type === "attempt.started" ? [event.subtask] : [],
    );
  }
}

const fan = (count: number) => Array.from({ length: count }, (_, at) => `s${at}`).join(", ");

describe("a budget", () => {
  it("is never exceeded by 64 calls of $0.02 side by side, in whatever order they end", () => {
    fc.assert(
      fc.property(fc.array(fc.nat(63), { maxLength: 80 }), fc.array(fc.boolean()), (order, oks) => {
        const story = new Story(fan(64), { usd: 0.5 });
        for (const [at, choice] of order.entries()) {
          expect(story.state.usage.usd).toBeLessThanOrEqual(0.5 + 1e-9);
          const { running } = story;
          const subtask = running[choice % Math.max(1, running.length)];
          if (subtask !== undefined) story.feed(oks[at] ? succeeded(subtask) : failed(subtask));
        }
        for (const subtask of story.running) story.feed(succeeded(subtask));
        story.check();
        expect(story.started).toHaveLength(25);
        expect(story.state).toMatchObject({ status: "waiting", reason: "budget_exceeded" });
        expect(story.state.usage.usd).toBeCloseTo(0.5, 9);
      }),
      { numRuns: 1000, seed: 1 },
    );
  });

  it.each<[Partial<Budget>, number]>([
    [{ toolCalls: 3 }, 3],
    [{ usd: 0.05 }, 2],
    [{ toolCalls: 2, usd: 1 }, 2],
    [{}, 5],
  ])("of %j lets %d of five start", (budget, count) => {
    expect(new Story(fan(5), budget).started).toHaveLength(count);
  });

  it("ends in waiting with what there is, and goes on with more", () => {
    const story = new Story("a -> b -> c", { toolCalls: 1 }).feed(succeeded("a", 7));
    expect(story.state).toMatchObject({ status: "waiting", reason: "budget_exceeded" });
    expect(story.state.subtasks[0]).toMatchObject({ status: "succeeded", output: 7 });
    story.feed({ type: "resume_requested", at: 5 });
    expect(story.state.status).toBe("waiting");
    story.feed({ type: "resume_requested", at: 6, budget: { ...NONE, toolCalls: 3 } });
    expect(story.state).toMatchObject({ status: "running", reason: null });
    story.feed(succeeded("b")).feed(succeeded("c"));
    expect(story.state.status).toBe("succeeded");
  });

  it("counts further attempts like first ones", () => {
    const retry = { attempts: 9, initialMs: 0, factor: 1, maxMs: 0 };
    const story = new Story("a", { toolCalls: 2 }, { work: { ...READS, retry } });
    const again = (attempt: number) => {
      story.feed(failed("a", "broken", attempt));
      story.feed({ type: "timer_rang", at: 9, timer: { kind: "retry", subtask: "a", attempt } });
    };
    again(1);
    again(2);
    expect(story.started).toHaveLength(2);
    expect(story.state).toMatchObject({ status: "waiting", reason: "budget_exceeded" });
  });

  it("stops new work once models have used it up", () => {
    const usage = { inputTokens: 900, outputTokens: 200, cachedTokens: 0, usd: 0.1, modelCalls: 1 };
    for (const budget of [{ tokens: 1000 }, { modelCalls: 1 }, { usd: 0.1 }]) {
      const story = new Story("a -> b", budget, { work: READS });
      const outcome = { status: "ok", output: null, usage } as const;
      story.feed({ type: "attempt_ended", at: 1, subtask: "a", attempt: 1, outcome });
      expect(story.state).toMatchObject({ status: "waiting", reason: "budget_exceeded" });
    }
  });

  it.each([
    [{ usd: 0.125 }, 0.1, 0.8],
    [{ tokens: 1000 }, 0, 0.9],
  ])("of %j says once that most of it is used", (budget, usd, share) => {
    const story = new Story("a -> b -> c", budget, { work: READS });
    const usage = { inputTokens: 800, outputTokens: 100, cachedTokens: 0, usd, modelCalls: 1 };
    const outcome = { status: "ok", output: null, usage } as const;
    story.feed({ type: "attempt_ended", at: 1, subtask: "a", attempt: 1, outcome });
    story.feed(succeeded("b"));
    const said = story.events.filter(({ type }) => type === "budget.low");
    expect(said).toMatchObject([{ share }]);
    story.feed({ type: "resume_requested", at: 2, budget: { ...NONE, usd: 9, tokens: 9000 } });
    expect(story.state.isBudgetLow).toBe(false);
  });

  it("does not take an attempt from a subtask that could not pay for it", () => {
    const twice = { ...READS, retry: { ...DEFAULT_RETRY, attempts: 2 } };
    const story = new Story("a", { usd: 1 }, { work: twice });
    const error = { code: "budget.day_exceeded", message: "", retryable: false } as const;
    for (let attempt = 1; attempt < 4; attempt += 1) {
      const outcome = { status: "failed", error } as const;
      story.feed({ type: "attempt_ended", at: attempt, subtask: "a", attempt, outcome });
      story.feed({ type: "resume_requested", at: attempt });
    }
    story.feed(failed("a", "broken", 4));
    expect(story.state.subtasks[0]).toMatchObject({ status: "waiting", failures: 1 });
  });

  it("does not hide that a run has ended, is paused or is cancelled", () => {
    const ended = new Story("a", { toolCalls: 1 }).feed(succeeded("a"));
    expect(ended.state.status).toBe("succeeded");
    const cancelled = new Story("a -> b", { toolCalls: 1 }).feed(succeeded("a"));
    cancelled.feed({ type: "cancel_requested", at: 2, by: "ada" });
    expect(cancelled.state).toMatchObject({ status: "cancelled" });
  });

  it("does not wait for others' admission while it holds one that it cannot pay for", () => {
    const narrow = { work: { ...PAID, needsAdmission: true } };
    const story = new Story("a, b, c", { usd: 0.02 }, narrow);
    const grant = (subtask: string) => {
      const asked = story.events.findLast(
        (event) => event.type === "admission.requested" && event.subtask === subtask,
      );
      return story.feed({ type: "admission_granted", at: 1, subtask, request: asked?.seq ?? 0 });
    };
    grant("a").feed(succeeded("a"));
    expect(story.state.status).toBe("running");
    // The tool has one place: c is admitted only when b is done.
    grant("b");
    expect(story.state).toMatchObject({ status: "waiting", reason: "budget_exceeded" });
    story.feed({ type: "resume_requested", at: 2, budget: { ...NONE, usd: 1 } });
    grant("b");
    expect(story.running).toEqual(["b"]);
  });
});
