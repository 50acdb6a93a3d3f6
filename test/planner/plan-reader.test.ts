import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { PlanReader } from "../../src/planner/plan-reader.ts";

/** The subtasks told after each piece. */
function read(pieces: readonly string[]): unknown[][] {
  const reader = new PlanReader();
  return pieces.flatMap((piece) => {
    const text = reader.read(piece);
    return text === undefined ? [] : [(JSON.parse(text) as { subtasks: unknown[] }).subtasks];
  });
}

describe("an answer that is being written", () => {
  it("gives its subtasks as soon as each is complete, wherever it is cut", () => {
    const subtask = fc.record({ id: fc.string(), input: fc.jsonValue({ maxDepth: 3 }) });
    fc.assert(
      fc.property(
        fc.array(subtask, { maxLength: 5 }),
        fc.record({ cannot: fc.constantFrom(null, "subtasks", '"[{'), output: fc.jsonValue() }),
        fc.constantFrom("", "Here it is:\n```json\n", '<think>[{ "subtasks": [{}] }</think>\n'),
        fc.integer({ min: 1, max: 7 }),
        fc.boolean(),
        (subtasks, rest, before, length, isIndented) => {
          const whole = { ...rest, subtasks, more: [{ id: "not a subtask" }] };
          const text = before + JSON.stringify(whole, null, isIndented ? 2 : 0);
          const pieces = text.match(new RegExp(`[^]{1,${length}}`, "g")) ?? [];
          const told = read(pieces);
          expect(told.at(-1) ?? []).toEqual(subtasks);
          for (const [at, some] of told.entries()) {
            expect(some).toEqual(subtasks.slice(0, some.length));
            expect(some.length).toBeGreaterThan(told[at - 1]?.length ?? 0);
          }
        },
      ),
      { numRuns: 500, seed: 1 },
    );
  });

  it("gives nothing of an answer that has none", () => {
    expect(read(["I ", "cannot [do] {that}", '"subtasks": [{}]'])).toEqual([]);
    expect(read(['{"cannot": "no", "other": {"subtasks": [{}]}}'])).toEqual([]);
    expect(read(['{"subtasks": [{"id": "a"'])).toEqual([]);
    expect(read(["<think>", '{"subtasks": [{"id": "a"}]}'])).toEqual([]);
  });
});
