import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { Readable, Writable } from "node:stream";
import { pathToFileURL } from "node:url";
import { runCommandLine } from "../../src/cli/command-line.ts";
import type { Screen } from "../../src/cli/io.ts";
import { type Ended, type Started, startPlanwright, startScript } from "./process.ts";

const SOURCE = resolve(import.meta.dirname, "../../src");
const INDEX = pathToFileURL(join(SOURCE, "index.ts")).href;

/** Of a process of a test here; one that takes longer hangs. */
const TIMEOUT = 15_000;

/** What a person has at hand: an empty folder, and the command line in it. */
export type Folder = AsyncDisposable & {
  readonly path: string;
  /** In this process, without a terminal. */
  planwright(...argv: readonly string[]): Promise<Ended>;
  /** In this process, on a terminal of so many columns. */
  onTerminal(columns: number, ...argv: readonly string[]): Promise<Ended>;
  /** In this process, by a person who types these lines, then leaves. */
  byPerson(lines: readonly string[], ...argv: readonly string[]): Promise<Ended>;
  /** In a process of its own. */
  start(argv: readonly string[], env?: Readonly<Record<string, string>>): Started;
  /** Another script than the command line's. */
  startScript(script: string, argv: readonly string[]): Started;
  write(name: string, text: string): Promise<void>;
  read(name: string): Promise<string>;
  /** All that is in it, folders of folders too. */
  list(): Promise<string[]>;
};

/** A fresh folder that is the current one until it is disposed of. */
export async function makeFolder(files: Readonly<Record<string, string>> = {}): Promise<Folder> {
  const path = await mkdtemp(join(tmpdir(), "planwright-cli-"));
  const before = process.cwd();
  process.chdir(path);
  const write = (name: string, text: string) => writeFile(join(path, name), text);
  for (const [name, text] of Object.entries(files)) await write(name, text);
  return {
    path,
    planwright: (...argv) => runHere(argv),
    onTerminal: (columns, ...argv) => runHere(argv, columns),
    byPerson: (lines, ...argv) => runHere(argv, 80, lines),
    start: (argv, env = {}) => startPlanwright(path, argv, { env, timeout: TIMEOUT }),
    startScript: (script, argv) => startScript(path, [script, ...argv], { timeout: TIMEOUT }),
    write,
    read: (name) => readFile(join(path, name), "utf8"),
    list: async () => (await readdir(path, { recursive: true })).toSorted(),
    async [Symbol.asyncDispose]() {
      process.chdir(before);
      await rm(path, { recursive: true, force: true });
    },
  };
}

async function runHere(
  argv: readonly string[],
  columns?: number,
  lines?: readonly string[],
): Promise<Ended> {
  const stdout = collector(columns);
  const stderr = collector(columns);
  const code = await runCommandLine(argv, {
    stdout: stdout.screen,
    stderr: stderr.screen,
    ...(lines && { stdin: Object.assign(Readable.from(typed(lines)), { isTTY: true }) }),
  });
  return { code, stdout: stdout.text(), stderr: stderr.text() };
}

/** One line at a time, as people type: each after the question for it. */
async function* typed(lines: readonly string[]): AsyncGenerator<string> {
  for (const line of lines) {
    await new Promise((done) => setTimeout(done, 20));
    yield `${line}\n`;
  }
}

function collector(columns: number | undefined): { screen: Screen; text: () => string } {
  const parts: string[] = [];
  const stream = new Writable({
    write(chunk: Buffer, _encoding, done) {
      parts.push(chunk.toString());
      done();
    },
  });
  const terminal = columns === undefined ? {} : { isTTY: true, columns, rows: 24 };
  return { screen: Object.assign(stream, terminal), text: () => parts.join("") };
}

/**
 * A module of tools. Its imports are places, not names: the hook by which the names are found
 * works in a process of its own only, not in that of the tests.
 */
export const TOOLS = `
import { setTimeout as sleep } from "node:timers/promises";
import { defineTool, ToolError } from "${INDEX}";
import { z } from "${import.meta.resolve("zod")}";

export const double = defineTool({
  name: "double",
  description: "Twice a number.",
  input: z.object({ n: z.number().describe("The number.") }),
  output: z.object({ n: z.number() }),
  effects: "none",
  run: ({ n }) => ({ n: 2 * n }),
});
export const breaks = defineTool({
  name: "breaks",
  description: "Fails.",
  input: z.object({}),
  output: z.null(),
  effects: "none",
  run: () => {
    throw new ToolError("tool.failed", "It is broken.", { hint: "Mend it." });
  },
});
export const slow = defineTool({
  name: "slow",
  description: "Takes its time, and hears the signal.",
  input: z.object({ ms: z.number(), after: z.number().optional() }),
  output: z.object({ n: z.number() }),
  effects: "read",
  run: async ({ ms }, { signal, log, progress }) => {
    log("begun");
    progress(0.5, "half of it");
    await sleep(ms, undefined, { signal });
    return { n: 1 };
  },
});
`;
