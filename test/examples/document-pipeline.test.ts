import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, it } from "vitest";
import type { ItemResult } from "../../src/batch.ts";
import { masked, openExample } from "./example.ts";

it("document-pipeline survives the kill that its README shows", { timeout: 60_000 }, async () => {
  await using example = await openExample("document-pipeline");
  for (const shown of example.shown) {
    const { code, stdout, stderr } = await example.run(shown);
    expect(masked(stderr + stdout)).toBe(masked(shown.output));
    expect(code).toBe(0);
    expect(stdout).toMatch(/^documents +24 = 22 finished \+ 2 dead letters$/m);
    expect(stdout).toMatch(/^documents +24 = 24 finished \+ 0 dead letters$/m);
    expect(stdout).toMatch(/^cards +22; of the (\d+) from before the kill \1 are the same/m);
  }
  const results = await readFile(join(example.path, "out/results.jsonl"), "utf8");
  const items = results
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as ItemResult);
  expect(items.map(({ item }) => item)).toEqual(Array.from({ length: 24 }, (_, k) => k + 1));
  expect(items.filter(({ status }) => status === "failed").map(({ item }) => item)).toEqual([
    7, 18,
  ]);
  const card = await readFile(join(example.path, "out/cards/wool.md"), "utf8");
  expect(card).toContain("- Organisations: Nordic Wool Ltd. (textiles, Trondheim)");
});
