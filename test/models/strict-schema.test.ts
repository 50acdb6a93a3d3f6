import { Ajv2020 } from "ajv/dist/2020.js";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import type { JsonObject } from "../../src/base/json.ts";
import { ANTHROPIC_STRICT, OPENAI_STRICT, strictSchema } from "../../src/models/strict-schema.ts";

const DIALECTS = [
  ["Anthropic's", ANTHROPIC_STRICT],
  ["OpenAI's", OPENAI_STRICT],
] as const;

const object = (properties: JsonObject, required = Object.keys(properties)): JsonObject => ({
  type: "object",
  properties,
  required,
});
const closed = (properties: JsonObject, required = Object.keys(properties)): JsonObject => ({
  ...object(properties, required),
  additionalProperties: false,
});

describe.each(DIALECTS)("in %s strict mode", (_whose, dialect) => {
  it.each<[string, JsonObject, JsonObject]>([
    [
      "closes objects at every level",
      object({ list: { type: "array", items: object({ a: { type: "string" } }) } }),
      closed({ list: { type: "array", items: closed({ a: { type: "string" } }) } }),
    ],
    [
      "moves limits into the description",
      object({ n: { type: "integer", description: "Pages.", minimum: 1, maximum: 9 } }),
      closed({ n: { type: "integer", description: "Pages. (minimum: 1, maximum: 9)" } }),
    ],
    [
      "writes oneOf as anyOf",
      object({ x: { oneOf: [{ const: 1 }, { type: "string" }] } }),
      closed({ x: { anyOf: [{ const: 1 }, { type: "string" }] } }),
    ],
    [
      "writes a list of types as anyOf",
      object({ x: { type: ["string", "null"] } }),
      closed({ x: { anyOf: [{ type: "string" }, { type: "null" }] } }),
    ],
    [
      "keeps enums and constants",
      object({ x: { type: "string", enum: ["a", "b"] }, y: { type: "number", const: 1 } }),
      closed({ x: { type: "string", enum: ["a", "b"] }, y: { type: "number", const: 1 } }),
    ],
    [
      "moves definitions to $defs, those that are used, and lets nothing stand beside a reference",
      {
        ...object({ x: { $ref: "#/definitions/used", description: "Why." } }),
        $schema: "http://json-schema.org/draft-07/schema#",
        definitions: { used: object({ a: { type: "string" } }), unused: {} },
      },
      {
        ...closed({ x: { anyOf: [{ $ref: "#/$defs/used" }], description: "Why." } }),
        $defs: { used: closed({ a: { type: "string" } }) },
      },
    ],
  ])("%s", (_what, schema, expected) => {
    expect(strictSchema(schema, dialect)).toEqual(expected);
  });

  it.each<[string, JsonObject]>([
    [
      "an object with free names",
      z.toJSONSchema(z.object({ x: z.record(z.string(), z.string()) })) as JsonObject,
    ],
    ["an object that takes more than it names", { ...object({}), additionalProperties: true }],
    ["an object without names", object({ x: { type: "object" } })],
    ["a value of any kind", object({ x: {} })],
    ["a tuple", object({ x: { type: "array", prefixItems: [{ type: "string" }], items: false } })],
    ["an intersection", object({ x: { allOf: [object({})] } })],
    ["a reference into another document", object({ x: { $ref: "https://example.com/x" } })],
    ["a reference to nothing", object({ x: { $ref: "#/$defs/none" } })],
    ["a root that is no object", { type: "array", items: { type: "string" } }],
  ])("cannot express %s, and says so", (_what, schema) => {
    expect(strictSchema(schema, dialect)).toBeUndefined();
  });

  it("accepts what the schema accepts, absent properties as null where it knows no others", () => {
    const zodSchema = z.object({
      name: z.string(),
      kind: z.enum(["a", "b"]),
      count: z.int().optional(),
      tags: z.array(z.object({ label: z.string(), weight: z.number().nullable() })),
      place: z.discriminatedUnion("type", [
        z.object({ type: z.literal("file"), path: z.string() }),
        z.object({ type: z.literal("page"), url: z.string().optional() }),
      ]),
    });
    const schema = z.toJSONSchema(zodSchema) as JsonObject;
    const accepts = new Ajv2020().compile(strictSchema(schema, dialect) as object);
    const text = fc.string();
    const optional = <T>(value: fc.Arbitrary<T>) =>
      dialect.optional === "null" ? fc.option(value, { nil: null }) : value;
    const values = fc.record({
      name: text,
      kind: fc.constantFrom("a", "b"),
      count: optional(fc.integer()),
      tags: fc.array(fc.record({ label: text, weight: fc.option(fc.integer()) })),
      place: fc.oneof(
        fc.record({ type: fc.constant("file"), path: text }),
        fc.record({ type: fc.constant("page"), url: optional(text) }),
      ),
    });
    fc.assert(fc.property(values, (value) => accepts(value)));
    const valid = { name: "", kind: "a", count: 1, tags: [], place: { type: "file", path: "" } };
    expect(accepts(valid)).toBe(true);
    expect(accepts({ ...valid, more: 1 })).toBe(false);
    expect(accepts({ ...valid, kind: "c" })).toBe(false);
  });
});

it("requires optional properties, null allowed, only where absent ones are unknown", () => {
  const schema = object({ a: { type: "string", description: "A." } }, []);
  expect(strictSchema(schema, ANTHROPIC_STRICT)).toEqual(
    closed({ a: { type: "string", description: "A." } }, []),
  );
  expect(strictSchema(schema, OPENAI_STRICT)).toEqual(
    closed({ a: { anyOf: [{ type: "string" }, { type: "null" }], description: "A." } }),
  );
});

it("lets a schema refer to itself only where that is known", () => {
  const tree = {
    ...object({ root: { $ref: "#/$defs/node" } }),
    $defs: { node: object({ children: { type: "array", items: { $ref: "#/$defs/node" } } }) },
  };
  expect(strictSchema(tree, ANTHROPIC_STRICT)).toBeUndefined();
  expect(strictSchema(tree, OPENAI_STRICT)).toMatchObject({
    $defs: { node: closed({ children: { type: "array", items: { $ref: "#/$defs/node" } } }) },
  });
});
