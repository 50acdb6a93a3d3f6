/** The command line in a process of its own, which a test may kill. */

import { type ChildProcess, spawn } from "node:child_process";
import { resolve } from "node:path";

const MAIN = resolve(import.meta.dirname, "../../src/cli/main.ts");

export type Ended = {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
};

export type Started = { readonly child: ChildProcess; readonly ended: Promise<Ended> };

type Surroundings = {
  /** Beside those of this process. */
  readonly env?: Readonly<Record<string, string>>;
  /** After so many milliseconds it is ended; 0 for never. */
  readonly timeout?: number;
};

/** Variables of the one who runs the tests must not decide how they end. */
const UNSET = /^(?:PLANWRIGHT_|ANTHROPIC_|OPENAI_|NO_COLOR$|FORCE_COLOR$|CI$|DEBUG$|npm_)/;
for (const name of Object.keys(process.env)) if (UNSET.test(name)) delete process.env[name];

/** Planwright with these arguments, in this folder. */
export function startPlanwright(
  cwd: string,
  args: readonly string[],
  surroundings: Surroundings = {},
): Started {
  return startScript(cwd, [MAIN, ...args], surroundings);
}

/** @param argv a script of Node's and its arguments */
export function startScript(
  cwd: string,
  argv: readonly string[],
  { env = {}, timeout = 0 }: Surroundings = {},
): Started {
  const child = spawn(process.execPath, argv, {
    cwd,
    env: { ...process.env, ...env },
    stdio: ["ignore", "pipe", "pipe"],
    timeout,
  });
  let stdout = "";
  let stderr = "";
  child.stdout.on("data", (data) => {
    stdout += data;
  });
  child.stderr.on("data", (data) => {
    stderr += data;
  });
  const ended = new Promise<Ended>((done) => {
    child.on("close", (code) => done({ code, stdout, stderr }));
  });
  return { child, ended };
}
