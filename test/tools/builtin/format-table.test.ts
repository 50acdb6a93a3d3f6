import { describe, expect, it } from "vitest";
import type { Json } from "../../../src/base/json.ts";
import { formatTable } from "../../../src/tools/builtin/format-table.ts";
import { call, failure } from "./call.ts";

const format = (input: Json) => call<{ readonly text: string }>(formatTable, input);

const CITIES = [
  { city: "Zürich", inhabitants: 443037, note: "on the lake | river" },
  { city: "東京", inhabitants: 13960000 },
  { city: "São Paulo", inhabitants: 11451245, note: 'called "Sampa",\nlocally' },
];

describe("format_table", () => {
  it("writes Markdown that survives bars, line breaks and wide letters", async () => {
    expect((await format({ rows: CITIES })).text).toBe(
      [
        "| city      | inhabitants | note                       |",
        "| --------- | ----------: | -------------------------- |",
        "| Zürich    |      443037 | on the lake \\| river       |",
        "| 東京      |    13960000 |                            |",
        '| São Paulo |    11451245 | called "Sampa",<br>locally |',
      ].join("\n"),
    );
  });

  it("writes CSV with quotes where they are needed", async () => {
    expect((await format({ rows: CITIES, format: "csv" })).text).toBe(
      [
        "city,inhabitants,note",
        "Zürich,443037,on the lake | river",
        "東京,13960000,",
        'São Paulo,11451245,"called ""Sampa"",\nlocally"',
      ].join("\n"),
    );
  });

  it("writes plain text in columns as wide as they look", async () => {
    const { text } = await format({
      rows: CITIES,
      format: "text",
      columns: ["inhabitants", "City"],
    });
    expect(text).toBe(
      [
        "inhabitants  city",
        "-----------  ---------",
        "     443037  Zürich",
        "   13960000  東京",
        "   11451245  São Paulo",
      ].join("\n"),
    );
  });

  it("writes nested values as JSON and arrays below their header", async () => {
    const rows = [
      ["id", "tags"],
      [1, ["a", "b"]],
      [2, { deep: true }],
    ];
    expect((await format({ rows, format: "csv" })).text).toBe(
      'id,tags\n1,"[""a"",""b""]"\n2,"{""deep"":true}"',
    );
  });

  it("refuses rows of two kinds, and columns that are not there", async () => {
    expect((await failure(formatTable, { rows: [{ a: 1 }, ["b"]] })).message).toBe(
      "The table mixes rows of two kinds: row 1 is an object, row 2 an array.",
    );
    expect((await failure(formatTable, { rows: CITIES, columns: "country" })).hint).toBe(
      'The columns are "city", "inhabitants", "note".',
    );
  });
});
