import { describe, expect, it } from "vitest";
import type { Json } from "../../../src/base/json.ts";
import { aggregateTable } from "../../../src/tools/builtin/aggregate-table.ts";
import { call, failure } from "./call.ts";

type Output = {
  readonly rows: readonly Record<string, Json>[];
  readonly columns: readonly string[];
  readonly markdown: string;
};

const aggregate = (input: Json) => call<Output>(aggregateTable, input);

/** As read_file gives a CSV: every cell is a text. */
const SALES = [
  { region: "North", product: "Desk", amount: "1,200.50", date: "2026-01-14" },
  { region: "South", product: "Lamp", amount: "$80.25", date: "2026-02-03" },
  { region: "North", product: "Lamp", amount: "99.50", date: "2026-01-09" },
  { region: "East", product: "Desk", amount: "", date: "2026-03-20" },
  { region: "South", product: "Chair", amount: "219.75", date: "2026-02-11" },
  { region: "North", product: "Chair", amount: "300", date: "2026-01-30" },
];

describe("aggregate_table", () => {
  it("gives total, mean and maximum of a column by group, as rows and as Markdown", async () => {
    const { rows, columns, markdown } = await aggregate({
      rows: SALES,
      column: "amount",
      functions: ["total", "mean", "max"],
      group_by: "region",
    });
    expect(columns).toEqual(["region", "total_amount", "mean_amount", "max_amount"]);
    expect(rows).toEqual([
      { region: "North", total_amount: 1600, mean_amount: 533.333333333333, max_amount: 1200.5 },
      { region: "South", total_amount: 300, mean_amount: 150, max_amount: 219.75 },
      { region: "East", total_amount: 0, mean_amount: null, max_amount: null },
    ]);
    expect(markdown).toBe(
      [
        "| region | total_amount | mean_amount | max_amount |",
        "| ------ | -----------: | ----------: | ---------: |",
        "| North  |      1600.00 |      533.33 |    1200.50 |",
        "| South  |       300.00 |      150.00 |     219.75 |",
        "| East   |         0.00 |             |            |",
      ].join("\n"),
    );
  });

  it("calculates count, sum, mean, min and max over all rows when nothing more is said", async () => {
    const { rows } = await aggregate({ rows: SALES, column: "amount" });
    expect(rows).toEqual([
      {
        count_amount: 5,
        sum_amount: 1900,
        mean_amount: 380,
        min_amount: 80.25,
        max_amount: 1200.5,
      },
    ]);
  });

  it("counts rows per group when no column is named", async () => {
    const { rows } = await aggregate({ rows: SALES, group_by: ["product"] });
    expect(rows).toEqual([
      { product: "Desk", count: 2 },
      { product: "Lamp", count: 2 },
      { product: "Chair", count: 2 },
    ]);
  });

  it("takes different functions of different columns, dates among them", async () => {
    const { rows } = await aggregate({
      rows: SALES,
      group_by: "region",
      measures: [
        { column: "amount", function: "median" },
        { column: "date", function: "max" },
        { column: "product", function: "count_distinct" },
      ],
    });
    expect(rows[0]).toEqual({
      region: "North",
      median_amount: 300,
      max_date: "2026-01-30",
      count_distinct_product: 3,
    });
  });

  it("keeps the top n by the first measure", async () => {
    const { rows } = await aggregate({
      rows: SALES,
      column: "amount",
      functions: "sum",
      group_by: "product",
      limit: 2,
    });
    expect(rows).toEqual([
      { product: "Desk", sum_amount: 1200.5 },
      { product: "Chair", sum_amount: 519.75 },
    ]);
  });

  it.each([
    ["a result's column", "mean_amount", "ascending", ["South", "North", "East"]],
    ["the measured column", "amount", "descending", ["North", "South", "East"]],
    ["a word for the function", "average", "ascending", ["South", "North", "East"]],
    ["the group", "region", undefined, ["East", "North", "South"]],
  ])("sorts by %s, what is missing last", async (_, sort_by, order, regions) => {
    const { rows } = await aggregate({
      rows: SALES,
      column: "amount",
      functions: ["mean"],
      group_by: "region",
      sort_by,
      ...(order && { order }),
    });
    expect(rows.map((row) => row["region"])).toEqual(regions);
  });

  it.each([
    ["other case", "AMOUNT"],
    ["a plural", "amounts"],
    ["one of its words", "revenue"],
    ["spaces for underscores", "net revenue eur"],
  ])("finds a column by %s", async (_, column) => {
    const name = column.toLowerCase().startsWith("amount") ? "amount" : "Net_Revenue_EUR";
    const rows = [
      { region: "North", [name]: 3 },
      { region: "South", [name]: 4 },
    ];
    expect((await aggregate({ rows, column, functions: "sum" })).rows).toEqual([
      { [`sum_${name}`]: 7 },
    ]);
  });

  it.each([
    ["thousands and decimals", ["1,200.50", "2,000"], 3200.5],
    ["decimal commas, decided for the whole column", ["1.200,50", "1.200", "0,5"], 2401],
    ["currencies before and after", ["$5", "€ 7.50", "3 USD", "CHF 1'000", "£.50"], 1016],
    ["per cent", ["12%", "8 %", "-2.5%"], 17.5],
    ["accounting negatives and real minus signs", ["(100)", "−20", "50-", "-$5"], -175],
    ["spaces as separators", ["1 000 000", "12 500"], 1_012_500],
    ["Indian grouping", ["1,00,000", "50,000"], 150_000],
    ["exponents", ["1e3", "2.5E-1"], 1000.25],
    ["binary fractions without noise", [0.1, 0.2, "0.3"], 0.6],
    ["a thousand cents", Array.from({ length: 1000 }, () => "0.01"), 10],
    ["nothing, in its many spellings", ["5", "", "n/a", "-", null], 5],
  ])("adds numbers written with %s", async (_, cells, sum) => {
    const rows = cells.map((price) => ({ price }));
    expect((await aggregate({ rows, column: "price", functions: "sum" })).rows[0]).toEqual({
      sum_price: sum,
    });
  });

  it("takes arrays below a header, and a column whose name every object inherits", async () => {
    const rows = [
      ["constructor", "points"],
      ["Ferrari", "25"],
      ["McLaren", "18"],
      ["Ferrari", "10"],
    ];
    const output = await aggregate({
      rows,
      column: "points",
      functions: "sum",
      group_by: "constructor",
    });
    expect(output.rows).toEqual([
      { constructor: "Ferrari", sum_points: 35 },
      { constructor: "McLaren", sum_points: 18 },
    ]);
  });

  it("gives empty results for an empty table", async () => {
    expect(
      (await aggregate({ rows: [], column: "x", functions: "sum", group_by: "y" })).rows,
    ).toEqual([]);
    expect((await aggregate({ rows: [] })).rows).toEqual([{ count: 0 }]);
  });

  it.each([
    [
      "an unknown column",
      { column: "profit" },
      'There is no column "profit".',
      'The columns are "region", "product", "amount", "date".',
    ],
    [
      "a column that is not numeric",
      { column: "product", functions: "mean" },
      'Row 1 has "Desk" in the column "product", which is not a number.',
      "Choose a column of numbers, or use count or count_distinct.",
    ],
    [
      "a function without a column",
      { functions: ["sum"], group_by: "region" },
      "The sum of which column?",
      'Name it in `column`. The columns are "region", "product", "amount", "date".',
    ],
    [
      "an unknown sort column",
      { column: "amount", sort_by: "colour" },
      'There is no column "colour".',
      'The columns are "count_amount", "sum_amount", "mean_amount", "min_amount", "max_amount".',
    ],
  ])("refuses %s and says what there is", async (_, input, message, hint) => {
    const error = await failure(aggregateTable, { rows: SALES, ...input });
    expect({ code: error.code, message: error.message, hint: error.hint }).toEqual({
      code: "tool.invalid_input",
      message,
      hint,
    });
  });

  it("refuses a name that several columns could mean", async () => {
    const rows = [{ "Amount net": 1, "Amount gross": 2 }];
    expect((await failure(aggregateTable, { rows, column: "amount" })).message).toBe(
      '"amount" could be any of the columns "Amount net", "Amount gross".',
    );
  });

  it("names the row whose number is unreadable, and refuses to guess between decimal marks", async () => {
    const letters = [{ n: "1" }, { n: "12 apples" }];
    expect((await failure(aggregateTable, { rows: letters, column: "n" })).message).toBe(
      'Row 2 has "12 apples" in the column "n", which is not a number.',
    );
    const mixed = [{ n: "1,5" }, { n: "2.5" }];
    expect((await failure(aggregateTable, { rows: mixed, column: "n" })).message).toBe(
      'The column "n" has both decimal commas (row 1) and decimal points (row 2).',
    );
  });
});
