/** Dead letters: of all runs at once, and those of which somebody says what they came to. */

import { once } from "node:events";
import { rm } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { Readable } from "node:stream";
import { describe, expect, it, vi } from "vitest";
import type { DeadSubtask, RunResult } from "../../src/index.ts";
import { makeFolder } from "./folder.ts";

const INDEX = new URL("../../src/index.ts", import.meta.url).href;

/** `pay` fails while the file `broken` is there; `hang` tells that it has begun, and never ends. */
const TOOLS = `
import { appendFileSync, existsSync } from "node:fs";
import { join } from "node:path";
import { defineTool, ToolError } from "${INDEX}";
import { z } from "${import.meta.resolve("zod")}";

const input = z.object({ amount: z.number(), after: z.number().optional() });
const output = z.object({ paid: z.number() });
export const pay = defineTool({
  name: "pay",
  description: "Pay an amount.",
  input,
  output,
  effects: "write",
  run: ({ amount }, { workspace }) => {
    if (existsSync(join(workspace, "broken"))) {
      throw new ToolError("tool.failed", "The bank is closed.", { retryable: false });
    }
    appendFileSync(join(workspace, "calls.txt"), "pay " + amount + "\\n");
    return { paid: amount };
  },
});
export const hang = defineTool({
  name: "hang",
  description: "Pays, and never says so.",
  input,
  output,
  effects: "write",
  run: async ({ amount }, { workspace }) => {
    appendFileSync(join(workspace, "calls.txt"), "hang " + amount + "\\n");
    if (existsSync(join(workspace, "broken"))) await new Promise(() => setInterval(() => {}, 1e6));
    return { paid: amount };
  },
});
`;
const PAY = `
goal: pay
subtasks:
  - { id: rent, tool: pay, input: { amount: 10 } }
  - { id: last, tool: pay, input: { amount: 2, after: "\${rent.paid}" } }
output: "\${last.paid}"
`;
const HANG = PAY.replace("tool: pay, input: { amount: 10 }", "tool: hang, input: { amount: 10 }");
const BOTH = `
goal: pay, and hang
subtasks:
  - { id: rent, tool: pay, input: { amount: 10 } }
  - { id: other, tool: hang, input: { amount: 3 } }
`;

async function folderWith(files: Record<string, string> = {}) {
  const all = { "tools.ts": TOOLS, "pay.yaml": PAY, "hang.yaml": HANG, "both.yaml": BOTH };
  const folder = await makeFolder({ ...all, broken: "", ...files });
  const run = (...argv: string[]) => folder.planwright(...argv, "--tools", "tools.ts");
  const letters = (...argv: string[]) => run("dead-letters", ...argv);
  const fail = async () => {
    const { code, stdout } = await run("run", "pay.yaml", "--quiet", "--json");
    expect(code).toBe(1);
    return (JSON.parse(stdout) as RunResult).runId;
  };
  const calls = async () => (await folder.read("calls.txt")).trim().split("\n");
  /** Start a run in a process of its own, and wait until `hang` has begun and said so. */
  const startHanging = async (file: string) => {
    const { child, ended } = folder.start(["run", file, "--events", "--tools", "tools.ts"]);
    const [first] = (await once(child.stdout as Readable, "data")) as [Buffer];
    const hasBegun = async () => expect(await folder.read("calls.txt")).toContain("hang");
    await vi.waitFor(hasBegun, 5_000);
    return { child, ended, runId: /"runId":"(\w+)"/.exec(String(first))?.[1] ?? "" };
  };
  return Object.assign(folder, { run, letters, fail, calls, startHanging });
}

