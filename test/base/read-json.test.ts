import { expect, it } from "vitest";
import { readJson } from "../../src/base/read-json.ts";

const OBJECT = { text: 'one " quote, } { \\ ``` and', list: [{ n: 1 }] };
const JSON_TEXT = JSON.stringify(OBJECT);

it.each([
  ["alone", JSON_TEXT],
  ["on several lines", `\n${JSON.stringify(OBJECT, null, 2)}\n`],
  ["in a fence", `\`\`\`json\n${JSON_TEXT}\n\`\`\``],
  ["after a sentence", `The plan (with {braces}):\n${JSON_TEXT}`],
  ["before a sentence", `${JSON_TEXT}\nIt's "done" }.`],
  ["after thoughts that hold JSON, too", `<think>\n{"no": 1}\n</think>\n${JSON_TEXT}`],
])("finds the object %s", (_where, text) => {
  expect(readJson(text)).toEqual({ ok: true, value: OBJECT });
});

it.each([
  ["nothing", "  \n", "empty"],
  ["only thoughts", "<think>hm</think>", "empty"],
  ["no object", "I cannot do that.", "no JSON object"],
  ["two objects", `${JSON_TEXT} or ${JSON_TEXT}`, "several"],
  [
    "an object without its end, though one inside is whole",
    `Plan: ${JSON_TEXT.slice(0, -1)}`,
    "does not parse",
  ],
  [
    "an object with a mistake, though one inside is whole",
    '{"a": {"b": 1} "c": 2}',
    "does not parse",
  ],
])("does not guess at %s", (_what, text, why) => {
  expect(readJson(text)).toEqual({ ok: false, message: expect.stringContaining(why) });
});

it("refuses every beginning of an object, wherever it is cut", () => {
  for (let end = 1; end < JSON_TEXT.length; end++) {
    expect(readJson(JSON_TEXT.slice(0, end)).ok, JSON_TEXT.slice(0, end)).toBe(false);
  }
});

it("takes time in proportion to the text, also for many braces that never close", () => {
  expect(readJson("{".repeat(500_000)).ok).toBe(false);
});
