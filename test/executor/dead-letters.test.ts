import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Effect } from "../../src/executor/core/effect.ts";
import type { RunEvent } from "../../src/executor/core/event.ts";
import { fold } from "../../src/executor/core/evolve.ts";
import type { RunInput } from "../../src/executor/core/input.ts";
import { idOfSubtask } from "../../src/executor/core/program.ts";
import { initialState } from "../../src/executor/core/state.ts";
import { isFinished } from "../../src/executor/core/status.ts";
import { step } from "../../src/executor/core/step.ts";
import { accepted, failed, plan, start, succeeded, WRITES } from "../builders.ts";

/** A run that is told things; its state is checked against its events after each. */
class Story {
  state = initialState("r");
  readonly events: RunEvent[] = [];
  effects: Effect[] = [];

  constructor(...inputs: readonly RunInput[]) {
    this.feed(...inputs);
  }

  feed(...inputs: readonly RunInput[]): this {
    for (const input of inputs) {
      const { events, effects } = step(this.state, input);
      this.events.push(...events);
      this.effects.push(...effects);
      expect(fold("r", structuredClone(this.events))).toStrictEqual(this.state);
      expect(JSON.parse(JSON.stringify(this.state))).toStrictEqual(this.state);
    }
    return this;
  }

  get statuses(): Record<string, string | undefined> {
    const ids = this.state.accepted?.plan.subtasks.map(({ id }) => id) ?? [];
    return Object.fromEntries(ids.map((id, at) => [id, this.state.subtasks[at]?.status]));
  }

  /** What was started, in order. */
  get starts(): string[] {
    return this.effects.flatMap((one) => (one.type === "start_attempt" ? [one.subtask] : []));
  }

  of<T extends RunEvent["type"]>(type: T): Extract<RunEvent, { type: T }>[] {
    return this.events.filter((event): event is Extract<RunEvent, { type: T }> => {
      return event.type === type;
    });
  }

  notified(): Extract<Effect, { type: "notify" }>[] {
    return this.effects.filter((one) => one.type === "notify");
  }
}

const begin = (arrows: string, more: Parameters<typeof plan>[1] = {}, settings = {}) =>
  start(accepted(plan(arrows, more), { work: WRITES }), settings);
const resolve = (subtask: string, output: string | number | null = "known"): RunInput => ({
  type: "dead_letter_resolved",
  at: 9,
  subtask,
  output,
  by: "ada",
  note: "looked",
});
const retry = (...subtasks: string[]): RunInput => ({
  type: "dead_letters_retried",
  at: 9,
  subtasks,
  by: "ada",
});
const discard = (subtask: string): RunInput => ({
  type: "dead_letter_discarded",
  at: 9,
  subtask,
  by: "ada",
  note: "",
});
const resume: RunInput = { type: "resume_requested", at: 9 };

describe("a dead letter that is retried", () => {
  it("lets be what had enough without it, and what follows from that", () => {
    const more = { any: { join: { require: "any" } }, late: { join: { within: "1s" } } } as const;
    const story = new Story(begin("a -> any -> end, b -> any, a -> late, b -> late", more));
    story.feed(failed("a"), succeeded("b"), succeeded("any"), succeeded("late"), succeeded("end"));
    expect(story.state.status).toBe("failed");
    const before = story.starts.length;
    story.feed(retry("a"), succeeded("a", "there", 2), succeeded("late", "whole", 2));
    expect(story.starts.slice(before)).toEqual(["a", "late"]);
    expect(story.of("join.closed").at(-1)).toMatchObject({ subtask: "late", missing: [] });
    expect(story.state.status).toBe("succeeded");
  });

  it("is waited for again by what had enough without it and has failed itself", () => {
    const any = { join: { require: "any" } } as const;
    const story = new Story(begin("a -> any, b -> any", { any }));
    story.feed(failed("a"), succeeded("b"), failed("any"), retry("a"));
    expect(story.statuses).toEqual({ a: "running", b: "succeeded", any: "running" });
  });
});