describe("dead-letters resolve", () => {
  it("takes what it came to, and goes on with the run from there", async () => {
    await using folder = await folderWith();
    const runId = await folder.fail();
    await rm("broken");
    const argv = ["resolve", runId, "rent", "--by", "ada", "--note", "paid by hand", "--quiet"];
    const { code, stdout } = await folder.letters(...argv, "--output", '{ "paid": 10 }');
    expect({ code, stdout }).toEqual({ code: 0, stdout: "2\n" });
    expect(await folder.calls()).toEqual(["pay 2"]);
    expect((await folder.run("events", runId)).stdout).toContain("resolved: paid by hand");
    expect((await folder.run("audit", "list")).stdout).toMatch(
      /ada +dead_letter\.resolved rent resolved paid by hand/,
    );
    expect((await folder.run("audit", "verify")).code).toBe(0);
  });

  it.each([
    ["no JSON", "{ paid", "--output is no JSON"],
    ["what the tool would not give", '{ "paid": "ten" }', "output.paid"],
  ])("refuses %s", async (_, output, message) => {
    await using folder = await folderWith();
    const runId = await folder.fail();
    const { code, stderr } = await folder.letters("resolve", runId, "rent", "--output", output);
    expect(code).toBe(2);
    expect(stderr).toContain(message);
  });
});

describe("dead-letters show", () => {
  it("has the stack, what drove the run, and where the input came from", async () => {
    await using folder = await folderWith();
    await rm("broken");
    const { stdout } = await folder.run("run", "pay.yaml", "--quiet", "--json");
    const { runId } = JSON.parse(stdout) as RunResult;
    await folder.write("broken", "");
    await folder.run("restart", runId, "--from", "last", "--quiet");
    const page = (await folder.letters("show", runId, "last")).stdout;
    for (const part of [
      "The bank is closed. (tool.failed)",
      "tools.ts:",
      "rent (attempt 1, event 4)",
      `Node ${process.versions.node}`,
      "plan revision 1",
    ]) {
      expect(page).toContain(part);
    }
  });
});

