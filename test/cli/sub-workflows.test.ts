/** Plan files that run others. */

import { describe, expect, it } from "vitest";
import type { RunEvent } from "../../src/executor/core/event.ts";
import { answer, ProtocolServer, WIRES } from "../protocol-server.ts";
import { type Folder, makeFolder, TOOLS } from "./folder.ts";

const WIRE = WIRES.find(({ name }) => name === "openai-compatible") ?? expect.fail("no such wire");

const INNER = `goal: Double twice
inputs: { n: { type: number } }
subtasks:
  - { id: once, tool: double, input: { n: "\${inputs.n}" } }
  - { id: twice, tool: double, input: { n: "\${once.n}" } }
output: { n: "\${twice.n}", says: "$\${n} is text" }
`;

const OUTER = `goal: Double four times
subtasks:
  - id: first
    workflow: inner.yaml
    input: { n: 1 }
  - id: second
    workflow: inner.yaml
    input: { n: "\${first.n}" }
output: "\${second}"
`;

const FILES = { "tools.ts": TOOLS, "inner.yaml": INNER, "outer.yaml": OUTER };
const WITH_TOOLS = ["--tools", "tools.ts"];

type Row = { readonly runId: string; readonly goal: string; readonly status: string };

const runsOf = async (folder: Folder) =>
  JSON.parse((await folder.planwright("runs", "--json")).stdout) as readonly Row[];
const eventsOf = async (folder: Folder, runId: string) =>
  JSON.parse((await folder.planwright("events", runId, "--json")).stdout) as readonly RunEvent[];