describe("a dead letter of which somebody says what it came to", () => {
  it("has succeeded with that, without another attempt, and what was skipped for it runs", () => {
    const more = { b: { input: { a: "${a}" } } };
    const story = new Story(begin("a -> b -> c", more), failed("a"));
    expect(story.statuses).toEqual({ a: "failed", b: "skipped", c: "skipped" });
    story.feed(resolve("a", 7));
    expect(story.statuses).toEqual({ a: "succeeded", b: "running", c: "pending" });
    expect(story.starts).toEqual(["a", "b"]);
    expect(story.effects.at(-2)).toMatchObject({ type: "start_attempt", input: { a: 7 } });
    expect(story.of("dead_letter.resolved")).toMatchObject([
      { subtask: "a", resolution: "resolved", by: "ada", note: "looked" },
    ]);
    expect(story.of("subtask.resolved")).toMatchObject([{ subtask: "a", output: 7 }]);
    story.feed(succeeded("b"), succeeded("c", "end"));
    expect(story.state).toMatchObject({ status: "succeeded", output: "end", error: null });
  });

  it("gives the run its output when nothing was skipped for it", () => {
    const story = new Story(begin("a"), failed("a"), resolve("a", "paid"));
    expect(story.state).toMatchObject({ status: "succeeded", output: "paid", reason: null });
    expect(story.of("subtasks.reset")).toEqual([]);
  });

  it("may be one that a crash left uncertain, in a run that stands still", () => {
    const story = new Story(begin("a -> b, x -> y"), { type: "pause_requested", at: 1, by: "ada" });
    story.feed(succeeded("x"), failed("a"));
    expect(story.state.status).toBe("paused");
    story.feed(resolve("a"));
    expect(story.state.status).toBe("running");
    expect(story.statuses).toMatchObject({ a: "succeeded", b: "running", y: "running" });
    const crashed = new Story(begin("a -> b"), resume);
    expect(crashed.state.subtasks[0]?.reason).toBe("interrupted");
    crashed.feed(resolve("a"), succeeded("b"));
    expect(crashed.starts).toEqual(["a", "b"]);
    expect(crashed.state.status).toBe("succeeded");
  });

  it("leaves alone what had run, and what was skipped for something else", () => {
    const story = new Story(begin("a ~> late, a -> b -> d, c -> d, c -> e"));
    story.feed(failed("a"), failed("c"), succeeded("late"));
    const before = story.starts.length;
    story.feed(resolve("a"));
    expect(story.starts.slice(before)).toEqual(["b"]);
    expect(story.statuses).toMatchObject({ late: "succeeded", e: "skipped", c: "failed" });
    story.feed(succeeded("b"), resolve("c"));
    expect(story.statuses).toMatchObject({ d: "running", e: "running" });
  });

  it("holds up what was about to run because one of these had been skipped", () => {
    const more = { late: { approval: true } };
    const story = new Story(begin("a -> b ~> late", more), failed("a"));
    expect(story.statuses).toEqual({ a: "failed", b: "skipped", late: "waiting" });
    const yes = { decision: "approved", by: "ada", note: "" } as const;
    const approve: RunInput = { type: "approval_decided", at: 9, subtask: "late", ...yes };
    story.feed(resolve("a"), approve);
    expect(story.statuses).toEqual({ a: "succeeded", b: "running", late: "pending" });
    story.feed(succeeded("b"), approve, resume);
    expect(story.starts).toEqual(["a", "b", "late"]);
  });

  it("holds up still what waits for something else, too", () => {
    const story = new Story(begin("a ~> d, b -> d", { b: { tool: "look" } }), failed("a"));
    story.feed(resolve("a"));
    expect(story.statuses).toEqual({ a: "succeeded", b: "running", d: "pending" });
    expect(story.feed(succeeded("b", 1, 2)).statuses).toMatchObject({ d: "running" });
  });

  it("counts for a join that still waits", () => {
    const story = new Story(begin("a -> j, b -> j, c -> j", { j: { join: { require: 2 } } }));
    story.feed({ type: "pause_requested", at: 1, by: "ada" }, failed("a"), succeeded("b"));
    story.feed(resolve("a"));
    expect(story.of("join.closed")).toMatchObject([{ reason: "enough", missing: ["c"] }]);
  });

  it("is enough for a join that was skipped because of another one, too", () => {
    const any = { j: { join: { require: "any" as const } } };
    const story = new Story(begin("a -> j, b -> j", any), failed("a"), failed("b"));
    expect(story.state.subtasks[1]).toMatchObject({ status: "skipped", cause: "a" });
    story.feed(resolve("b"));
    expect(story.of("join.closed")).toMatchObject([{ reason: "enough", missing: ["a"] }]);
  });

  it("is none any more: whoever comes second changes nothing", () => {
    for (const second of [retry("a"), resolve("a", "other"), discard("a")]) {
      const story = new Story(begin("a -> b"), failed("a"), resolve("a"), succeeded("b", 1));
      const { length } = story.events;
      story.feed(second);
      expect(story.events).toHaveLength(length);
    }
    const late = new Story(begin("a"), failed("a"), retry("a"), resolve("a"));
    expect(late.statuses).toEqual({ a: "running" });
  });

  it("is done again by a restart, with a key of its own", () => {
    const story = new Story(begin("a"), failed("a"), resolve("a"));
    story.feed({ type: "restart_requested", at: 9, subtasks: ["a"], by: "ada" });
    expect(story.effects.filter((one) => one.type === "start_attempt").at(-1)).toMatchObject({
      attempt: 2,
      idempotencyKey: "r/a/2",
    });
  });
});

