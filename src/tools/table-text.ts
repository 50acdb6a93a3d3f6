/** Tables written out: as Markdown, as CSV, as aligned plain text. */

import { cellOf, cellText, type TableRow } from "./table.ts";

export const TABLE_FORMATS = ["markdown", "csv", "text"] as const;
export type TableFormat = (typeof TABLE_FORMATS)[number];

/** The table as text, without a line break at the end. */
export async function renderTable(
  columns: readonly string[],
  rows: readonly TableRow[],
  format: TableFormat,
): Promise<string> {
  switch (format) {
    case "markdown":
      return renderMarkdown(columns, rows);
    case "csv":
      return renderCsv(columns, rows);
    case "text":
      return renderText(columns, rows);
  }
}

/** A GitHub-flavoured table; columns of numbers are aligned to the right. */
export async function renderMarkdown(
  columns: readonly string[],
  rows: readonly TableRow[],
): Promise<string> {
  const [{ markdownTable }, { default: stringWidth }] = await Promise.all([
    import("markdown-table"),
    import("string-width"),
  ]);
  const cells = [
    columns,
    ...rows.map((row) => columns.map((column) => cellText(cellOf(row, column)))),
  ];
  return markdownTable(
    cells.map((line) => line.map(escapeMarkdown)),
    {
      align: columns.map((column) => (isNumeric(column, rows) ? "r" : "")),
      stringLength: stringWidth,
    },
  );
}

/** RFC 4180, with line feeds. */
function renderCsv(columns: readonly string[], rows: readonly TableRow[]): string {
  const lines = [
    columns,
    ...rows.map((row) => columns.map((column) => cellText(cellOf(row, column)))),
  ];
  return lines.map((line) => line.map(quoteCsv).join(",")).join("\n");
}

async function renderText(columns: readonly string[], rows: readonly TableRow[]): Promise<string> {
  const { default: stringWidth } = await import("string-width");
  const body = rows.map((row) => columns.map((column) => oneLine(cellText(cellOf(row, column)))));
  const lines = [columns.map(oneLine), ...body];
  const widths = columns.map((_, index) =>
    lines.reduce((widest, line) => Math.max(widest, stringWidth(line[index] ?? "")), 0),
  );
  const right = columns.map((column) => isNumeric(column, rows));
  const pad = (cell: string, index: number) => {
    const space = " ".repeat((widths[index] ?? 0) - stringWidth(cell));
    return right[index] ? space + cell : cell + space;
  };
  const rule = widths.map((width) => "-".repeat(width));
  const [header = [], ...rest] = lines.map((line) => line.map(pad));
  return [header, rule, ...rest].map((line) => line.join("  ").trimEnd()).join("\n");
}

function isNumeric(column: string, rows: readonly TableRow[]): boolean {
  const cells = rows.map((row) => cellOf(row, column)).filter((cell) => cellText(cell) !== "");
  return cells.length > 0 && cells.every((cell) => typeof cell === "number" || looksNumeric(cell));
}

function looksNumeric(cell: unknown): boolean {
  return typeof cell === "string" && /^[-+]?\d[\d.,]*(?:e[-+]?\d+)?%?$/i.test(cell.trim());
}

function escapeMarkdown(cell: string): string {
  return cell
    .trim()
    .replace(/\\(?=\|)|\|/g, "\\$&")
    .replace(/\r\n|\r|\n/g, "<br>");
}

function oneLine(cell: string): string {
  return cell.replace(/\s+/g, " ").trim();
}

function quoteCsv(cell: string): string {
  return /[",\r\n]|^\s|\s$/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell;
}
