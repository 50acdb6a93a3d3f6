import { z } from "zod";
import { ToolError } from "../../base/errors.ts";
import { canonicalJson, type Json } from "../../base/json.ts";
import { defineTool } from "../define-tool.ts";
import {
  cellOf,
  cellText,
  compareCells,
  findColumn,
  isMissing,
  matchColumns,
  rowsSchema,
  type Table,
  toList,
  toTable,
} from "../table.ts";
import {
  COUNT_ROWS,
  FUNCTIONS,
  type FunctionName,
  type Measure,
  measureOf,
} from "../table-measures.ts";
import { renderMarkdown } from "../table-text.ts";

const functionSchema = z.enum(Object.keys(FUNCTIONS) as [FunctionName, ...FunctionName[]]);
const namesSchema = z.union([z.string(), z.array(z.string())]);
const STANDARD: readonly FunctionName[] = ["count", "sum", "mean", "min", "max"];

type Cell = string | number | boolean | null;
type ResultRow = Record<string, Cell>;

export const aggregateTable = defineTool({
  name: "aggregate_table",
  description:
    "Group the rows of a table by a column and calculate, for each group or over all rows, the sum (total), mean (average), median, minimum (lowest), maximum (highest) or count of a column. Sorts the groups and keeps the top n. Gives rows and a Markdown table.",
  input: z.object({
    rows: rowsSchema,
    column: namesSchema
      .optional()
      .describe(
        "The column (or columns) to calculate with, e.g. amount. Counting rows needs none.",
      ),
    functions: z
      .union([functionSchema, z.array(functionSchema)])
      .optional()
      .describe(
        "What to calculate: sum (total), mean (average), median, min (lowest), max (highest), count (how many have a value), count_distinct (how many different values). Default: count, sum, mean, min and max; without a column, count.",
      ),
    group_by: namesSchema
      .optional()
      .describe("The column (or columns) to group by: one result for each of its values."),
    measures: z
      .array(z.object({ column: z.string(), function: functionSchema }))
      .optional()
      .describe("Different functions of different columns; instead of column and functions."),
    sort_by: z
      .string()
      .optional()
      .describe(
        "The column of the result to sort by, e.g. sum_amount. Default: with a limit the first measure, else groups stay in order of appearance.",
      ),
    order: z
      .enum(["descending", "ascending"])
      .optional()
      .describe(
        "Largest first or smallest first. Default: descending by a measure, ascending by a group.",
      ),
    limit: z
      .int()
      .positive()
      .optional()
      .describe("Keep only this many groups: the top n, e.g. 5 for the top five."),
  }),
  output: z.object({
    rows: z
      .array(z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()])))
      .describe("One object per group: its columns, then the measures, e.g. sum_amount."),
    columns: z.array(z.string()).describe("The names of the columns of rows, in order."),
    markdown: z.string().describe("The same as a Markdown table, rounded for reading."),
  }),
  effects: "none",
  async run({ rows, group_by, sort_by, order, limit, ...asked }) {
    const table = toTable(rows);
    const groupColumns = toList(group_by).map((name) => columnOf(table, name));
    const measures = readMeasures(table, asked).map((measure) =>
      groupColumns.includes(measure.name) ? { ...measure, name: `${measure.name}_2` } : measure,
    );
    const columns = [...new Set([...groupColumns, ...measures.map(({ name }) => name)])];
    const results = groupRows(table, groupColumns).map(({ cells, members }): ResultRow => {
      const values = measures.map(({ name, calculate }) => [name, calculate(members)]);
      return { ...Object.fromEntries(values), ...cells };
    });
    const sortColumn = sortColumnOf(columns, measures, sort_by, limit);
    if (sortColumn !== undefined) {
      sortRows(
        results,
        sortColumn,
        order ?? (groupColumns.includes(sortColumn) ? "ascending" : "descending"),
      );
    }
    const kept = results.slice(0, limit).map((row) => pick(row, columns));
    return {
      rows: kept,
      columns,
      markdown: await renderMarkdown(
        columns,
        kept.map((row) => rounded(row, measures)),
      ),
    };
  },
});

