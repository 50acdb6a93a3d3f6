/** For a Node that is too old: do the same on the one that npm installed beside us. */

import { spawn } from "node:child_process";
import { createRequire } from "node:module";
import { constants } from "node:os";

/** Says to the process that we start that it was started so: the newer one may be missing. */
const MARK = "PLANWRIGHT_NODE_TRIED";
const FORWARDED = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/** Run this very command on the Node of the `node` package, and end as it ends. */
export function runOnNewerNode(needed: number): void {
  const node = findNode();
  if (node === undefined || process.env[MARK] !== undefined) {
    process.stderr.write(
      `error: planwright needs Node ${needed}, and this is Node ${process.versions.node}.\n` +
        `hint: Run it with npx, which finds the Node that was installed with it, or install Node ${needed}.\n`,
    );
    process.exitCode = 2;
    return;
  }
  const child = spawn(node, [...process.execArgv, ...process.argv.slice(1)], {
    stdio: "inherit",
    env: { ...process.env, [MARK]: "1" },
  });
  // The terminal may have told the child already; it takes two of a kind at once for one.
  for (const signal of FORWARDED) process.on(signal, () => child.kill(signal));
  child.on("error", (error) => {
    process.stderr.write(`error: ${node} could not be started: ${error.message}\n`);
    process.exitCode = 1;
  });
  child.on("exit", (code, signal) => {
    process.exitCode = code ?? 128 + (signal === null ? 0 : constants.signals[signal]);
  });
}

function findNode(): string | undefined {
  try {
    return createRequire(import.meta.url).resolve("node/bin/node");
  } catch {
    return undefined;
  }
}
