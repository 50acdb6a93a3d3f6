/** Routes, joins and refinement, as a user of the library meets them. */

import { describe, expect, it } from "vitest";
import { z } from "zod";
import {
  createPlanwright,
  defineTool,
  InputError,
  type Json,
  type PlanDraft,
  type PlanwrightOptions,
  type RunEvent,
  type RunResult,
  ToolError,
} from "../src/index.ts";
import { createMemoryJournal } from "../src/journal/memory.ts";

type Subtask = PlanDraft["subtasks"][number];

const echo = defineTool({
  name: "echo",
  description: "Gives back what it is given.",
  input: z.object({ value: z.unknown() }),
  output: z.object({ value: z.unknown() }),
  effects: "none",
  run: ({ value }) => ({ value }),
});

const label = defineTool({
  name: "label",
  description: "Gives a label.",
  input: z.object({ label: z.unknown(), confidence: z.number().optional() }),
  output: z.object({ label: z.unknown(), confidence: z.number().optional() }),
  effects: "none",
  run: (input) => input,
});

/** Ends when the test says so. */
function gates() {
  const opened = new Map<string, PromiseWithResolvers<void>>();
  const of = (name: string) => {
    const gate = opened.get(name) ?? Promise.withResolvers<void>();
    // It may fail before its tool is called.
    gate.promise.catch(() => undefined);
    opened.set(name, gate);
    return gate;
  };
  const tool = defineTool({
    name: "gate",
    description: "Waits for the test.",
    input: z.object({ name: z.string() }),
    output: z.object({ name: z.string() }),
    effects: "read",
    run: async ({ name }, { signal }) => {
      signal.addEventListener("abort", () => of(name).reject(signal.reason));
      await of(name).promise;
      return { name };
    },
  });
  return { tool, open: (name: string) => of(name).resolve(), fail: failer(of) };
}

function failer(of: (name: string) => PromiseWithResolvers<void>) {
  return (name: string) =>
    of(name).reject(new ToolError("tool.failed", `${name} broke`, { retryable: false }));
}

function make(options: PlanwrightOptions) {
  return createPlanwright({ journal: createMemoryJournal(), builtinTools: false, ...options });
}

async function runPlan(
  plan: Omit<PlanDraft, "goal">,
  options: PlanwrightOptions,
): Promise<{ result: RunResult; events: RunEvent[] }> {
  const planwright = make(options);
  const run = planwright.run({ goal: "test", ...plan });
  const events: RunEvent[] = [];
  for await (const event of run.events()) events.push(event);
  return { result: await run.result(), events };
}

function statuses({ subtasks }: RunResult): Record<string, string> {
  return Object.fromEntries(subtasks.map(({ id, status }) => [id, status]));
}

async function issuesOf(subtasks: Subtask[], tools = [echo, label]) {
  const planwright = make({ tools });
  try {
    await planwright.run({ goal: "test", subtasks }).result();
  } catch (error) {
    if (error instanceof InputError) return error.issues;
    throw error;
  }
  return [];
}

const isDecision = ({ type }: RunEvent) => type === "route.decided";

