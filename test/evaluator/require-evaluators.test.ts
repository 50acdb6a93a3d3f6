import { describe, expect, it } from "vitest";
import { InputError } from "../../src/base/errors.ts";
import type { OwnEvaluator } from "../../src/evaluator/evaluator.ts";
import { requireEvaluators } from "../../src/evaluator/require-evaluators.ts";

const evaluate = () => ({ score: 1 });

function placesOf(own: readonly unknown[]): string[] {
  try {
    requireEvaluators(own as readonly OwnEvaluator[]);
    return [];
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    expect(error.issues.every(({ code }) => code === "input.invalid")).toBe(true);
    return error.issues.map(({ path }) => path);
  }
}

describe("evaluators of the user's own", () => {
  it.each<[string, readonly unknown[], string[]]>([
    ["a name with a space", [{ name: "H x", evaluate }], ["evaluators[0].name"]],
    ["no name", [{ evaluate }], ["evaluators[0].name"]],
    [
      "a name twice",
      [
        { name: "a", evaluate },
        { name: "a", evaluate },
      ],
      ["evaluators[1].name"],
    ],
    ["nothing to ask", [{ name: "a" }], ["evaluators[0].evaluate"]],
    ["no time at all", [{ name: "a", evaluate, timeout: "0s" }], ["evaluators[0].timeout"]],
    ["a time without a unit", [{ name: "a", evaluate, timeout: 5 }], ["evaluators[0].timeout"]],
  ])("with %s are refused, with the place", (_what, own, places) => {
    expect(placesOf(own)).toEqual(places);
  });

  it("are otherwise taken as they are", () => {
    const own = [
      { name: "a", evaluate },
      { name: "b_2", evaluate, timeout: "5s" },
    ];
    expect([placesOf(own), placesOf([])]).toEqual([[], []]);
    expect(() => requireEvaluators()).not.toThrow();
  });
});
