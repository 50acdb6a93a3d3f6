import fc from "fast-check";
import { expect, it } from "vitest";
import { canonicalJson, type Json } from "../../src/base/json.ts";
import { anyJson } from "../contracts/journal-builders.ts";

/** What it is, word by word: JSON read back, each object made anew from its sorted fields. */
function slowly(value: unknown): string {
  return JSON.stringify(JSON.parse(JSON.stringify(value)), (_key, inner: unknown) => {
    if (typeof inner !== "object" || inner === null || Array.isArray(inner)) return inner;
    const fields = Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
    return Object.fromEntries(fields);
  });
}

const keys = fc.oneof(fc.string(), fc.constantFrom("__proto__", "10", "9", "01", "-1", "a", "é"));
const objects = fc.dictionary(keys, fc.option(anyJson, { nil: undefined }));

it("canonical JSON is what JSON gives for objects made in the order of their keys", () => {
  fc.assert(
    fc.property(fc.oneof(anyJson, objects, fc.array(objects)), (value) => {
      expect(canonicalJson(value as Json)).toBe(slowly(value));
    }),
  );
});

it.each([
  [
    { b: 1, a: [true, null, { d: "\ud800", c: -0 }] },
    '{"a":[true,null,{"c":0,"d":"\\ud800"}],"b":1}',
  ],
  [{ b: 1, "10": 2, "9": 3, "01": 4 }, '{"9":3,"10":2,"01":4,"b":1}'],
  ["é", '"é"'],
])("canonical JSON of %j", (value, text) => {
  expect(canonicalJson(value)).toBe(text);
});
