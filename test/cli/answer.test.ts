import { describe, expect, it } from "vitest";
import type { Json } from "../../src/base/json.ts";
import { renderAnswer } from "../../src/cli/answer.ts";

const ROWS: Json = [
  { region: "North", total: 1200.5 },
  { region: "Übersee", total: 80 },
];
const TABLE = ["region    total", "North    1200.5", "Übersee      80"].join("\n");

const CASES: readonly (readonly [title: string, output: Json, text: string])[] = [
  ["a text is printed as it is", "two\n  lines", "two\n  lines"],
  ["what ends a text is not doubled", "a line\n", "a line"],
  ["a number is rounded where only its binary form is odd", 0.1 + 0.2, "0.3"],
  ["a large number keeps its digits", 123456789012, "123456789012"],
  ["a truth is said", false, "false"],
  ["nothing is nothing", null, ""],
  ["an empty list is nothing", [], ""],
  ["an empty object is nothing", {}, ""],
  ["a list is one element a line", ["a.ts", "b.ts", 3], "a.ts\nb.ts\n3"],
  ["longer texts of a list are set apart", ["one\ntwo", "three"], "one\ntwo\n\nthree"],
  ["rows are a table, numbers to the right", ROWS, TABLE],
  ["a cell that is missing is empty", [{ a: 1, b: "x" }, { a: 2 }], "a  b\n1  x\n2"],
  ["a field that says it all is the answer", { value: 9, unit: "cm", text: "9 cm" }, "9 cm"],
  ["an empty one is not", { text: "", rows: ROWS }, TABLE],
  ["a table in Markdown goes before its rows", { rows: ROWS, markdown: "| a |" }, "| a |"],
  ["a result may be anything", { result: ["a", "b"], rows: [] }, "a\nb"],
  ["a lone field needs no name", { count: 5 }, "5"],
  ["short facts are one a line", { words: 5, lines: 1, title: null }, "words: 5\nlines: 1\ntitle:"],
  [
    "results of several subtasks stand under their names",
    { count: { words: 5, lines: 1 }, terms: ["graph", "plan"] },
    "count:\n  words: 5\n  lines: 1\n\nterms:\n  graph\n  plan",
  ],
  [
    "what has no better form is YAML",
    { name: "x", deep: { a: [1, { b: 2 }] } },
    "name: x\ndeep:\n  a:\n    - 1\n    - b: 2",
  ],
  [
    "rows with long cells are YAML, not a table as wide as a wall",
    [{ path: "a.ts", line: "x".repeat(70) }],
    `- path: a.ts\n  line: ${"x".repeat(70)}`,
  ],
  ["rows that differ are YAML", [{ a: 1 }, { b: 2 }], "- a: 1\n- b: 2"],
];

describe("the answer", () => {
  it.each(CASES)("%s", async (_, output, text) => {
    expect(await renderAnswer(output)).toBe(text);
  });
});