describe("a retry of dead letters", () => {
  it("does not repeat what somebody has resolved below them", () => {
    const story = new Story(begin("a ~> b ~> c"), failed("a"), failed("b"), succeeded("c"));
    story.feed(resolve("b"), retry("a"), succeeded("a", 1, 2));
    expect(story.statuses).toMatchObject({ a: "succeeded", b: "succeeded" });
    expect(story.starts.filter((id) => id === "b")).toHaveLength(1);
    expect(story.state.status).toBe("succeeded");
  });

  it("does not repeat an effect below them that may have happened, unless it is named", () => {
    const interrupted = () => new Story(begin("a ~> b -> c"), failed("a"), resume);
    const story = interrupted().feed(retry("a"), succeeded("a", 1, 2));
    expect(story.starts).toEqual(["a", "b", "a"]);
    expect(story.statuses).toEqual({ a: "succeeded", b: "failed", c: "skipped" });
    expect(story.state.openDeadLetters).toBe(1);
    const named = interrupted().feed(retry("a", "b"), succeeded("a", 1, 2));
    expect(named.starts).toEqual(["a", "b", "a", "b"]);
  });

  it("does not repeat a loop below them of which that holds for an item", () => {
    const each = { b: { forEach: { in: [1, 2], onItemError: "skip" as const } } };
    const loop = () => new Story(begin("a ~> b", each), failed("a"), succeeded("b[0]"));
    const interrupted = loop().feed(resume, retry("a"), succeeded("a", 1, 2));
    expect(interrupted.starts).toEqual(["a", "b[0]", "b[1]", "a"]);
    const named = loop().feed(resume, retry("a", "b[1]"));
    expect(named.starts).toEqual(["a", "b[0]", "b[1]", "a"]);
    named.feed(succeeded("a", 1, 2));
    expect(named.starts.slice(4)).toEqual(["b[0]", "b[1]"]);
    const resolved = loop().feed(failed("b[1]"), resolve("b[1]"), retry("a"));
    expect(resolved.feed(succeeded("a", 1, 2)).starts).toEqual(["a", "b[0]", "b[1]", "a"]);
  });

  it("of an item lets it see what the others saw", () => {
    const loop = {
      forEach: { in: [1, 2], onItemError: "skip" as const },
      input: { b: "${b}" },
      join: { require: "any" as const },
    };
    const story = new Story(begin("a -> j, b -> j", { j: loop }), succeeded("a"));
    story.feed(failed("j[0]"), succeeded("j[1]"), succeeded("b", "late"), retry("j[0]"));
    const inputs = story.effects.flatMap((one) =>
      one.type === "start_attempt" && one.subtask.startsWith("j") ? [one.input] : [],
    );
    expect(inputs).toEqual([{ b: null }, { b: null }, { b: null }]);
  });

  it("of an item does that, although the loop fails with another one", () => {
    const loop = { a: { forEach: { in: [1, 2, 3], concurrency: 2 } } };
    const story = new Story(begin("a", loop), failed("a[0]"), failed("a[1]"));
    expect(story.starts).toEqual(["a[0]", "a[1]"]);
    story.feed(retry("a[1]"), succeeded("a[1]", "b", 2));
    expect(story.starts).toEqual(["a[0]", "a[1]", "a[1]"]);
    expect(story.statuses).toEqual({ a: "failed" });
    story.feed(retry("a[0]"), succeeded("a[0]", "a", 2), succeeded("a[2]", "c"));
    expect(story.state).toMatchObject({ status: "succeeded", output: ["a", "b", "c"] });
    expect(story.starts.slice(3)).toEqual(["a[0]", "a[2]"]);
  });

  it("of an item is about its element, whatever the list is now", () => {
    const skip = { onItemError: "skip" as const };
    const loops = {
      a: { forEach: { in: [1, 2, 3], ...skip } },
      b: { forEach: { in: "${a}", ...skip }, input: { of: "${item}", all: "${a}" } },
    };
    const story = new Story(begin("a, b", loops), failed("a[0]"), succeeded("a[1]", "y"));
    story.feed(succeeded("a[2]", "z"), failed("b[0]"), succeeded("b[1]"));
    story.feed(resolve("a[0]", "x"), retry("b[0]"));
    expect(story.state.subtasks[0]?.output).toEqual(["x", "y", "z"]);
    expect(story.effects.filter((one) => one.type === "start_attempt").at(-1)).toMatchObject({
      subtask: "b[0]",
      input: { of: "y", all: ["y", "z"] },
    });
    story.feed({ type: "restart_requested", at: 9, subtasks: ["b"], by: "ada" });
    expect(story.starts.slice(-3)).toEqual(["b[0]", "b[1]", "b[2]"]);
  });

  it("of an item does nothing again that was cancelled with the run", () => {
    const story = new Story(begin("a -> b", { a: { forEach: [1, 2, 3] } }), failed("a[0]"));
    story.feed({ type: "cancel_requested", at: 2, by: "ada" }, succeeded("a[1]"), {
      ...{ type: "attempt_ended", at: 3, subtask: "a[2]", attempt: 1 },
      outcome: { status: "cancelled" },
    });
    expect(story.statuses).toEqual({ a: "cancelled", b: "cancelled" });
    story.feed(retry("a[0]"), succeeded("a[0]", 1, 2));
    expect(story.starts).toEqual(["a[0]", "a[1]", "a[2]", "a[0]"]);
    expect(story.statuses).toEqual({ a: "cancelled", b: "skipped" });
  });

  it("of an item loses none of the others in loops within loops that were cancelled", () => {
    const rows = { forEach: { in: [1, 2], forEach: [1, 2] } };
    const story = new Story(begin("a", { a: rows }), failed("a[0][0]"), failed("a[1][0]"));
    story.feed({ type: "cancel_requested", at: 2, by: "ada" }, succeeded("a[0][1]"));
    story.feed({ type: "timer_rang", at: 3, timer: { kind: "cancel_grace" } });
    const open = () => {
      const letters = [...story.state.subtasks.entries()].filter(([, one]) => one.isDeadLetter);
      return letters.map(([index]) => idOfSubtask(story.state, index));
    };
    expect(open()).toEqual(["a[0][0]", "a[1][0]", "a[1][1]"]);
    story.feed(retry("a[1][1]"));
    expect(open()).toEqual(["a[0][0]", "a[1][0]"]);
  });

  it("ends first, as cancelled, a run whose process went while it was being cancelled", () => {
    const story = new Story(begin("a -> b, c"), failed("a"));
    story.feed({ type: "cancel_requested", at: 2, by: "ada" }, retry("a"));
    expect(story.of("run.completed")).toMatchObject([{ status: "cancelled" }]);
    expect(story.statuses).toMatchObject({ a: "running" });
    expect(story.state.status).toBe("running");
  });
});

