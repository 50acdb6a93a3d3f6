import { type ExecFileException, execFile } from "node:child_process";
import {
  access,
  constants,
  cp,
  mkdir,
  mkdtempDisposable,
  readdir,
  readFile,
  symlink,
  writeFile,
} from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, dirname, join, resolve, sep } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

const PROJECT = resolve(import.meta.dirname, "../..");
const INSTALLED = join(PROJECT, "node_modules");
/** All that the package is made from; the build finds its compiler in `node_modules`. */
const INGREDIENTS = [
  "package.json",
  "tsconfig.json",
  "tsconfig.build.json",
  "src",
  "schema",
  "README.md",
  "CHANGELOG.md",
  "LICENSE",
];

const LIBRARY_USE = `
import { createPlanwright, defineTool, type RunResult } from "planwright";
import { z } from "zod";

const shout = defineTool({
  name: "shout",
  description: "Says it louder.",
  input: z.object({ text: z.string() }),
  output: z.object({ text: z.string() }),
  effects: "none",
  run: ({ text }) => ({ text: text.toUpperCase() }),
});

defineTool({
  name: "mistyped",
  description: "Shows that the types are there: what does not fit is an error.",
  input: z.object({ text: z.string() }),
  output: z.object({ length: z.number() }),
  // @ts-expect-error a string is not a number
  run: ({ text }) => ({ length: text }),
});

const planwright = createPlanwright({ tools: [shout], journal: "memory:", env: {} });
const run = planwright.run({
  goal: "shout",
  subtasks: [{ id: "one", tool: "shout", input: { text: "\${inputs.word}" } }],
  inputs: { word: { type: "string" } },
  output: "\${one.text}",
}, { inputs: { word: "hello" } });
const types: string[] = [];
for await (const event of run.events()) types.push(event.type);
const result: RunResult = await run.result();
console.log(JSON.stringify({ status: result.status, output: result.output, last: types.at(-1) }));
`;

const USER_CONFIG = {
  compilerOptions: {
    target: "es2024",
    lib: ["es2024", "esnext.disposable"],
    module: "nodenext",
    types: ["node"],
    strict: true,
    exactOptionalPropertyTypes: true,
    noEmit: true,
  },
  include: ["main.ts"],
};

type Manifest = {
  readonly version: string;
  readonly bin: { readonly planwright: string };
  readonly dependencies: Readonly<Record<string, string>>;
};

async function readManifest(folder: string): Promise<Manifest> {
  return JSON.parse(await readFile(join(folder, "package.json"), "utf8")) as Manifest;
}

type Ended = { readonly code: number; readonly stdout: string; readonly stderr: string };

function start(file: string, args: readonly string[], cwd: string, path?: string): Promise<Ended> {
  const env = path === undefined ? process.env : { ...process.env, PATH: path };
  return new Promise((settle) => {
    const end = (error: ExecFileException | null, stdout: string, stderr: string) =>
      settle({ code: error === null ? 0 : Number(error.code ?? 1), stdout, stderr });
    execFile(file, args, { cwd, env, timeout: 60_000 }, end);
  });
}

async function succeed(file: string, args: readonly string[], cwd: string): Promise<string> {
  const { code, stdout, stderr } = await start(file, args, cwd);
  expect(code, `${file} ${args.join(" ")}\n${stdout}\n${stderr}`).toBe(0);
  return stdout;
}

/** `npm pack` on a copy, so that nobody's `dist` is touched. @returns the tarball */
async function pack(folder: string): Promise<string> {
  const copy = join(folder, "source");
  for (const name of INGREDIENTS) {
    await cp(join(PROJECT, name), join(copy, name), { recursive: true });
  }
  await symlink(INSTALLED, join(copy, "node_modules"));
  await succeed("npm", ["pack", "--pack-destination", folder], copy);
  const tarball = (await readdir(folder)).find((name) => name.endsWith(".tgz"));
  return join(folder, tarball ?? "no tarball");
}

