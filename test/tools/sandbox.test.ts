import { spawn } from "node:child_process";
import { once } from "node:events";
import { describe, expect, it } from "vitest";
import { ToolError } from "../../src/base/errors.ts";
import { runSandboxed } from "../../src/tools/sandbox.ts";
import { workspaceWith } from "./builtin/files.ts";

const what = "The search";

/** A search that never ends, on a file that holds what makes it so. */
function endless(real: string) {
  return {
    files: [{ path: "a.txt", real }],
    query: "^(a+)+$",
    match: "regex",
    caseSensitive: true,
    limit: 1,
    maxBytes: 1000,
  };
}

describe("the sandbox", () => {
  it("ends work at its limit of time", async () => {
    await using files = await workspaceWith({ "a.txt": `${"a".repeat(60)}!` });
    const order = endless(`${files.workspace}/a.txt`);
    const signal = new AbortController().signal;
    const running = runSandboxed("search-files", order, { signal, limitMs: 200, what });
    const error = await running.catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(ToolError);
    expect((error as ToolError).code).toBe("tool.limit");
    expect((error as ToolError).message).toBe("The search did not finish within 200 ms.");
  });

  it("does not begin when the attempt is over already", async () => {
    const signal = AbortSignal.abort(new Error("over"));
    await expect(runSandboxed("calculate", "1", { signal, limitMs: 1000, what })).rejects.toThrow(
      "over",
    );
  });

  it("ends with its parent, even one that is killed", async () => {
    await using files = await workspaceWith({ "a.txt": `${"a".repeat(60)}!` });
    const order = JSON.stringify(endless(`${files.workspace}/a.txt`));
    const sandbox = new URL("../../src/tools/sandbox-process.ts", import.meta.url).pathname;
    const parent = spawn(process.execPath, [
      "--input-type=module",
      "--eval",
      `const { fork } = await import("node:child_process");
       const child = fork(${JSON.stringify(sandbox)}, [], { serialization: "advanced" });
       child.send({ module: "search-files", input: ${order} });
       console.log(child.pid);`,
    ]);
    const [pid] = (await once(parent.stdout, "data")) as [Buffer];
    parent.kill("SIGKILL");
    await once(parent, "exit");
    const isAlive = () => {
      try {
        return process.kill(Number(pid), 0);
      } catch {
        return false;
      }
    };
    await expect.poll(isAlive, { timeout: 5_000 }).toBe(false);
  });
});