describe("the threshold of dead letters", () => {
  const three = (settings = {}) =>
    begin("a, b, c", {}, { deadLetters: { threshold: 2, notify: true, ...settings } });
  const delivered = (notification: number): RunInput => ({
    type: "notification_delivered",
    at: 9,
    notification,
  });
  const unreachable = (notification: number): RunInput => ({
    type: "notification_failed",
    at: 9,
    notification,
    error: { code: "tool.failed", message: "no answer" },
  });

  it("is an event when so many are open, once each time", () => {
    const story = new Story(three(), failed("a"));
    expect(story.of("dead_letters.threshold_reached")).toEqual([]);
    story.feed(failed("b"), failed("c"));
    expect(story.of("dead_letters.threshold_reached")).toMatchObject([
      { count: 2, threshold: 2, subtasks: ["a", "b"] },
    ]);
    story.feed(delivered(story.notified()[0]?.notification ?? 0));
    story.feed(discard("a"), retry("b"), failed("b", "again", 2));
    expect(story.of("dead_letters.threshold_reached")).toHaveLength(2);
  });

  it("is an event also where nobody is to be told, and then holds nothing up", () => {
    const story = new Story(three({ notify: false }), failed("a"), failed("b"), succeeded("c"));
    expect(story.of("dead_letters.threshold_reached")).toHaveLength(1);
    expect(story.notified()).toEqual([]);
    expect(story.state.status).toBe("failed");
  });

  it("is told with all that is needed, and the run ends when it has been", () => {
    const story = new Story(three(), failed("a"), failed("b"), succeeded("c"));
    const [effect] = story.notified();
    const [event] = story.of("dead_letters.threshold_reached");
    expect(effect).toEqual({
      type: "notify",
      notification: event?.seq,
      idempotencyKey: `r/${event?.seq}`,
      message: {
        type: "dead_letters.threshold_reached",
        runId: "r",
        goal: "test",
        count: 2,
        threshold: 2,
        subtasks: ["a", "b"],
      },
    });
    expect(story.state.status).toBe("running");
    story.feed(delivered(99));
    expect(story.state.status).toBe("running");
    story.feed(delivered(event?.seq ?? 0));
    expect(story.state.status).toBe("failed");
    expect(story.of("notification.delivered")).toHaveLength(1);
  });

  it("is told again by the next process, with the same key, until it was delivered", () => {
    const story = new Story(three(), failed("a"), failed("b"), succeeded("c"));
    const [first] = story.notified();
    story.effects = [];
    expect(story.feed(resume).notified()).toEqual([first]);
    story.feed(delivered(first?.notification ?? 0));
    story.effects = [];
    expect(story.feed(retry("a")).notified()).toEqual([]);
  });

  it("does not fail the run when nobody can be reached, and is told when the run goes on", () => {
    const story = new Story(three(), failed("a"), failed("b"), succeeded("c"));
    const [first] = story.notified();
    story.feed(unreachable(first?.notification ?? 0));
    expect(story.state).toMatchObject({ status: "failed", reason: "subtask_failed" });
    expect(story.of("notification.failed")).toMatchObject([{ error: { message: "no answer" } }]);
    story.effects = [];
    expect(story.feed(retry("a")).notified()).toEqual([first]);
    expect(story.feed(succeeded("a", 1, 2)).state.status).toBe("running");
    expect(story.feed(delivered(first?.notification ?? 0)).state.status).toBe("failed");
  });

  it("does not hold up a cancel", () => {
    const story = new Story(three(), failed("a"), failed("b"), succeeded("c"));
    story.feed({ type: "cancel_requested", at: 9, by: "ada" });
    expect(story.state.status).toBe("cancelled");
  });
});

