import { describe, expect, test } from "vitest";
import type { JsonObject } from "../../src/base/json.ts";
import type { Step } from "../../src/plan/cel-tree.ts";
import { inputFields, isNoSuchField, schemaAt, typesOf } from "../../src/plan/schema-fields.ts";

const CLOSED: JsonObject = {
  type: "object",
  properties: { a: { type: "integer" }, b: { type: ["string", "null"] } },
  additionalProperties: false,
};

/** `any`, the types that may stand there, or `none`. */
function at(schema: JsonObject, ...steps: Step[]): string {
  const found = schemaAt(schema, steps);
  if (isNoSuchField(found)) return "none";
  return [...(typesOf(found) ?? ["any"])].join();
}

describe("what a schema says of a place", () => {
  test.each<[string, JsonObject, Step[], string]>([
    ["a property", CLOSED, ["a"], "number"],
    ["a property of two types", CLOSED, ["b"], "string,null"],
    ["no property of a closed object", CLOSED, ["c"], "none"],
    ["no inherited property", CLOSED, ["constructor"], "none"],
    ["any property of an open object", { type: "object", properties: {} }, ["c"], "any"],
    [
      "an additional property",
      { type: "object", additionalProperties: { type: "boolean" } },
      ["c", "d"],
      "none",
    ],
    ["a property by pattern", { ...CLOSED, patternProperties: { "^x": {} } }, ["c"], "any"],
    ["an element", { type: "array", items: CLOSED }, [3, "a"], "number"],
    ["an element known at run time", { type: "array", items: CLOSED }, [null, "c"], "none"],
    [
      "an element of a tuple",
      { type: "array", prefixItems: [CLOSED], items: false },
      [0, "a"],
      "number",
    ],
    [
      "no element after a tuple",
      { type: "array", prefixItems: [CLOSED], items: false },
      [1],
      "none",
    ],
    ["a field of a list", { type: "array" }, ["length"], "none"],
    ["a field of a text", { type: "string" }, ["length"], "none"],
    ["a key known at run time", CLOSED, [null], "any"],
    [
      "a union",
      { anyOf: [CLOSED, { type: "null" }, { type: "array", items: {} }] },
      ["a"],
      "number",
    ],
    ["nothing of a union", { oneOf: [CLOSED, { type: "null" }] }, ["c"], "none"],
    ["a union with something open", { anyOf: [CLOSED, {}] }, ["c"], "any"],
    ["a reference", { $ref: "#/$defs/x", $defs: { x: CLOSED } }, ["c"], "none"],
    [
      "a reference with an odd name",
      { $ref: "#/$defs/x~1y%20z", $defs: { "x/y z": CLOSED } },
      ["a"],
      "number",
    ],
    ["a reference to itself", { $ref: "#" }, ["a"], "any"],
    ["a reference elsewhere", { $ref: "https://example.org/x.json" }, ["a"], "any"],
    ["a reference that leads nowhere", { $ref: "#/$defs/constructor", $defs: {} }, ["a"], "any"],
    ["several schemas at once", { allOf: [CLOSED] }, ["c"], "any"],
    ["a condition", { ...CLOSED, if: {} }, ["c"], "any"],
    ["values", { enum: ["x", 1, null] }, [], "string,number,null"],
    ["one value", { const: [1] }, [], "array"],
    ["a type that is none", { type: "date" }, ["x"], "any"],
    ["nothing", {}, ["x"], "any"],
  ])("%s", (_, schema, steps, expected) => {
    expect(at(schema, ...steps)).toBe(expected);
    // What is remembered is the same.
    expect(at(schema, ...steps)).toBe(expected);
  });

  test("does not mix up places whose names look alike", () => {
    const schema: JsonObject = {
      type: "object",
      properties: {
        "a.b": { type: "null" },
        a: { type: "object", properties: { b: { type: "string" } } },
      },
    };
    expect(at(schema, "a.b")).toBe("null");
    expect(at(schema, "a", "b")).toBe("string");
    expect(at({ type: "array", items: CLOSED }, 0)).toBe("object");
    expect(at({ type: "array", items: CLOSED }, "0")).toBe("none");
  });
});

describe("the fields of an input", () => {
  test.each<[string, JsonObject, string[] | undefined]>([
    ["are those it names", { type: "object", properties: { a: {} } }, ["a"]],
    [
      "are those of every branch",
      { anyOf: [CLOSED, { type: "object", properties: { c: {} } }] },
      ["a", "b", "c"],
    ],
    [
      "are any when it says so",
      { type: "object", properties: {}, additionalProperties: true },
      undefined,
    ],
    ["are any when it names none", { type: "object" }, undefined],
    ["are none of a text", { type: "string" }, []],
  ])("%s", (_, schema, expected) => {
    const found = schemaAt(schema, []);
    if (isNoSuchField(found)) throw new Error("The root is always there.");
    const fields = inputFields(found);
    expect(fields && [...fields]).toEqual(expected);
  });
});
