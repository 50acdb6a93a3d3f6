import { describe, expect, it } from "vitest";
import type { Json } from "../../../src/base/json.ts";
import { queryData } from "../../../src/tools/builtin/query-data.ts";
import { call, failure } from "./call.ts";

const ask = (data: Json, query: string) =>
  call<{ readonly result: Json; readonly rows: Json }>(queryData, { data, query });

const ORDERS = [
  { id: 1, customer: "Ada", items: [{ name: "Desk", price: 300, pieces: 1 }] },
  {
    id: 2,
    customer: "Linus",
    items: [
      { name: "Lamp", price: 40, pieces: 3 },
      { name: "Desk", price: 300, pieces: 2 },
    ],
  },
  { id: 3, customer: "Ada", items: [] },
];

describe("query_data", () => {
  it.each([
    ["adds up what is nested", "$sum($.items.(price * pieces))", 1020],
    ["filters and selects", "$[$count(items) > 1].customer", "Linus"],
    ["keeps an array of one when asked to", "$[id = 3].customer[]", ["Ada"]],
    ["groups", "$.items{name: $sum(pieces)}", { Desk: 3, Lamp: 3 }],
    ["sorts and takes the first", "($.items^(>price, name))[0].name", "Desk"],
    ["finds by a pattern", "$[customer ~> /^li/i].id", 2],
    [
      "replaces by a pattern",
      '$replace("2026-03-01", /(\\d+)-(\\d+)-(\\d+)/, "$3.$2.$1")',
      "01.03.2026",
    ],
    ["gives null for nothing", "$.address.city", null],
    ["finds nothing that objects inherit", "$[0].constructor", null],
  ])("%s", async (_, query, result) => {
    expect((await ask(ORDERS, query)).result).toEqual(result);
  });

  it("gives objects as rows too, and anything else as none", async () => {
    const query =
      '$.items{name: $sum(pieces)} ~> $each(function($n, $name) {{"name": $name, "pieces": $n}})';
    const grouped = await ask(ORDERS, query);
    expect(grouped.rows).toEqual([
      { name: "Desk", pieces: 3 },
      { name: "Lamp", pieces: 3 },
    ]);
    expect((await ask(ORDERS, "$[0]")).rows).toEqual([ORDERS[0]]);
    expect((await ask(ORDERS, "$.id")).rows).toEqual([]);
  });

  it("leaves the data as it was", async () => {
    const data = structuredClone(ORDERS);
    await ask(data, "$ ~> |items|{'price': 0}|");
    expect(data).toEqual(ORDERS);
  });

  it.each([
    ["a recursion that does not end", "($f := function($n) {1 + $f($n + 1)}; $f(0))"],
    ["a range that is too long", "[1..20000000]"],
  ])("stops %s", async (_, query) => {
    expect((await failure(queryData, { data: {}, query })).code).toBe("tool.limit");
  });

  it("answers a pattern that would keep a backtracking engine busy for ever", async () => {
    const query = `$contains("${"a".repeat(50)}!", /^(a+)+$/)`;
    expect((await ask({}, query)).result).toBe(false);
  });

  it.each([
    [
      "a syntax error",
      "$sum(price",
      'The query "$sum(price" is not JSONata, at character 10: Expected ")" before end of expression.',
    ],
    [
      "a wrong type",
      '"three" + 4',
      'The query "\\"three\\" + 4" failed, at character 9: The left side of the "+" operator must evaluate to a number.',
    ],
    [
      "a pattern with look-ahead",
      '$match("ab", /a(?=b)/)',
      "The pattern /a(?=b)/ cannot be used: error parsing regexp: invalid or unsupported Perl syntax: `(?=`.",
    ],
    ["a function for an answer", "$map", 'The query "$map" gives a function, not a value.'],
  ])("says what is wrong with %s", async (_, query, message) => {
    expect((await failure(queryData, { data: {}, query })).message).toBe(message);
  });
});