describe("whoever decides what, in whatever order", () => {
  const worlds = fc.record({
    nodes: fc.array(
      fc.array(fc.record({ back: fc.integer({ min: 1, max: 4 }), settled: fc.boolean() }), {
        maxLength: 3,
      }),
      { minLength: 1, maxLength: 8 },
    ),
    choices: fc.array(fc.nat(999), { maxLength: 60 }),
  });

  function arrowsOf(nodes: readonly (readonly { back: number; settled: boolean }[])[]): string {
    return nodes
      .flatMap((from, at) => {
        const earlier = new Map(from.map(({ back, settled }) => [at - back, settled]));
        const links = [...earlier].filter(([index]) => index >= 0);
        return [`s${at}`, ...links.map(([i, on]) => `s${i} ${on ? "~>" : "->"} s${at}`)];
      })
      .join(", ");
  }

  it("runs nothing again that was resolved, loses no dead letter, and ends", () => {
    fc.assert(
      fc.property(worlds, ({ nodes, choices }) => {
        const settings = { deadLetters: { threshold: 2, notify: false } };
        const story = new Story(begin(arrowsOf(nodes), {}, settings));
        const at = () => story.state.subtasks.findIndex(({ status }) => status === "running");
        const end = (index: number, isGood: boolean) => {
          const { attempts = 0 } = story.state.subtasks[index] ?? {};
          story.feed(
            isGood ? succeeded(`s${index}`, 1, attempts) : failed(`s${index}`, "", attempts),
          );
        };
        for (const choice of choices) {
          const some = `s${choice % nodes.length}`;
          if (isFinished(story.state.status)) {
            story.feed(
              [retry(some), resolve(some), discard(some), retry(...openOf(story))][choice % 4] ??
                resume,
            );
          } else if (choice % 11 === 0) story.feed(resume);
          else if (at() !== -1) end(at(), choice % 3 > 0);
        }
        for (let calm = 0; calm < 50 && at() !== -1; calm += 1) end(at(), true);
        expect(isFinished(story.state.status)).toBe(true);
        checkResolved(story.events);
        checkThresholds(story);
      }),
      { numRuns: 1_000, seed: 4 },
    );
  });

  function openOf({ state }: Story): string[] {
    return state.subtasks.flatMap(({ isDeadLetter }, at) => (isDeadLetter ? [`s${at}`] : []));
  }

  function checkResolved(events: readonly RunEvent[]): void {
    const resolved = new Set<string>();
    for (const event of events) {
      if (event.type === "subtask.resolved") resolved.add(event.subtask);
      if (event.type === "attempt.started") expect(resolved).not.toContain(event.subtask);
    }
  }

  /** A dumb twin: the letters in a set, and how often it came to the threshold from below. */
  function checkThresholds({ state, events }: Story): void {
    const open = new Set<string>();
    let crossings = 0;
    for (const event of events) {
      if (event.type === "dead_letter.added") {
        open.add(event.subtask);
        if (open.size === 2) crossings += 1;
      } else if (event.type === "dead_letter.resolved") open.delete(event.subtask);
    }
    const told = events.filter(({ type }) => type === "dead_letters.threshold_reached");
    expect(told).toHaveLength(crossings);
    expect(state.openDeadLetters).toBe(open.size);
  }
});
