import { mkdtempDisposable, readFile, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { RunEvent } from "../../src/executor/core/event.ts";
import type { RunResult } from "../../src/projections/result.ts";
import { startPlanwright } from "../cli/process.ts";

/** Steps that leave a line when they begin, so that work done twice shows. */
const TOOLS = `
import { appendFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { defineTool } from "planwright";
import { z } from "zod";

const step = (name, effects) => defineTool({
  name,
  description: "Counts one further, slowly.",
  input: z.object({ after: z.array(z.number()) }),
  output: z.object({ n: z.number() }),
  effects,
  run: async ({ after }, { subtaskId, workspace }) => {
    appendFileSync(workspace + "/calls.log", subtaskId + "\\n");
    await sleep(60);
    return { n: 1 + after.reduce((a, b) => a + b, 0) };
  },
});
export const look = step("look", "read");
export const act = step("act", "write");
`;

function planText(tool: string): string {
  const subtasks = Array.from({ length: 10 }, (_, k) => {
    const after = [k - 1, k - 3].filter((n) => n >= 0).map((n) => `"\${s${n}.n}"`);
    return `  - { id: s${k}, tool: ${tool}, input: { after: [${after.join(", ")}] } }`;
  });
  return ["goal: count", "subtasks:", ...subtasks, 'output: "${s9.n}"', ""].join("\n");
}

async function setUp(tool: string) {
  const folder = await mkdtempDisposable(join(tmpdir(), "planwright-crash-"));
  await writeFile(join(folder.path, "tools.ts"), TOOLS);
  await writeFile(join(folder.path, "plan.yaml"), planText(tool));
  const calls = async () =>
    (await readFile(join(folder.path, "calls.log"), "utf8").catch(() => ""))
      .split("\n")
      .filter(Boolean);
  return { folder, calls };
}

const RUN = ["run", "plan.yaml", "--tools", "tools.ts", "--json", "--quiet"];

async function runAndKill(
  cwd: string,
  calls: () => Promise<string[]>,
  after: number,
): Promise<string> {
  const { child, ended } = startPlanwright(cwd, RUN);
  while ((await calls()).length < after && child.exitCode === null) {
    await new Promise((done) => setTimeout(done, 5));
  }
  child.kill("SIGKILL");
  await ended;
  const { stdout } = await startPlanwright(cwd, ["runs", "--json"]).ended;
  const [run] = JSON.parse(stdout) as { runId: string; status: string; reason: string }[];
  expect(run).toMatchObject({ status: "paused", reason: "interrupted" });
  return run?.runId ?? "";
}

async function finishedIn(cwd: string, runId: string): Promise<string[]> {
  const { stdout } = await startPlanwright(cwd, ["events", runId, "--json"]).ended;
  return (JSON.parse(stdout) as RunEvent[]).flatMap((event) =>
    event.type === "subtask.succeeded" ? [event.subtask] : [],
  );
}

describe("kill -9 in the middle of a run", () => {
  it("loses no finished subtask, repeats none, and the resumed run gives the same answer", async () => {
    await using undisturbed = (await setUp("look")).folder;
    const whole = await startPlanwright(undisturbed.path, RUN).ended;
    expect(whole.code, whole.stderr).toBe(0);

    const { folder, calls } = await setUp("look");
    await using _ = folder;
    const runId = await runAndKill(folder.path, calls, 4);
    const finished = await finishedIn(folder.path, runId);
    expect(finished.length).toBeGreaterThan(0);
    expect(finished.length).toBeLessThan(10);

    const resumed = await startPlanwright(folder.path, [
      "resume",
      runId,
      "--tools",
      "tools.ts",
      "--json",
    ]).ended;
    expect(resumed.code, resumed.stderr).toBe(0);
    const result = JSON.parse(resumed.stdout) as RunResult;
    expect(result.output).toBe((JSON.parse(whole.stdout) as RunResult).output);
    const counts = Map.groupBy(await calls(), (id) => id);
    for (const id of finished) expect(counts.get(id), id).toHaveLength(1);
  });

  it("never runs an unfinished effect blindly: it becomes a dead letter", async () => {
    const { folder, calls } = await setUp("act");
    await using _ = folder;
    const runId = await runAndKill(folder.path, calls, 4);
    const resumed = await startPlanwright(folder.path, [
      "resume",
      runId,
      "--tools",
      "tools.ts",
      "--json",
    ]).ended;
    expect(resumed.code, resumed.stderr).toBe(1);
    const { subtasks } = JSON.parse(resumed.stdout) as RunResult;
    const interrupted = subtasks.filter(({ reason }) => reason === "interrupted");
    expect(interrupted.length).toBeGreaterThan(0);
    const counts = Map.groupBy(await calls(), (id) => id);
    for (const [id, list] of counts) expect(list, id).toHaveLength(1);
    expect(subtasks.every(({ status }) => !["pending", "running"].includes(status))).toBe(true);
  });

  it("is refused a second resume, by name, once the run has finished", async () => {
    const { folder, calls } = await setUp("look");
    await using _ = folder;
    const runId = await runAndKill(folder.path, calls, 3);
    await startPlanwright(folder.path, ["resume", runId, "--tools", "tools.ts"]).ended;
    const again = await startPlanwright(folder.path, [
      "resume",
      runId,
      "--tools",
      "tools.ts",
      "--json",
    ]).ended;
    expect(again.code).toBe(2);
    expect(JSON.parse(again.stdout)).toMatchObject({ error: { code: "run.finished" } });
  });
});
