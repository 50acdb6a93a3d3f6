import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, it } from "vitest";
import { openExample } from "./example.ts";

/** The branches run side by side, so their lines come in any order. */
function linesOf(text: string): string[] {
  return text
    .replaceAll(/\b0[0-9a-z]{14}\b/g, "RUN")
    .replaceAll(/ in [\d.]+ m?s$/gm, " in TIME")
    .trimEnd()
    .split("\n")
    .sort();
}

it("research-brief refines its brief, and goes on without what is late", async () => {
  await using example = await openExample("research-brief");
  for (const shown of example.shown) {
    const { code, stdout, stderr } = await example.run(shown);
    expect(linesOf(`${stderr}${stdout}`)).toEqual(linesOf(shown.output));
    expect(code).toBe(0);
  }
  const brief = await readFile(join(example.path, "out/brief.md"), "utf8");
  for (const note of ["engineer", "fishermen", "households", "treasurer"]) {
    expect(brief).toContain(`[${note}.md]`);
  }
  expect(brief.split(/\s+/).length).toBeLessThanOrEqual(200);
});
