import { existsSync } from "node:fs";
import { mkdtempDisposable } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import {
  createPlanwright,
  defineTool,
  type PlanwrightOptions,
  type RunEvent,
} from "../src/index.ts";
import { createMemoryJournal } from "../src/journal/memory.ts";
import { plan } from "./builders.ts";

const double = defineTool({
  name: "double",
  description: "Twice a number.",
  input: z.object({ n: z.number() }),
  output: z.object({ n: z.number() }),
  effects: "none",
  run: ({ n }) => ({ n: 2 * n }),
});

/** A tool that waits until the test lets it go on. */
function held() {
  const started = Promise.withResolvers<void>();
  const go = Promise.withResolvers<void>();
  const tool = defineTool({
    name: "hold",
    description: "Waits for the test.",
    input: z.object({}),
    output: z.string(),
    effects: "read",
    run: async (_input, { signal }) => {
      started.resolve();
      await Promise.race([
        go.promise,
        new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason))),
      ]);
      return "held";
    },
  });
  return { tool, started: started.promise, go: go.resolve };
}

function make(options: PlanwrightOptions = {}) {
  return createPlanwright({
    journal: createMemoryJournal(),
    tools: [double],
    builtinTools: false,
    ...options,
  });
}

const QUADRUPLE = plan(
  "a, b",
  {
    a: { tool: "double", input: { n: "${inputs.n}" } },
    b: { tool: "double", input: { n: "${a.n}" } },
  },
  { inputs: { n: { type: "number" } }, output: "${b.n}" },
);

describe("a run", () => {
  it("gives its result, its plan, and what each subtask came to", async () => {
    const result = await make()
      .run(QUADRUPLE, { inputs: { n: 3 } })
      .result();
    expect(result).toMatchObject({
      status: "succeeded",
      output: 12,
      plan: { revision: 1, batches: [["a"], ["b"]] },
      subtasks: [
        { id: "a", tool: "double", status: "succeeded", attempts: 1, output: { n: 6 } },
        { id: "b", tool: "double", status: "succeeded", attempts: 1, output: { n: 12 } },
      ],
      usage: { toolCalls: 2, modelCalls: 0, usd: 0 },
      replans: 0,
    });
  });

  it("shows every event once and in order, to one who asks early and to one who asks late", async () => {
    const run = make().run(QUADRUPLE, { inputs: { n: 3 } });
    const early = await Array.fromAsync(run.events());
    await run.result();
    const late = await Array.fromAsync(run.events());
    expect(early.map(({ seq }) => seq)).toEqual(early.map((_, index) => index + 1));
    expect(early.at(-1)?.type).toBe("run.completed");
    expect(late).toEqual(early);
  });

  it("is found again in its journal", async () => {
    const planwright = make();
    const result = await planwright.run(QUADRUPLE, { inputs: { n: 3 } }).result();
    expect(await planwright.show(result.runId)).toEqual(result);
    expect(await planwright.runs()).toMatchObject([
      { runId: result.runId, status: "succeeded", goal: "test", usage: { toolCalls: 2 } },
    ]);
    const events: RunEvent[] = await planwright.events(result.runId);
    expect(events).toHaveLength(7);
  });

  it("that fails is a result, not an exception", async () => {
    const broken = defineTool({
      name: "broken",
      description: "Fails.",
      input: z.object({}),
      output: z.null(),
      run: () => {
        throw new Error("no luck");
      },
    });
    const result = await make({ tools: [broken] })
      .run(plan("a", { a: { tool: "broken" } }))
      .result();
    expect(result).toMatchObject({
      status: "failed",
      reason: "subtask_failed",
      error: { code: "tool.failed", message: "no luck" },
    });
  });

  it("can be paused and resumed, by another instance too", async () => {
    const journal = createMemoryJournal();
    const { tool, started, go } = held();
    const options = { journal, tools: [double, tool] };
    const given = plan("a -> b", { a: { tool: "hold" }, b: { tool: "hold" } });
    const run = make(options).run(given);
    await started;
    run.pause();
    go();
    const paused = await run.result();
    expect(paused).toMatchObject({
      status: "paused",
      subtasks: [{ status: "succeeded" }, { status: "pending" }],
    });
    const resumed = await make(options).resume(paused.runId).result();
    expect(resumed).toMatchObject({ status: "succeeded", runId: paused.runId, output: "held" });
  });

  it("is cancelled from another instance through the journal", async () => {
    const journal = createMemoryJournal();
    const { tool, started } = held();
    const run = make({ journal, tools: [tool] }).run(plan("a", { a: { tool: "hold" } }));
    await started;
    const other = make({ journal, tools: [tool] });
    expect(await other.cancel(await run.id)).toBeUndefined();
    expect(await run.result()).toMatchObject({ status: "cancelled", reason: "requested" });
    await expect(other.cancel(await run.id)).rejects.toMatchObject({ code: "run.finished" });
  });

  it("that somebody drives cannot be resumed by a second one", async () => {
    const journal = createMemoryJournal();
    const { tool, started, go } = held();
    const run = make({ journal, tools: [tool] }).run(plan("a", { a: { tool: "hold" } }));
    await started;
    const second = make({ journal, tools: [tool] }).resume(await run.id);
    await expect(second.result()).rejects.toMatchObject({ code: "run.owned" });
    go();
    expect((await run.result()).status).toBe("succeeded");
  });
});

