/** A planner that asks, as somebody at the command line meets it. */

import { describe, expect, it } from "vitest";
import type { RunResult } from "../../src/index.ts";
import { answer, ProtocolServer, WIRES } from "../protocol-server.ts";
import { makeFolder, TOOLS } from "./folder.ts";

const ASKS = {
  questions: [
    { id: "start", question: "Which number is doubled?", options: ["1", "2"] },
    { id: "unit", question: "In which unit?" },
  ],
};
const PLAN = {
  subtasks: [{ id: "two", tool: "double", input: [{ name: "n", value: 1 }] }],
  output: "${two.n} cm",
};

const wire = WIRES.find(({ name }) => name === "openai-compatible") ?? WIRES[0];

/** Asks first, then plans. */
async function setUp() {
  if (wire === undefined) throw new Error("There is no wire.");
  const folder = await makeFolder({ "tools.ts": TOOLS });
  const server = await ProtocolServer.start(
    answer(wire, { pieces: [JSON.stringify(ASKS)] }),
    answer(wire, { pieces: [JSON.stringify(PLAN)] }),
  );
  const flags = ["--tools", "tools.ts", "--model", wire.model(server.url)];
  return {
    folder,
    server,
    flags,
    async [Symbol.asyncDispose]() {
      await server[Symbol.asyncDispose]();
      await folder[Symbol.asyncDispose]();
    },
  };
}

describe("questions of the planner", () => {
  it("are printed with the command that answers them, and the run waits: exit code 5", async () => {
    await using at = await setUp();
    const { code, stdout, stderr } = await at.folder.planwright("ask", "Double it", ...at.flags);
    expect({ code, stdout }).toEqual({ code: 5, stdout: "" });
    expect(stderr).toContain("start: Which number is doubled? (1 | 2)\nunit: In which unit?\n");
    const { runId } = JSON.parse((await at.folder.planwright("runs", "--json")).stdout)[0];
    const command = `planwright resume ${runId} --answer start=… --answer unit=…`;
    expect(stderr).toContain(`waiting; to answer: ${command} --model`);

    const answers = ["--answer", "start=1", "--answer", "unit=cm = centimetres"];
    const resumed = await at.folder.planwright("resume", runId, ...answers, ...at.flags);
    expect(resumed).toMatchObject({ code: 0, stdout: "2 cm\n" });
    expect(JSON.stringify(at.server.received[1]?.body)).toContain("A: cm = centimetres");
  });

  it("are in the result for programs", async () => {
    await using at = await setUp();
    const { code, stdout } = await at.folder.planwright("ask", "Double it", ...at.flags, "--json");
    expect(code).toBe(5);
    expect(JSON.parse(stdout) as RunResult).toMatchObject({ status: "waiting", ...ASKS });
  });

  it.each(["ask", "plan"])("are asked by %s of the person who is there", async (command) => {
    await using at = await setUp();
    const lines = ["1", "", "cm"];
    const { code, stdout, stderr } = await at.folder.byPerson(
      lines,
      command,
      "Double it",
      ...at.flags,
    );
    expect(code).toBe(0);
    expect(stdout).toContain("cm");
    expect(stderr).toContain("Which number is doubled? (1 | 2)");
    const body = JSON.stringify(at.server.received[1]?.body);
    expect(body).toContain("A: 1");
    expect(body).toContain("A: cm");
  });

  it("wait for another day when the person leaves", async () => {
    await using at = await setUp();
    const { code, stderr } = await at.folder.byPerson(["1"], "ask", "Double it", ...at.flags);
    expect(code).toBe(5);
    expect(stderr).toContain("waiting; to answer: planwright resume");
    expect(at.server.received).toHaveLength(1);
  });
});
