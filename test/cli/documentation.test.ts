import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { describe, expect, it } from "vitest";
import { readConfig } from "../../src/cli/config.ts";
import { makeFolder } from "./folder.ts";

const PAGE = resolve(import.meta.dirname, "../../docs/command-line.md");

const COMMANDS = [
  ["ask"],
  ["plan"],
  ["run"],
  ["validate"],
  ["runs"],
  ["show"],
  ["batches"],
  ["report"],
  ["events"],
  ["resume"],
  ["restart"],
  ["approve"],
  ["deny"],
  ["pause"],
  ["cancel"],
  ["dead-letters", "list"],
  ["dead-letters", "show"],
  ["dead-letters", "retry"],
  ["dead-letters", "resolve"],
  ["dead-letters", "discard"],
  ["audit", "list"],
  ["audit", "verify"],
  ["gc"],
  ["eval"],
  ["tools", "list"],
  ["tools", "show"],
  ["schema"],
  ["plan-cache", "list"],
  ["plan-cache", "clear"],
  ["doctor"],
];

function flagsIn(text: string): Set<string> {
  return new Set([...text.matchAll(/(?<=[\s`(])--[a-z][a-z-]+/g)].map(([flag]) => flag));
}

describe("the documentation of the command line", () => {
  it("has every flag that the commands offer, and no other", async () => {
    await using folder = await makeFolder();
    const helps = await Promise.all(
      COMMANDS.map(async (command) => (await folder.planwright(...command, "--help")).stdout),
    );
    expect(flagsIn(await readFile(PAGE, "utf8"))).toEqual(flagsIn(helps.join("\n")));
  });

  it("has every command that the help lists, and no other", async () => {
    await using folder = await makeFolder();
    const { stdout } = await folder.planwright("--help");
    const listed = [...stdout.matchAll(/^ {2}([a-z-]+) .*/gm)].map(([, name]) => name);
    const commands = [...new Set(COMMANDS.map(([name]) => name))];
    expect(listed.filter((name) => name !== "help")).toEqual(commands);
    const page = await readFile(PAGE, "utf8");
    for (const command of COMMANDS) expect(page).toContain(`\`${command.join(" ")}`);
  });

  it("shows a configuration that is one", async () => {
    const page = await readFile(PAGE, "utf8");
    const example = /```yaml\n(.*?)```/s.exec(page)?.[1] ?? "";
    await using folder = await makeFolder({ "planwright.config.yaml": example });
    const config = await readConfig("planwright.config.yaml");
    expect(folder.path).toBeDefined();
    expect(Object.keys(config)).toHaveLength(22);
  });
});