describe("a workflow inside another", () => {
  it("is a run of its own, that says inside which subtask it is, and gives its output", async () => {
    await using folder = await makeFolder(FILES);
    const { code, stdout } = await folder.planwright("run", "outer.yaml", "--json", ...WITH_TOOLS);
    const result = JSON.parse(stdout);
    expect([code, result.output]).toEqual([0, { n: 16, says: "${n} is text" }]);
    // Two of its own, and two of each of those.
    expect(result.usage.toolCalls).toBe(6);
    const runs = await runsOf(folder);
    expect(runs).toHaveLength(3);
    const inner = runs.filter(({ goal }) => goal === "Double twice");
    const started = await Promise.all(inner.map(({ runId }) => eventsOf(folder, runId)));
    const parents = started.map(([event]) => event?.type === "run.started" && event.parent);
    const { runId } = result;
    expect(parents).toEqual(
      expect.arrayContaining([
        { runId, subtask: "first" },
        { runId, subtask: "second" },
      ]),
    );
  });

  it("is run once for each element of a list, each time as a run of its own", async () => {
    const outer = `goal: Double all twice
subtasks:
  - id: all
    forEach: "\${[1, 2, 3]}"
    workflow: inner.yaml
    input: { n: "\${item}" }
output: "\${all.map(one, one.n)}"
`;
    await using folder = await makeFolder({ ...FILES, "outer.yaml": outer });
    const run = await folder.planwright("run", "outer.yaml", "--json", ...WITH_TOOLS);
    expect(JSON.parse(run.stdout).output).toEqual([4, 8, 12]);
    expect(await runsOf(folder)).toHaveLength(4);
  });

  it("gives an output that is too large for an event in full", async () => {
    const inner = `goal: Read
subtasks: [{ id: read, tool: read_file, input: { path: large.txt } }]
output: "\${read.text}"
`;
    const outer = `goal: Count
subtasks:
  - { id: text, workflow: inner.yaml }
  - { id: count, tool: text_statistics, input: { text: "\${text}" } }
output: "\${count.characters}"
`;
    const large = { "large.txt": "ab ".repeat(200_000) };
    await using folder = await makeFolder({ ...large, "inner.yaml": inner, "outer.yaml": outer });
    const run = await folder.planwright("run", "outer.yaml");
    expect(run).toMatchObject({ code: 0, stdout: "600000\n" });
  });

  it("that fails fails its subtask, and only what failed in it is tried again", async () => {
    const inner = `goal: Half of it
subtasks:
  - { id: good, tool: double, input: { n: 1 } }
  - { id: bad, tool: breaks, dependsOn: [good] }
`;
    const outer = "goal: All\nsubtasks:\n  - { id: all, workflow: inner.yaml }\n";
    await using folder = await makeFolder({ ...FILES, "inner.yaml": inner, "outer.yaml": outer });
    const { code, stdout } = await folder.planwright("run", "outer.yaml", "--json", ...WITH_TOOLS);
    const { runId, error } = JSON.parse(stdout);
    expect([code, error]).toEqual([
      1,
      expect.objectContaining({
        code: "workflow.failed",
        message: expect.stringContaining("It is broken."),
      }),
    ]);
    await folder.write(
      "tools.ts",
      TOOLS.replaceAll("throw new ToolError", "return null; new ToolError"),
    );
    const retried = folder.start(["dead-letters", "retry", runId, "--json", ...WITH_TOOLS]);
    expect(await retried.ended).toMatchObject({ code: 0 });
    const child = (await runsOf(folder)).find(({ goal }) => goal === "Half of it");
    const events = await eventsOf(folder, child?.runId ?? "");
    const attempts = events.flatMap((event) =>
      event.type === "attempt.started" ? [event.subtask] : [],
    );
    expect(attempts).toEqual(["good", "bad", "bad"]);
  });

  it("is tried again without the items of its loops that had succeeded", async () => {
    const mail = `
export const mail = defineTool({
  name: "mail",
  description: "Sends a letter; the second one gets lost once.",
  input: z.object({ n: z.number() }),
  output: z.object({ n: z.number() }),
  effects: "write",
  run: async ({ n }) => {
    const { appendFile, readFile } = await import("node:fs/promises");
    await appendFile("sent.txt", n + " ");
    const isSecond = (await readFile("sent.txt", "utf8")).split("2").length > 2;
    if (n === 2 && !isSecond) throw new ToolError("tool.failed", "Lost.", { retryable: false });
    return { n };
  },
});
`;
    const inner = `goal: Mails
subtasks:
  - { id: mails, tool: mail, forEach: { in: "\${[1, 2, 3]}", concurrency: 1 }, input: { n: "\${item}" } }
output: "\${mails}"
`;
    const outer =
      "goal: All\nsubtasks:\n  - { id: all, workflow: inner.yaml, retry: { attempts: 2, initial: 1ms } }\n";
    const files = { "tools.ts": TOOLS + mail, "inner.yaml": inner, "outer.yaml": outer };
    await using folder = await makeFolder(files);
    const run = await folder.planwright("run", "outer.yaml", "--json", ...WITH_TOOLS);
    expect(JSON.parse(run.stdout)).toMatchObject({
      status: "succeeded",
      output: [{ n: 1 }, { n: 2 }, { n: 3 }],
    });
    expect(await folder.read("sent.txt")).toBe("1 2 2 3 ");
  });

  it("that waits for a yes lets its parent stand still, until that is resumed", async () => {
    const inner = INNER.replace("id: twice,", "id: twice, approval: true,");
    await using folder = await makeFolder({ ...FILES, "inner.yaml": inner });
    const run = await folder.planwright("run", "outer.yaml", "--json", ...WITH_TOOLS);
    const { runId, status } = JSON.parse(run.stdout);
    expect([run.code, status]).toEqual([5, "paused"]);
    const approveNext = async () => {
      const waiting = (await runsOf(folder)).find((one) => one.status === "waiting");
      const decided = ["approve", waiting?.runId ?? "", "twice", ...WITH_TOOLS];
      expect(await folder.planwright(...decided)).toMatchObject({ code: 0 });
    };
    await approveNext();
    const resumed = await folder.planwright("resume", runId, "--json", ...WITH_TOOLS);
    expect(JSON.parse(resumed.stdout)).toMatchObject({ status: "paused" });
    await approveNext();
    const done = await folder.planwright("resume", runId, "--json", ...WITH_TOOLS);
    expect(JSON.parse(done.stdout)).toMatchObject({
      status: "succeeded",
      output: { n: 16 },
      usage: { toolCalls: 8 },
    });
    expect(await runsOf(folder)).toHaveLength(3);
  });

  it("is paused and ended with its parent", async () => {
    const inner = `goal: Slow
subtasks:
  - { id: a, tool: slow, input: { ms: 400 } }
  - { id: b, tool: slow, input: { ms: 1, after: "\${a.n}" } }
output: "\${b.n}"
`;
    const outer = "goal: All\nsubtasks:\n  - { id: all, workflow: inner.yaml }\n";
    await using folder = await makeFolder({ ...FILES, "inner.yaml": inner, "outer.yaml": outer });
    const { child, ended } = folder.start(["run", "outer.yaml", "--events", ...WITH_TOOLS]);
    child.stdout?.on("data", (data) => {
      if (String(data).includes("attempt.started")) child.kill("SIGINT");
    });
    expect(await ended).toMatchObject({ code: 130 });
    const [first, second] = await runsOf(folder);
    expect([first?.status, second?.status]).toEqual(["paused", "paused"]);
    const parent = [first, second].find((run) => run?.goal === "All")?.runId ?? "";
    const resumed = await folder.planwright("resume", parent, ...WITH_TOOLS);
    expect(resumed).toMatchObject({ code: 0, stdout: "1\n" });
    expect(await runsOf(folder)).toHaveLength(2);

    const again = await folder.planwright(
      "run",
      "outer.yaml",
      "--max-seconds",
      "0.1",
      ...WITH_TOOLS,
    );
    expect(again.code).toBe(1);
    const statuses = (await runsOf(folder)).map(({ goal, status }) => `${goal} ${status}`);
    expect(statuses).toContain("Slow cancelled");
  });

  it("goes on after its process was killed, and does nothing twice", async () => {
    const inner = `goal: Slow
subtasks:
  - { id: a, tool: double, input: { n: 1 } }
  - { id: b, tool: slow, input: { ms: 300, after: "\${a.n}" } }
output: "\${a.n + b.n}"
`;
    const outer = "goal: All\nsubtasks:\n  - { id: all, workflow: inner.yaml }\n";
    await using folder = await makeFolder({ ...FILES, "inner.yaml": inner, "outer.yaml": outer });
    const { child, ended } = folder.start(["run", "outer.yaml", ...WITH_TOOLS]);
    child.stderr?.on("data", (data) => {
      if (String(data).includes("begun")) child.kill("SIGKILL");
    });
    await ended;
    const parent = (await runsOf(folder)).find(({ goal }) => goal === "All")?.runId ?? "";
    const resumed = await folder.planwright("resume", parent, "--json", ...WITH_TOOLS);
    expect(JSON.parse(resumed.stdout)).toMatchObject({ status: "succeeded", output: 3 });
    const runs = await runsOf(folder);
    expect(runs).toHaveLength(2);
    const inside = runs.find(({ goal }) => goal === "Slow")?.runId ?? "";
    const attempts = (await eventsOf(folder, inside)).flatMap((event) =>
      event.type === "attempt.started" ? [event.subtask] : [],
    );
    expect(attempts.filter((subtask) => subtask === "a")).toHaveLength(1);
  });
});

