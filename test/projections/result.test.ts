import { describe, expect, it } from "vitest";
import { resultOf } from "../../src/projections/result.ts";
import { accepted, failed, plan, READS, start, succeeded } from "../builders.ts";
import { expectSameWhenReadBack, play } from "./runs.ts";

const DIAMOND = accepted(plan("a -> b, a -> c, b -> d, c -> d", {}, { output: "${d}" }));

describe("the result of a run", () => {
  it("has the output, the plan with its batches, and each subtask's output and times", () => {
    const inputs = [
      start(DIAMOND, {}, 1_000),
      succeeded("a", 1, 1, 1_100),
      succeeded("b", 2, 1, 1_200),
      succeeded("c", 3, 1, 1_300),
      succeeded("d", 4, 1, 1_500),
    ];
    const result = resultOf(play(inputs).state, 1_500);
    expect(result).toMatchObject({
      runId: "r1",
      status: "succeeded",
      output: 4,
      plan: { revision: 1, batches: [["a"], ["b", "c"], ["d"]] },
      usage: { toolCalls: 4, modelCalls: 0, seconds: 0.5 },
      replans: 0,
      startedAt: 1_000,
      finishedAt: 1_500,
    });
    expect(result.subtasks[3]).toEqual({
      id: "d",
      tool: "work",
      status: "succeeded",
      attempts: 1,
      startedAt: 1_300,
      finishedAt: 1_500,
      output: 4,
    });
    expect(result).not.toHaveProperty("reason");
    expect(result).not.toHaveProperty("error");
    expectSameWhenReadBack(inputs, (state) => resultOf(state, 1_500));
  });

  it("of a failed run says why it failed, and because of what each other subtask did not run", () => {
    const { state } = play([start(DIAMOND), succeeded("a"), failed("b"), succeeded("c")]);
    const result = resultOf(state, 0);
    expect(result).toMatchObject({
      status: "failed",
      reason: "subtask_failed",
      output: null,
      error: { code: "tool.failed", message: "broken" },
    });
    expect(result.subtasks.map(({ status, reason, cause }) => [status, reason, cause])).toEqual([
      ["succeeded", undefined, undefined],
      ["failed", "failed", undefined],
      ["succeeded", undefined, undefined],
      ["skipped", "dependency_failed", "b"],
    ]);
  });

  it("of a run that waits names what a person is asked about: each item, and a check by its tool", () => {
    const check = { tool: "judge", input: { text: "${output}" } };
    const given = plan("each, refined", {
      each: { forEach: [1, 2], approval: true, input: { number: "${item}" } },
      refined: { refine: { iterations: 2, until: "${check}", check } },
    });
    const tools = { judge: { ...READS, approval: true } };
    const { state } = play([start(accepted(given, tools)), succeeded("refined", "first")]);
    expect(resultOf(state, 0).approvals).toEqual([
      { subtask: "refined", tool: "judge", input: { text: "first" } },
      { subtask: "each[0]", tool: "work", input: { number: 1 } },
      { subtask: "each[1]", tool: "work", input: { number: 2 } },
    ]);
  });

  it("of a run under way counts its seconds up to the newest event", () => {
    const { state } = play([start(DIAMOND, {}, 1_000), succeeded("a", 1, 1, 4_000)]);
    expect(resultOf(state, 4_000)).toMatchObject({
      status: "running",
      finishedAt: null,
      usage: { seconds: 3 },
    });
  });

  it("of a run that was never planned has neither plan nor subtasks", () => {
    const { state } = play([
      { ...start(DIAMOND), plan: { planner: "embedded" } },
      {
        type: "plan_failed",
        at: 5,
        error: { code: "goal.not_understood", message: "What?" },
        issues: [],
        lastPlan: null,
      },
    ]);
    expect(resultOf(state, 5)).toMatchObject({
      status: "failed",
      reason: "planning_failed",
      plan: null,
      subtasks: [],
      error: { code: "goal.not_understood" },
    });
  });
});
