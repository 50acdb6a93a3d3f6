import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, it } from "vitest";
import { masked, openExample } from "./example.ts";

it("custom-tool prints what its README shows, and every label once", async () => {
  await using example = await openExample("custom-tool");
  for (const shown of example.shown) {
    const { code, stderr, stdout } = await example.run(shown);
    expect(masked(stderr + stdout)).toBe(masked(shown.output));
    expect(code).toBe(0);
  }
  const out = join(example.path, "out");
  const jobs = await Promise.all(
    (await readdir(out)).map((name) => readFile(join(out, name), "utf8")),
  );
  const labels = jobs.map((job) => job.split("\n").length - 1);
  expect(labels.toSorted((a, b) => a - b)).toEqual([2, 3, 3]);
});
