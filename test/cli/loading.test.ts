import { describe, expect, it } from "vitest";
import { makeFolder } from "./folder.ts";

const RECORDER = new URL("loading-process.ts", import.meta.url).href;

/** The packages that a command loads, and the files of ours. */
async function loadedBy(...argv: readonly string[]) {
  await using folder = await makeFolder({ "notes.txt": "one two three" });
  const env = { NODE_OPTIONS: `--import=${RECORDER}` };
  const { code, stderr } = await folder.start(argv, env).ended;
  expect(code, stderr).toBe(0);
  const urls = JSON.parse(await folder.read("loaded.json")) as string[];
  const packages = urls.flatMap(
    (url) => /.*\/node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(url)?.[1] ?? [],
  );
  const files = urls.flatMap((url) => /\/src\/(.*)$/.exec(url)?.[1] ?? []);
  return { packages, files };
}

/** What takes longer to load than a small goal takes to answer, or is seldom wanted. */
const HEAVY = [
  "@anthropic-ai/sdk",
  "openai",
  "mathjs",
  "compromise",
  "unpdf",
  "mammoth",
  "linkedom",
  "html-to-text",
  "liquidjs",
  "jsonata",
  "chrono-node",
  "undici",
  "log-update",
  "yaml",
];

describe("a small goal waits for nothing that it does not need", () => {
  it("help loads the parser of arguments and no engine", async () => {
    const { packages, files } = await loadedBy("--help");
    expect(new Set(packages)).toEqual(new Set(["commander", "picocolors"]));
    expect(files.filter((file) => !/^(?:cli|base|plan)\//.test(file))).toEqual([]);
    expect(files.filter((file) => file.startsWith("cli/commands/"))).toEqual([]);
  });

  it("ask loads its own command, the embedded planner, and no heavy package", async () => {
    const { packages, files } = await loadedBy("ask", "Count the words of notes.txt");
    expect(packages.filter((name) => HEAVY.includes(name))).toEqual([]);
    expect(files.filter((file) => file.startsWith("cli/commands/"))).toEqual([
      "cli/commands/ask.ts",
    ]);
    expect(files).not.toContain("planner/model-planner.ts");
  });

  it("a look back loads no planner and no tools", async () => {
    const { packages, files } = await loadedBy("runs");
    expect(packages.filter((name) => HEAVY.includes(name))).toEqual([]);
    expect(files.filter((file) => /^(?:planner|tools\/builtin)\//.test(file))).toEqual([]);
  });
});
