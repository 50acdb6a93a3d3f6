import { displayWidth, fitWidth } from "../plan/text-width.ts";

export type Cell =
  | string
  | {
      readonly text: string;
      readonly align?: "left" | "right";
      /** Colours the text once it is laid out. */
      readonly paint?: (text: string) => string;
    };

const GAP = "  ";

/**
 * Rows of single-line texts in columns as wide as they need.
 * @param width where every line is cut; undefined leaves them whole
 */
export function renderColumns(rows: readonly (readonly Cell[])[], width?: number): string[] {
  const widths: number[] = [];
  for (const row of rows) {
    for (const [index, cell] of row.entries()) {
      widths[index] = Math.max(widths[index] ?? 0, displayWidth(textOf(cell)));
    }
  }
  return rows.map((row) => renderRow(row, widths, width ?? Number.POSITIVE_INFINITY));
}

function renderRow(row: readonly Cell[], widths: readonly number[], width: number): string {
  let line = "";
  let room = width;
  for (const [index, cell] of row.entries()) {
    if (room <= 0) break;
    const column = widths[index] ?? 0;
    const text = fitWidth(textOf(cell), room);
    const padding = " ".repeat(Math.max(0, column - displayWidth(text)));
    const painted = paintOf(cell)(text);
    line += isRight(cell) ? padding + painted + GAP : painted + padding + GAP;
    room -= column + GAP.length;
  }
  return line.trimEnd();
}

function textOf(cell: Cell): string {
  return typeof cell === "string" ? cell : cell.text;
}

function paintOf(cell: Cell): (text: string) => string {
  return (typeof cell === "string" ? undefined : cell.paint) ?? ((text) => text);
}

function isRight(cell: Cell): boolean {
  return typeof cell === "object" && cell.align === "right";
}
