import { describe, expect, it } from "vitest";
import { makeFolder } from "./folder.ts";

const PLAN = `
goal: Say it
subtasks:
  - { id: a, tool: render_template, input: { template: "{{ word }}", data: { word: LONG } } }
`.replace("LONG", "long ".repeat(200));

const CONFIG = "largeValueBytes: 500\n";

describe("planwright gc", () => {
  it("tells what can go, removes nothing unless told to, and then says what it removed", async () => {
    await using folder = await makeFolder({ "plan.yaml": PLAN, "planwright.config.yaml": CONFIG });
    const { runId } = JSON.parse((await folder.planwright("run", "plan.yaml", "--json")).stdout);
    const blobs = async () => (await folder.list()).filter((name) => name.endsWith(".zst"));
    expect(await blobs()).toHaveLength(1);

    const young = await folder.planwright("gc", "--older-than", "30d");
    expect(young).toMatchObject({ code: 0, stdout: "" });
    expect(young.stderr).toContain("0 runs (0 B) and 0 large values (0 B) can go");

    const dry = await folder.planwright("gc", "--older-than", "0s");
    expect(dry.stdout).toContain(runId);
    expect(dry.stdout).toContain("Say it");
    expect(dry.stderr).toMatch(/^1 run \(\d\.\d kB\) and 0 .* nothing was removed. --yes removes/);
    expect(JSON.parse((await folder.planwright("runs", "--json")).stdout)).toHaveLength(1);

    const wet = await folder.planwright("gc", "--older-than", "0s", "--yes", "--json");
    expect(JSON.parse(wet.stdout)).toMatchObject({
      removed: true,
      runs: [{ runId, status: "succeeded", finishedAt: expect.any(Number) }],
      // It is young: who has just put one is about to refer to it.
      blobs: { count: 0, bytes: 0 },
    });
    expect(JSON.parse((await folder.planwright("runs", "--json")).stdout)).toEqual([]);
    expect(await folder.planwright("show", runId)).toMatchObject({ code: 2 });
    expect((await folder.planwright("audit", "list")).stdout).toContain("run.removed");
    expect((await folder.planwright("audit", "verify")).code).toBe(0);
  });

  it.for([
    [["gc"], "--older-than"],
    [["gc", "--older-than", "soon"], "Write a number and a unit: 30m, 2h or 7d."],
    [["gc", "--older-than", "-3d"], "Write a number and a unit"],
  ] as const)("%j is refused", async ([argv, says]) => {
    await using folder = await makeFolder();
    const { code, stderr } = await folder.planwright(...argv);
    expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringContaining(says) });
    expect(await folder.list()).toEqual([]);
  });
});

describe("a large output", () => {
  it("is printed as any other, and as its size where it is one of many facts", async () => {
    await using folder = await makeFolder({ "plan.yaml": PLAN, "planwright.config.yaml": CONFIG });
    const text = "long ".repeat(200).trim();
    const ran = await folder.planwright("run", "plan.yaml");
    expect(ran).toMatchObject({ code: 0, stdout: expect.stringContaining(text) });
    const [run] = JSON.parse((await folder.planwright("runs", "--json")).stdout);
    const json = JSON.parse((await folder.planwright("show", run.runId, "--json")).stdout);
    expect(json.output).toMatchObject({ text });
    expect(json.subtasks).toMatchObject([{ output: { text }, outputBytes: expect.any(Number) }]);
    const shown = (await folder.planwright("show", run.runId)).stdout;
    expect(shown).toMatch(/a +render_template +succeeded .*1\.0 kB/);
    expect(shown).toContain(text);
    expect((await folder.planwright("events", run.runId)).stdout).toContain("1.0 kB of JSON");
    const events = JSON.parse((await folder.planwright("events", run.runId, "--json")).stdout);
    expect(JSON.stringify(events.slice(2))).not.toContain("long long");
    expect(
      events.find((event: { type: string }) => event.type === "subtask.succeeded"),
    ).toMatchObject({
      output: null,
      largeOutput: { sha256: expect.stringMatching(/^[0-9a-f]{64}$/), bytes: expect.any(Number) },
    });
  });
});
