import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";

const ROOT = join(import.meta.dirname, "../..");
const read = (path: string) => readFileSync(join(ROOT, path), "utf8");

const { scripts } = JSON.parse(read("bench/package.json")) as {
  readonly scripts: Readonly<Record<string, string>>;
};

it.each(Object.keys(scripts))("says what `npm run bench %s` gave", (name) => {
  expect(read("docs/performance.md")).toContain(`npm run bench ${name}\``);
});

it.each(Object.values(scripts))("has the program of %s", (command) => {
  const [program, file = ""] = command.split(" ");
  expect(program).toBe("node");
  expect(() => read(join("bench", file))).not.toThrow();
});
