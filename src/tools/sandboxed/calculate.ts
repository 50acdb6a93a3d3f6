// The bundle for browsers is one file and loads ten times as fast as the many modules.
import mathjs from "mathjs/lib/browser/math.js";

export type Calculated = {
  /** `null` for what is not one number, e.g. a matrix. */
  readonly value: number | null;
  readonly unit: string | null;
  readonly text: string;
};

const math = mathjs.create(mathjs.all ?? {});
const { evaluate } = math;

const FORBIDDEN = ["import", "createUnit", "evaluate", "parse", "compile", "parser", "simplify"];
math.import(
  Object.fromEntries(
    [...FORBIDDEN, "derivative", "rationalize", "resolve", "config", "chain"].map((name) => [
      name,
      () => {
        throw new Error(`${name} is not available`);
      },
    ]),
  ),
  { override: true },
);

/** Digits that are shown: one less than a double holds, so that 0.1 + 0.2 is 0.3. */
const PRECISION = 15;
const FORMAT = { precision: PRECISION, lowerExp: -7, upperExp: 21 };

/** The value of an expression in mathjs's notation. */
export function work(expression: string): Calculated {
  const result: unknown = evaluate(expression, {});
  const number = numberOf(result);
  if (number !== undefined) {
    if (!Number.isFinite(number)) throw new Error("it has no finite value");
    return { value: number, unit: null, text: String(number) };
  }
  if (math.isUnit(result)) {
    const text = math.format(result, FORMAT);
    const [digits = "", ...unit] = text.split(" ");
    return { value: Number(digits), unit: unit.join(" "), text };
  }
  if (result === undefined || typeof result === "function" || math.isResultSet(result)) {
    throw new Error("it is not one expression that has a value");
  }
  return { value: null, unit: null, text: math.format(result, FORMAT) };
}

function numberOf(result: unknown): number | undefined {
  if (typeof result === "number") {
    // Rounded as it is shown.
    return Number.isFinite(result) ? Number(result.toPrecision(PRECISION)) : result;
  }
  return math.isBigNumber(result) || math.isFraction(result) ? Number(result) : undefined;
}
