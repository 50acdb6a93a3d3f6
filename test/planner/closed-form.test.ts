import { Ajv2020 } from "ajv/dist/2020.js";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import type { Json, JsonObject } from "../../src/base/json.ts";
import { ANTHROPIC_STRICT, OPENAI_STRICT, strictSchema } from "../../src/models/strict-schema.ts";
import { closedSchema, decode, encode } from "../../src/planner/closed-form.ts";

const SCHEMA = z.toJSONSchema(
  z.strictObject({
    id: z.string(),
    note: z.string().optional(),
    nothing: z.null().optional(),
    input: z.record(z.string(), z.json()),
    counts: z.record(z.string(), z.number()).optional(),
    after: z.array(z.union([z.string(), z.strictObject({ id: z.string() })])).optional(),
    output: z.json().optional(),
  }),
) as JsonObject;

const name = fc.oneof(fc.string(), fc.constantFrom("__proto__", "constructor", "fields", "json"));
const json = fc.letrec<{ value: Json }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 6 },
    fc.oneof(
      fc.string(),
      fc.double({ noNaN: true, noDefaultInfinity: true }),
      fc.boolean(),
      fc.constant(null),
    ),
    fc.array(tie("value"), { maxLength: 3 }),
    fc.dictionary(name, tie("value"), { maxKeys: 3, noNullPrototype: true }),
  ),
})).value;
const value = fc.record(
  {
    id: fc.string(),
    note: fc.string(),
    nothing: fc.constant(null),
    input: fc.dictionary(name, json, { noNullPrototype: true }),
    counts: fc.dictionary(name, fc.integer(), { noNullPrototype: true }),
    after: fc.array(fc.oneof(fc.string(), fc.record({ id: fc.string() }))),
    output: json,
  },
  { requiredKeys: ["id", "input"] },
) as fc.Arbitrary<JsonObject>;

describe("a value in the closed form", () => {
  it("is read back as it was", () => {
    fc.assert(
      fc.property(value, (plain) => {
        // Through JSON, as it comes from a model.
        const sent = JSON.parse(JSON.stringify(encode(SCHEMA, plain))) as Json;
        const received = decode(SCHEMA, sent);
        expect(received.issues).toEqual([]);
        expect(JSON.stringify(received.value)).toBe(JSON.stringify(plain));
      }),
    );
  });

  it("is valid against the closed schema", () => {
    const accepts = new Ajv2020().compile(closedSchema(SCHEMA));
    fc.assert(fc.property(value, (plain) => accepts(encode(SCHEMA, plain))));
    expect(accepts({ id: "a", input: { path: "plain" } })).toBe(false);
  });
});

it("can be expressed in every strict mode, as the open one cannot", () => {
  for (const dialect of [ANTHROPIC_STRICT, OPENAI_STRICT]) {
    expect(strictSchema(SCHEMA, dialect)).toBeUndefined();
    expect(strictSchema(closedSchema(SCHEMA), dialect)).toBeDefined();
  }
});

describe("what models write instead", () => {
  it.each<[string, Json, Json]>([
    [
      "the plain form",
      { id: "a", input: { b: { c: [1] } } },
      { id: "a", input: { b: { c: [1] } } },
    ],
    [
      "the plain form inside of the closed one",
      { id: "a", input: [{ name: "b", value: { c: { fields: [{ name: "d", value: 1 }] } } }] },
      { id: "a", input: { b: { c: { d: 1 } } } },
    ],
    [
      "null for what is absent",
      { id: "a", note: null, counts: null, input: [] },
      { id: "a", input: {} },
    ],
    [
      "null where it is a value",
      { id: "a", nothing: null, output: null },
      { id: "a", nothing: null, output: null },
    ],
    ["a list that holds no entries", { id: "a", input: ["b"] }, { id: "a", input: ["b"] }],
    ["keys that the schema does not know", { id: "a", more: null }, { id: "a", more: null }],
    ["something else altogether", ["a"], ["a"]],
  ])("is read, or left to be judged: %s", (_what, sent, expected) => {
    expect(decode(SCHEMA, sent)).toEqual({ value: expected, issues: [] });
  });

  it("is left to be judged when it is nested deeper than any plan", () => {
    const deep = JSON.parse(`${"[".repeat(50_000)}${"]".repeat(50_000)}`) as Json;
    expect(decode(SCHEMA, { id: "a", output: deep }).issues).toEqual([]);
  });

  it("is refused with its place when it says two things at once, or nothing that can be read", () => {
    const twice = [
      { name: "b", value: 1 },
      { name: "b", value: 2 },
    ];
    const sent = {
      id: "a",
      input: twice,
      output: { fields: [{ name: "x", value: { json: "[1" } }] },
    };
    expect(decode(SCHEMA, sent).issues).toEqual([
      { path: "input.b", message: 'There are two entries named "b".' },
      { path: "output.x", message: expect.stringContaining("does not parse") },
    ]);
  });
});
