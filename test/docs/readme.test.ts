import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, it } from "vitest";

const PROJECT = join(import.meta.dirname, "../..");
const MAIN = join(PROJECT, "src/cli/main.ts");

it("the README shows the plan that its goal gets, and what it answers is a number of words", async () => {
  const page = await readFile(join(PROJECT, "README.md"), "utf8");
  const goal = /npm run ask -- "([^"]+)"/.exec(page)?.[1] ?? "";
  const run = (...args: string[]) =>
    promisify(execFile)(process.execPath, [MAIN, ...args], { cwd: PROJECT });
  const { stdout: plan } = await run("plan", goal);
  expect(page).toContain(plan.trim());
  const { stdout: answer } = await run("ask", goal, "--quiet", "--journal", "memory:");
  expect(Number(answer)).toBeGreaterThan(500);
});
