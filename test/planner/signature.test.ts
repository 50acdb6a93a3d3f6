import { expect, it } from "vitest";
import { z } from "zod";
import type { JsonObject } from "../../src/base/json.ts";
import { renderSignature, renderType } from "../../src/planner/signature.ts";
import { defineTool } from "../../src/tools/define-tool.ts";

interface Tree {
  label: string;
  children: Tree[];
}
const tree: z.ZodType<Tree> = z.object({
  label: z.string(),
  get children() {
    return z.array(tree);
  },
});

it.each<[string, z.ZodType]>([
  ["string", z.string()],
  ["integer", z.int()],
  ["boolean | null", z.boolean().nullable()],
  ['"a" | "b"', z.enum(["a", "b"])],
  ["1", z.literal(1)],
  ["string[]", z.array(z.string())],
  ["(string | number)[]", z.array(z.union([z.string(), z.number()]))],
  ["{ a: string, b?: number }", z.object({ a: z.string(), b: z.number().optional() })],
  ["{ a: string }[]", z.array(z.object({ a: z.string() }))],
  ["Record<string, number>", z.record(z.string(), z.number())],
  ["object", z.record(z.string(), z.unknown())],
  ["{}", z.object({})],
  ["any", z.unknown()],
  ["any", z.json()],
  ["any[]", z.array(z.json())],
  [
    '{ is: "x" } | { is: "y" }',
    z.discriminatedUnion("is", [
      z.object({ is: z.literal("x") }),
      z.object({ is: z.literal("y") }),
    ]),
  ],
])("writes the type %s", (expected, schema) => {
  expect(renderType(z.toJSONSchema(schema) as JsonObject)).toBe(expected);
});

it("ends types that contain themselves", () => {
  expect(renderType(z.toJSONSchema(tree) as JsonObject)).toBe(
    "{ label: string, children: { label: string, children: object[] }[] }",
  );
});

it("shows presets of parameters, and what the schemas say of parameters and outputs", () => {
  const tool = defineTool({
    name: "search",
    description: "Search\n  a folder.",
    input: z.object({
      words: z.array(z.string()).describe("All must occur."),
      limit: z.int().default(10).describe("Most hits."),
      deep: z.boolean().optional(),
    }),
    output: z.object({ hits: z.array(z.string()).describe("Paths, best first.") }),
    effects: "read",
    run: () => ({ hits: [] }),
  });
  expect(renderSignature(tool)).toBe(
    [
      "search(words: string[], limit?: integer = 10, deep?: boolean) -> { hits: string[] }  [reads]",
      "  Search a folder.",
      "  - words: All must occur.",
      "  - limit: Most hits.",
      "  - gives hits: Paths, best first.",
    ].join("\n"),
  );
});