describe("route", () => {
  const triage = (route: Subtask["route"], input: Record<string, unknown>): Subtask[] => [
    { id: "triage", tool: "label", input: input as Subtask["input"], route },
    { id: "bill", tool: "echo", input: { value: "bill" } },
    { id: "fix", tool: "echo", input: { value: "fix" } },
    { id: "after_fix", tool: "echo", input: { value: "${fix.value}" } },
    {
      id: "close",
      tool: "echo",
      input: { value: "${[bill, fix]}" },
      join: { require: "any" },
    },
  ];
  const branches = { billing: "bill", technical: ["fix"] };

  it("runs what stands in the branch, skips the others with the cause, and joins below", async () => {
    const { result, events } = await runPlan(
      {
        subtasks: triage({ branches }, { label: "billing", confidence: 0.9 }),
        output: "${close.value}",
      },
      { tools: [echo, label] },
    );
    expect(result.status).toBe("succeeded");
    expect(statuses(result)).toEqual({
      triage: "succeeded",
      bill: "succeeded",
      fix: "skipped",
      after_fix: "skipped",
      close: "succeeded",
    });
    expect(result.subtasks[2]).toMatchObject({ reason: "route_not_taken", cause: "triage" });
    expect(result.subtasks[3]).toMatchObject({ reason: "dependency_skipped", cause: "fix" });
    expect(result.output).toEqual([{ value: "bill" }, null]);
    expect(events).toContainEqual(
      expect.objectContaining({
        type: "route.decided",
        subtask: "triage",
        branch: "billing",
        label: "billing",
        confidence: 0.9,
      }),
    );
  });

  it("takes the default branch when it is not sure, or there is no such branch", async () => {
    const route = { branches, default: "technical", threshold: 0.7 };
    const options = { tools: [echo, label] };
    const unsure = await runPlan(
      { subtasks: triage(route, { label: "billing", confidence: 0.6 }) },
      options,
    );
    expect(statuses(unsure.result)).toMatchObject({ bill: "skipped", fix: "succeeded" });
    expect(unsure.events).toContainEqual(
      expect.objectContaining({ branch: "technical", label: "billing", instead: "low_confidence" }),
    );
    const other = await runPlan(
      { subtasks: triage(route, { label: "weather", confidence: 1 }) },
      options,
    );
    expect(other.events).toContainEqual(
      expect.objectContaining({ branch: "technical", label: "weather", instead: "unknown_branch" }),
    );
  });

  it("takes what is called confidence as it is meant, and only where the plan has a threshold", async () => {
    const input = { label: "billing", confidence: 87 };
    const options = { tools: [echo, label] };
    const easy = await runPlan({ subtasks: triage({ branches }, input) }, options);
    expect(easy.events).toContainEqual(
      expect.objectContaining({ type: "route.decided", branch: "billing", confidence: null }),
    );
    const strict = { branches, default: "technical", threshold: 0.7 };
    const { result } = await runPlan({ subtasks: triage(strict, input) }, options);
    expect(result.error).toMatchObject({
      path: "subtasks[0].route.confidence",
      message: "The confidence of the route triage is 87.",
    });
    const confidence = "${output.confidence / 100}";
    const scaled = await runPlan({ subtasks: triage({ ...strict, confidence }, input) }, options);
    expect(scaled.events).toContainEqual(
      expect.objectContaining({ branch: "billing", confidence: 0.87 }),
    );
  });

  it("fails with the branches it has when there is no such branch and no default", async () => {
    const { result } = await runPlan(
      { subtasks: triage({ branches }, { label: "biling" }) },
      { tools: [echo, label] },
    );
    expect(result.status).toBe("failed");
    expect(result.error).toMatchObject({
      code: "route.unknown_branch",
      path: "subtasks[0].route.by",
      message: 'The route triage has no branch "biling".',
    });
    expect(result.error?.hint).toContain("billing");
    expect(statuses(result)).toMatchObject({ bill: "skipped", close: "skipped" });
  });

  it("refuses a member that would run although the route has failed", async () => {
    const [route, bill, ...rest] = triage({ branches }, { label: "billing" });
    const dependsOn = [{ id: "triage", on: "settled" as const }];
    const subtasks = [route, { ...bill, dependsOn }, ...rest] as Subtask[];
    expect(await issuesOf(subtasks)).toMatchObject([
      { code: "plan.invalid_control_flow", path: "subtasks[1].dependsOn[0].on" },
    ]);
  });

  it("refuses a branch whose name would be lost", async () => {
    const branches = JSON.parse('{ "__proto__": "bill", "b": [] }');
    const subtasks = triage({ branches }, { label: "b" });
    expect((await issuesOf(subtasks)).map(({ path }) => path)).toEqual([
      "subtasks[0].route.branches.__proto__",
    ]);
  });

  it("goes by an expression over what the tool gave and what else there is", async () => {
    const { result } = await runPlan(
      {
        subtasks: triage(
          { by: "${output.label > 10 ? 'technical' : 'billing'}", branches },
          { label: 11 },
        ),
      },
      { tools: [echo, label] },
    );
    expect(statuses(result)).toMatchObject({ bill: "skipped", fix: "succeeded" });
  });

  it("goes by what a person says that it came to, which must mean a branch", async () => {
    const planwright = make({ tools: [echo, label] });
    const subtasks = triage({ branches }, { label: "weather" });
    const { runId } = await planwright.run({ goal: "test", subtasks }).result();
    const resolve = (output: Json) => planwright.resolveDeadLetter(runId, "triage", { output });
    await expect(resolve({ label: "billling" }).result()).rejects.toMatchObject({
      issues: [
        {
          path: "output",
          message: 'The route triage has no branch "billling".',
          hint: expect.stringContaining("Did it mean billing?"),
        },
      ],
    });
    const result = await resolve({ label: "billing" }).result();
    expect(result.status).toBe("succeeded");
    expect(statuses(result)).toMatchObject({ bill: "succeeded", fix: "skipped" });
    expect((await planwright.events(runId)).filter(isDecision)).toMatchObject([
      { subtask: "triage", branch: "billing" },
    ]);
  });

  it("tells where the names are known that are not known everywhere", async () => {
    const issues = await issuesOf([
      { id: "a", tool: "echo", input: { value: "${output}" } },
      { id: "b", tool: "echo", input: { value: 1 }, when: "${iteration == 1}" },
      {
        id: "c",
        tool: "echo",
        input: { value: 1 },
        refine: { iterations: 2, until: "${check.good}" },
      },
    ]);
    expect(issues.map(({ path, hint }) => [path, hint])).toEqual([
      ["subtasks[0].input.value", expect.stringContaining("known in `refine` and `route`")],
      ["subtasks[1].when", expect.stringContaining("known in the `input`")],
      ["subtasks[2].refine.until", expect.stringContaining("of a `refine` with a `check`")],
    ]);
  });

  it("refuses what cannot be meant, each with its place", async () => {
    const issues = await issuesOf([
      {
        id: "triage",
        tool: "label",
        input: { label: "a" },
        route: { branches: { a: "bil", b: ["bill"] }, default: "c", threshold: 0.5 },
      },
      { id: "bill", tool: "echo", input: { value: 1 }, join: { require: "any" } },
      {
        id: "again",
        tool: "label",
        input: { label: "a" },
        forEach: "${[1]}",
        route: { branches: { a: [] }, threshold: 0.5, by: "${size(output.label)}" },
      },
    ]);
    expect(issues.map(({ code, path }) => [code, path])).toEqual([
      ["plan.unknown_dependency", "subtasks[0].route.branches.a"],
      ["plan.invalid_control_flow", "subtasks[0].route.branches.b"],
      ["plan.unknown_branch", "subtasks[0].route.default"],
      ["plan.invalid_control_flow", "subtasks[1].join"],
      ["plan.invalid_control_flow", "subtasks[2].route"],
      ["plan.invalid_control_flow", "subtasks[2].route.threshold"],
      ["plan.invalid_input", "subtasks[2].route.by"],
    ]);
    expect(issues[0]?.hint).toBe("Did you mean bill?");
  });

  it("goes by a text that is put together, and says what is wrong with what is none", async () => {
    const put = { branches: { "kind-x": "bill" }, by: "kind-${output.label}" };
    const options = { tools: [echo, label] };
    const { result } = await runPlan({ subtasks: triage(put, { label: "x" }) }, options);
    expect(statuses(result)).toMatchObject({ bill: "succeeded" });
    const numbered = triage({ branches: { "1": "bill" } }, { label: 1 });
    expect((await runPlan({ subtasks: numbered }, options)).result.error).toMatchObject({
      code: "route.unknown_branch",
      message: "The route triage goes by 1, which is no text.",
    });
  });

  it("tells only the beginning of a label that is long", async () => {
    const long = "x".repeat(100_000);
    const options = { tools: [echo, label] };
    const failed = await runPlan({ subtasks: triage({ branches }, { label: long }) }, options);
    expect(failed.result.error?.message.length).toBeLessThan(200);
    const route = { branches, default: "billing" };
    const { events } = await runPlan({ subtasks: triage(route, { label: long }) }, options);
    expect(events.find(isDecision)).toMatchObject({ label: "x".repeat(200) });
  });

  it("refuses a route of which no branch can be taken", async () => {
    const routed = (route: Subtask["route"]): Subtask[] => [
      { id: "a", tool: "label", input: { label: "left" }, route },
    ];
    expect(await issuesOf(routed({ branches: {} }))).toMatchObject([
      { path: "subtasks[0].route.branches", message: "A route needs a branch to take." },
    ]);
    expect(await issuesOf(routed({ branches: { left: [] }, by: "lift" }))).toMatchObject([
      { path: "subtasks[0].route.by", hint: "Did you mean left?" },
    ]);
    expect(await issuesOf(routed({ branches: { "": [] } }))).toMatchObject([
      { message: "A name in subtasks[0].route.branches is empty." },
    ]);
  });

  it("refuses a label without a branch where the tool says what it may give", async () => {
    const choose = defineTool({
      name: "choose",
      description: "Gives one of three.",
      input: z.object({}),
      output: z.object({ label: z.enum(["x", "y", "z"]) }),
      effects: "none",
      run: () => ({ label: "x" as const }),
    });
    const issues = await issuesOf(
      [
        { id: "c", tool: "choose", route: { branches: { x: "bill", y: [] } } },
        { id: "bill", tool: "echo", input: { value: 1 } },
      ],
      [choose, echo] as never,
    );
    expect(issues).toMatchObject([
      { code: "plan.unknown_branch", message: "c may give z, for which there is no branch." },
    ]);
  });

  it("refuses no label at all where there is no default, however the branches are called", async () => {
    const planwright = createPlanwright({ journal: createMemoryJournal() });
    const input = { rules: [{ label: "x", when: "${1 > 2}" }] };
    const route = { branches: { x: [], null: [] } };
    const run = planwright.run({
      goal: "test",
      subtasks: [{ id: "c", tool: "match_rules", input, route }],
    });
    await expect(run.result()).rejects.toMatchObject({
      issues: [{ code: "plan.unknown_branch", hint: expect.stringContaining("default branch") }],
    });
  });
});

