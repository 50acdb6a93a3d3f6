import { describe, expect, it } from "vitest";
import type { JsonObject } from "../../src/base/json.ts";
import type { Effect } from "../../src/executor/core/effect.ts";
import type { RunEvent } from "../../src/executor/core/event.ts";
import { fold } from "../../src/executor/core/evolve.ts";
import type { RunInput } from "../../src/executor/core/input.ts";
import { initialState } from "../../src/executor/core/state.ts";
import { step } from "../../src/executor/core/step.ts";
import { accepted, plan, start, succeeded, WRITES } from "../builders.ts";

class Story {
  state = initialState("r");
  readonly events: RunEvent[] = [];
  readonly effects: Effect[] = [];

  constructor(arrows: string, asked = "b", input: JsonObject = {}) {
    const more = { [asked]: { approval: true, input: { ...input } } } as never;
    this.feed(start(accepted(plan(arrows, more), { work: WRITES })));
  }

  feed(input: RunInput): this {
    const { events, effects } = step(this.state, input);
    this.events.push(...events);
    this.effects.push(...effects);
    expect(fold("r", structuredClone(this.events))).toStrictEqual(this.state);
    return this;
  }

  decide(decision: "approved" | "denied", more: { note?: string; input?: JsonObject } = {}): this {
    const { note = "", input } = more;
    const given = input === undefined ? {} : { input };
    return this.feed({
      type: "approval_decided",
      at: 5,
      subtask: "b",
      decision,
      by: "ada",
      note,
      ...given,
    });
  }

  resume(): this {
    return this.feed({ type: "resume_requested", at: 6 });
  }

  get starts(): [string, JsonObject][] {
    return this.effects.flatMap((effect): [string, JsonObject][] =>
      effect.type === "start_attempt" ? [[effect.subtask, effect.input]] : [],
    );
  }

  get statuses(): string[] {
    return this.state.subtasks.map(({ status }) => status);
  }
}

const ASKED = { amount: "${a.n}" };

describe("a subtask that needs approval", () => {
  it("is asked about with its exact input, holds up what follows, and nothing else", () => {
    const story = new Story("a -> b -> c, x -> y", "b", ASKED)
      .feed(succeeded("a", { n: 5 }))
      .feed(succeeded("x"));
    expect(story.events).toContainEqual(
      expect.objectContaining({
        type: "approval.requested",
        subtask: "b",
        input: { amount: 5 },
        revision: 1,
      }),
    );
    expect(story.starts.map(([id]) => id)).toEqual(["a", "x", "y"]);
    expect(story.state.status).toBe("running");
    story.feed(succeeded("y"));
    expect(story.state).toMatchObject({ status: "waiting", reason: "approval" });
  });

  it("starts at once when it is approved while the run goes on", () => {
    const story = new Story("a -> b, x", "b", ASKED)
      .feed(succeeded("a", { n: 5 }))
      .decide("approved");
    expect(story.starts.at(-1)).toEqual(["b", { amount: 5 }]);
  });

  it("starts after a resume when the run had let go of its process, also a new one", () => {
    const story = new Story("a -> b -> c", "b", ASKED).feed(succeeded("a", { n: 5 }));
    story.decide("approved", { note: "fine" });
    expect(story.state.status).toBe("waiting");
    story.state = fold("r", structuredClone(story.events));
    story.resume();
    expect(story.starts.at(-1)).toEqual(["b", { amount: 5 }]);
    expect(story.feed(succeeded("b")).feed(succeeded("c")).state.status).toBe("succeeded");
  });

  it("goes on waiting when it is resumed without a decision", () => {
    const story = new Story("a -> b").feed(succeeded("a")).resume();
    expect(story.state).toMatchObject({ status: "waiting", reason: "approval" });
    expect(story.events.filter(({ type }) => type === "approval.requested")).toHaveLength(1);
  });

  it("gets the input that the decision gives", () => {
    const story = new Story("a -> b", "b", ASKED).feed(succeeded("a", { n: 5 }));
    story.decide("approved", { input: { amount: 3 } }).resume();
    expect(story.starts.at(-1)).toEqual(["b", { amount: 3 }]);
  });

  it("fails when it is denied, with who said so and why", () => {
    const story = new Story("a -> b -> c")
      .feed(succeeded("a"))
      .decide("denied", { note: "too dear" })
      .resume();
    expect(story.statuses).toEqual(["succeeded", "failed", "skipped"]);
    expect(story.state.subtasks[1]).toMatchObject({
      reason: "denied",
      error: { code: "approval.denied", message: "ada denied b: too dear" },
    });
    expect(story.state.status).toBe("failed");
  });

  it("keeps the first of two decisions", () => {
    const story = new Story("a -> b")
      .feed(succeeded("a"))
      .decide("approved")
      .decide("denied")
      .resume();
    expect(story.starts.map(([id]) => id)).toEqual(["a", "b"]);
    expect(story.events.filter(({ type }) => type === "approval.decided")).toHaveLength(1);
  });

  it("is asked about again when it is done again", () => {
    const story = new Story("a -> b")
      .feed(succeeded("a"))
      .decide("approved")
      .resume()
      .feed(succeeded("b"));
    story.feed({ type: "restart_requested", at: 9, subtasks: ["b"], by: "ada" });
    expect(story.events.filter(({ type }) => type === "approval.requested")).toHaveLength(2);
    expect(story.state).toMatchObject({ status: "waiting", reason: "approval" });
  });

  it("ignores decisions about what nobody was asked", () => {
    const story = new Story("a -> b").decide("approved").feed(succeeded("a"));
    expect(story.statuses).toEqual(["succeeded", "waiting"]);
  });

  it("is cancelled with its run", () => {
    const story = new Story("a -> b")
      .feed(succeeded("a"))
      .feed({ type: "cancel_requested", at: 7, by: "ada" });
    expect(story.statuses).toEqual(["succeeded", "cancelled"]);
    expect(story.state.status).toBe("cancelled");
  });
});
