/** The path that the page describes is walked: its files, its command, what it prints. */

import { mkdir, readFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { expect, it } from "vitest";
import { ADAPTERS } from "../../src/evals/adapters/all.ts";
import { PLAN_SCORERS } from "../../src/evals/scorers/plan-scores.ts";
import { SUCCESS_SCORERS } from "../../src/evals/scorers/success.ts";
import { makeFolder } from "../cli/folder.ts";

const PAGE = await readFile(resolve(import.meta.dirname, "../../docs/evals.md"), "utf8");
const FILES = [...PAGE.matchAll(/^```\w+ (\S+)\n(.*?)^```$/gms)];

it("a suite of five goals with own tools works as it stands there", async () => {
  expect(FILES.map(([, name]) => name)).toEqual([
    "tools.ts",
    "suite.yaml",
    "goals.jsonl",
    "files/note.txt",
  ]);
  await using folder = await makeFolder();
  for (const [, name = "", text = ""] of FILES) {
    await mkdir(dirname(join(folder.path, name)), { recursive: true });
    await folder.write(name, text);
  }
  // In a process of its own, in which modules find planwright and zod.
  const { code, stdout } = await folder.start(["eval", "suite.yaml"]).ended;
  const [shown = ""] = /(?<=^```text\n)shop: .*?(?=^```$)/ms.exec(PAGE) ?? [];
  // Columns are as wide as the times in them.
  const narrow = (text: string) => text.replaceAll(/ +/g, " ");
  expect(shown).not.toBe("");
  expect(narrow(stdout).slice(0, narrow(shown).length)).toBe(narrow(shown));
  expect(code).toBe(0);
});

it("the page has every scorer and every adapter", () => {
  for (const { name } of [...PLAN_SCORERS, ...SUCCESS_SCORERS])
    expect(PAGE).toContain(`\`${name}\``);
  for (const { name, scorers } of ADAPTERS) {
    expect(PAGE).toContain(`| \`${name}\` |`);
    for (const scorer of scorers) expect(PAGE).toContain(`\`${scorer.name.split(".").at(-1)}\``);
  }
});
