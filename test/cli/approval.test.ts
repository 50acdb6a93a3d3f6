/** A person's yes or no, from another process or at the terminal. */

import { describe, expect, it } from "vitest";
import type { RunResult } from "../../src/index.ts";
import { makeFolder } from "./folder.ts";

const INDEX = new URL("../../src/index.ts", import.meta.url).href;
const TOOLS = `
import { defineTool } from "${INDEX}";
import { z } from "${import.meta.resolve("zod")}";

export const pay = defineTool({
  name: "pay",
  description: "Pay an amount.",
  input: z.object({ amount: z.number() }),
  output: z.object({ paid: z.number() }),
  effects: "write",
  approval: true,
  run: ({ amount }) => ({ paid: amount }),
});
`;
const PLAN = `
goal: pay
subtasks:
  - { id: pay, tool: pay, input: { amount: 5 } }
output: "\${pay.paid}"
`;

async function folderWith() {
  const folder = await makeFolder({ "tools.ts": TOOLS, "plan.yaml": PLAN });
  const run = (...argv: string[]) => folder.planwright(...argv, "--tools", "tools.ts");
  return Object.assign(folder, { run });
}

async function waitingRun(folder: Awaited<ReturnType<typeof folderWith>>) {
  const { code, stdout } = await folder.run("run", "plan.yaml", "--quiet", "--json");
  expect(code).toBe(5);
  return JSON.parse(stdout) as RunResult;
}

describe("approve", () => {
  it("lets a run go on that waited, with who decided in the record", async () => {
    await using folder = await folderWith();
    const { runId, reason, approvals } = await waitingRun(folder);
    expect({ reason, approvals }).toEqual({
      reason: "approval",
      approvals: [{ subtask: "pay", tool: "pay", input: { amount: 5 } }],
    });
    const said = (await folder.run("resume", runId)).stderr;
    expect(said).toContain(`planwright approve ${runId} pay`);
    expect(said).toContain('"amount": 5');

    const decided = await folder.run("approve", runId, "pay", "--by", "ada", "--note", "as agreed");
    expect(decided.code).toBe(0);
    expect(await folder.run("resume", runId, "--quiet")).toMatchObject({ code: 0, stdout: "5\n" });
    expect((await folder.run("events", runId)).stdout).toContain("approved by ada: as agreed");
  });

  it("can give another input", async () => {
    await using folder = await folderWith();
    const { runId } = await waitingRun(folder);
    await folder.run("approve", runId, "pay", "--input", '{"amount": 3}');
    expect((await folder.run("resume", runId, "--quiet")).stdout).toBe("3\n");
  });

  it.each([
    ["a subtask that is not there", ["approve", "RUN", "pai"], "Did you mean pay?"],
    [
      "an input that is no object",
      ["approve", "RUN", "pay", "--input", "5"],
      "--input is no JSON object",
    ],
    ["a run that is not there", ["approve", "nothing", "pay"], "The journal has no run"],
  ])("refuses %s, and changes nothing", async (_what, argv, message) => {
    await using folder = await folderWith();
    const { runId } = await waitingRun(folder);
    const { code, stderr } = await folder.run(
      ...argv.map((word) => (word === "RUN" ? runId : word)),
    );
    expect(code).toBe(2);
    expect(stderr).toContain(message);
    expect((await folder.run("show", runId, "--json")).stdout).toContain('"reason": "approval"');
  });

  it("is refused after the first decision, which stands", async () => {
    await using folder = await folderWith();
    const { runId } = await waitingRun(folder);
    await folder.run("deny", runId, "pay", "--note", "too dear");
    const second = await folder.run("approve", runId, "pay");
    expect(second.code).toBe(2);
    const { code, stderr } = await folder.run("show", runId);
    expect({ code, stderr }).toMatchObject({ code: 0 });
    expect((await folder.run("show", runId)).stdout).toContain("too dear");
  });

  it("is refused after a yes that the run has not gone on with", async () => {
    await using folder = await folderWith();
    const { runId } = await waitingRun(folder);
    await folder.run("approve", runId, "pay");
    const second = await folder.run("deny", runId, "pay");
    expect(second.code).toBe(2);
    expect(second.stderr).toContain(`The subtask pay of ${runId} was approved before.`);
    expect(second.stderr).toContain(`planwright events ${runId}`);
  });
});

describe("a person at the terminal", () => {
  it("is asked in place, with the exact input, and the run goes on", async () => {
    await using folder = await folderWith();
    const argv = ["run", "plan.yaml", "--tools", "tools.ts", "--quiet"];
    const yes = await folder.byPerson(["yes"], ...argv);
    expect(yes).toMatchObject({ code: 0, stdout: "5\n" });
    expect(yes.stderr).toContain('"amount": 5');
    expect((await folder.byPerson(["no"], ...argv)).code).toBe(1);
    expect((await folder.byPerson([], ...argv)).code).toBe(5);
  });
});
