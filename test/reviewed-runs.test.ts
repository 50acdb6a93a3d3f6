/** Runs that are judged, and what else may happen to them meanwhile. */

import { describe, expect, it } from "vitest";
import type { PlanDraft, PlanwrightOptions } from "../src/index.ts";
import { createMemoryJournal } from "../src/journal/memory.ts";
import {
  byNumber,
  eventsOf,
  makeReplanner,
  makeWriter,
  replacing,
  SCORED,
  says,
} from "./replanning-tools.ts";

const goal = "write";
const POOR: PlanDraft = {
  goal,
  subtasks: [says("body", "text 0.5")],
  output: "${body.text}",
  accept: SCORED,
};

function make(options: PlanwrightOptions = {}) {
  const { tool, ...seen } = makeWriter();
  return { ...seen, replanner: makeReplanner([tool], options) };
}

describe("a run that waits for a person", () => {
  const options = { escalation: { person: true }, maxReplans: 0 };

  it("waits again when it is resumed, and is not judged again", async () => {
    let judged = 0;
    const counting = {
      name: "by_number",
      evaluate: (request: { readonly output: unknown }) => {
        judged += 1;
        return byNumber.evaluate(request);
      },
    };
    const { planwright } = make({ ...options, evaluators: [counting] }).replanner();
    const { runId } = await planwright.run(POOR).result();
    const again = await planwright.resume(runId).result();
    expect(again).toMatchObject({ status: "waiting", reason: "evaluation" });
    expect(judged).toBe(1);
    await planwright.evaluations.decide(runId, { decision: "accepted" });
    expect(await planwright.show(runId)).toMatchObject({ status: "succeeded", output: "text 0.5" });
  });

  it("can be cancelled", async () => {
    const { planwright } = make(options).replanner();
    const { runId } = await planwright.run(POOR).result();
    expect(await planwright.cancel(runId)).toMatchObject({ status: "cancelled" });
    const decided = planwright.evaluations.decide(runId, { decision: "accepted" });
    await expect(decided).rejects.toMatchObject({ issues: [{ code: "run.finished" }] });
  });

  it("can be done again, and waits anew", async () => {
    const { planwright } = make(options).replanner();
    const { runId } = await planwright.run(POOR).result();
    const again = await planwright.restart(runId).result();
    expect(again).toMatchObject({ status: "waiting", reason: "evaluation" });
    expect(again.evaluations).toHaveLength(2);
  });

  it("is decided about once, also by two at the same time", async () => {
    const { planwright } = make(options).replanner();
    const { runId } = await planwright.run(POOR).result();
    const both = await Promise.allSettled([
      planwright.evaluations.decide(runId, { decision: "accepted" }),
      planwright.evaluations.decide(runId, { decision: "rejected" }),
    ]);
    expect(both.map(({ status }) => status).toSorted()).toEqual(["fulfilled", "rejected"]);
    const decided = (await planwright.events(runId)).filter(
      ({ type }) => type === "evaluation.decided",
    );
    expect(decided).toHaveLength(1);
  });
});

describe("accept of a subtask", () => {
  const accept = SCORED;

  it("that is optional leaves it as it is, and says so", async () => {
    const { planwright } = make({ maxReplans: 0 }).replanner();
    const subtasks = [
      says("body", "text 0.5", { accept, optional: true }),
      says("end", "${body.text}!"),
    ];
    expect(await planwright.run({ goal, subtasks }).result()).toMatchObject({
      status: "degraded",
      output: { text: "text 0.5!" },
      flags: [{ code: "not_accepted", subtask: "body" }],
    });
  });

  it("is judged anew where the subtask is done again", async () => {
    const { planwright } = make({ maxReplans: 0 }).replanner();
    const subtasks = [says("body", "text 0.5", { accept }), says("end", "${body.text}!")];
    const { runId } = await planwright.run({ goal, subtasks }).result();
    const again = await planwright.restart(runId, { from: ["body"] }).result();
    expect(again.evaluations).toMatchObject([{ score: 0.5 }, { score: 0.5 }]);
    expect(again.flags).toMatchObject([{ code: "not_accepted" }]);
    const rest = await planwright.restart(runId, { from: ["end"] }).result();
    expect(rest.evaluations).toHaveLength(2);
    expect(rest.flags).toMatchObject([{ code: "not_accepted" }]);
  });

  it("is about what a fallback gave, too", async () => {
    const main = makeWriter("main").tool;
    const other = { ...makeWriter("other").tool, run: () => ({ text: "text 0.9" }) };
    const { planwright } = makeReplanner([main, other], { maxReplans: 0 })();
    const body = says("body", "broken 0.5", { tool: "main", fallback: "other", accept });
    expect(await planwright.run({ goal, subtasks: [body] }).result()).toMatchObject({
      status: "succeeded",
      evaluations: [{ subtask: "body", score: 0.9 }],
    });
  });

  it("is about what a person says that a dead letter came to, or is not asked", async () => {
    const { planwright } = make({ maxReplans: 0 }).replanner();
    const subtasks = [says("body", "broken", { accept }), says("end", "${body.text}!")];
    const { runId, status } = await planwright.run({ goal, subtasks }).result();
    expect(status).toBe("failed");
    const resolved = planwright.resolveDeadLetter(runId, "body", { output: { text: "text 0" } });
    expect(await resolved.result()).toMatchObject({
      status: "succeeded",
      output: { text: "text 0!" },
      flags: [],
    });
  });

  it("of a list is mended as a whole: all items are done again", async () => {
    const each = (text: string) => says("each", text, { forEach: [0.2, 0.9], accept });
    const { replanner, calls } = make({ maxReplans: 1 });
    const { planwright } = replanner(replacing(each("better 0.8 ${item}")));
    const run = planwright.run({ goal, subtasks: [each("text ${item}")], output: "${each}" });
    expect(await run.result()).toMatchObject({
      status: "succeeded",
      replans: 1,
      output: [{ text: "better 0.8 0.2" }, { text: "better 0.8 0.9" }],
    });
    expect(await eventsOf(run, "replan.requested")).toMatchObject([
      { blame: ["each[0]"], causes: [{ subtask: "each[0]" }] },
    ]);
    expect(calls).toHaveLength(4);
  });
});

describe("what takes too long", () => {
  const never = { name: "by_number", evaluate: () => new Promise<never>(() => {}) };

  it("to be judged ends with the run's time", async () => {
    const { planwright } = make({ evaluators: [never], maxSeconds: 0.2 }).replanner();
    const result = await planwright.run(POOR).result();
    expect(result).toMatchObject({
      status: "degraded",
      flags: [{ code: "not_evaluated", message: expect.stringContaining("The time was up") }],
      evaluations: [],
    });
  });

  it("to be judged may be paused, and is judged by who is there then", async () => {
    const journal = createMemoryJournal();
    const { planwright } = make({ journal, evaluators: [never], maxReplans: 0 }).replanner();
    const run = planwright.run(POOR, {
      listener: {
        events: (events) =>
          events.some(({ type }) => type === "evaluation.requested") && run.pause(),
      },
    });
    expect((await run.result()).status).toBe("paused");
    const { planwright: other } = make({ journal }).replanner();
    const resumed = await other.resume(await run.id).result();
    expect(resumed).toMatchObject({ status: "degraded", evaluations: [{ score: 0.5 }] });
  });
});
