import { describe, expect, it } from "vitest";
import type { Effect } from "../../src/executor/core/effect.ts";
import type { RunEvent } from "../../src/executor/core/event.ts";
import { fold } from "../../src/executor/core/evolve.ts";
import type { RunInput } from "../../src/executor/core/input.ts";
import { NO_REVIEW, type ReviewSettings } from "../../src/executor/core/settings.ts";
import { initialState } from "../../src/executor/core/state.ts";
import { step } from "../../src/executor/core/step.ts";
import { isAudited } from "../../src/executor/drivers/audit.ts";
import type { Evaluation } from "../../src/plan/evaluation.ts";
import type { Plan } from "../../src/plan/schema.ts";
import { accepted, failed, plan, READS, start, succeeded, WRITES } from "../builders.ts";

const TOOLS = { look: READS, put: { ...WRITES, idempotent: true }, pay: WRITES };
const GOOD = ["is good"];

/** A run that is told one thing after the other, and what it wants of the world. */
function begin(given: Plan, review: Partial<ReviewSettings> = {}) {
  const state = initialState("r");
  const events: RunEvent[] = [];
  const effects: Effect[] = [];
  const tell = (...inputs: readonly RunInput[]) => {
    for (const input of inputs) {
      const result = step(state, input);
      events.push(...result.events);
      effects.push(...result.effects);
      expect(fold("r", structuredClone(events))).toStrictEqual(state);
    }
  };
  const of = <T extends Effect["type"]>(type: T) =>
    effects.filter((one): one is Extract<Effect, { readonly type: T }> => one.type === type);
  const types = () => events.map(({ type }) => type);
  const settings = { review: { ...NO_REVIEW, maxReplans: 3, ...review } };
  tell(start(accepted(given, TOOLS), settings));
  return {
    ...{ state, events, effects, tell, types },
    keys: () =>
      of("start_attempt").map((one) => `${one.subtask} ${one.attempt} ${one.idempotencyKey}`),
    judges: () => of("evaluate").map(({ subtask }) => subtask),
    revisions: () => of("request_revision"),
    /** An answer to who was asked last. */
    judged: (subtask: string | null, score: number | null): RunInput => {
      const { request = 0 } = of("evaluate").findLast((one) => one.subtask === subtask) ?? {};
      return { type: "evaluated", at: 0, request, subtask, evaluation: evaluation(score) };
    },
    revised: (next: Plan): RunInput => {
      const { request = 0 } = of("request_revision").at(-1) ?? {};
      const revision = (state.accepted?.revision ?? 0) + 1;
      const made = { ...accepted(next, TOOLS), revision };
      return { type: "plan_revised", at: 0, request, accepted: made };
    },
  };
}

function evaluation(score: number | null): Evaluation {
  const verdict = score === null ? "none" : score < 0.7 ? "fail" : "pass";
  const said = { score, verdict, threshold: 0.7, confidence: null } as const;
  return { ...said, checks: [], reasons: ["It could be better."], blame: [], flags: [] };
}

function timedOut(subtask: string, attempt = 1): RunInput {
  const error = { code: "tool.timeout", message: "Too slow." } as const;
  return { type: "attempt_ended", at: 0, subtask, attempt, outcome: { status: "failed", error } };
}

const resume: RunInput = { type: "resume_requested", at: 0 };
const pause: RunInput = { type: "pause_requested", at: 0, by: "ada" };
const cancel: RunInput = { type: "cancel_requested", at: 0, by: "ada" };
const restart = (...subtasks: string[]): RunInput => {
  return { type: "restart_requested", at: 0, subtasks, by: "ada" };
};