describe("join", () => {
  const fan = (join: Subtask["join"]): Subtask[] => [
    { id: "a", tool: "gate", input: { name: "a" } },
    { id: "b", tool: "gate", input: { name: "b" } },
    { id: "c", tool: "gate", input: { name: "c" }, optional: true },
    { id: "sum", tool: "echo", input: { value: "${[a, b, c]}" }, join },
  ];

  it("goes on with so many, and never sees what comes later", async () => {
    const { tool, open } = gates();
    const planwright = make({ tools: [tool, echo] });
    const run = planwright.run({
      goal: "test",
      subtasks: fan({ require: 2 }),
      output: "${sum.value}",
    });
    open("c");
    open("a");
    for await (const event of run.events()) {
      if (event.type === "join.closed") {
        expect(event).toMatchObject({ reason: "enough", missing: ["b"] });
        open("b");
      }
    }
    const result = await run.result();
    expect(result).toMatchObject({ status: "succeeded", flags: [] });
    expect(result.output).toEqual([{ name: "a" }, null, { name: "c" }]);
  });

  it("goes on with what is there when the time is up, and says what is missing", async () => {
    const { tool, open } = gates();
    const planwright = make({ tools: [tool, echo] });
    const run = planwright.run({
      goal: "test",
      subtasks: fan({ within: "50ms" }),
      output: "${sum.value}",
    });
    open("b");
    for await (const event of run.events()) {
      if (event.type !== "join.closed") continue;
      expect(event).toMatchObject({ reason: "deadline", missing: ["a", "c"] });
      open("a");
      open("c");
    }
    const result = await run.result();
    expect(result.output).toEqual([null, { name: "b" }, null]);
    expect(result.status).toBe("degraded");
    expect(result.flags).toEqual([
      { code: "join_incomplete", subtask: "sum", message: "sum went on without a, c." },
    ]);
  });

  it("goes on at once when no more can come", async () => {
    const { tool, open, fail } = gates();
    const planwright = make({ tools: [tool, echo] });
    const run = planwright.run({ goal: "test", subtasks: fan({ within: "1h" }) });
    open("a");
    open("b");
    fail("c");
    const result = await run.result();
    expect(result.status).toBe("degraded");
    expect(result.flags.map(({ code }) => code)).toEqual(["optional_failed", "join_incomplete"]);
  });

  it("says what is missing of that which was skipped because something failed", async () => {
    const { tool, fail } = gates();
    fail("a");
    const [input, join] = [{ value: 1 }, { within: "1h" }];
    const { result } = await runPlan(
      {
        subtasks: [
          { id: "a", tool: "gate", input: { name: "a" }, optional: true },
          { id: "below", tool: "echo", input: { value: "${a.name}" } },
          { id: "off", tool: "echo", input, when: false },
          { id: "below_off", tool: "echo", input, dependsOn: ["off"] },
          { id: "b", tool: "echo", input },
          { id: "sum", tool: "echo", input, dependsOn: ["below", "b"], join },
          { id: "whole", tool: "echo", input, dependsOn: ["below_off", "b"], join },
        ],
      },
      { tools: [tool, echo] },
    );
    expect(result.flags).toMatchObject([
      { code: "optional_failed", subtask: "a" },
      { code: "join_incomplete", subtask: "sum", message: "sum went on without below." },
    ]);
  });

  it("is skipped with the cause when enough cannot come any more", async () => {
    const { tool, open, fail } = gates();
    const planwright = make({ tools: [tool, echo] });
    const run = planwright.run({ goal: "test", subtasks: fan({ require: 3 }) });
    open("a");
    fail("b");
    open("c");
    const result = await run.result();
    expect(result.subtasks[3]).toMatchObject({
      status: "skipped",
      reason: "dependency_failed",
      cause: "b",
    });
  });

  it("fails when the time is up and too little is there, and can be retried", async () => {
    const { tool, open } = gates();
    const planwright = make({ tools: [tool, echo] });
    const run = planwright.run({
      goal: "test",
      subtasks: fan({ within: "20ms", atLeast: 2 }),
      output: "${sum.value}",
    });
    open("a");
    for await (const event of run.events()) {
      if (event.type === "subtask.failed") {
        open("b");
        open("c");
      }
    }
    const failed = await run.result();
    expect(failed.error).toMatchObject({
      code: "join.deadline",
      path: "subtasks[3].join.within",
      message: "Of what sum waits for 1 had succeeded within 20 ms; 2 must have.",
    });
    const again = await planwright.retryDeadLetters(failed.runId).result();
    expect(again).toMatchObject({ status: "succeeded" });
    expect(again.output).toEqual([{ name: "a" }, { name: "b" }, { name: "c" }]);
  });

  it("refuses what cannot be meant", async () => {
    const issues = await issuesOf([
      { id: "a", tool: "echo", input: { value: 1 } },
      { id: "b", tool: "echo", input: { value: "${a}" }, join: { require: 2 } },
      { id: "c", tool: "echo", input: { value: "${a}" }, join: { atLeast: 1 } },
      { id: "d", tool: "echo", input: { value: "${a}" }, join: { within: "1s", atLeast: 2 } },
    ]);
    expect(issues.map(({ path }) => path)).toEqual([
      "subtasks[1].join.require",
      "subtasks[2].join.atLeast",
      "subtasks[3].join.atLeast",
    ]);
  });
});

