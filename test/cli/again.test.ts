/** Doing work again: restarts and dead letters. */

import { describe, expect, it } from "vitest";
import type { DeadSubtask, RunEvent, RunResult } from "../../src/index.ts";
import { type Folder, makeFolder } from "./folder.ts";

const INDEX = new URL("../../src/index.ts", import.meta.url).href;

/** `pay` writes down each call with its key, and fails while the file `broken` is there. */
const TOOLS = `
import { appendFileSync, existsSync } from "node:fs";
import { join } from "node:path";
import { defineTool, ToolError } from "${INDEX}";
import { z } from "${import.meta.resolve("zod")}";

export const pay = defineTool({
  name: "pay",
  description: "Pay an amount.",
  input: z.object({ amount: z.number(), after: z.number().optional() }),
  output: z.object({ paid: z.number() }),
  effects: "write",
  run: ({ amount }, { workspace, idempotencyKey }) => {
    const key = idempotencyKey.split("/").slice(1).join("/");
    appendFileSync(join(workspace, "calls.txt"), key + " " + amount + "\\n");
    if (amount > 5 && existsSync(join(workspace, "broken"))) {
      throw new ToolError("tool.failed", "The bank is closed.", { retryable: false, hint: "Come back." });
    }
    return { paid: amount };
  },
});
`;
const PLAN = `
goal: pay everybody
subtasks:
  - { id: small, tool: pay, input: { amount: 1 } }
  - { id: large, tool: pay, input: { amount: "\${small.paid + 9}" } }
  - { id: last, tool: pay, input: { amount: 2, after: "\${large.paid}" } }
output: "\${last.paid}"
`;

async function folderWith(files: Record<string, string>) {
  const folder = await makeFolder({ "tools.ts": TOOLS, "plan.yaml": PLAN, ...files });
  const run = (...argv: string[]) => folder.planwright(...argv, "--tools", "tools.ts");
  const first = await run("run", "plan.yaml", "--quiet", "--json");
  const { runId } = JSON.parse(first.stdout) as RunResult;
  return Object.assign(folder, { run, runId, first });
}

const calls = async (folder: Folder) => (await folder.read("calls.txt")).trim().split("\n");

describe("the limits of a run that is taken up again", () => {
  it.each([
    ["restart", []],
    ["dead-letters", ["retry"]],
    ["resume", []],
  ])("are those that %s is given", async (command, words) => {
    await using folder = await folderWith({ broken: "" });
    const again = [command, ...words, folder.runId, "--quiet"];
    if (command === "resume") await folder.run("restart", folder.runId, "--approvals", "all");
    await folder.write("broken", "");
    const limits = ["--approvals", "all", "--max-tool-calls", "99", "--max-seconds", "60"];
    const asked = await folder.run(...again, ...limits, "--concurrency", "3");
    expect(asked.code).toBe(5);
    const last = await folder.run("resume", folder.runId, "--quiet", "--yes");
    expect(last.code).toBe(1);
    const { stdout } = await folder.run("events", folder.runId, "--json");
    const taken = (JSON.parse(stdout) as RunEvent[]).filter(
      ({ type }) => type === "run.resumed" || type === "run.reopened",
    );
    const from = command === "resume" ? 1 : 0;
    expect(taken[from]).toMatchObject({
      approvals: "all",
      budget: { toolCalls: 99 },
      runTimeoutMs: 60_000,
      concurrency: 3,
    });
    expect(taken[from + 1]).toHaveProperty("approver");
    expect(taken[from + 1]).not.toHaveProperty("budget");
  });

  it("say yes to all that a restart asks for", async () => {
    await using folder = await folderWith({});
    const again = ["restart", folder.runId, "--quiet", "--approvals", "all"];
    expect((await folder.run(...again)).code).toBe(5);
    expect((await folder.run(...again, "--yes")).code).toBe(0);
    const poor = await folder.run("restart", folder.runId, "--quiet", "--max-tool-calls", "7");
    expect(poor.code).toBe(4);
    const rich = await folder.run("restart", folder.runId, "--quiet", "--max-tool-calls", "70");
    expect(rich.code).toBe(0);
  });
});

