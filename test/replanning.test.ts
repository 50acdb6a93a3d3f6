/** Plans that are revised because something has failed, is gone, or came to nothing. */

import { describe, expect, it } from "vitest";
import { createPlanwright, type RunEvent, type Tool } from "../src/index.ts";
import { createMemoryJournal } from "../src/journal/memory.ts";
import { renderPatch } from "../src/planner/revision-answer.ts";
import { eventsOf, makeReplanner, makeWriter, replacing, says } from "./replanning-tools.ts";

const goal = "write";

describe("what has failed", () => {
  it("is planned around by the embedded planner, with another tool", async () => {
    const description = "Translate a text into German.";
    const { tool, calls } = makeWriter("translate_slowly", { description });
    const broken: Tool = {
      ...tool,
      name: "translate_text",
      run: () => {
        throw new Error("Out of service.");
      },
    };
    const tools = [broken, tool];
    const planwright = createPlanwright({ journal: "memory:", builtinTools: false, tools });
    const run = planwright.ask('Translate the text "good morning" into German');
    const result = await run.result();
    expect(result).toMatchObject({
      status: "succeeded",
      output: "good morning",
      replans: 1,
    });
    expect(calls).toEqual(["good morning"]);
    const [requested] = await eventsOf(run, "replan.requested");
    expect(requested).toMatchObject({
      trigger: "subtask_failed",
      causes: [{ message: "Out of service." }],
    });
    expect(result.usage.modelCalls).toBe(0);
  });

  it("ends the branches that the revision drops: their signals fire, nobody waits", async () => {
    const { tool, calls, aborted } = makeWriter();
    const revision = renderPatch({
      replace: [says("first", "mended")],
      remove: ["branch"],
      output: "${first.text}",
    });
    const { planwright } = makeReplanner([tool])(revision);
    const run = planwright.run({
      goal,
      subtasks: [says("branch", "endless"), says("first", "broken")],
      output: "${first.text} ${branch.text}",
    });
    expect(await run.result()).toMatchObject({ status: "succeeded", output: "mended" });
    expect(aborted).toEqual(["endless"]);
    expect(calls).toEqual(["endless", "broken", "mended"]);
    expect(await eventsOf(run, "subtask.cancelled")).toMatchObject([
      { subtask: "branch", reason: "replaced" },
    ]);
  });

  it("leaves no dead letter once something else is done in its place", async () => {
    const { tool } = makeWriter();
    const { planwright } = makeReplanner([tool])(replacing(says("first", "mended")));
    await planwright.run({ goal, subtasks: [says("first", "broken")] }).result();
    expect(await planwright.deadLetters()).toEqual([]);
  });

  it("is done under another key: it is another effect", async () => {
    const { tool, keys } = makeWriter("write", { effects: "write" });
    const { planwright } = makeReplanner([tool])(replacing(says("first", "mended")));
    const given = { goal, subtasks: [says("first", "broken")] };
    expect(await planwright.run(given).result()).toMatchObject({ status: "succeeded" });
    expect(keys).toHaveLength(2);
    expect(new Set(keys).size).toBe(2);
  });

  it("stays failed where a person has said no", async () => {
    const { tool } = makeWriter();
    const { planwright, requests } = makeReplanner([tool], { approvals: "all" })("{}");
    const run = planwright.run({ goal, subtasks: [says("first", "text")] });
    const { runId } = await run.result();
    await planwright.decide(runId, "first", { decision: "denied" });
    expect(await planwright.show(runId)).toMatchObject({
      status: "failed",
      replans: 0,
      subtasks: [{ reason: "denied" }],
    });
    expect(requests).toEqual([]);
  });

  it("stays failed where its effect may have happened: a person must look", async () => {
    const { tool } = makeWriter("write", { effects: "write" });
    const { planwright, requests } = makeReplanner([tool])("{}");
    const subtasks = [says("first", "endless", { timeout: "20ms" }), says("other", "text")];
    const result = await planwright.run({ goal, subtasks }).result();
    expect(result).toMatchObject({
      status: "failed",
      replans: 0,
      subtasks: [{ reason: "interrupted" }, { status: "succeeded" }],
    });
    expect(requests).toEqual([]);
  });

  it("stays failed where it is optional, or nothing may be planned anew", async () => {
    const { tool } = makeWriter();
    const optional = makeReplanner([tool])("{}");
    const subtasks = [says("first", "broken", { optional: true }), says("other", "text")];
    expect(await optional.planwright.run({ goal, subtasks }).result()).toMatchObject({
      status: "degraded",
      flags: [{ code: "optional_failed" }],
    });
    const none = makeReplanner([tool], { maxReplans: 0 })("{}");
    const failing = { goal, subtasks: [says("first", "broken")] };
    expect((await none.planwright.run(failing).result()).status).toBe("failed");
    expect([...optional.requests, ...none.requests]).toEqual([]);
  });
});

describe("a run that comes to nothing", () => {
  it.each([
    ["because every condition is false", { output: "${first.text}" }],
    ["without saying what its output is", {}],
  ])("is planned anew %s", async (_what, more) => {
    const { tool, calls } = makeWriter();
    const { planwright } = makeReplanner([tool])(replacing(says("first", "something")));
    const run = planwright.run({
      goal,
      subtasks: [says("first", "nothing", { when: "${1 > 2}" })],
      ...more,
    });
    expect(await run.result()).toMatchObject({ status: "succeeded", replans: 1 });
    expect(calls).toEqual(["something"]);
    const [requested] = await eventsOf(run, "replan.requested");
    expect(requested).toMatchObject({ trigger: "nothing_to_do" });
  });
});

describe("a tool that is gone", () => {
  const THIRD = says("third", "${second.text} three, otherwise");

  /** A run that was paused, and goes on where one of its tools is not known. */
  async function goOnWithout(...revisions: readonly string[]) {
    const journal = createMemoryJournal();
    const old = makeWriter("old");
    const { tool } = makeWriter();
    const subtasks = [
      says("first", "one", { tool: "old" }),
      says("second", "${first.text} two"),
      says("third", "${second.text} three", { tool: "old" }),
    ];
    const before = makeReplanner([old.tool, tool], { journal })();
    const isSuccess = ({ type }: RunEvent) => type === "subtask.succeeded";
    const run = before.planwright.run(
      { goal, subtasks, output: "${third.text}" },
      { listener: { events: (events) => events.some(isSuccess) && run.pause() } },
    );
    expect((await run.result()).status).toBe("paused");
    const after = makeReplanner([tool], { journal })(...revisions);
    const resumed = after.planwright.resume(await run.id);
    return { resumed, requests: after.requests };
  }

  it("is planned around, and what it has done before is kept", async () => {
    const { resumed, requests } = await goOnWithout(replacing(THIRD));
    const result = await resumed.result();
    expect(result).toMatchObject({
      status: "succeeded",
      output: "one two three, otherwise",
      subtasks: [{ id: "first", tool: "old" }, {}, { id: "third", tool: "write" }],
      // Each once, and the one that could not be called.
      usage: { toolCalls: 4 },
    });
    expect(await eventsOf(resumed, "replan.requested")).toMatchObject([
      { trigger: "tool_missing", blame: ["third"] },
    ]);
    expect(requests).toHaveLength(1);
  });

  it("is not planned for again", async () => {
    const again = replacing({ ...THIRD, tool: "old" });
    const { resumed, requests } = await goOnWithout(again, replacing(THIRD));
    expect((await resumed.result()).output).toBe("one two three, otherwise");
    expect(JSON.stringify(requests[1]?.messages)).toContain("is not there any more");
  });
});
