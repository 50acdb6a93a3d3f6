/** Rows as tools hand them on, and their columns found by the names that people use. */

import { stemmer } from "stemmer";
import { z } from "zod";
import { ToolError } from "../base/errors.ts";

export type TableRow = Readonly<Record<string, unknown>>;

export interface Table {
  /** In order of first appearance. */
  readonly columns: readonly string[];
  readonly rows: readonly TableRow[];
}

/** Rows as every table tool takes them. */
export const rowsSchema = z
  .array(z.union([z.record(z.string(), z.unknown()), z.array(z.unknown())]))
  .describe(
    "The table: an array of objects, one per row (e.g. the rows of read_file), or an array of arrays of which the first holds the column names.",
  );

/**
 * Rows of objects, or of arrays below a header, as a table.
 * @throws {ToolError} `tool.invalid_input` when objects and arrays are mixed
 */
export function toTable(rows: z.output<typeof rowsSchema>): Table {
  const arrays = rows.filter((row) => Array.isArray(row));
  if (arrays.length === 0) return objectTable(rows as readonly TableRow[]);
  if (arrays.length === rows.length) return arrayTable(arrays);
  const odd = rows.findIndex((row) => Array.isArray(row) !== Array.isArray(rows[0]));
  throw new ToolError(
    "tool.invalid_input",
    `The table mixes rows of two kinds: row 1 is ${kindOf(rows[0])}, row ${odd + 1} ${kindOf(rows[odd])}.`,
    { hint: "Give objects only, or arrays only with the column names first." },
  );
}

/**
 * The column that a name means: the very same, else the one that differs in no more than
 * case, spaces, punctuation or plural, else the only one that holds all its words.
 *
 * People name columns from memory, and plans are made before a file is read.
 *
 * @throws {ToolError} `tool.invalid_input` for an unknown or ambiguous name, with the columns
 */
export function findColumn(columns: readonly string[], name: string): string {
  const found = matchColumns(columns, name);
  const [first] = found;
  if (first !== undefined && found.length === 1) return first;
  if (first !== undefined) {
    throw new ToolError(
      "tool.invalid_input",
      `${quote(name)} could be any of the columns ${found.map(quote).join(", ")}.`,
      { hint: "Use the full name of one of them." },
    );
  }
  throw new ToolError("tool.invalid_input", `There is no column ${quote(name)}.`, {
    hint:
      columns.length === 0
        ? "The table has no columns."
        : `The columns are ${columns.map(quote).join(", ")}.`,
  });
}

/** All columns that a name may mean, by the rules of {@link findColumn}, in their order. */
export function matchColumns(columns: readonly string[], name: string): readonly string[] {
  if (columns.includes(name)) return [name];
  const asked = wordStems(name);
  const same = columns.filter((column) => wordStems(column).join(" ") === asked.join(" "));
  if (same.length > 0) return same;
  return columns.filter((column) => includesAll(wordStems(column), asked));
}

/** One or several names, as parameters take them. */
export function toList<Item>(value: Item | readonly Item[] | undefined): readonly Item[] {
  if (value === undefined) return [];
  return Array.isArray(value) ? value : [value as Item];
}

/** A row's cell; a column such as `constructor` is not found in what rows inherit. */
export function cellOf(row: TableRow | undefined, column: string): unknown {
  return row !== undefined && Object.hasOwn(row, column) ? row[column] : undefined;
}

/** Whether a cell holds nothing: absent, null, or a text that says as much. */
export function isMissing(cell: unknown): cell is null | undefined | string {
  if (cell === null || cell === undefined) return true;
  return typeof cell === "string" && MISSING.has(cell.trim().toLowerCase());
}

const MISSING = new Set(["", "-", "–", "—", "n/a", "na", "nan", "null", "none"]);

/** For sorting: numbers by value, texts as people order them, what is missing last. */
export function compareCells(a: unknown, b: unknown): number {
  if (isMissing(a) || isMissing(b)) return Number(isMissing(a)) - Number(isMissing(b));
  if (typeof a === "number" && typeof b === "number") return a - b;
  return COLLATOR.compare(cellText(a), cellText(b));
}

const COLLATOR = new Intl.Collator("en", { numeric: true });

/** A cell as one text: nested values as JSON, what is absent as nothing. */
export function cellText(cell: unknown): string {
  if (cell === null || cell === undefined) return "";
  return typeof cell === "object" ? JSON.stringify(cell) : String(cell);
}

function objectTable(rows: readonly TableRow[]): Table {
  const columns = new Set<string>();
  for (const row of rows) for (const column of Object.keys(row)) columns.add(column);
  return { columns: [...columns], rows };
}

function arrayTable([header = [], ...body]: readonly (readonly unknown[])[]): Table {
  const columns: string[] = [];
  const width = Math.max(header.length, ...body.map((row) => row.length));
  for (let index = 0; index < width; index++) {
    const name = cellText(header[index]).trim() || `column_${index + 1}`;
    columns.push(columns.includes(name) ? `${name}_${index + 1}` : name);
  }
  const rows = body.map((row) =>
    Object.fromEntries(columns.map((column, index) => [column, row[index] ?? null])),
  );
  return { columns, rows };
}

/** `unitPrices`, `Unit price` and `unit_price` all give `unit`, `price`. */
function wordStems(name: string): string[] {
  const words = name
    .normalize("NFKD")
    .replace(/\p{M}+/gu, "")
    .replace(/(?<=\p{Ll})(?=\p{Lu})/gu, " ")
    .toLowerCase()
    .match(/[\p{L}\p{N}]+/gu);
  return (words ?? []).map((word) => stemmer(word));
}

function includesAll(words: readonly string[], asked: readonly string[]): boolean {
  return asked.length > 0 && asked.every((word) => words.includes(word));
}

function kindOf(row: unknown): string {
  return Array.isArray(row) ? "an array" : "an object";
}

function quote(name: string): string {
  return JSON.stringify(name);
}