describe("restart", () => {
  it("does a run again from a subtask on, with keys of their own, and keeps the rest", async () => {
    await using folder = await folderWith({});
    const { code, stdout } = await folder.run(
      "restart",
      folder.runId,
      "--from",
      "large",
      "--quiet",
    );
    expect({ code, stdout }).toEqual({ code: 0, stdout: "2\n" });
    expect(await calls(folder)).toEqual([
      "small 1",
      "large 10",
      "last 2",
      "large/2 10",
      "last/2 2",
    ]);
  });

  it("does all of it again without --from", async () => {
    await using folder = await folderWith({});
    await folder.run("restart", folder.runId, "--quiet");
    expect((await calls(folder)).slice(3)).toEqual(["small/2 1", "large/2 10", "last/2 2"]);
  });

  it("refuses a subtask that the run does not have, and changes nothing", async () => {
    await using folder = await folderWith({});
    const before = (await folder.run("events", folder.runId)).stdout;
    const { code, stderr } = await folder.run("restart", folder.runId, "--from", "lrage");
    expect(code).toBe(2);
    expect(stderr).toContain("Did you mean large?");
    expect((await folder.run("events", folder.runId)).stdout).toBe(before);
  });
});

describe("a dead letter", () => {
  it("is listed, and shown with its error, attempts, input and what it held up", async () => {
    await using folder = await folderWith({ broken: "" });
    expect(folder.first.code).toBe(1);
    const { stdout } = await folder.run("dead-letters", "list", "--json");
    const [letter, ...others] = JSON.parse(stdout) as DeadSubtask[];
    expect(others).toEqual([]);
    expect(letter).toMatchObject({
      runId: folder.runId,
      subtask: "large",
      tool: "pay",
      reason: "failed",
      error: { message: "The bank is closed.", hint: "Come back." },
      attempts: [{ attempt: 1, tool: "pay", error: { message: "The bank is closed." } }],
      input: { amount: 10 },
      upstream: [{ subtask: "small", attempt: 1, seq: 4 }],
      skipped: ["last"],
    });
    expect((await folder.run("dead-letters", "list")).stdout).toContain("The bank is closed.");
    const page = (await folder.run("dead-letters", "show", folder.runId, "large")).stdout;
    for (const part of [
      "The bank is closed.",
      "hint: Come back.",
      '"amount": 10',
      "Skipped  last",
      "attempt 1",
    ]) {
      expect(page).toContain(part);
    }
  });

  it("is tried again with its key, and the run goes on from there", async () => {
    await using folder = await folderWith({ broken: "" });
    const { rm } = await import("node:fs/promises");
    await rm("broken");
    const { code, stdout } = await folder.run("dead-letters", "retry", folder.runId, "--quiet");
    expect({ code, stdout }).toEqual({ code: 0, stdout: "2\n" });
    expect(await calls(folder)).toEqual(["small 1", "large 10", "large 10", "last 2"]);
    expect((await folder.run("dead-letters", "list", "--json")).stdout).toBe("[]\n");
    expect((await folder.run("show", folder.runId, "--json")).stdout).toContain('"succeeded"');
  });

  it("is one again when it fails again", async () => {
    await using folder = await folderWith({ broken: "" });
    expect((await folder.run("dead-letters", "retry", folder.runId, "large")).code).toBe(1);
    const [letter] = JSON.parse(
      (await folder.run("dead-letters", "list", "--json")).stdout,
    ) as DeadSubtask[];
    expect(letter?.attempts.map(({ attempt }) => attempt)).toEqual([1, 2]);
  });

  it("is discarded with a reason, which is kept", async () => {
    await using folder = await folderWith({ broken: "" });
    const argv = ["dead-letters", "discard", folder.runId, "large"];
    expect((await folder.run(...argv)).code).toBe(2);
    expect((await folder.run(...argv, "--reason", "paid by hand")).code).toBe(0);
    expect((await folder.run("dead-letters", "list", "--json")).stdout).toBe("[]\n");
    expect((await folder.run("events", folder.runId)).stdout).toContain("discarded: paid by hand");
    const again = await folder.run(...argv, "--reason", "twice");
    expect(again.code).toBe(2);
    expect(again.stderr).toContain("has no dead letter large");
  });
});
