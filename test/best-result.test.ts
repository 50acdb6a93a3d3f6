/** What is poor is planned anew as long as it may be; the best that was judged is the result. */

import { mkdtempDisposable } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { itemRunId } from "../src/batch-items.ts";
import type { PlanDraft, PlanwrightOptions } from "../src/index.ts";
import { judgeSaying, scores } from "./evaluator/evaluation-request.ts";
import {
  eventsOf,
  makeReplanner,
  makeWriter,
  replacing,
  SCORED,
  says,
} from "./replanning-tools.ts";

const goal = "write";

/** One subtask whose text has a score. */
function scored(given: string, more: Partial<PlanDraft> = {}): PlanDraft {
  return {
    goal,
    subtasks: [says("body", given)],
    output: "${body.text}",
    accept: SCORED,
    ...more,
  };
}

function make(options: PlanwrightOptions = {}) {
  const { tool, ...seen } = makeWriter();
  return { ...seen, replanner: makeReplanner([tool], options) };
}

describe("the best", () => {
  it("is of the revision before, where the next one fails", async () => {
    const { planwright } = make().replanner(replacing(says("body", "broken")));
    expect(await planwright.run(scored("text 0.5")).result()).toMatchObject({
      status: "degraded",
      output: "text 0.5",
      plan: { revision: 2 },
      replans: 1,
      flags: [
        { code: "below_threshold", message: expect.stringContaining("0.50, and 0.7 was wanted") },
        {
          code: "revision_failed",
          message: "It is of revision 1; what came later did not end: It is broken.",
        },
      ],
      evaluations: [{ revision: 1, score: 0.5 }],
    });
  });

  it("is of the revision before, where the time is up in the next one", async () => {
    const { replanner, aborted } = make({ maxSeconds: 0.3 });
    const { planwright } = replanner(replacing(says("body", "endless")));
    expect(await planwright.run(scored("text 0.5")).result()).toMatchObject({
      status: "degraded",
      output: "text 0.5",
      replans: 1,
      flags: expect.arrayContaining([expect.objectContaining({ code: "below_threshold" })]),
    });
    expect(aborted).toEqual(["endless"]);
  });

  it("is what there is where the budget does not allow another revision", async () => {
    // The planner's instructions alone are longer.
    const { replanner } = make({ maxReplans: 3, budget: { tokens: 1_000 } });
    const { planwright, requests } = replanner(replacing(says("body", "text 1")));
    const run = planwright.run(scored("text 0.5"));
    expect(await run.result()).toMatchObject({
      status: "degraded",
      output: "text 0.5",
      replans: 0,
      flags: [{ code: "below_threshold" }, { code: "budget_exceeded" }],
      usage: { modelCalls: 0 },
    });
    expect(await eventsOf(run, "replan.ended")).toMatchObject([
      { reason: "budget", error: { code: "budget.exceeded" } },
    ]);
    expect(requests).toEqual([]);
  });

  it("is what there is where the budget is used up before the revision has run", async () => {
    const { replanner, calls } = make({ budget: { modelCalls: 1 } });
    const { planwright } = replanner(replacing(says("body", "text 1")));
    const run = planwright.run(scored("text 0.5"));
    expect(await run.result()).toMatchObject({
      status: "degraded",
      output: "text 0.5",
      replans: 1,
      flags: [
        { code: "below_threshold" },
        { code: "revision_failed", message: expect.stringContaining("budget") },
      ],
      subtasks: [{ status: "cancelled", reason: "budget_exceeded" }],
    });
    expect(calls).toEqual(["text 0.5"]);
  });

  it("is not known where the budget does not allow a judge: that is said, and no pass", async () => {
    const { model, requests } = judgeSaying(scores([1]));
    const options = { evaluatorModel: model, budget: { tokens: 100 }, maxReplans: 2 };
    const { planwright } = make(options).replanner("{}");
    const plan = scored("text", { accept: ["is polite"] });
    expect(await planwright.run(plan).result()).toMatchObject({
      status: "degraded",
      output: "text",
      flags: [{ code: "not_evaluated" }],
    });
    expect(requests).toEqual([]);
  });

  it("of a subtask goes on where no revision of it is better", async () => {
    const accept = SCORED;
    const { replanner, calls } = make({ maxReplans: 1 });
    const { planwright } = replanner(replacing(says("body", "text 0.2", { accept })));
    const subtasks = [says("body", "text 0.5", { accept }), says("end", "${body.text}, so")];
    const result = await planwright.run({ goal, subtasks, output: "${end.text}" }).result();
    expect(result).toMatchObject({
      status: "degraded",
      output: "text 0.5, so",
      flags: [{ code: "not_accepted", subtask: "body" }],
      evaluations: [
        { revision: 1, subtask: "body", score: 0.5 },
        { revision: 2, subtask: "body", score: 0.2 },
      ],
    });
    expect(calls).toEqual(["text 0.5", "text 0.2", "text 0.5, so"]);
  });

  it("is read from beside the journal where it is large", async () => {
    await using folder = await mkdtempDisposable(join(tmpdir(), "planwright-best-"));
    const journal = `sqlite:${join(folder.path, "journal.db")}`;
    const large = (score: number) => `${score} ${"x".repeat(2_000)}`;
    const { replanner } = make({ journal, largeValueBytes: 500 });
    const { planwright } = replanner(replacing(says("body", large(0.3))));
    const run = planwright.run(scored(large(0.5)));
    const result = await run.result();
    expect(result).toMatchObject({ status: "degraded", replans: 1, output: large(0.5) });
    const [asked] = await eventsOf(run, "evaluation.requested");
    expect(asked).toMatchObject({ output: null, largeOutput: { bytes: expect.any(Number) } });
    await planwright.close();
    const { planwright: again } = make({ journal }).replanner();
    await using _ = again;
    expect((await again.show(result.runId)).output).toBe(large(0.5));
  });

  it("waits for a person with its large output", async () => {
    await using folder = await mkdtempDisposable(join(tmpdir(), "planwright-best-"));
    const journal = `sqlite:${join(folder.path, "journal.db")}`;
    const large = `0.3 ${"x".repeat(2_000)}`;
    const options = { journal, largeValueBytes: 500, escalation: { person: true }, maxReplans: 0 };
    const { planwright } = make(options).replanner();
    await using _ = planwright;
    const { runId, review } = await planwright.run(scored(large)).result();
    expect(review).toMatchObject({ output: large, evaluation: { score: 0.3 } });
    const decided = await planwright.evaluations.decide(runId, { decision: "accepted" });
    expect(decided).toMatchObject({ status: "succeeded", output: large });
  });
});

