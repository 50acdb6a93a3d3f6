/** The numbers in a column, whichever way people wrote them. */

import { ToolError } from "../base/errors.ts";
import { cellOf, cellText, isMissing, type Table } from "./table.ts";

export interface NumberColumn {
  /** One per row; `undefined` where the cell holds nothing. */
  readonly values: readonly (number | undefined)[];
  /** The most decimals that a cell has. */
  readonly decimals: number;
}

/**
 * The numbers of a column.
 *
 * Texts may have thousands separators, a currency, a percent sign (`12%` is 12), a sign or
 * accounting parentheses. Whether a comma or a dot is the decimal mark is decided for the
 * whole column, because `1,200` alone does not tell.
 *
 * @throws {ToolError} `tool.invalid_input` for the first cell that is not a number
 */
export function columnNumbers(table: Table, column: string): NumberColumn {
  const cells = table.rows.map((row) => toCell(cellOf(row, column)));
  const mark = decimalMark(cells, column);
  let decimals = 0;
  const values = cells.map((cell, index) => {
    if (cell === undefined || typeof cell === "number") {
      decimals = Math.max(decimals, decimalsOf(cell));
      return cell;
    }
    const value = cell === null ? undefined : toNumber(cell, mark);
    if (value === undefined) throw notANumber(table, column, index);
    decimals = Math.max(decimals, decimalsOf(value));
    return value;
  });
  return { values, decimals };
}

/** Digits and separators without what stands around them, and the sign. */
type Written = { readonly body: string; readonly sign: 1 | -1 };
type Mark = "." | ",";

/** `undefined`: nothing there; `null`: something that is not a number. */
function toCell(cell: unknown): number | Written | null | undefined {
  if (isMissing(cell)) return undefined;
  if (typeof cell === "number") return Number.isFinite(cell) ? cell : null;
  return typeof cell === "string" ? readWritten(cell) : null;
}

const CURRENCIES = new Set(Intl.supportedValuesOf("currency"));
const CURRENCY_SIGN = /^(?:\p{Sc}|kr\.?|zł|Fr\.)\s*|\s*(?:\p{Sc}|kr\.?|zł|Fr\.)$/iu;

function readWritten(text: string): Written | null {
  // NFKC makes full-width digits and no-break spaces plain ones.
  let rest = text.normalize("NFKC").replace("−", "-").trim();
  const negative = /^\(.+\)$/.test(rest) || /^[^\d]*-|-$/.test(rest);
  rest = rest
    .replace(/^\((.+)\)$/, "$1")
    .replace(/^([^\d]*)[+-]/, "$1")
    .replace(/-$/, "")
    .trim();
  rest = rest.replace(/\s*[%‰]$/, "").replace(CURRENCY_SIGN, "");
  rest = rest.replace(/^([A-Z]{3})\s+|\s+([A-Z]{3})$/g, (all, before?: string, after?: string) =>
    CURRENCIES.has(before ?? after ?? "") ? "" : all,
  );
  if (!/^(?:\d[\d.,'’ ]*|[.,]\d+)(?:e[+-]?\d+)?$/i.test(rest)) return null;
  return { body: rest.replace(/['’ ](?=\d{3}(?!\d))/g, ""), sign: negative ? -1 : 1 };
}

/** The decimal mark that fits all cells; a dot where none tells. */
function decimalMark(
  cells: readonly (number | Written | null | undefined)[],
  column: string,
): Mark {
  const seen = new Map<Mark, number>();
  cells.forEach((cell, index) => {
    if (cell === null || typeof cell !== "object") return;
    const mark = markOf(cell.body);
    if (mark !== undefined && !seen.has(mark)) seen.set(mark, index);
  });
  const dot = seen.get(".");
  const comma = seen.get(",");
  if (dot !== undefined && comma !== undefined) {
    throw new ToolError(
      "tool.invalid_input",
      `The column ${JSON.stringify(column)} has both decimal commas (row ${comma + 1}) and decimal points (row ${dot + 1}).`,
      { hint: "Write its numbers in one way." },
    );
  }
  return comma === undefined ? "." : ",";
}

/** Which mark a number's own digits prove to be the decimal one. */
function markOf(body: string): Mark | undefined {
  const marks = (body.match(/[.,]/g) ?? []) as Mark[];
  const last = marks.at(-1);
  if (last === undefined) return undefined;
  const other: Mark = last === "." ? "," : ".";
  if (marks.includes(other)) return last;
  // The same mark twice can only separate thousands.
  if (marks.length > 1) return other;
  return /^[1-9]\d{0,2}[.,]\d{3}$/.test(body) ? undefined : last;
}

const GROUPED = {
  ".": /^\d{1,3}(?:,\d{2,3})*,\d{3}(?:\.\d*)?$/,
  ",": /^\d{1,3}(?:\.\d{3})+(?:,\d*)?$/,
};
const PLAIN = { ".": /^\d*\.?\d*(?:e[+-]?\d+)?$/i, ",": /^\d*,?\d*(?:e[+-]?\d+)?$/i };

function toNumber({ body, sign }: Written, mark: Mark): number | undefined {
  if (!GROUPED[mark].test(body) && !PLAIN[mark].test(body)) return undefined;
  const thousands = mark === "." ? /,/g : /\./g;
  const value = Number(body.replace(thousands, "").replace(",", "."));
  return Number.isFinite(value) ? sign * value : undefined;
}

function decimalsOf(value: number | undefined): number {
  if (value === undefined || Number.isInteger(value)) return 0;
  const [mantissa = "", exponent = "0"] = String(value).split("e");
  return Math.max(0, (mantissa.split(".")[1]?.length ?? 0) - Number(exponent));
}

function notANumber(table: Table, column: string, index: number): ToolError {
  const cell = cellText(cellOf(table.rows[index], column));
  return new ToolError(
    "tool.invalid_input",
    `Row ${index + 1} has ${JSON.stringify(cell)} in the column ${JSON.stringify(column)}, which is not a number.`,
    { hint: "Choose a column of numbers, or use count or count_distinct." },
  );
}
