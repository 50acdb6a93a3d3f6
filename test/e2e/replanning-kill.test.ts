/** A run that is being judged or planned anew, and whose process is killed or told to stop. */

import { mkdtempDisposable, readFile, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import {
  createPlanwright,
  defineTool,
  type PlanwrightOptions,
  type Run,
  type RunResult,
} from "../../src/index.ts";
import { renderAnswer } from "../../src/planner/answer.ts";
import { renderPatch } from "../../src/planner/revision-answer.ts";
import { startPlanwright } from "../cli/process.ts";
import { mockOf, SILENCE, verdict } from "../judging-server.ts";

const GOAL = "Write about the cities";
const ACCEPT = "is written in good style";
const MODEL = "anthropic:claude-haiku-4-5";

/** Each call leaves a line, so that work done twice shows. */
const TOOLS = `
import { appendFileSync } from "node:fs";
import { defineTool } from "planwright";
import { z } from "zod";

const tool = (name, effects) => defineTool({
  name,
  description: "Gives a text in a style.",
  input: z.object({ style: z.string() }),
  output: z.object({ text: z.string() }),
  effects,
  run: ({ style }, { workspace }) => {
    appendFileSync(workspace + "/calls.log", style + "\\n");
    return { text: style };
  },
});
export const compose = tool("compose", "read");
export const publish = tool("publish", "write");
`;

const PLAN = renderAnswer({
  subtasks: [
    { id: "heading", tool: "publish", input: { style: "heading" } },
    { id: "facts", tool: "compose", input: { style: "facts" } },
    { id: "body", tool: "compose", input: { style: "dull body" } },
  ],
  output: "${heading.text}: ${body.text}, ${facts.text}",
});
const MENDED = renderPatch({
  replace: [{ id: "body", tool: "compose", input: { style: "good body" } }],
});

type Mock = Awaited<ReturnType<typeof mockOf>>;

/** A folder in which processes are started that find the mock server. */
async function makeSite(mock: Mock) {
  const folder = await mkdtempDisposable(join(tmpdir(), "planwright-replanning-"));
  await writeFile(join(folder.path, "tools.ts"), TOOLS);
  const start = (...argv: readonly string[]) =>
    startPlanwright(folder.path, [...argv, "--model", MODEL, "--tools", "tools.ts", "--json"], {
      env: mock.env,
      timeout: 20_000,
    });
  return {
    path: folder.path,
    /** Start it, and kill it once somebody was asked so often. */
    async killAt(argv: readonly string[], who: Parameters<Mock["until"]>[0], times: number) {
      const { child, ended } = start(...argv, "--quiet");
      await Promise.race([mock.until(who, times), ended]);
      child.kill("SIGKILL");
      await ended;
      const journal = `sqlite:${join(folder.path, ".planwright/journal.db")}`;
      await using planwright = createPlanwright({ journal });
      const [run] = await planwright.runs();
      expect(run).toMatchObject({ status: "paused", reason: "interrupted" });
      return run?.runId ?? "";
    },
    async resume(runId: string): Promise<RunResult> {
      const { code, stdout, stderr } = await start("resume", runId).ended;
      expect(code, stderr).toBe(0);
      return JSON.parse(stdout) as RunResult;
    },
    calls: async () =>
      (await readFile(join(folder.path, "calls.log"), "utf8")).split("\n").filter(Boolean),
    [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose](),
  };
}

const ASK = ["ask", GOAL, "--accept", ACCEPT];

describe("kill -9", { timeout: 30_000 }, () => {
  it("between evaluation and revision: nobody judges again, and nothing is done again", async () => {
    await using mock = await mockOf({
      plans: [PLAN],
      judges: [verdict(0.3, ["body"]), verdict(0.9)],
      revisions: [SILENCE, MENDED],
    });
    await using site = await makeSite(mock);
    const runId = await site.killAt(ASK, "revisions", 1);
    expect(mock.asked.judges).toHaveLength(1);
    expect(await site.resume(runId)).toMatchObject({
      status: "succeeded",
      output: "heading: good body, facts",
      replans: 1,
      evaluations: [
        { revision: 1, score: 0.3 },
        { revision: 2, score: 0.9 },
      ],
    });
    const { plans, judges, revisions } = mock.asked;
    expect([plans.length, judges.length, revisions.length]).toEqual([1, 2, 2]);
    // The second request for a revision knows what the judge had said to the first process.
    expect(revisions[1]).toContain("I give 0.3.");
    expect((await site.calls()).toSorted()).toEqual(["dull body", "facts", "good body", "heading"]);
  });

  it("while the judge is asked: asked again, and once it has answered never again", async () => {
    await using mock = await mockOf({
      plans: [PLAN],
      judges: [SILENCE, verdict(0.2, ["body"]), verdict(1)],
      revisions: [SILENCE, MENDED],
    });
    await using site = await makeSite(mock);
    const runId = await site.killAt(ASK, "judges", 1);
    expect(await site.calls()).toHaveLength(3);
    expect(await site.killAt(["resume", runId], "revisions", 1)).toBe(runId);
    expect(mock.asked.judges).toHaveLength(2);
    expect(await site.resume(runId)).toMatchObject({ status: "succeeded", replans: 1 });
    expect(mock.asked.judges).toHaveLength(3);
    expect(await site.calls()).toHaveLength(4);
  });

  it("while what a subtask has written is judged: it is judged again, not written again", async () => {
    await using mock = await mockOf({ judges: [SILENCE, verdict(1)] });
    await using site = await makeSite(mock);
    const subtasks = [
      { id: "page", tool: "publish", input: { style: "page" }, accept: [ACCEPT] },
      { id: "after", tool: "compose", input: { style: "after ${page.text}" } },
    ];
    await writeFile(join(site.path, "plan.json"), JSON.stringify({ goal: GOAL, subtasks }));
    const runId = await site.killAt(["run", "plan.json"], "judges", 1);
    expect(await site.calls()).toEqual(["page"]);
    expect(await site.resume(runId)).toMatchObject({
      status: "succeeded",
      output: { text: "after page" },
      evaluations: [{ subtask: "page", verdict: "pass" }],
    });
    expect(await site.calls()).toEqual(["page", "after page"]);
  });
});

function make(mock: Mock, calls: string[] = [], options: PlanwrightOptions = {}) {
  const tool = (name: string) =>
    defineTool({
      name,
      description: "Gives a text in a style.",
      input: z.object({ style: z.string() }),
      output: z.object({ text: z.string() }),
      effects: "read",
      run: ({ style }) => {
        calls.push(style);
        return { text: style };
      },
    });
  const tools = [tool("compose"), tool("publish")];
  const given = { journal: "memory:", builtinTools: false, model: MODEL, env: mock.env, tools };
  return createPlanwright({ ...given, ...options });
}

async function typesOf(run: Run): Promise<string[]> {
  return (await Array.fromAsync(run.events())).map(({ type }) => type);
}

describe("a pause", () => {
  it.each(["judges", "revisions"] as const)("while one waits for %s", async (who) => {
    await using mock = await mockOf({
      plans: [PLAN],
      judges: [...(who === "judges" ? [SILENCE] : []), verdict(0.3, ["body"]), verdict(1)],
      revisions: [...(who === "revisions" ? [SILENCE] : []), MENDED],
    });
    const calls: string[] = [];
    const planwright = make(mock, calls);
    const run = planwright.ask(GOAL, { accept: [ACCEPT] });
    await mock.until(who, 1);
    run.pause();
    expect(await run.result()).toMatchObject({ status: "paused" });
    expect(calls).toHaveLength(3);
    const resumed = planwright.resume(await run.id);
    expect(await resumed.result()).toMatchObject({
      status: "succeeded",
      replans: 1,
      evaluations: [{ score: 0.3 }, { score: 1 }],
    });
    expect(mock.asked[who]).toHaveLength(who === "judges" ? 3 : 2);
    expect(calls).toHaveLength(4);
  });
});

describe("a cancel", () => {
  it.each(["judges", "revisions"] as const)("while one waits for %s", async (who) => {
    await using mock = await mockOf({
      plans: [PLAN],
      judges: who === "judges" ? [SILENCE] : [verdict(0.3)],
      revisions: [SILENCE],
    });
    const run = make(mock).ask(GOAL, { accept: [ACCEPT] });
    await mock.until(who, 1);
    run.cancel();
    expect(await run.result()).toMatchObject({ status: "cancelled", reason: "requested" });
    expect((await typesOf(run)).at(-1)).toBe("run.completed");
    expect(mock.asked[who]).toHaveLength(1);
  });
});
