/** What can be calculated of a column over some of a table's rows. */

import { canonicalJson, type Json } from "../base/json.ts";
import { cellOf, isMissing, type Table } from "./table.ts";
import { columnNumbers } from "./table-numbers.ts";

/** What may be asked, in everyday words too, and what is then calculated. */
export const FUNCTIONS = {
  sum: "sum",
  total: "sum",
  mean: "mean",
  average: "mean",
  median: "median",
  min: "min",
  minimum: "min",
  max: "max",
  maximum: "max",
  count: "count",
  count_distinct: "count_distinct",
} as const;

/** A function as it may be asked for. */
export type FunctionName = keyof typeof FUNCTIONS;

export interface Measure {
  readonly function: (typeof FUNCTIONS)[FunctionName];
  /** The column it is of; `undefined` counts rows. */
  readonly column: string | undefined;
  /** What the result is called, e.g. `sum_amount`. */
  readonly name: string;
  /** Decimals worth showing to a reader. */
  readonly decimals: number;
  /** @param rows indices into the table's rows */
  calculate(rows: readonly number[]): number | string | null;
}

export const COUNT_ROWS: Measure = {
  function: "count",
  column: undefined,
  name: "count",
  decimals: 0,
  calculate: (rows) => rows.length,
};

/**
 * A function of a column, named as it was asked for.
 *
 * Cells that hold nothing are left out, as SQL does: a count counts the others, a mean
 * divides by their number. Without any, a sum is 0 and the rest null. The least and the
 * greatest are also known of dates written as ISO 8601.
 *
 * @throws {ToolError} `tool.invalid_input` when numbers are needed and a cell is none
 */
export function measureOf(table: Table, column: string, asked: FunctionName): Measure {
  const function_ = FUNCTIONS[asked];
  const shared = { function: function_, column, name: `${asked}_${column}` };
  if (function_ === "count") {
    const count = (rows: readonly number[]) => present(table, column, rows).length;
    return { ...shared, decimals: 0, calculate: count };
  }
  if (function_ === "count_distinct") {
    const distinct = (rows: readonly number[]) =>
      new Set(present(table, column, rows).map((cell) => canonicalJson(cell as Json))).size;
    return { ...shared, decimals: 0, calculate: distinct };
  }
  if ((function_ === "min" || function_ === "max") && holdsDates(table, column)) {
    const extreme = (rows: readonly number[]) => {
      const dates = (present(table, column, rows) as string[]).toSorted(compareText);
      return dates.at(function_ === "min" ? 0 : -1) ?? null;
    };
    return { ...shared, decimals: 0, calculate: extreme };
  }
  const { values, decimals } = columnNumbers(table, column);
  return {
    ...shared,
    decimals: function_ === "mean" || function_ === "median" ? Math.max(2, decimals) : decimals,
    calculate(rows) {
      const numbers = rows.map((row) => values[row]).filter((value) => value !== undefined);
      return STATISTICS[function_](numbers);
    },
  };
}

const STATISTICS = {
  sum,
  mean: (numbers: readonly number[]) =>
    numbers.length === 0 ? null : clean(sum(numbers) / numbers.length),
  median,
  min: (numbers: readonly number[]) =>
    numbers.reduce<number | null>(
      (least, value) => (least === null || value < least ? value : least),
      null,
    ),
  max: (numbers: readonly number[]) =>
    numbers.reduce<number | null>(
      (most, value) => (most === null || value > most ? value : most),
      null,
    ),
};

/** Compensated (Neumaier 1974), so that many small amounts add up to the cent. */
function sum(numbers: readonly number[]): number {
  let total = 0;
  let lost = 0;
  for (const value of numbers) {
    const next = total + value;
    lost += Math.abs(total) >= Math.abs(value) ? total - next + value : value - next + total;
    total = next;
  }
  return clean(total + lost);
}

function median(numbers: readonly number[]): number | null {
  const sorted = numbers.toSorted((a, b) => a - b);
  const upper = sorted[Math.floor(sorted.length / 2)];
  if (upper === undefined) return null;
  const lower = sorted[Math.ceil(sorted.length / 2) - 1] ?? upper;
  return clean((lower + upper) / 2);
}

/** Without the noise of binary fractions: 0.30000000000000004 is 0.3. */
function clean(value: number): number {
  return Number(value.toPrecision(15));
}

function present(table: Table, column: string, rows: readonly number[]): unknown[] {
  return rows
    .map((row) => cellOf(table.rows[row], column))
    .filter((cell) => !isMissing(cell))
    .map((cell) => (typeof cell === "string" ? cell.trim() : cell));
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}

const ISO_DATE = /^\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?Z?)?$/;

/** Such dates sort by time when sorted as text. */
function holdsDates(table: Table, column: string): boolean {
  const cells = table.rows.map((row) => cellOf(row, column)).filter((cell) => !isMissing(cell));
  return (
    cells.length > 0 &&
    cells.every((cell) => typeof cell === "string" && ISO_DATE.test(cell.trim()))
  );
}
