/** An example in a clone of its own, with what its README says one types and sees. */

import { cp, mkdtemp, readFile, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join, resolve } from "node:path";
import { type Ended, startScript } from "../cli/process.ts";

const PROJECT = resolve(import.meta.dirname, "../..");
/** What of a clone examples need beside themselves. */
const SHARED = ["node_modules", "package.json", "schema", "src"];
/** One that takes longer hangs. */
const TIMEOUT = 60_000;

export type Example = AsyncDisposable & {
  readonly path: string;
  /** The commands of the README, in their order. */
  readonly shown: readonly Shown[];
  /** Do what the README says. */
  run(shown: Shown): Promise<Ended>;
};

type Shown = {
  readonly command: string;
  /** On the terminal. */
  readonly output: string;
};

export async function openExample(name: string): Promise<Example> {
  const clone = await mkdtemp(join(tmpdir(), "planwright-example-"));
  const path = join(clone, "examples", name);
  const isSource = (file: string) => basename(file) !== "out";
  await cp(join(PROJECT, "examples", name), path, { recursive: true, filter: isSource });
  for (const one of SHARED) await symlink(join(PROJECT, one), join(clone, one));
  return {
    path,
    shown: commandsIn(await readFile(join(path, "README.md"), "utf8")),
    run: ({ command }) => startCommand(clone, command),
    [Symbol.asyncDispose]: () => rm(clone, { recursive: true }),
  };
}

/** Commands, each with the output that stands below it. */
export function commandsIn(page: string): Shown[] {
  const blocks = page.matchAll(/^```sh\n(.*?)\n```\n\n```text\n(.*?)^```$/gms);
  return [...blocks].map(([, command = "", output = ""]) => ({ command, output }));
}

/** What is the same every time: no ids, no numbers. */
export function masked(text: string): string {
  return text
    .replaceAll(/\b0[0-9a-z]{14}(?:-\d{7})?\b/g, "RUN")
    .replaceAll(/\d[\d.,:]*/g, "#")
    .replaceAll(/# m?s\b/g, "# s");
}

/** How the scripts of package.json, and npm itself, start Node here; and what they leave in the environment. */
const STARTS: readonly (readonly [string, readonly string[], Readonly<Record<string, string>>])[] =
  [
    ["npm exec -- node ", [], { npm_command: "exec" }],
    ["npm run planwright -- ", ["src/cli/main.ts"], script("planwright")],
    ["npm run ask -- ", ["src/cli/main.ts", "ask"], script("ask")],
  ];

function script(name: string) {
  return { npm_lifecycle_event: name, npm_package_name: "planwright" };
}

function startCommand(clone: string, command: string): Promise<Ended> {
  for (const [start, words, env] of STARTS) {
    if (!command.startsWith(start)) continue;
    const rest = [...command.slice(start.length).matchAll(/'([^']*)'|\S+/g)];
    const argv = [...words, ...rest.map(([word, quoted]) => quoted ?? word)];
    return startScript(clone, argv, { env, timeout: TIMEOUT }).ended;
  }
  throw new Error(`It is not known how to start ${command}`);
}
