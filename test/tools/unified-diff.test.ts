import { applyPatch } from "diff";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { changesBetween, renderUnified } from "../../src/tools/unified-diff.ts";

const LABELS = { before: "old", after: "new" };
const text = (lines: readonly string[]) => lines.map((line) => `${line}\n`).join("");

describe("the unified diff", () => {
  it("turns the first text into the second when it is applied", async () => {
    const lines = fc.array(fc.constantFrom("a", "b", "c", "d", ""), { maxLength: 40 });
    await fc.assert(
      fc.asyncProperty(lines, lines, async (before, after) => {
        const diff = await renderUnified(await changesBetween(before, after), LABELS);
        if (text(before) === text(after)) expect(diff).toBe("");
        else expect(applyPatch(text(before), diff)).toBe(text(after));
      }),
      { numRuns: 300 },
    );
  });

  it("shows three lines around a change, and far changes apart", async () => {
    const before = Array.from({ length: 20 }, (_, index) => `line ${index + 1}`);
    const after = before.with(4, "line five").toSpliced(16, 1);
    expect(await renderUnified(await changesBetween(before, after), LABELS)).toBe(
      [
        "--- old",
        "+++ new",
        "@@ -2,7 +2,7 @@",
        " line 2",
        " line 3",
        " line 4",
        "-line 5",
        "+line five",
        " line 6",
        " line 7",
        " line 8",
        "@@ -14,7 +14,6 @@",
        " line 14",
        " line 15",
        " line 16",
        "-line 17",
        " line 18",
        " line 19",
        " line 20",
        "",
      ].join("\n"),
    );
  });

  it("stays a right one when there are too many differences to find the shortest", async () => {
    const numbered = (name: string) =>
      Array.from({ length: 4000 }, (_, index) => `${name} ${index}`);
    const before = ["same", ...numbered("old"), "end"];
    const after = ["same", ...numbered("new"), "end"];
    const changes = await changesBetween(before, after);
    expect(changes.map(({ kind, values }) => [kind, values.length])).toEqual([
      ["same", 1],
      ["removed", 4000],
      ["added", 4000],
      ["same", 1],
    ]);
    expect(applyPatch(text(before), await renderUnified(changes, LABELS))).toBe(text(after));
  });

  it("stays a short one when many small differences are strewn over a long text", async () => {
    const before = Array.from({ length: 20_000 }, (_, index) => `line ${index}`);
    const after = before.map((line, index) => (index % 5 === 0 ? `${line}, changed` : line));
    const changes = await changesBetween(before, after);
    const count = (kind: string) =>
      changes.filter((change) => change.kind === kind).flatMap(({ values }) => values).length;
    expect([count("removed"), count("added"), count("same")]).toEqual([4_000, 4_000, 16_000]);
    expect(text(changes.flatMap((one) => (one.kind === "added" ? [] : one.values)))).toBe(
      text(before),
    );
    expect(text(changes.flatMap((one) => (one.kind === "removed" ? [] : one.values)))).toBe(
      text(after),
    );
  });

  it("keeps beginning and end where nothing in between is unlike the rest", async () => {
    const halves = (first: string, second: string) =>
      Array.from({ length: 6_000 }, (_, index) => (index % 2 === 0 ? first : second));
    const before = [...halves("a", "b"), ...halves("c", "d"), ...halves("a", "b")];
    const after = [...halves("a", "b"), ...halves("x", "y"), ...halves("a", "b")];
    const changes = await changesBetween(before, after);
    expect(changes.map(({ kind, values }) => [kind, values.length])).toEqual([
      ["same", 6_000],
      ["removed", 6_000],
      ["added", 6_000],
      ["same", 6_000],
    ]);
  });
});
