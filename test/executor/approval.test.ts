import { describe, expect, it } from "vitest";
import type { JsonObject } from "../../src/base/json.ts";
import type { Effect } from "../../src/executor/core/effect.ts";
import type { RunEvent } from "../../src/executor/core/event.ts";
import { fold } from "../../src/executor/core/evolve.ts";
import type { RunInput } from "../../src/executor/core/input.ts";
import type { RunSettings } from "../../src/executor/core/settings.ts";
import { initialState } from "../../src/executor/core/state.ts";
import { step } from "../../src/executor/core/step.ts";
import { resultOf } from "../../src/projections/result.ts";
import { accepted, failed, plan, READS, start, succeeded, WRITES } from "../builders.ts";

class Story {
  state = initialState("r");
  readonly events: RunEvent[] = [];
  readonly effects: Effect[] = [];

  constructor(
    arrows: string,
    asked = "b",
    input: JsonObject = {},
    {
      approval = true,
      settings = {},
      more: rest = {},
    }: { approval?: unknown; settings?: Partial<RunSettings>; more?: object } = {},
  ) {
    const more = { [asked]: { approval, input: { ...input }, ...rest } } as never;
    this.feed(start(accepted(plan(arrows, more), { work: WRITES, look: READS }), settings));
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

  get decisions(): unknown[] {
    return this.events.flatMap((event) =>
      event.type === "approval.decided" ? [[event.subtask, event.decision, event.by]] : [],
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

  describe("and falls back", () => {
    /** `b` was approved, perhaps with another input, and its tool has failed for good. */
    function fallenBack(fallback: "look" | "work", edited?: JsonObject): Story {
      const story = new Story("a -> b", "b", ASKED, { approval: true, more: { fallback } });
      story
        .feed(succeeded("a", { n: 5 }))
        .decide("approved", edited && { input: edited })
        .resume();
      return story.feed(failed("b"));
    }
    const asked = ({ events }: Story) =>
      events.flatMap((event) =>
        event.type === "approval.requested" ? [[event.tool, event.input]] : [],
      );

    it("is asked about again, for another tool is called", () => {
      const story = fallenBack("look");
      expect(asked(story)).toEqual([
        ["work", { amount: 5 }],
        ["look", { amount: 5 }],
      ]);
      expect(story.starts.at(-1)?.[0]).toBe("b");
      expect(story.starts).toHaveLength(2);
      expect(resultOf(story.state, 9).approvals).toMatchObject([{ subtask: "b", tool: "look" }]);
      story.decide("approved").resume();
      expect(story.starts).toHaveLength(3);
      expect(asked(story)).toHaveLength(2);
    });

    it("keeps the input that the decision gave", () => {
      const story = fallenBack("look", { amount: 3 });
      expect(asked(story).at(-1)).toEqual(["look", { amount: 3 }]);
      expect(story.decide("approved").resume().starts.at(-1)).toEqual(["b", { amount: 3 }]);
    });

    it("keeps it, too, where nobody needs to be asked about the fallback", () => {
      const tools = { work: { ...WRITES, approval: true }, look: READS };
      const more = { b: { fallback: "look", input: { amount: 5 } } };
      const story = new Story("x");
      story.state = initialState("r");
      story.events.length = 0;
      story.feed(start(accepted(plan("b", more), tools)));
      story
        .decide("approved", { input: { amount: 3 } })
        .resume()
        .feed(failed("b"));
      expect(story.starts.at(-1)).toEqual(["b", { amount: 3 }]);
      expect(asked(story)).toHaveLength(1);
    });
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

  it("cannot be decided about before there is a plan", () => {
    const state = initialState("r");
    const decided = { decision: "approved", by: "ada", note: "" } as const;
    const news: RunInput = { type: "approval_decided", at: 1, subtask: "b", ...decided };
    expect(step(state, news)).toEqual({ events: [], effects: [] });
  });

  it("is cancelled with its run", () => {
    const story = new Story("a -> b")
      .feed(succeeded("a"))
      .feed({ type: "cancel_requested", at: 7, by: "ada" });
    expect(story.statuses).toEqual(["succeeded", "cancelled"]);
    expect(story.state.status).toBe("cancelled");
  });
});

describe("a question with an end", () => {
  const LIMITED = (decision?: "approve") => ({
    approval: { timeout: "1s", ...(decision && { default: decision }) },
  });

  it("is decided at its end while the run goes on", () => {
    const story = new Story("b -> c, x", "b", {}, LIMITED());
    const timer = { kind: "approval", subtask: "b", request: 3 } as const;
    expect(story.effects).toContainEqual({ type: "set_timer", timer, at: 1000 });
    story.feed({ type: "timer_rang", at: 1000, timer: { ...timer, request: 2 } });
    expect(story.decisions).toEqual([]);
    story.feed({ type: "timer_rang", at: 1000, timer });
    expect(story.decisions).toEqual([["b", "denied", "planwright"]]);
    expect(story.statuses).toEqual(["failed", "skipped", "running"]);
  });

  it("is decided as the plan says", () => {
    const story = new Story("b -> c, x", "b", {}, LIMITED("approve"));
    const timer = { kind: "approval", subtask: "b", request: 3 } as const;
    story.feed({ type: "timer_rang", at: 1000, timer });
    expect(story.decisions).toEqual([["b", "approved", "planwright"]]);
    expect(story.statuses).toEqual(["running", "pending", "running"]);
  });

  it("is decided at the resume when nobody drove the run", () => {
    const story = new Story("b -> c", "b", {}, LIMITED());
    expect(story.state.status).toBe("waiting");
    story.feed({ type: "resume_requested", at: 999 });
    expect(story.decisions).toEqual([]);
    expect(story.effects.at(-1)).toMatchObject({ type: "set_timer", at: 1000 });
    story.feed({ type: "resume_requested", at: 5000 });
    expect(story.decisions).toEqual([["b", "denied", "planwright"]]);
    expect(story.state.status).toBe("failed");
  });

  it("takes no other decision after it", () => {
    const story = new Story("b", "b", {}, LIMITED());
    const answer = { subtask: "b", decision: "approved", by: "ada", note: "" } as const;
    story.feed({ type: "approval_decided", at: 1000, ...answer });
    expect(story.decisions).toEqual([["b", "denied", "planwright"]]);
  });

  it("takes one before it, and its ring then is stale", () => {
    const story = new Story("b", "b", {}, LIMITED()).decide("approved").resume();
    const timer = { kind: "approval", subtask: "b", request: 3 } as const;
    story.feed({ type: "timer_rang", at: 1000, timer });
    expect(story.decisions).toEqual([["b", "approved", "ada"]]);
    expect(story.statuses).toEqual(["running"]);
  });
});

describe("what needs approval", () => {
  const asked = ({ events }: { readonly events: readonly RunEvent[] }) =>
    events.flatMap((event) => (event.type === "approval.requested" ? event.subtask : []));

  it.each([
    ["declared", ["b"]],
    ["writes", ["a", "b"]],
    ["all", ["a", "b", "c"]],
  ] as const)("is decided by the policy %s", (approvals, ids) => {
    const given = plan("a, b, c", { b: { approval: true, tool: "look" }, c: { tool: "look" } });
    const tools = { work: WRITES, look: READS };
    const { events } = step(initialState("r"), start(accepted(given, tools), { approvals }));
    expect(asked({ events })).toEqual([...ids]);
  });

  it("is asked and answered in one go when somebody said yes beforehand", () => {
    const story = new Story("a -> b", "b", ASKED, { settings: { approver: "ada" } });
    story.feed(succeeded("a", { n: 5 }));
    expect(story.decisions).toEqual([["b", "approved", "ada"]]);
    expect(story.starts.at(-1)).toEqual(["b", { amount: 5 }]);
  });

  it("is approved by a resume that says yes to all", () => {
    const story = new Story("b -> c");
    story.feed({ type: "resume_requested", at: 6, approver: "ada" });
    expect(story.decisions).toEqual([["b", "approved", "ada"]]);
    expect(story.statuses).toEqual(["running", "pending"]);
  });
});

describe("a subtask that was admitted and is asked about again", () => {
  it("gives its place back while it waits for the answer", () => {
    const given = plan("busy, b", { b: { tool: "look", approval: true } });
    const tools = { work: READS, look: { ...READS, needsAdmission: true } };
    const story = new Story("x");
    story.state = initialState("r");
    story.events.length = 0;
    const planner = { planner: "test" };
    story.feed({ ...start(accepted(given, tools), { concurrency: 1 }), plan: planner });
    story.feed({ type: "plan_drafted", at: 1, draft: { ...accepted(given, tools), revision: 0 } });
    story.feed({ type: "attempt_ended", at: 2, subtask: "busy", attempt: 1, outcome: RETRY });
    story.decide("approved");
    // Its place comes when the slot of the run is taken again.
    const timer = { kind: "retry", subtask: "busy", attempt: 1 } as const;
    story.feed({ type: "timer_rang", at: 9_000, timer });
    const { seq: request = 0 } =
      story.events.findLast(({ type }) => type === "admission.requested") ?? {};
    story.feed({ type: "admission_granted", at: 9_001, subtask: "b", request });
    story.feed({ type: "plan_made", at: 9_002, accepted: accepted(given, tools) });
    story.feed(succeeded("busy", null, 2, 9_003));
    expect(story.state.subtasks[1]).toMatchObject({ status: "waiting", admission: null });
    expect(story.effects.at(-1)).toEqual({ type: "withdraw_admission", subtask: "b" });
  });

  const RETRY = {
    status: "failed",
    error: { code: "tool.failed", message: "busy", retryable: true },
  } as const;
});

describe("a run whose process is gone", () => {
  it("does not go on because somebody decides about a part of it", () => {
    const story = new Story("a -> d, b -> c", "b");
    story.feed({ type: "interruption_found", at: 4 }).decide("approved");
    // The write was interrupted, and nobody starts what waits or is approved now.
    expect(story.statuses).toEqual(["failed", "skipped", "waiting", "pending"]);
    expect(story.state.status).toBe("paused");
    expect(story.starts.map(([id]) => id)).toEqual(["a"]);
    story.resume();
    expect(story.starts.map(([id]) => id)).toEqual(["a", "b"]);
  });

  it("is as it was where nothing was under way", () => {
    const story = new Story("b");
    const before = structuredClone(story.state);
    story.feed({ type: "interruption_found", at: 4 });
    expect(story.state).toEqual(before);
  });
});