describe("dead-letters of all runs", () => {
  it("are tried again, and what became of each run is told", async () => {
    await using folder = await folderWith();
    const runs = [await folder.fail(), await folder.fail()];
    await rm("broken");
    const { code, stderr, stdout } = await folder.letters("retry", "--all");
    expect({ code, stdout }).toEqual({ code: 0, stdout: "" });
    for (const runId of runs) expect(stderr).toContain(`${runId}: retried rent; succeeded`);
    expect(await folder.calls()).toHaveLength(4);
    expect((await folder.letters("retry", "--all")).stderr).toBe("There are no dead letters.\n");
  });

  it("fail again with the exit code of a run that failed", async () => {
    await using folder = await folderWith();
    const runId = await folder.fail();
    const { code, stdout } = await folder.letters("retry", "--all", "--json");
    expect(code).toBe(1);
    expect(JSON.parse(stdout)).toEqual({
      runs: [{ runId, subtasks: ["rent"], status: "failed", reason: "subtask_failed" }],
    });
  });

  it("are narrowed down by filters", async () => {
    await using folder = await folderWith();
    const [first, second] = [await folder.fail(), await folder.fail()];
    const list = async (...argv: string[]) => {
      const { stdout } = await folder.letters("list", "--json", ...argv);
      return (JSON.parse(stdout) as DeadSubtask[]).map(({ runId }) => runId);
    };
    expect(await list("--tool", "pay", "--code", "tool.failed", "--since", "1h")).toHaveLength(2);
    expect(await list("--run", first)).toEqual([first]);
    expect(await list("--tool", "hang")).toEqual([]);
    expect(await list("--reason", "interrupted")).toEqual([]);
    expect(await list("--since", "0ms")).toEqual([]);
    await rm("broken");
    await folder.letters("retry", "--all", "--run", second);
    expect(await list()).toEqual([first]);
  });

  it("are discarded with a reason, each", async () => {
    await using folder = await folderWith();
    const runId = await folder.fail();
    await folder.fail();
    const why = ["--reason", "the bank is gone"];
    const none = await folder.letters("discard", "--all", ...why, "--of-reason", "denied");
    expect(none.stderr).toBe("There are no dead letters.\n");
    const { code, stderr } = await folder.letters("discard", "--all", ...why);
    expect(code).toBe(0);
    expect(stderr).toContain(`${runId}: discarded rent; failed`);
    expect((await folder.letters("list", "--json")).stdout).toBe("[]\n");
    expect((await folder.run("events", runId)).stdout).toContain("discarded: the bank is gone");
  });

  it("are decided about though a run is driven by another process, which is told at the end", async () => {
    await using folder = await folderWith();
    const runId = await folder.fail();
    const { child, ended, runId: owned } = await folder.startHanging("both.yaml");
    const isListed = async () => expect((await folder.letters("list")).stdout).toContain(owned);
    await vi.waitFor(isListed, 5_000);
    const { code, stdout } = await folder.letters("retry", "--all", "--json");
    const text = await folder.letters("discard", "--all", "--reason", "enough");
    child.kill("SIGKILL");
    await ended;
    expect(code).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({
      runs: [
        { runId: owned, subtasks: ["rent"], error: { code: "run.owned" } },
        { runId, subtasks: ["rent"], status: "failed" },
      ],
      error: { code: "dead_letter.undecided" },
    });
    expect(text.code).toBe(1);
    expect(text.stderr).toContain(`${runId}: discarded rent`);
    expect(text.stderr).toContain(`${owned}: `);
    expect(text.stderr).toContain("of 1 of 2 runs are not discarded");
  });

  it("are left alone where the effect may have happened, unless that is asked for", async () => {
    await using folder = await folderWith();
    const { child, ended, runId } = await folder.startHanging("hang.yaml");
    child.kill("SIGKILL");
    await ended;
    await rm("broken");
    expect((await folder.run("resume", runId, "--quiet")).code).toBe(1);
    const { code, stderr } = await folder.letters("retry", "--all");
    expect(code).toBe(0);
    expect(stderr).toContain("1 interrupted dead letter left alone");
    expect(await folder.calls()).toEqual(["hang 10"]);
    expect((await folder.letters("retry", "--all", "--reason", "interrupted")).code).toBe(0);
    expect(await folder.calls()).toEqual(["hang 10", "hang 10", "pay 2"]);
  });

  it.each([
    [["retry"], "The run is missing"],
    [["retry", "R", "--all"], "--all is given, and a run"],
    [["retry", "R", "--tool", "pay"], "A filter is given, and a run"],
    [["retry", "--all", "--code", "tool.fialed"], "Did you mean tool.failed?"],
    [["retry", "--all", "--reason", "tired"], "failed, interrupted, denied"],
    [["retry", "--all", "--since", "yesterday"], "30m, 2h or 7d"],
    [["discard", "R", "--reason", "x"], "The subtask is missing"],
    [["discard", "--all"], "--reason"],
    [["resolve", "R", "rent"], "--output"],
    [["resolve", "R", "rent", "--output", "1"], "no run"],
  ])("are not decided about by %j", async (argv, message) => {
    await using folder = await folderWith();
    const { code, stderr } = await folder.letters(...argv);
    expect(code).toBe(2);
    expect(stderr).toContain(message);
  });
});

describe("the webhook of dead letters", () => {
  it("is called by the next process when the one before died in the call", async () => {
    const keys: string[] = [];
    const called = Promise.withResolvers<void>();
    const server = createServer((request, response) => {
      keys.push(String(request.headers["idempotency-key"]));
      // The first one never hears.
      if (keys.length > 1) response.end();
      called.resolve();
    });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port } = server.address() as AddressInfo;
    const config = { deadLetters: { threshold: 1, webhook: `http://127.0.0.1:${port}` } };
    await using folder = await folderWith({
      "planwright.config.json": JSON.stringify({ ...config, allowPrivateHosts: true }),
    });
    const { child, ended } = folder.start(["run", "pay.yaml", "--tools", "tools.ts"]);
    await called.promise;
    child.kill("SIGKILL");
    await ended;
    const [run] = JSON.parse((await folder.run("runs", "--json")).stdout) as { runId: string }[];
    const runId = run?.runId ?? "";
    expect((await folder.run("resume", runId, "--quiet")).code).toBe(1);
    expect(keys).toHaveLength(2);
    expect(keys[0]).toBe(keys[1]);
    expect((await folder.run("events", runId)).stdout).toContain("notification.delivered");
    server.closeAllConnections();
    await new Promise((done) => server.close(done));
  });
});
