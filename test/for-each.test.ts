/** Subtasks that do their work once for each element of a list. */

import { describe, expect, it } from "vitest";
import { z } from "zod";
import {
  createPlanwright,
  defineTool,
  type PlanDraft,
  type PlanwrightOptions,
  type RunEvent,
  ToolError,
} from "../src/index.ts";
import { createMemoryJournal } from "../src/journal/memory.ts";

type Subtask = PlanDraft["subtasks"][number];

/** Doubles numbers; fails for those that are in `bad`, and counts what is under way. */
function worker(bad: ReadonlySet<number> = new Set()) {
  const calls: number[] = [];
  let underWay = 0;
  let most = 0;
  const double = defineTool({
    name: "double",
    description: "Twice a number.",
    input: z.object({ n: z.number() }),
    output: z.object({ n: z.number() }),
    effects: "read",
    run: async ({ n }) => {
      calls.push(n);
      underWay += 1;
      most = Math.max(most, underWay);
      await new Promise((done) => setImmediate(done));
      underWay -= 1;
      if (bad.has(n)) throw new ToolError("tool.failed", `${n} is bad`, { retryable: false });
      return { n: 2 * n };
    },
  });
  const list = defineTool({
    name: "list",
    description: "Gives a list.",
    input: z.object({ count: z.number() }),
    output: z.object({ items: z.array(z.object({ n: z.number(), tags: z.array(z.string()) })) }),
    effects: "none",
    run: ({ count }) => ({
      items: Array.from({ length: count }, (_, n) => ({ n, tags: ["a", "b"].slice(0, n % 3) })),
    }),
  });
  const join = defineTool({
    name: "join_words",
    description: "Joins words.",
    input: z.object({ words: z.array(z.string()) }),
    output: z.string(),
    effects: "none",
    run: ({ words }) => words.join("-"),
  });
  return { tools: [double, list, join], calls, most: () => most, bad };
}

function make(options: PlanwrightOptions) {
  return createPlanwright({ journal: createMemoryJournal(), builtinTools: false, ...options });
}

const goal = "for each";
const LIST: Subtask = { id: "list", tool: "list", input: { count: 5 } };
const each = (more: Partial<Subtask> = {}): Subtask => ({
  id: "each",
  tool: "double",
  forEach: "${list.items}",
  input: { n: "${item.n}" },
  ...more,
});
const plan = (...subtasks: Subtask[]): PlanDraft => ({ goal, subtasks });

describe("forEach", () => {
  it("does a subtask once for each element, and gives the outputs in order", async () => {
    const { tools } = worker();
    const planwright = make({ tools });
    const given = {
      ...plan(LIST, each(), {
        id: "sum",
        tool: "double",
        input: { n: "${sum(each.map(e, e.n))}" },
      }),
      output: { all: "${each.map(e, e.n)}", sum: "${sum.n}" },
    };
    const { status, output, subtasks, runId } = await planwright.run(given).result();
    expect([status, output]).toEqual(["succeeded", { all: [0, 2, 4, 6, 8], sum: 40 }]);
    expect(subtasks[1]).toMatchObject({
      id: "each",
      status: "succeeded",
      items: { count: 5, succeeded: 5, failed: 0, skipped: 0, cancelled: 0, running: 0 },
    });
    const ids = (await planwright.events(runId)).flatMap((event: RunEvent) =>
      event.type === "subtask.succeeded" ? event.subtask : [],
    );
    expect(ids.slice(1, 6).sort()).toEqual(["each[0]", "each[1]", "each[2]", "each[3]", "each[4]"]);
  });

  it("takes a list that is written down, with expressions in it, and tells the place", async () => {
    const { tools } = worker();
    const given = {
      ...plan(
        LIST,
        each({ forEach: [1, "${list.items[4].n}"], input: { n: "${item * 10 + index}" } }),
      ),
      output: "${each}",
    };
    expect((await make({ tools }).run(given).result()).output).toEqual([{ n: 20 }, { n: 82 }]);
  });

  it("gives an empty list for an empty list", async () => {
    const { tools, calls } = worker();
    const given = { ...plan({ ...LIST, input: { count: 0 } }, each()), output: "${each}" };
    expect(await make({ tools }).run(given).result()).toMatchObject({
      status: "succeeded",
      output: [],
    });
    expect(calls).toEqual([]);
  });

  it("goes two deep", async () => {
    const { tools } = worker();
    const forEach = {
      in: "${list.items}",
      as: "one",
      forEach: { in: "${one.tags}", as: "tag", concurrency: 1 },
    };
    const words = { words: ["${string(one.n)}", "${tag}", "${string(index)}"] };
    const given = {
      ...plan(LIST, each({ tool: "join_words", forEach, input: words })),
      output: "${each}",
    };
    expect((await make({ tools }).run(given).result()).output).toEqual([
      [],
      ["1-a-0"],
      ["2-a-0", "2-b-1"],
      [],
      ["4-a-0"],
    ]);
  });

  it("waits for a person's yes to just this item, where the subtask asks for it", async () => {
    const { tools, calls } = worker();
    const planwright = make({ tools });
    const given = plan(each({ forEach: [{ n: 1 }, { n: 2 }], approval: true }));
    const { runId, approvals } = await planwright.run(given).result();
    expect(approvals).toEqual([
      { subtask: "each[0]", tool: "double", input: { n: 1 } },
      { subtask: "each[1]", tool: "double", input: { n: 2 } },
    ]);
    const decide = (subtask: string, decision: "approved" | "denied") =>
      planwright.decide(runId, subtask, { decision });
    await decide("each[1]", "approved");
    await expect(decide("each[1]", "denied")).rejects.toThrow(/was approved before/);
    await expect(decide("each[2]", "approved")).rejects.toThrow(/does not wait for approval/);
    await expect(decide("eech[0]", "approved")).rejects.toMatchObject({
      issues: [{ code: "subtask.unknown", hint: "Did you mean each?" }],
    });
    await decide("each[0]", "approved");
    expect(await planwright.resume(runId).result()).toMatchObject({ status: "succeeded" });
    expect(new Set(calls)).toEqual(new Set([1, 2]));
  });

  it("lets as many items go at once as it says", async () => {
    const { tools, most } = worker();
    const forEach = { in: "${list.items}", concurrency: 2 };
    await make({ tools })
      .run(plan({ ...LIST, input: { count: 20 } }, each({ forEach })))
      .result();
    expect(most()).toBe(2);
  });

  it("skips items by a condition that is about them, and all by one that is not", async () => {
    const { tools } = worker();
    const odd = { ...plan(LIST, each({ when: "${item.n % 2 == 1}" })), output: "${each}" };
    expect((await make({ tools }).run(odd).result()).output).toEqual([{ n: 2 }, { n: 6 }]);
    const none = plan(LIST, each({ when: "${size(list.items) > 9}" }));
    const { subtasks } = await make({ tools }).run(none).result();
    expect(subtasks[1]).toMatchObject({ status: "skipped", reason: "condition_false" });
  });

  it("does three thousand elements", async () => {
    const { tools } = worker();
    const given = { ...plan({ ...LIST, input: { count: 3000 } }, each()), output: "${size(each)}" };
    expect((await make({ tools, concurrency: 64 }).run(given).result()).output).toBe(3000);
  });
});

