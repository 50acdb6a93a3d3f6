/** How a model is asked for a plan, and not asked twice. */

import { afterEach, describe, expect, it } from "vitest";
import { answer, ProtocolServer, WIRES } from "../protocol-server.ts";
import { type Folder, makeFolder } from "./folder.ts";

const [, , WIRE] = WIRES;
const PLAN = {
  subtasks: [{ id: "sum", tool: "calculate", input: [{ name: "expression", value: "1 + 1" }] }],
  output: "${sum.value}",
};

let server: ProtocolServer | undefined;
afterEach(async () => server?.[Symbol.asyncDispose]());

async function folderWith(
  files: Record<string, string> = {},
  plan: object = PLAN,
): Promise<Folder & { flags: string[] }> {
  if (WIRE === undefined) throw new Error("There is no such wire.");
  server = await ProtocolServer.start(answer(WIRE, { pieces: [JSON.stringify(plan)] }));
  const folder = await makeFolder(files);
  return Object.assign(folder, { flags: ["--model", WIRE.model(server.url), "--quiet"] });
}

describe("--plan-cache", () => {
  it("uses a plan again for the same goal, tools and model, until it is cleared", async () => {
    await using folder = await folderWith();
    const ask = (goal: string, ...more: string[]) =>
      folder.planwright("ask", goal, ...folder.flags, "--plan-cache", ...more);
    expect((await ask("One and one")).stdout).toBe("2\n");
    expect((await ask("One and one")).stdout).toBe("2\n");
    expect(server?.received).toHaveLength(1);
    await ask("Another goal");
    await ask("One and one", "--planner-tools", "2");
    expect(server?.received).toHaveLength(3);

    const { stdout } = await folder.planwright("plan-cache", "list", "--json");
    const plans = JSON.parse(stdout) as { goal: string }[];
    expect(plans.map(({ goal }) => goal)).toEqual(
      expect.arrayContaining(["Another goal", "One and one", "One and one"]),
    );
    expect((await folder.planwright("plan-cache", "list")).stdout).toContain("1 subtask");
    expect((await folder.planwright("plan-cache", "clear")).stderr).toBe("3 plans removed\n");
    await ask("One and one");
    expect(server?.received).toHaveLength(4);
  });

  it("is off by default, and leaves nothing behind", async () => {
    await using folder = await folderWith();
    await folder.planwright("plan", "One and one", ...folder.flags);
    await folder.planwright("plan", "One and one", ...folder.flags);
    expect(server?.received).toHaveLength(2);
    expect(await folder.list()).toEqual([]);
  });
});

describe("--show-prompt", () => {
  it("prints what would be asked, with the user's own rules, and asks nobody", async () => {
    const config = "planner:\n  instructions: Never use the web.\n";
    await using folder = await folderWith({ "planwright.config.yaml": config });
    const { code, stdout } = await folder.planwright(
      "plan",
      "One and one",
      ...folder.flags,
      "--show-prompt",
    );
    expect(code).toBe(0);
    expect(stdout).toContain("# Rules");
    expect(stdout).toContain("calculate(expression: string)");
    expect(stdout).toContain("Never use the web.");
    expect(stdout).toContain("<goal>\nOne and one\n</goal>");
    const json = await folder.planwright("plan", "One", ...folder.flags, "--show-prompt", "--json");
    expect(JSON.parse(json.stdout)).toMatchObject({
      messages: [{ role: "user" }],
      schema: { name: "plan" },
    });
    expect(server?.received).toEqual([]);
  });

  it("has nothing to show of the embedded planner", async () => {
    await using folder = await makeFolder();
    const { code, stderr } = await folder.planwright("plan", "One and one", "--show-prompt");
    expect(code).toBe(2);
    expect(stderr).toContain("The embedded planner sends no prompt.");
  });
});

describe("--record", () => {
  it("keeps what --replay then answers, without key, server or network", async () => {
    await using folder = await folderWith();
    const env = { OPENAI_COMPATIBLE_API_KEY: "planted-secret-key" };
    const recording = folder.start(
      ["ask", "One and one", ...folder.flags, "--record", "r.jsonl"],
      env,
    );
    expect((await recording.ended).stdout).toBe("2\n");
    await server?.[Symbol.asyncDispose]();
    server = undefined;

    const replay = await folder.planwright("ask", "One and one", "--quiet", "--replay", "r.jsonl");
    expect(replay).toMatchObject({ code: 0, stdout: "2\n" });
    expect(await folder.read("r.jsonl")).not.toContain("planted-secret-key");

    const other = await folder.planwright("ask", "One and two", "--quiet", "--replay", "r.jsonl");
    expect(other.code).toBe(1);
    expect(other.stderr).toContain("r.jsonl has no answer to this request.");
    expect(other.stderr).toContain("- One and one");
    expect(other.stderr).toContain("+ One and two");
  });

  it.each([
    ["a recording that is not there", "none.jsonl", "There is no recording none.jsonl."],
    ["a file that is none", "notes.md", "notes.md is no recording"],
    ["a line that is broken", "broken.jsonl", "Line 2 of broken.jsonl is no recorded request."],
  ])("refuses %s", async (_what, file, message) => {
    await using folder = await makeFolder({
      "notes.md": "# Notes",
      "broken.jsonl": '{"planwright":"recording","version":1}\n{oops\n{}\n',
    });
    const { code, stderr } = await folder.planwright("ask", "One", "--replay", file);
    expect(code).toBe(2);
    expect(stderr).toContain(message);
    expect(await folder.list()).toEqual(["broken.jsonl", "notes.md"]);
  });
});

describe("a plan that does not get right", () => {
  it("is kept where --out says, beside its errors, for somebody to mend", async () => {
    const wrong = { subtasks: [{ ...PLAN.subtasks[0], tool: "calculator" }] };
    await using folder = await folderWith({}, wrong);
    const asked = ["plan", "One and one", ...folder.flags];
    const { code, stdout, stderr } = await folder.planwright(...asked, "--out", "plan.yaml");
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
    expect(stderr).toContain("The last proposal, which is no valid plan, is in plan.yaml.");
    expect(stderr).toContain("There is no tool calculator.");
    expect(await folder.read("plan.yaml")).toContain("tool: calculator");
    const { stderr: said } = await folder.planwright("validate", "plan.yaml");
    expect(said).toContain("plan.yaml:");
    expect(said).toContain("Did you mean calculate?");
    expect(server?.received).toHaveLength(4);
  });
});

describe("a model that plans", () => {
  it.each(["call_function", "call_pure_function", "run_workflow", "prompt_model"])(
    "cannot reach %s, which is for files that a person keeps",
    async (tool) => {
      const input = [{ name: "module", value: "/evil.mjs" }];
      await using folder = await folderWith({}, { subtasks: [{ id: "a", tool, input }] });
      const asked = await folder.planwright("ask", "One and one", ...folder.flags);
      expect(asked.code).toBe(1);
      expect(asked.stderr).toContain(`There is no tool ${tool}.`);
      expect(JSON.stringify(server?.received[0]?.body)).not.toContain(tool);
    },
  );
});