describe("bad input is refused before anything is written", () => {
  it.each([
    ["an empty goal", { ask: "  " }, "goal.empty", ""],
    [
      "an unknown tool",
      { run: { goal: "g", subtasks: [{ id: "a", tool: "dubble" }] } },
      "plan.unknown_tool",
      "subtasks[0].tool",
    ],
    [
      "a wrong input type",
      { run: { goal: "g", subtasks: [{ id: "a", tool: "double", input: { n: "x" } }] } },
      "plan.invalid_input",
      "subtasks[0].input.n",
    ],
    ["a missing plan input", { run: QUADRUPLE }, "input.missing", "inputs.n"],
    [
      "a misspelt key",
      {
        run: { goal: "g", subtasks: [{ id: "a", tool: "double", input: { n: 1 }, timeuot: "1s" }] },
      },
      "plan.unknown_key",
      "subtasks[0].timeuot",
    ],
    [
      "a cycle",
      {
        run: {
          goal: "g",
          subtasks: [
            { id: "a", tool: "double", input: { n: "${b.n}" } },
            { id: "b", tool: "double", input: { n: "${a.n}" } },
          ],
        },
      },
      "plan.cycle",
      "subtasks[0]",
    ],
    ["an unknown run", { resume: "nope" }, "run.unknown", ""],
  ] as const)("%s", async (_, call, code, path) => {
    await using folder = await mkdtempDisposable(join(tmpdir(), "planwright-"));
    const file = join(folder.path, "journal.db");
    const planwright = make({ journal: `sqlite:${file}` });
    const run =
      "ask" in call
        ? planwright.ask(call.ask)
        : "run" in call
          ? planwright.run(call.run as never)
          : planwright.resume(call.resume);
    const error = await run.result().catch((caught: unknown) => caught);
    expect(error).toMatchObject({ name: "InputError", code, issues: [{ code, path }] });
    expect(existsSync(file)).toBe(false);
  });

  it.each([
    [{ concurrency: 0 }, "input.invalid"],
    [{ concurrency: 1.5 }, "input.invalid"],
    [{ maxSeconds: -1 }, "input.invalid"],
    [{ model: "nonsense" }, "model.unknown"],
    [{ model: "anthropic:claude-sonnet-5-5", env: {} }, "model.key_missing"],
  ])("the options %j", (options, code) => {
    expect(() => make(options)).toThrowError(expect.objectContaining({ code }));
  });
});
