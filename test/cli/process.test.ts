import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { RunResult } from "../../src/index.ts";
import { type Folder, makeFolder, TOOLS } from "./folder.ts";

const SLOW = `
goal: take some time
subtasks:
  - { id: first, tool: slow, input: { ms: 400 } }
  - { id: second, tool: slow, input: { ms: 1, after: "\${first.n}" } }
output: "\${second.n}"
`;
/** Long enough for a request to be noticed. */
const NOTICED = SLOW.replace("400", "1500");
const LONG = SLOW.replace("400", "30000");
const FILES = { "tools.ts": TOOLS, "slow.yaml": SLOW, "noticed.yaml": NOTICED, "long.yaml": LONG };

/** What a careless tool does: nobody waits for this. */
const LETS_GO = 'setTimeout(() => { throw new Error("let go of"); }, 50);';

const RUN = (file: string) => ["run", file, "--tools", "tools.ts"];

/** Start a run and wait until its first subtask is under way. */
async function startRun(folder: Folder, file: string) {
  const started = folder.start(RUN(file));
  await untilSaid(started.child, "first: begun");
  return started;
}

async function untilSaid(child: ChildProcess, what: string): Promise<void> {
  for (let said = ""; !said.includes(what); ) {
    const [chunk] = (await once(child.stderr ?? child, "data")) as [Buffer];
    said += chunk.toString();
  }
}

async function newestRun(folder: Folder): Promise<RunResult> {
  const { stdout } = await folder.planwright("runs", "--json", "--limit", "1");
  return (JSON.parse(stdout) as RunResult[])[0] as RunResult;
}

describe("Ctrl-C", () => {
  it("pauses: what runs may finish, and the command printed goes on from there", async () => {
    await using folder = await makeFolder(FILES);
    const { child, ended } = await startRun(folder, "slow.yaml");
    child.kill("SIGINT");
    const { code, stdout, stderr } = await ended;
    expect({ code, stdout }).toEqual({ code: 130, stdout: "" });
    expect(stderr).toContain("press Ctrl-C again to cancel");
    const { runId, status } = await newestRun(folder);
    expect(status).toBe("paused");
    const command = `planwright resume ${runId} --tools tools.ts`;
    expect(stderr).toContain(`paused; to go on: ${command}\n`);

    const [, ...argv] = command.split(" ");
    const resumed = await folder.planwright(...argv, "--json", "--quiet");
    const { output, subtasks } = JSON.parse(resumed.stdout) as RunResult;
    expect({ code: resumed.code, output }).toEqual({ code: 0, output: 1 });
    expect(subtasks.map(({ attempts }) => attempts)).toEqual([1, 1]);
  });

  it("pressed again cancels", async () => {
    await using folder = await makeFolder(FILES);
    const { child, ended } = await startRun(folder, "long.yaml");
    child.kill("SIGINT");
    await untilSaid(child, "pausing");
    // Sooner, it would be an echo of the first.
    await new Promise((done) => setTimeout(done, 250));
    child.kill("SIGINT");
    expect((await ended).code).toBe(130);
    expect((await newestRun(folder)).status).toBe("cancelled");
  });

  it("is what SIGTERM does, too, with an exit code of its own", async () => {
    await using folder = await makeFolder(FILES);
    const { child, ended } = await startRun(folder, "slow.yaml");
    child.kill("SIGTERM");
    expect((await ended).code).toBe(143);
    expect((await newestRun(folder)).status).toBe("paused");
  });
});

describe("cancel", () => {
  it("ends a run of another process, which then exits with 6", async () => {
    await using folder = await makeFolder(FILES);
    const { ended } = await startRun(folder, "long.yaml");
    const { runId } = await newestRun(folder);
    expect((await folder.planwright("cancel", runId)).code).toBe(0);
    const { code, stderr } = await ended;
    expect({ code, cancelled: stderr.includes("cancelled first") }).toEqual({
      code: 6,
      cancelled: true,
    });
    expect((await newestRun(folder)).status).toBe("cancelled");
  });
});