describe("an item that fails", () => {
  const bad = new Set([1, 4]);
  const rule = (onItemError: "fail" | "skip" | "collect", more: object = {}) => ({
    ...plan(
      LIST,
      each({ forEach: { in: "${list.items}", onItemError, concurrency: 1, ...more } }),
      {
        id: "after",
        tool: "double",
        input: { n: "${size(each)}" },
      },
    ),
    output: "${each}",
  });

  it("fails them all, and none begins any more", async () => {
    const { tools, calls } = worker(bad);
    const planwright = make({ tools });
    const { status, subtasks, runId, error } = await planwright.run(rule("fail")).result();
    expect(status).toBe("failed");
    expect(calls).toEqual([0, 1]);
    expect(subtasks.map((one) => [one.status, one.reason])).toEqual([
      ["succeeded", undefined],
      ["failed", "item_failed"],
      ["skipped", "dependency_failed"],
    ]);
    expect(error?.message).toBe("1 of the 5 items of each failed, first each[1]: 1 is bad");
    expect(subtasks[1]?.items).toMatchObject({ succeeded: 1, failed: 1, cancelled: 3 });
    const letters = await planwright.deadLetters({ runId });
    expect(letters).toMatchObject([{ subtask: "each[1]", input: { n: 1 }, tool: "double" }]);
  });

  it("is left out where the plan says so, with a flag", async () => {
    const { tools } = worker(bad);
    const { status, output, flags } = await make({ tools }).run(rule("skip")).result();
    expect([status, output]).toEqual(["degraded", [{ n: 0 }, { n: 4 }, { n: 6 }]]);
    expect(flags).toEqual([
      { code: "items_failed", subtask: "each", message: "2 of the 5 items of each failed." },
    ]);
  });

  it("is collected with its error where the plan says so", async () => {
    const { tools } = worker(bad);
    const { output } = await make({ tools }).run(rule("collect")).result();
    expect(output).toEqual([
      { index: 0, output: { n: 0 } },
      { index: 1, error: { code: "tool.failed", message: "1 is bad" } },
      { index: 2, output: { n: 4 } },
      { index: 3, output: { n: 6 } },
      { index: 4, error: { code: "tool.failed", message: "4 is bad" } },
    ]);
  });

  it("is retried alone as a dead letter, and the run goes on from there", async () => {
    const { tools, calls } = worker(new Set([1]));
    const journal = createMemoryJournal();
    const planwright = make({ tools, journal });
    const { runId } = await planwright.run(rule("fail")).result();
    const mended = worker();
    const again = make({ tools: mended.tools, journal });
    const { status, output } = await again.retryDeadLetters(runId).result();
    expect([status, output]).toEqual([
      "succeeded",
      [{ n: 0 }, { n: 2 }, { n: 4 }, { n: 6 }, { n: 8 }],
    ]);
    expect(calls).toEqual([0, 1]);
    // The one that had succeeded is not done again; `after` is.
    expect(mended.calls).toEqual([1, 2, 3, 4, 5]);
    expect(await again.deadLetters({ runId })).toEqual([]);
  });

  it("can be resolved by a person", async () => {
    const { tools } = worker(new Set([1]));
    const planwright = make({ tools });
    const { runId } = await planwright.run(rule("fail")).result();
    const run = planwright.resolveDeadLetter(runId, "each[1]", { output: { n: 77 } });
    expect(await run.result()).toMatchObject({
      status: "succeeded",
      output: [{ n: 0 }, { n: 77 }, { n: 4 }, { n: 6 }, { n: 8 }],
    });
  });

  it("is done again with all others by a restart of the whole", async () => {
    const { tools, calls } = worker(new Set([1]));
    const planwright = make({ tools });
    const { runId } = await planwright.run(rule("skip")).result();
    calls.length = 0;
    await planwright.restart(runId, { from: ["each"] }).result();
    expect(calls.toSorted((a, b) => a - b)).toEqual([0, 1, 2, 3, 4, 4]);
  });
});