describe("an effect that may have happened", () => {
  it("is not planned around, also where it could be repeated", () => {
    const run = begin(plan("a", { a: { tool: "put" } }));
    run.tell(timedOut("a"));
    expect(run.revisions()).toEqual([]);
    expect(run.state).toMatchObject({ status: "failed", openDeadLetters: 1 });
  });

  it("is planned around where its tool said that it did not", () => {
    const run = begin(plan("a", { a: { tool: "put" } }));
    run.tell(failed("a"));
    expect(run.revisions()).toHaveLength(1);
  });

  it.each([
    ["waits for its retry", { tool: "put", retry: { attempts: 3, initial: "1s" } }],
    ["is optional and was given up", { tool: "put", optional: true }],
  ] as const)("is told of as fixed when it %s", (_, more) => {
    const run = begin(plan("a, b", { a: more }));
    run.tell(timedOut("a"), failed("b"));
    expect(run.revisions()[0]?.feedback.subtasks).toMatchObject([
      { id: "a", isFixed: true },
      { id: "b", isFixed: false },
    ]);
  });
});

it("is known of an iteration that its fallback has changed the world", () => {
  const refine = { iterations: 2, until: "${false}" };
  const run = begin(plan("a, b", { a: { tool: "look", fallback: "put", refine } }));
  run.tell(failed("a"), succeeded("a", 1, 2), succeeded("a", 2, 3), failed("b"));
  expect(run.revisions()[0]?.feedback.subtasks).toMatchObject([
    { id: "a", status: "succeeded", isFixed: true },
    { id: "b", isFixed: false },
  ]);
});

describe("a subtask that comes back in a later revision", () => {
  const other = plan("x");
  const back = (tool: string) => plan("a, b", { a: { tool, input: { n: 2 } } });

  it("has attempts and a key of its own", () => {
    const run = begin(plan("a", { a: { tool: "put" } }));
    run.tell(failed("a"));
    run.tell(run.revised(other));
    run.tell(failed("x"));
    run.tell(run.revised(back("put")));
    expect(run.keys()).toEqual(["a 1 r/a", "x 1 r/x", "a 2 r/a/2", "b 1 r/b"]);
  });

  it("has another key also where it was to be tried again in between", () => {
    const run = begin(plan("a, b, c", { a: { tool: "put" } }), { maxReplans: 1 });
    run.tell(pause, failed("a"), succeeded("c"));
    run.tell({ ...failed("b"), at: 1 });
    run.tell({ type: "dead_letters_retried", at: 2, subtasks: ["a", "b"], by: "ada" });
    run.tell(failed("b", "broken", 2));
    run.tell(failed("a", "broken", 2), run.revised(back("put")));
    const keys = run.keys().filter((key) => key.startsWith("a"));
    expect(new Set(keys).size).toBe(keys.length);
  });
});

describe("a poor output", () => {
  const draft = plan("a -> b, c -> d", { a: { accept: GOOD } });

  it("waits for its revision, whatever is said about another one", () => {
    const run = begin(draft);
    run.tell(succeeded("a", "poor"));
    run.tell(run.judged("a", 0.1));
    const error = { code: "planner.failed", message: "long ago" } as const;
    run.tell({ type: "revision_failed", at: 0, request: 1, error });
    expect(run.types()).not.toContain("output.kept");
    expect(run.types()).not.toContain("replan.ended");
  });

  it("is asked for again when somebody wants other work done again", () => {
    const run = begin(draft);
    run.tell(succeeded("a", "poor"), succeeded("c"));
    run.tell(run.judged("a", 0.1), pause, succeeded("d"), restart("c"));
    expect(run.revisions()).toHaveLength(2);
    run.tell(run.revised(plan("a -> b, c -> d", { a: { input: { n: 1 }, accept: GOOD } })));
    expect(run.keys().at(-1)).toBe("a 2 r/a/2");
  });

  it("that is the first of its subtask says nothing about those of others", () => {
    const accept = { accept: GOOD };
    const run = begin(plan("a", { a: accept }), { judgesGoal: true });
    run.tell(succeeded("a"));
    run.tell(run.judged("a", 0.9));
    run.tell(run.judged(null, 0.1));
    for (const n of [1, 2]) {
      run.tell(
        run.revised(plan("a, n1, n2".slice(0, 1 + 4 * n), { a: accept, n1: accept, n2: accept })),
      );
      run.tell(succeeded(`n${n}`));
      run.tell(run.judged(`n${n}`, 0.9));
      run.tell(run.judged(null, 0.1));
    }
    expect(run.events).toContainEqual(expect.objectContaining({ reason: "no_progress" }));
    expect(run.state.status).toBe("degraded");
  });
});