/**
 * The tarball as `npm install` would place it in another project, but without asking a
 * registry: dependencies are links to those that this project has. Development
 * dependencies are not among them.
 */
async function install(tarball: string, app: string): Promise<void> {
  const home = join(app, "node_modules/planwright");
  const bin = join(app, "node_modules/.bin");
  await mkdir(home, { recursive: true });
  await mkdir(bin);
  await succeed("tar", ["-xzf", tarball, "-C", home, "--strip-components=1"], app);
  const manifest = await readManifest(home);
  for (const name of [...Object.keys(manifest.dependencies), "@types/node"]) {
    const link = join(app, "node_modules", name);
    await mkdir(dirname(link), { recursive: true });
    await symlink(join(INSTALLED, name), link);
  }
  await symlink(join(home, manifest.bin.planwright), join(bin, "planwright"));
  await symlink(join(INSTALLED, "node/bin/node"), join(bin, "node"));
}

/** The PATH of a user's shell: without what npm adds for the scripts of this project. */
function shellPath(): string {
  const folders = (process.env["PATH"] ?? "").split(delimiter);
  return folders.filter((folder) => !folder.includes(`node_modules${sep}.bin`)).join(delimiter);
}

describe("the package, installed elsewhere", () => {
  let temporary: Awaited<ReturnType<typeof mkdtempDisposable>> | undefined;
  let app = "";

  beforeAll(async () => {
    temporary = await mkdtempDisposable(join(tmpdir(), "planwright-package-"));
    app = join(temporary.path, "app");
    await mkdir(app);
    await install(await pack(temporary.path), app);
    await writeFile(join(app, "package.json"), JSON.stringify({ name: "app", type: "module" }));
    await writeFile(join(app, "tsconfig.json"), JSON.stringify(USER_CONFIG));
    await writeFile(join(app, "main.ts"), LIBRARY_USE);
    await writeFile(join(app, "notes.txt"), "one two three four five");
  }, 120_000);

  afterAll(() => temporary?.remove());

  const planwright = (...args: readonly string[]) =>
    start("npx", ["--no", "planwright", "--", ...args], app, shellPath());

  it("contains what is built and what a reader needs, and nothing else", async () => {
    const home = join(app, "node_modules/planwright");
    const top = (await readdir(home)).toSorted();
    expect(top).toEqual(["CHANGELOG.md", "LICENSE", "README.md", "dist", "package.json", "schema"]);
    const built = await readdir(join(home, "dist"), { recursive: true });
    expect(built.filter((name) => name.endsWith(".ts") && !name.endsWith(".d.ts"))).toEqual([]);
    await access(join(home, "dist/cli/main.js"), constants.X_OK);
  });

  it("has types that fit what it does, and refuse what does not fit", async () => {
    await succeed(process.execPath, [join(INSTALLED, "typescript/bin/tsc")], app);
  });

  it("runs a plan with a tool of the user's own", async () => {
    const stdout = await succeed(process.execPath, ["main.ts"], app);
    expect(JSON.parse(stdout)).toEqual({
      status: "succeeded",
      output: "HELLO",
      last: "run.completed",
    });
  });

  it("brings its command line, on the Node that it brings too", async () => {
    const { version } = await readManifest(PROJECT);
    const { code, stdout, stderr } = await planwright("--version");
    expect(code, stderr).toBe(0);
    expect(stdout.trim()).toBe(version);
  });

  it.each([
    ["reads a file", "Count the words of notes.txt", /\b5\b/],
    [
      "calculates in its worker",
      "What is 17% of 2,340 plus the square root of 1764?",
      /\b439\.8\b/,
    ],
  ])("%s without a model", async (_, goal, answer) => {
    const { code, stdout, stderr } = await planwright("ask", goal);
    expect(code, stderr).toBe(0);
    expect(stdout).toMatch(answer);
  });
});
