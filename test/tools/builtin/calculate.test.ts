import { describe, expect, it } from "vitest";
import { calculate } from "../../../src/tools/builtin/calculate.ts";
import { call, failure } from "./call.ts";

const value = async (expression: string) =>
  call<Record<string, unknown>>(calculate, { expression });

describe("calculate", () => {
  it.each<[string, number, string | null, string]>([
    ["17% of 2,340 + sqrt(1764)", 439.8, null, "439.8"],
    ["0.1 + 0.2", 0.3, null, "0.3"],
    ["10!", 3628800, null, "3628800"],
    ["100 + 10%", 110, null, "110"],
    ["5 inch to cm", 12.7, "cm", "12.7 cm"],
    ["5 km + 300 m", 5.3, "km", "5.3 km"],
    ["mean(3, 5, 10)", 6, null, "6"],
  ])("gives %s as %d %s", async (expression, number, unit, text) => {
    expect(await value(expression)).toEqual({ value: number, unit, text });
  });

  it("gives what is not one number as text", async () => {
    expect(await value("[1, 2] * 2")).toEqual({ value: null, unit: null, text: "[2, 4]" });
    expect(await value("sqrt(-4)")).toEqual({ value: null, unit: null, text: "2i" });
  });

  it.each([
    ["cos(", "Unexpected end of expression"],
    ["12 apples", "Undefined symbol apples"],
    ["1 / 0", "it has no finite value"],
    ["f(x) = x", "not one expression that has a value"],
    ["import({pi: 3}, {override: true})", "import is not available"],
    ['evaluate("1")', "evaluate is not available"],
    ['"".constructor', 'No access to property "constructor"'],
  ])("refuses %s", async (expression, why) => {
    const error = await failure(calculate, { expression });
    expect(error.code).toBe("tool.invalid_input");
    expect(error.message).toContain(why);
    expect(error.message).toContain(JSON.stringify(expression));
  });

  it("ends what needs too much memory, and lives on", async () => {
    const error = await failure(calculate, { expression: "zeros(9000, 9000)" });
    expect(error.code).toBe("tool.limit");
    expect(await value("1 + 1")).toMatchObject({ value: 2 });
  });
});