const CHARGE = `
export const charge = defineTool({
  name: "charge",
  description: "Charges a card, which takes its time.",
  input: z.object({}),
  output: z.object({ paid: z.boolean() }),
  effects: "write",
  run: async (_, { signal, log }) => {
    const { appendFile } = await import("node:fs/promises");
    await appendFile("charged.txt", "once\\n");
    log("charged");
    await sleep(5_000, undefined, { signal });
    return { paid: true };
  },
});
`;

describe("an effect inside another workflow that may have happened", () => {
  it("is not repeated by whoever tries the subtask again, and goes on once decided", async () => {
    const inner = `goal: Pay
subtasks:
  - { id: pay, tool: charge }
  - { id: thank, tool: double, input: { n: 1 }, dependsOn: [pay] }
output: "\${pay.paid}"
`;
    const outer = "goal: All\nsubtasks:\n  - { id: all, workflow: inner.yaml }\n";
    const files = { ...FILES, "tools.ts": TOOLS + CHARGE, "inner.yaml": inner };
    await using folder = await makeFolder({ ...files, "outer.yaml": outer });
    const { child, ended } = folder.start(["run", "outer.yaml", ...WITH_TOOLS]);
    child.stderr?.on("data", (data) => {
      if (String(data).includes("charged")) child.kill("SIGKILL");
    });
    await ended;
    const runs = await runsOf(folder);
    const idOf = (goal: string) => runs.find((run) => run.goal === goal)?.runId ?? "";
    const resumed = await folder.planwright("resume", idOf("All"), "--json", ...WITH_TOOLS);
    expect(JSON.parse(resumed.stdout)).toMatchObject({
      status: "failed",
      error: { code: "workflow.failed" },
    });
    const retry = ["dead-letters", "retry", idOf("All"), "--json", ...WITH_TOOLS];
    expect(await folder.planwright(...retry)).toMatchObject({ code: 1 });
    expect(await folder.read("charged.txt")).toBe("once\n");
    const resolve = ["dead-letters", "resolve", idOf("Pay"), "pay", "--output", '{"paid":true}'];
    expect(await folder.planwright(...resolve, ...WITH_TOOLS)).toMatchObject({ code: 0 });
    const again = await folder.planwright(...retry);
    expect(JSON.parse(again.stdout)).toMatchObject({ status: "succeeded", output: true });
    expect(await folder.read("charged.txt")).toBe("once\n");
  });
});

