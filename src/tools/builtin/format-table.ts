import { z } from "zod";
import { defineTool } from "../define-tool.ts";
import { findColumn, rowsSchema, toList, toTable } from "../table.ts";
import { renderTable, TABLE_FORMATS } from "../table-text.ts";

export const formatTable = defineTool({
  name: "format_table",
  description:
    "Write rows as a table in text form: a Markdown table, CSV (comma-separated values), or plain text with aligned columns. Chooses and orders columns if asked.",
  input: z.object({
    rows: rowsSchema,
    format: z
      .enum(TABLE_FORMATS)
      .default("markdown")
      .describe("How the table is written: markdown, csv, or text (aligned, for a terminal)."),
    columns: z
      .union([z.string(), z.array(z.string())])
      .optional()
      .describe("Names of the columns to show, in this order. Default: all of them."),
  }),
  output: z.object({
    text: z.string().describe("The table."),
    columns: z.array(z.string()).describe("Names of the columns shown."),
  }),
  effects: "none",
  async run({ rows, format, columns: asked }) {
    const table = toTable(rows);
    const columns =
      asked === undefined
        ? [...table.columns]
        : toList(asked).map((name) => findColumn(table.columns, name));
    return { text: await renderTable(columns, table.rows, format), columns };
  },
});