describe("who is asked", () => {
  it("is asked nothing after a pause, and all of it when the run goes on", () => {
    const run = begin(plan("a, b", { a: { accept: GOOD } }));
    run.tell(pause, succeeded("a"), failed("b"));
    expect([run.judges(), run.revisions()]).toEqual([[], []]);
    expect(run.state.status).toBe("paused");
    run.tell(resume);
    expect(run.judges()).toEqual(["a"]);
    expect(run.revisions()).toHaveLength(1);
  });

  it("is not asked about what the same step has decided", () => {
    const run = begin(plan("a"), { judgesGoal: true });
    run.tell(succeeded("a"), pause);
    expect(run.judges()).toEqual([null]);
    run.tell(restart("a"));
    expect(run.judges()).toEqual([null]);
  });

  it("is not asked about what was cancelled meanwhile", () => {
    const run = begin(plan("a, b", { a: { accept: GOOD } }));
    run.tell(succeeded("a"), cancel, {
      type: "attempt_ended",
      at: 0,
      subtask: "b",
      attempt: 1,
      outcome: { status: "cancelled" },
    });
    run.tell(restart("b"), resume);
    expect(run.judges()).toEqual(["a"]);
  });

  it("is asked while the plan is being written, too", () => {
    const run = begin(plan("a"));
    const drafted = { ...accepted(plan("a", { a: { accept: GOOD } }), TOOLS), revision: 0 };
    const state = initialState("p");
    step(state, {
      type: "start_requested",
      at: 0,
      goal: "test",
      settings: run.state.settings,
      plan: { planner: "p" },
    });
    step(state, { type: "plan_drafted", at: 0, draft: drafted });
    const { effects } = step(state, succeeded("a"));
    expect(effects).toMatchObject([{ type: "evaluate", subtask: "a" }]);
  });
});

describe("a revision", () => {
  it("that comes when the run has come to stand still is asked for again", () => {
    const run = begin(plan("a, b"));
    run.tell(failed("a"), pause);
    const answer = run.revised(plan("x, b"));
    run.tell(succeeded("b"), answer);
    expect(run.state).toMatchObject({ status: "paused", accepted: { revision: 1 } });
    run.tell(resume);
    expect(run.revisions()).toHaveLength(2);
  });

  it("that a person makes needless lets go what it held back", () => {
    const run = begin(plan("a, b -> c", { c: { tool: "put" } }));
    run.tell(failed("a"), pause, succeeded("b"));
    expect(run.keys()).toHaveLength(2);
    const resolved = {
      type: "dead_letter_resolved",
      at: 0,
      output: 1,
      by: "ada",
      note: "",
    } as const;
    run.tell({ ...resolved, subtask: "a" });
    expect(run.keys().at(-1)).toBe("c 1 r/c");
  });
});

describe("the result", () => {
  it("is what was judged best where a revision gives nothing", () => {
    const output = { output: "${a.text}" };
    const run = begin(plan("a", {}, output), { judgesGoal: true, maxReplans: 1 });
    run.tell(succeeded("a", { text: "first" }));
    run.tell(run.judged(null, 0.4));
    run.tell(run.revised(plan("b -> a", { a: { when: false } }, output)));
    run.tell(succeeded("b"));
    expect(run.state).toMatchObject({ status: "degraded", output: "first" });
    expect(run.state.flags.map(({ code }) => code)).toEqual(["below_threshold", "revision_failed"]);
  });

  it("says of how many items nobody could say how good they are", () => {
    const run = begin(plan("a", { a: { forEach: [1, 2], accept: GOOD } }));
    run.tell(succeeded("a[0]"), succeeded("a[1]"));
    run.tell(run.judged("a[0]", null), run.judged("a[1]", 0.9));
    const message = "1 of the 2 items of a could not be judged.";
    expect(run.state.flags).toEqual([{ code: "not_evaluated", subtask: "a", message }]);
    expect(run.state.status).toBe("degraded");
  });
});

it("is in the audit trail what a person has said of an output", () => {
  expect(isAudited({ type: "evaluation.decided" })).toBe(true);
});
