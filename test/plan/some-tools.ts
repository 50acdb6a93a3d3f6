import { z } from "zod";
import type { ToolLookup } from "../../src/plan/tool-lookup.ts";
import { defineTool } from "../../src/tools/define-tool.ts";
import type { Schema, Tool } from "../../src/tools/tool.ts";

function tool(name: string, input: Schema, output: Schema): Tool {
  const run = () => Promise.reject(new Error("These tools are only looked at."));
  return defineTool({ name, description: "For checks.", input, output, run });
}

const report = z.object({
  text: z.string(),
  count: z.number(),
  rows: z.array(z.object({ city: z.string(), total: z.number().nullable() })),
  meta: z.record(z.string(), z.json()),
  source: z.union([z.object({ url: z.string() }), z.object({ path: z.string() }), z.null()]),
  pair: z.tuple([z.object({ left: z.string() }), z.object({ right: z.string() })]),
  tree: z.object({
    label: z.string(),
    get children() {
      return z.array(report.shape.tree);
    },
  }),
});

/** Tools with the kinds of schema that checks have to tell apart. */
export const someTools: ToolLookup & { readonly list: readonly Tool[] } = (() => {
  const list = [
    tool(
      "read_report",
      z.object({
        path: z.string().min(1).describe("Path of the report."),
        limit: z.int().positive().optional(),
        options: z.object({ mode: z.enum(["fast", "exact"]) }).optional(),
      }),
      report,
    ),
    tool(
      "write_file",
      z.object({
        path: z.string(),
        text: z.string(),
        tags: z.array(z.string()).default([]),
        lines: z.union([z.string(), z.array(z.string())]).optional(),
        size: z.coerce.number().optional(),
      }),
      z.object({ bytes: z.number() }),
    ),
    tool("anything", z.looseObject({}), z.json()),
    tool("no_input", z.strictObject({}), z.array(z.string())),
    tool(
      "later",
      z.object({ name: z.string().refine((name) => Promise.resolve(name !== "")) }),
      z.object({}),
    ),
  ];
  const byName = new Map(list.map((item) => [item.name, item]));
  return { list, get: (name) => byName.get(name), names: () => byName.keys() };
})();
