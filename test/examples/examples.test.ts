import { readdir, readFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { describe, expect, it } from "vitest";
import { commandsIn } from "./example.ts";

const EXAMPLES = resolve(import.meta.dirname, "../../examples");
const NAMES = await readdir(EXAMPLES);

describe("every example", () => {
  it.each(NAMES)("%s has a short README, with commands and what one sees", async (name) => {
    const page = await readFile(join(EXAMPLES, name, "README.md"), "utf8");
    const commands = page.match(/^```sh$/gm)?.length;
    expect(commandsIn(page)).toHaveLength(commands ?? expect.fail("no commands"));
    const prose = page
      .replaceAll(/^```.*?^```$/gms, "")
      .split("\n")
      .filter(Boolean);
    expect(prose.length).toBeLessThanOrEqual(15);
  });

  it("is run by a test of its name", async () => {
    const tests = await readdir(import.meta.dirname);
    expect(tests).toEqual(expect.arrayContaining(NAMES.map((name) => `${name}.test.ts`)));
  });
});