describe("refine", () => {
  /** Writes a draft that is as long as it has iterations behind it; notes what it was told. */
  function writer(told: unknown[] = [], keys: string[] = []) {
    return defineTool({
      name: "write",
      description: "Writes a draft.",
      input: z.object({ feedback: z.unknown(), iteration: z.number() }),
      output: z.object({ text: z.string() }),
      effects: "write",
      idempotent: true,
      run: ({ feedback, iteration }, { idempotencyKey }) => {
        told.push(feedback);
        keys.push(idempotencyKey);
        if (iteration === 4) throw new ToolError("tool.failed", "tired", { retryable: false });
        return { text: "x".repeat(iteration) };
      },
    });
  }
  const judge = defineTool({
    name: "judge",
    description: "Judges a text.",
    input: z.object({ text: z.string() }),
    output: z.object({ score: z.number(), reason: z.string() }),
    effects: "none",
    run: ({ text }) => ({ score: text.length / 10, reason: `${text.length} is short` }),
  });
  const draft = (refine: Subtask["refine"]): Subtask => ({
    id: "draft",
    tool: "write",
    input: { feedback: "${feedback}", iteration: "${iteration}" },
    refine,
  });
  const check = { tool: "judge", input: { text: "${output.text}" } };

  it("produces, checks, and produces with feedback until it is accepted", async () => {
    const told: unknown[] = [];
    const keys: string[] = [];
    const { result, events } = await runPlan(
      {
        subtasks: [
          draft({
            iterations: 5,
            check,
            until: "${check.score >= 0.3}",
            score: "${check.score}",
            feedback: "${check.reason}",
          }),
        ],
      },
      { tools: [writer(told, keys), judge] },
    );
    expect(result).toMatchObject({ status: "succeeded", output: { text: "xxx" } });
    expect(told).toEqual([null, "1 is short", "2 is short"]);
    expect(new Set(keys).size).toBe(3);
    expect(events.filter(({ type }) => type === "iteration.checked")).toMatchObject([
      { iteration: 1, isAccepted: false, score: 0.1 },
      { iteration: 2, isAccepted: false, score: 0.2 },
      { iteration: 3, isAccepted: true, score: 0.3 },
    ]);
    expect(result.subtasks[0]).toMatchObject({
      iterations: { count: 3, best: 3, score: 0.3, isAccepted: true },
    });
  });

  it("asks a person about the tool that is next: that which produces, or the check", async () => {
    const strict = { ...judge, approval: true };
    const planwright = make({ tools: [writer(), strict] });
    const subtasks = [draft({ iterations: 2, check, until: "${check.score > 0.0}" })];
    const { runId, approvals } = await planwright.run({ goal: "test", subtasks }).result();
    expect(approvals).toEqual([{ subtask: "draft", tool: "judge", input: { text: "x" } }]);
    await planwright.decide(runId, "draft", { decision: "approved" });
    expect(await planwright.resume(runId).result()).toMatchObject({ status: "succeeded" });
  });

  it("keeps the best when none is accepted, and says so", async () => {
    const { result } = await runPlan(
      {
        subtasks: [
          draft({ iterations: 3, until: "${false}", score: "${size(output.text) == 2 ? 1 : 0}" }),
        ],
      },
      { tools: [writer()] },
    );
    expect(result).toMatchObject({ status: "degraded", output: { text: "xx" } });
    expect(result.flags).toEqual([
      {
        code: "not_accepted",
        subtask: "draft",
        message: "draft was not accepted in 3 iterations; the best one, number 2, was taken.",
      },
    ]);
  });

  it("keeps the best when a later iteration fails for good", async () => {
    const { result } = await runPlan(
      { subtasks: [draft({ iterations: 9, until: "${size(output.text) > 7}" })] },
      { tools: [writer()] },
    );
    expect(result).toMatchObject({ status: "degraded", output: { text: "xxx" } });
    expect(result.flags.map(({ message }) => message)).toEqual([
      "draft was not accepted in 4 iterations; the best one, number 3, was taken. Number 4 failed: tired",
    ]);
    expect(result.subtasks[0]?.iterations?.error).toMatchObject({ message: "tired" });
  });

  it("keeps the best when a person does not want a further one", async () => {
    const planwright = make({ tools: [writer()] });
    const subtasks = [
      { ...draft({ iterations: 3, until: "${size(output.text) > 7}" }), approval: true },
    ];
    const { runId } = await planwright.run({ goal: "test", subtasks }).result();
    await planwright.decide(runId, "draft", { decision: "approved", by: "ada", note: "" });
    expect((await planwright.resume(runId).result()).status).toBe("waiting");
    await planwright.decide(runId, "draft", { decision: "denied", by: "ada", note: "enough" });
    expect(await planwright.show(runId)).toMatchObject({
      status: "degraded",
      output: { text: "x" },
    });
  });

  it("does not produce again what only its check has failed for", async () => {
    const keys: string[] = [];
    let isBroken = true;
    const check = defineTool({
      name: "look",
      description: "Looks at a text.",
      input: z.object({ text: z.string() }),
      output: z.object({ isLong: z.boolean() }),
      effects: "none",
      run: ({ text }) => {
        if (isBroken) throw new ToolError("tool.failed", "blind", { retryable: false });
        return { isLong: text.length > 1 };
      },
    });
    const planwright = make({ tools: [writer([], keys), check] });
    const looked = { tool: "look", input: { text: "${output.text}" } };
    const subtasks = [draft({ iterations: 3, check: looked, until: "${check.isLong}" })];
    const failed = await planwright.run({ goal: "test", subtasks }).result();
    expect(failed).toMatchObject({ status: "failed", error: { message: "blind" } });
    isBroken = false;
    const result = await planwright.retryDeadLetters(failed.runId).result();
    expect(result).toMatchObject({ status: "succeeded", output: { text: "xx" } });
    expect(keys).toHaveLength(2);
    expect((await planwright.restart(failed.runId).result()).output).toEqual({ text: "xx" });
    expect(keys).toHaveLength(4);
  });

  it("does not call what a person has said it came to not accepted", async () => {
    const planwright = make({ tools: [writer(), judge] });
    const run = planwright.run({
      goal: "test",
      subtasks: [draft({ iterations: 2, until: "${int(output.text) > 0}" })],
    });
    const { runId, status } = await run.result();
    expect(status).toBe("failed");
    const resolved = planwright.resolveDeadLetter(runId, "draft", { output: { text: "mine" } });
    expect(await resolved.result()).toMatchObject({ status: "succeeded", flags: [] });
  });

  it("counts the iterations of each item, and lists those that needed many", async () => {
    const { result } = await runPlan(
      {
        subtasks: [
          {
            ...draft({ iterations: 3, until: "${size(output.text) >= item}" }),
            forEach: "${[1, 2, 3, 9]}",
          },
        ],
      },
      { tools: [writer()] },
    );
    expect(result.output).toEqual(["x", "xx", "xxx", "xxx"].map((text) => ({ text })));
    expect(result.flags.map(({ message }) => message)).toEqual([
      "1 of the 4 items of draft were not accepted.",
    ]);
    expect(result.subtasks[0]?.refined).toEqual([
      { id: "draft[2]", count: 3, best: 3, score: 1, isAccepted: true },
      { id: "draft[3]", count: 3, best: 3, score: 0, isAccepted: false },
    ]);
  });

  it("counts the items of all lists in a list", async () => {
    const { result } = await runPlan(
      {
        subtasks: [
          {
            ...draft({ iterations: 2, until: "${size(output.text) >= word}" }),
            forEach: { in: [[1, 2], [3]], as: "row", forEach: { in: "${row}", as: "word" } },
          },
        ],
      },
      { tools: [writer()] },
    );
    expect(result.flags.map(({ message }) => message)).toEqual([
      "1 of the 3 items of draft were not accepted.",
    ]);
  });

  it("refuses elements that are called what it calls its own", async () => {
    const subtask = {
      ...draft({ iterations: 2, until: "${true}" }),
      forEach: { in: "${[1]}", as: "feedback" },
    };
    expect((await issuesOf([subtask], [writer()] as never)).map(({ path }) => path)).toEqual([
      "subtasks[0].forEach.as",
    ]);
  });

  it("refuses what cannot be meant", async () => {
    const issues = await issuesOf(
      [
        {
          ...draft({
            iterations: 3,
            check: { tool: "judge", input: { txt: "${output.text}" } },
            until: "${check.reason}",
            score: "${output.words}",
          }),
          idempotencyKey: "k",
        },
        draft({ iterations: 3, until: "${check.score > 1}" }),
      ].map((subtask, at) => ({ ...subtask, id: `d${at}` })),
      [writer(), judge] as never,
    );
    expect(issues.map(({ path }) => path)).toEqual([
      "subtasks[0].idempotencyKey",
      "subtasks[0].refine.check.input.txt",
      "subtasks[0].refine.check.input.text",
      "subtasks[0].refine.until",
      "subtasks[0].refine.score",
      "subtasks[1].refine.until",
    ]);
  });
});