describe("a finished run that was judged", () => {
  it("is judged anew when it is done again", async () => {
    const { planwright, requests } = make({ maxReplans: 1 }).replanner(
      replacing(says("body", "text 0.6")),
      replacing(says("body", "text 0.9")),
    );
    const first = await planwright.run(scored("text 0.5")).result();
    expect(first).toMatchObject({ status: "degraded", output: "text 0.6" });
    const again = await planwright.restart(first.runId).result();
    expect(again).toMatchObject({ status: "succeeded", output: "text 0.9", flags: [] });
    expect(again.evaluations.map(({ revision, score }) => [revision, score])).toEqual([
      [1, 0.5],
      [2, 0.6],
      [2, 0.6],
      [3, 0.9],
    ]);
    expect(requests).toHaveLength(2);
  });
});

describe("how often", () => {
  const better = replacing(says("body", "text 1"));

  it("a plan says itself, where the caller does not", async () => {
    const plan = scored("text 0", { budget: { replans: 1 } });
    const statusOf = async (maxReplans: number | undefined) => {
      const { planwright } = make({ maxReplans }).replanner(better);
      return (await planwright.run(plan).result()).status;
    };
    expect(await statusOf(undefined)).toBe("succeeded");
    expect(await statusOf(0)).toBe("degraded");
  });

  it("a workflow inside another says itself, and what comes of it is judged there", async () => {
    const { tool, calls } = makeWriter();
    const outer = (plan: PlanDraft) => {
      // What stands for itself here is an expression in there.
      const inner = JSON.parse(JSON.stringify(plan).replaceAll("${", () => "$${"));
      const subtasks = [{ id: "inner", tool: "run_workflow", input: { plan: inner } }];
      return { goal, subtasks, output: "${inner}" };
    };
    const { planwright } = makeReplanner([tool], { maxReplans: 1 })(better);
    expect(
      await planwright.run(outer(scored("text 0", { budget: { replans: 1 } }))).result(),
    ).toMatchObject({
      status: "succeeded",
      output: "text 1",
      replans: 0,
      evaluations: [],
    });
    expect(calls).toEqual(["text 0", "text 1"]);
    const poor = await planwright.run(outer(scored("text 0"))).result();
    expect(poor).toMatchObject({ output: "text 0", replans: 0 });
  });
});

describe("a batch", () => {
  const PLAN = {
    ...scored("text ${inputs.n}"),
    inputs: { n: { type: "number" as const } },
    accept: undefined,
  };

  it("judges what comes of each item, and says which are poor", async () => {
    const { planwright } = make({ maxReplans: 0 }).replanner();
    const items = [{ n: 0.3 }, { n: 0.8 }];
    const batch = planwright.batches.run(PLAN, items, { accept: SCORED });
    const results = await Array.fromAsync(batch.results());
    expect(results.map(({ status }) => status)).toEqual(["degraded", "succeeded"]);
    expect(await batch.result()).toMatchObject({ counts: { succeeded: 1, degraded: 1 } });
  });

  it("waits for a person about what is poor, and goes on when he has decided", async () => {
    const escalation = { person: true };
    const { planwright } = make({ maxReplans: 0, escalation }).replanner();
    const items = [{ n: 0.3 }, { n: 0.8 }];
    const batch = planwright.batches.run(PLAN, items, { accept: SCORED });
    expect(await batch.result()).toMatchObject({
      status: "waiting",
      counts: { waiting: 1, succeeded: 1 },
    });
    const waiting = itemRunId(await batch.id, 1);
    await planwright.evaluations.decide(waiting, { decision: "accepted" });
    const resumed = planwright.batches.resume(await batch.id, { items });
    expect(await resumed.result()).toMatchObject({
      status: "succeeded",
      counts: { waiting: 0, succeeded: 2 },
    });
  });

  it("that goes on judges by the same as before", async () => {
    const { planwright } = make({ maxReplans: 0 }).replanner();
    const items = Array.from({ length: 20 }, () => ({ n: 0.3 }));
    const batch = planwright.batches.run(PLAN, items, { accept: SCORED, itemsAtOnce: 1 });
    const batchId = await batch.id;
    batch.pause();
    expect((await batch.result()).status).toBe("paused");
    const resumed = await planwright.batches.resume(batchId, { items }).result();
    expect(resumed.counts).toMatchObject({ degraded: 20 });
  });
});