describe("pause", () => {
  it("stops a run of another process, which then exits with 5, and leaves it to be resumed", async () => {
    await using folder = await makeFolder(FILES);
    const { ended } = await startRun(folder, "noticed.yaml");
    const { runId } = await newestRun(folder);
    expect((await folder.planwright("pause", runId)).stderr).toContain(
      `planwright resume ${runId}`,
    );
    expect(await ended).toMatchObject({ code: 5 });
    expect((await newestRun(folder)).status).toBe("paused");
    expect((await folder.planwright("pause", runId)).stderr).toContain("stands still");
    expect((await folder.planwright("resume", runId, "--tools", "tools.ts")).code).toBe(0);
    expect(await folder.planwright("pause", runId)).toMatchObject({ code: 2 });
  });
});

describe("on a Node that is too old", () => {
  const OLD = join(import.meta.dirname, "old-node-process.ts");

  it("the same is done on the Node that npm installed beside it, to the exit code", async () => {
    await using folder = await makeFolder();
    const argv = ["ask", "two words", "--json"];
    const { code, stdout } = await folder.startScript(OLD, argv).ended;
    expect(code).toBe(3);
    expect(JSON.parse(stdout)).toEqual({ argv, node: expect.stringMatching(/^2[4-9]\./) });
  });

  it("Ctrl-C reaches the one that works", async () => {
    await using folder = await makeFolder();
    const { child, ended } = folder.startScript(OLD, ["wait"]);
    await once(child.stdout ?? child, "data");
    child.kill("SIGINT");
    expect((await ended).code).toBe(130);
  });

  it("it does not try for ever", async () => {
    await using folder = await makeFolder();
    const { code, stderr } = await folder.startScript(OLD, ["too-old-again"]).ended;
    expect(code).toBe(2);
    expect(stderr).toMatch(/^error: planwright needs Node 24.*\nhint: .*npx/);
  });
});

describe("a process", () => {
  it("survives a reader who has seen enough, and finishes its run", async () => {
    await using folder = await makeFolder(FILES);
    const { child, ended } = folder.start([...RUN("slow.yaml"), "--events"]);
    child.stdout?.destroy();
    expect((await ended).code).toBe(0);
    expect((await newestRun(folder)).status).toBe("succeeded");
  });

  it("exits although something a tool began goes on", async () => {
    await using folder = await makeFolder({
      ...FILES,
      "tools.ts": `${TOOLS}\nsetInterval(() => {}, 1000);\n`,
    });
    expect(await folder.start([...RUN("slow.yaml"), "--quiet"]).ended).toMatchObject({
      code: 0,
      stdout: "1\n",
    });
  });

  it("ends with 1 when something let go of fails, and its run can be resumed", async () => {
    const tools = TOOLS.replace('log("begun");', LETS_GO);
    await using folder = await makeFolder({ ...FILES, "tools.ts": tools });
    const { code, stdout, stderr } = await folder.start(RUN("long.yaml")).ended;
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
    expect(stderr).toContain("error: let go of\n");
    expect(await newestRun(folder)).toMatchObject({ status: "paused", reason: "interrupted" });
  });

  it("reads .env, and what the environment says wins", async () => {
    await using folder = await makeFolder({ ".env": "PLANWRIGHT_MODEL=openai:some-model\n" });
    const asked = await folder.start(["ask", "x", "--json"]).ended;
    expect(JSON.parse(asked.stdout)).toMatchObject({ error: { code: "model.key_missing" } });
    const env = { PLANWRIGHT_MODEL: "acme:one" };
    const other = await folder.start(["ask", "x", "--json"], env).ended;
    expect(JSON.parse(other.stdout)).toMatchObject({ error: { code: "model.unknown" } });
  });
});
