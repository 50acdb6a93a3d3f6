import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, it } from "vitest";
import type { ItemResult } from "../../src/batch.ts";
import { masked, openExample } from "./example.ts";

it("support-triage gives every ticket to a team, as its README shows", async () => {
  await using example = await openExample("support-triage");
  for (const shown of example.shown) {
    const { code, stdout, stderr } = await example.run(shown);
    expect(masked(stderr + stdout)).toBe(masked(shown.output));
    expect(code).toBe(0);
  }
  const read = (name: string) => readFile(join(example.path, name), "utf8");
  const items = (await read("results.jsonl"))
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as ItemResult);
  expect(items.map(({ status }) => status)).toEqual(new Array(20).fill("succeeded"));
  const outputs = items.map(({ output }) => output as { label: string; file: string | null });
  expect(outputs.filter(({ file }) => file === null).map(({ label }) => label)).toEqual([
    "spam",
    "spam",
  ]);
  expect(await read("out/tickets/T-001.md")).toContain(
    "- R-1003: 240 EUR, paid\n\n> I was charged",
  );
  expect(await read("out/tickets/T-013.md")).toMatch(/^For a person to read: billing it may be/);
});