describe("bad input", () => {
  it.each([
    ["${list.count}", /list has no field count/],
    ["${size(list.items)}", /gives number/],
    ["items ${list.items}", /is a text/],
    ["items", /is a text/],
  ])("forEach: %j is refused before the run", async (forEach, message) => {
    const { tools } = worker();
    const issues = await make({ tools }).validate(plan(LIST, each({ forEach })));
    expect(issues.map((issue) => issue.path)).toContain("subtasks[1].forEach");
    expect(issues.map((issue) => issue.message).join()).toMatch(message);
  });

  it("names fields that an element does not have", async () => {
    const { tools } = worker();
    const issues = await make({ tools }).validate(plan(LIST, each({ input: { n: "${item.m}" } })));
    expect(issues).toMatchObject([
      { code: "plan.unknown_field", path: "subtasks[1].input.n", message: "item has no field m." },
    ]);
  });

  it("names an item outside of a fan-out", async () => {
    const { tools } = worker();
    const outside: Subtask = { id: "x", tool: "double", input: { n: "${item.n}" } };
    const issues = await make({ tools }).validate(plan(LIST, outside));
    expect(issues).toMatchObject([{ code: "plan.unknown_reference", path: "subtasks[1].input.n" }]);
  });

  it("fails where only the run shows that it is no list", async () => {
    const { tools } = worker();
    const given = {
      ...plan(each({ forEach: "${inputs.what.x}" })),
      inputs: { what: { type: "object" as const } },
    };
    const { subtasks } = await make({ tools })
      .run(given, { inputs: { what: { x: 5 } } })
      .result();
    expect(subtasks[0]?.error).toMatchObject({
      code: "expression.failed",
      path: "subtasks[0].forEach",
      message: "What it is done for each element of is no list: 5.",
    });
  });
});

describe("items whose outputs are large", () => {
  const text = defineTool({
    name: "text",
    description: "A long text.",
    input: z.object({ n: z.number() }),
    output: z.object({ text: z.string() }),
    effects: "none",
    run: ({ n }) => {
      if (n === 3) throw new ToolError("tool.failed", "no text", { retryable: false });
      return { text: String(n).repeat(n === 1 ? 10 : 5000) };
    },
  });

  it.each([
    ["skip", [5000, 10, 5000, 5000], "${size(item.text)}"],
    ["collect", [5000, 10, 5000, 0, 5000], "${has(item.output) ? size(item.output.text) : 0}"],
  ] as const)("are read one by one, with %s", async (onItemError, sizes, n) => {
    const { tools } = worker();
    const planwright = make({ tools: [...tools, text], largeValueBytes: 1000 });
    const given = {
      ...plan(LIST, each({ tool: "text", forEach: { in: "${list.items}", onItemError } }), {
        id: "sizes",
        tool: "double",
        forEach: "${each}",
        input: { n },
      }),
      output: "${sizes.map(s, s.n / 2)}",
    };
    const { output, runId, subtasks } = await planwright.run(given).result();
    expect(output).toEqual(sizes);
    const events = JSON.stringify(await planwright.events(runId));
    expect(events).not.toContain("000000");
    const texts = JSON.stringify(subtasks[1]?.output);
    expect(texts).toContain("4444444");
  });

  it("are read also two deep, and as the answer", async () => {
    const planwright = make({ tools: [text], largeValueBytes: 1000 });
    const forEach = { in: [[0, 1], [2]], as: "row", forEach: "${row}" };
    const given = plan(each({ tool: "text", forEach, input: { n: "${item}" } }));
    const { output } = await planwright.run(given).result();
    const lengths = (output as { text: string }[][]).map((row) =>
      row.map((one) => one.text.length),
    );
    expect(lengths).toEqual([[5000, 10], [5000]]);
  });
});
