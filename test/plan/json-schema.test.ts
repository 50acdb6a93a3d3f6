/** Whether a schema in a plan is one, said before the run as the validator says it in the run. */

import { describe, expect, it } from "vitest";
import type { Json, JsonObject } from "../../src/base/json.ts";
import { compileJsonSchema } from "../../src/evaluator/json-schema-validator.ts";
import { jsonSchemaProblems } from "../../src/plan/json-schema.ts";

const DRAFT_07 = { $schema: "http://json-schema.org/draft-07/schema#" };

const GOOD: readonly JsonObject[] = [
  {},
  { type: "object", required: ["a"], properties: { a: { type: ["string", "null"] } } },
  { $schema: "https://json-schema.org/draft/2020-12/schema", prefixItems: [true, { minimum: 1 }] },
  { $ref: "#/$defs/a%20b", $defs: { "a b": { type: "integer", multipleOf: 0.5 } } },
  { $ref: "#", description: "of itself" },
  { ...DRAFT_07, items: { $ref: "#here" }, $defs: { x: { $id: "#here", type: "number" } } },
  { $dynamicAnchor: "node", properties: { child: { $dynamicRef: "#node" } } },
  { pattern: "^\\p{L}+\\d{2,}$", patternProperties: { "^x-": false } },
  { anyOf: [{ const: null }, { enum: [1, "a"] }], not: { format: "email" } },
  { dependentRequired: { a: ["b"] }, dependentSchemas: { a: { maxItems: 2 } } },
  { if: { minLength: 1 }, else: false, unevaluatedProperties: false },
  { $id: "https://example.org/a", $defs: { b: {} }, properties: { a: { $ref: "#/$defs/b" } } },
  { contains: { type: "integer" }, minContains: 0, maxContains: 3, uniqueItems: true },
  { ...DRAFT_07, items: [{ type: "string" }], additionalItems: false },
  { ...DRAFT_07, definitions: { a: {} }, allOf: [{ $ref: "#/definitions/a" }] },
];

const BAD: readonly (readonly [place: string, schema: JsonObject])[] = [
  ["type", { type: "strng" }],
  ["type[1]", { type: ["string", "text"] }],
  ["properties.a.type", { properties: { a: { type: 1 } } }],
  ["", { propertis: {} }],
  ["items", { items: { requird: ["a"] } }],
  ["$ref", { $ref: "https://example.org/other" }],
  ["$ref", { $ref: "#/$defs/a" }],
  ["items.$ref", { items: { $ref: "#nowhere" } }],
  ["", { $anchor: "here" }],
  ["$schema", { $schema: "http://json-schema.org/draft-04/schema#" }],
  ["$schema", { $schema: 7 }],
  ["required", { required: "a" }],
  ["required[0]", { required: [1] }],
  ["minLength", { minLength: -1 }],
  ["maxItems", { maxItems: "2" }],
  ["multipleOf", { multipleOf: 0 }],
  ["anyOf", { anyOf: [] }],
  ["allOf[0]", { allOf: [1] }],
  ["properties", { properties: [] }],
  ["properties.a", { properties: { a: "string" } }],
  ["pattern", { pattern: "(" }],
  ["pattern", { pattern: "(?=a)b" }],
  ['patternProperties["["]', { patternProperties: { "[": {} } }],
  ["", { ...DRAFT_07, prefixItems: [{}] }],
  ["", { items: {}, additionalItems: false }],
];

async function isSchema(schema: JsonObject): Promise<boolean> {
  return typeof (await compileJsonSchema(schema)) === "function";
}

describe("a schema in a plan", () => {
  it.each(GOOD.map((schema) => [schema]))("may be %j", async (schema) => {
    expect(jsonSchemaProblems(schema)).toEqual([]);
    expect(await isSchema(schema)).toBe(true);
  });

  it.each(BAD)("is refused at %j: %j", async (place, schema) => {
    expect(jsonSchemaProblems(schema).map(placeOf)).toEqual([place]);
    expect(await isSchema(schema)).toBe(false);
  });

  it("may have expressions, which are not looked at before they have a value", () => {
    const schema = { type: "${a.type}", properties: { a: "${a}", b: { enum: ["${a.b}"] } } };
    expect(jsonSchemaProblems(schema)).toEqual([]);
  });

  it("with a misspelt keyword is told which one was meant", () => {
    const [problem] = jsonSchemaProblems({ requried: ["a"] });
    expect(problem?.message).toContain('did you mean "required"?');
  });

  it("with a pattern that takes for ever elsewhere is checked in time", async () => {
    const validate = await compileJsonSchema({ type: "string", pattern: "^(a+)+$" });
    const of = (value: Json) => typeof validate === "function" && validate(value).length === 0;
    expect([of("aaa"), of(`${"a".repeat(50_000)}!`)]).toEqual([true, false]);
  });
});

function placeOf({ steps }: { readonly steps: readonly (string | number)[] }): string {
  return steps
    .map((step) =>
      typeof step === "number" ? `[${step}]` : /^[\w$]+$/.test(step) ? `.${step}` : `["${step}"]`,
    )
    .join("")
    .replace(/^\./, "");
}
