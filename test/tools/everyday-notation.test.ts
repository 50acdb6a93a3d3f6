import { describe, expect, it } from "vitest";
import { toCalculatorNotation } from "../../src/tools/everyday-notation.ts";

describe("everyday notation", () => {
  it.each([
    ["2,340 + 1,234,567.89", "2340 + 1234567.89"],
    ["max(1,200)", "max(1,200)"],
    ["(1,200 + 2) * mean(1,200, 3)", "(1200 + 2) * mean(1,200, 3)"],
    ["[1,200]", "[1,200]"],
    ["1,2 + 3", "1,2 + 3"],
    ["1,2345", "1,2345"],
    ["$1,200 × 3", "1200 * 3"],
    ["€ 5 − 2", "5 - 2"],
    ["6 ÷ 2 · 3", "6 / 2 * 3"],
    ["3² + 2³ + 1½", "3^2 + 2^3 + 1(1/2)"],
    ["√16 + √(9)", "sqrt(16) + sqrt(9)"],
    ["2 ** 3", "2 ^ 3"],
    ["17% of 80", "17/100 * 80"],
    ["(5 + 5)% of 80", "(5 + 5)/100 * 80"],
    ["12 percent of 50", "12/100 * 50"],
    ["15% off 80", "(100 - 15)/100 * 80"],
    ["80 + 10%", "80 + 10%"],
    ["2 + 2 = ?", "2 + 2"],
    ["2 + 2?", "2 + 2"],
    ["a == b", "a == b"],
  ])("reads %s as %s", (text, notation) => {
    expect(toCalculatorNotation(text)).toBe(notation);
  });
});