type AskedMeasures = {
  readonly column?: string | string[] | undefined;
  readonly functions?: FunctionName | FunctionName[] | undefined;
  readonly measures?: { column: string; function: FunctionName }[] | undefined;
};

function readMeasures(table: Table, { column, functions, measures }: AskedMeasures): Measure[] {
  const wanted = toList(functions);
  const columns = toList(column).map((name) => columnOf(table, name));
  const ofColumns = columns.flatMap((name) =>
    (wanted.length > 0 ? wanted : STANDARD).map((asked) => measureOf(table, name, asked)),
  );
  const named = (measures ?? []).map((measure) =>
    measureOf(table, columnOf(table, measure.column), measure.function),
  );
  if (columns.length > 0) return [...ofColumns, ...named];
  const needy = wanted.find((asked) => FUNCTIONS[asked] !== "count");
  if (needy !== undefined && named.length === 0) throw missingColumn(table, needy);
  return named.length > 0 ? named : [COUNT_ROWS];
}

/** An empty table has no columns to find: it gives empty results, not an error. */
function columnOf(table: Table, name: string): string {
  return table.rows.length === 0 ? name : findColumn(table.columns, name);
}

type Group = { readonly cells: ResultRow; readonly members: number[] };

function groupRows(table: Table, columns: readonly string[]): Group[] {
  if (columns.length === 0) return [{ cells: {}, members: table.rows.map((_, index) => index) }];
  const groups = new Map<string, Group>();
  table.rows.forEach((row, index) => {
    const cells = Object.fromEntries(
      columns.map((column) => [column, toCell(cellOf(row, column))]),
    );
    const key = canonicalJson(cells as Json);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, { cells, members: [index] });
    else group.members.push(index);
  });
  return [...groups.values()];
}

function toCell(cell: unknown): Cell {
  if (isMissing(cell)) return null;
  if (typeof cell === "number" || typeof cell === "boolean") return cell;
  return cellText(cell).trim();
}

function sortColumnOf(
  columns: readonly string[],
  measures: readonly Measure[],
  asked: string | undefined,
  limit: number | undefined,
): string | undefined {
  if (asked === undefined) return limit === undefined ? undefined : measures[0]?.name;
  // "amount" means the first measure of it, "total" the first sum.
  const [match] = matchColumns(columns, asked);
  if (match !== undefined) return match;
  const meant = FUNCTIONS[asked as FunctionName] as string | undefined;
  const measure = measures.find((one) => one.function === meant);
  return measure?.name ?? findColumn(columns, asked);
}

function sortRows(rows: ResultRow[], column: string, order: "ascending" | "descending"): void {
  const sign = order === "ascending" ? 1 : -1;
  rows.sort((a, b) => {
    const [left, right] = [a[column], b[column]];
    // What is missing stays last in both directions.
    if (isMissing(left) || isMissing(right)) return compareCells(left, right);
    return sign * compareCells(left, right);
  });
}

function pick(row: ResultRow, columns: readonly string[]): ResultRow {
  return Object.fromEntries(columns.map((column) => [column, row[column] ?? null]));
}

function rounded(row: ResultRow, measures: readonly Measure[]): ResultRow {
  const texts = measures.map(({ name, decimals }) => {
    const value = row[name];
    return [name, typeof value === "number" ? toReadable(value, decimals) : (value ?? null)];
  });
  return { ...row, ...Object.fromEntries(texts) };
}

/** Rounded to the decimals, unless nothing but zeros would be left of it. */
function toReadable(value: number, decimals: number): string {
  const fixed = value.toFixed(Math.min(decimals, 20));
  return Number(fixed) === 0 && value !== 0 ? value.toPrecision(3) : fixed;
}

function missingColumn(table: Table, asked: FunctionName): ToolError {
  return new ToolError("tool.invalid_input", `The ${asked} of which column?`, {
    hint: `Name it in \`column\`. The columns are ${table.columns.map((name) => JSON.stringify(name)).join(", ")}.`,
  });
}