describe("the budget of a workflow inside another", () => {
  const says = { pieces: ["Hi"], usage: { input: 10, output: 5 } };
  const INNER_MODEL = `goal: Ask
subtasks:
  - { id: one, prompt: Say hi }
  - { id: two, prompt: Say hi again, dependsOn: [one] }
`;
  const ask = (more: string) =>
    `goal: All\nsubtasks:\n  - { id: all, workflow: inner.yaml${more} }\n`;

  it("is counted to its parent", async () => {
    await using server = await ProtocolServer.start(answer(WIRE, says));
    await using folder = await makeFolder({ "inner.yaml": INNER_MODEL, "outer.yaml": ask("") });
    const model = ["--model", WIRE.model(server.url)];
    const { stdout } = await folder.planwright("run", "outer.yaml", "--json", ...model);
    expect(JSON.parse(stdout)).toMatchObject({
      status: "succeeded",
      usage: { modelCalls: 2, inputTokens: 20, outputTokens: 10, toolCalls: 3 },
    });
  });

  it("is never more than its parent has left, and more for that one goes on", async () => {
    await using server = await ProtocolServer.start(answer(WIRE, says));
    await using folder = await makeFolder({ "inner.yaml": INNER_MODEL, "outer.yaml": ask("") });
    const model = ["--model", WIRE.model(server.url)];
    const run = ["run", "outer.yaml", "--json", "--max-model-calls", "1", ...model];
    const { code, stdout } = await folder.planwright(...run);
    const { runId, status, reason } = JSON.parse(stdout);
    expect([code, status, reason]).toEqual([4, "waiting", "budget_exceeded"]);
    expect(server.received).toHaveLength(1);
    const more = ["resume", runId, "--json", "--max-model-calls", "2", ...model];
    const resumed = JSON.parse((await folder.planwright(...more)).stdout);
    expect(resumed).toMatchObject({ status: "succeeded", usage: { modelCalls: 2 } });
    expect(server.received).toHaveLength(2);
  });

  it("may be a share of its parent's, and is then used up before that", async () => {
    await using server = await ProtocolServer.start(answer(WIRE, says));
    await using folder = await makeFolder({
      "inner.yaml": INNER_MODEL,
      "outer.yaml": ask(", budgetShare: 0.5"),
    });
    const run = ["run", "outer.yaml", "--json", "--max-model-calls", "2"];
    const { code, stdout } = await folder.planwright(...run, "--model", WIRE.model(server.url));
    expect([code, JSON.parse(stdout).error]).toEqual([
      1,
      expect.objectContaining({
        code: "workflow.failed",
        message: 'The workflow "Ask" used up its budget',
      }),
    ]);
    expect(server.received).toHaveLength(1);
  });
});

describe("validate of a workflow inside another", () => {
  const check = async (files: Readonly<Record<string, string>>) => {
    await using folder = await makeFolder({ ...FILES, ...files });
    const run = await folder.planwright("validate", "outer.yaml", "--json", ...WITH_TOOLS);
    return JSON.parse(run.stdout).issues;
  };

  it("tells what is wrong inside, in the file where it is", async () => {
    const issues = await check({ "inner.yaml": INNER.replace("${once.n}", "${once.m}") });
    expect(issues).toMatchObject([
      { code: "plan.unknown_field", file: "inner.yaml", line: 5, path: "subtasks[1].input.n" },
      { code: "plan.unknown_field", file: "inner.yaml", line: 5, path: "subtasks[1].input.n" },
    ]);
  });

  it("tells of inputs that it does not have, needs, or does not take", async () => {
    const outer = OUTER.replace("{ n: 1 }", "{ m: 1 }").replace('"${first.n}"', "many");
    expect(await check({ "outer.yaml": outer })).toMatchObject([
      { path: "subtasks[0].input.m", line: 5, message: "inner.yaml has no input m." },
      { path: "subtasks[0].input", line: 5, message: "inner.yaml needs the input n." },
      { path: "subtasks[1].input.n", line: 8, message: 'inner.yaml does not take "many" as n.' },
    ]);
  });

  it("tells of an output that it does not give", async () => {
    const outer = OUTER.replace("${first.n}", "${first.m}");
    expect(await check({ "outer.yaml": outer })).toMatchObject([
      { code: "plan.unknown_field", path: "subtasks[1].input.n", line: 8 },
    ]);
  });

  it("refuses one that runs itself, however far around, and names the way", async () => {
    const inner = INNER.replace(
      'tool: double, input: { n: "${inputs.n}" }',
      "workflow: outer.yaml",
    );
    const issues = await check({ "inner.yaml": inner });
    expect(issues[0]).toMatchObject({
      code: "plan.recursion",
      file: "inner.yaml",
      line: 4,
      path: "subtasks[0].workflow",
      message: "The workflow runs itself: outer.yaml → inner.yaml → outer.yaml.",
    });
  });
});
