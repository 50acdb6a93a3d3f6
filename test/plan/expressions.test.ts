import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { PlanwrightError } from "../../src/base/errors.ts";
import type { Json } from "../../src/base/json.ts";
import { compileTemplate, escapeTemplate, type Scope } from "../../src/plan/expressions.ts";

function scopeOf(values: { readonly [name: string]: Json }): Scope {
  return Object.assign(Object.create(null) as object, values);
}

/** The value of a template that must compile. */
function evaluate(value: Json, values: { readonly [name: string]: Json } = {}): Json {
  const { template, issues } = compileTemplate(value);
  expect(issues).toEqual([]);
  return template.evaluate(scopeOf(values));
}

function failureOf(text: string, values: { readonly [name: string]: Json }): PlanwrightError {
  try {
    evaluate(text, values);
  } catch (error) {
    if (error instanceof PlanwrightError) return error;
    throw error;
  }
  throw new Error(`${text} did not fail.`);
}

describe("the documentation of expressions", () => {
  const text = readFileSync(new URL("../../docs/expressions.md", import.meta.url), "utf8");
  const [, data = ""] = /```json\n(.*?)```/s.exec(text) ?? [];
  const scope = JSON.parse(data) as { [name: string]: Json };
  const examples = [...text.matchAll(/```expressions\n(.*?)```/gs)]
    .flatMap(([, block = ""]) => block.trim().split("\n"))
    .map((line) => line.split(" → ") as [string, string]);

  test.each(examples)("%s gives %s", (expression, result) => {
    expect(evaluate(`\${${expression}}`, scope)).toEqual(JSON.parse(result));
  });
});

describe("a text with expressions", () => {
  const a = { text: "hi", n: 7, no: null, yes: true, xs: [1, { k: "v" }] };

  test.each<[string, Json]>([
    ["${a.n}", 7],
    ["${a.xs}", a.xs],
    ["${a}", a],
    [" ${a.n}", " 7"],
    ["${a.n}${a.n}", "77"],
    ["<${a.text}|${a.no}|${a.yes}|${1.5}|${a.xs}>", '<hi||true|1.5|[1,{"k":"v"}]>'],
    ["$${a.n}", "${a.n}"],
    ["$$${a.n}", "$${a.n}"],
    ['${"$"}${a.n}', "$7"],
    ["cost: $5 {a} }", "cost: $5 {a} }"],
    ["${{'k': {'n': a.n}}}", { k: { n: 7 } }],
    ["${'}' + \"}\" + '''}'}'''}!", "}}}'}!"],
    ["${r'\\}'}", "\\}"],
    ["${a.n // a } comment\n}", 7],
    ["${\n  a.n\n}", 7],
    ["${matches(a.text, '^h')}", true],
  ])("%j gives %j", (text, expected) => {
    expect(evaluate(text, { a })).toEqual(expected);
  });

  test("is found at any depth, and the rest of the value is kept as it is", () => {
    const rest = { deep: [1, "two"] };
    const value = evaluate({ list: ["${a.n}", rest], "${a.n}": null }, { a }) as { list: Json[] };
    expect(value).toEqual({ list: [7, rest], "${a.n}": null });
    expect(value.list[1]).toBe(rest);
  });

  test("without expressions is the very same value, not a copy", () => {
    const value = { a: [{ b: "c" }] };
    const { template } = compileTemplate(value);
    expect(template.isLiteral).toBe(true);
    expect(template.evaluate(scopeOf({}))).toBe(value);
  });

  test("gives outputs as they are, not copies", () => {
    const rows = [{ total: 1 }];
    expect(evaluate("${a.rows}", { a: { rows } })).toBe(rows);
  });

  test("keeps a key called __proto__ an ordinary key", () => {
    const value = evaluate(JSON.parse('{"__proto__": "${a.n}"}'), { a }) as object;
    expect(Object.entries(value)).toEqual([["__proto__", 7]]);
    expect(Object.getPrototypeOf(value)).toBe(Object.prototype);
  });

  test("any JSON value comes back when its texts are escaped", () => {
    const escaped = (value: Json): Json => {
      if (typeof value === "string") return escapeTemplate(value);
      if (Array.isArray(value)) return value.map(escaped);
      if (typeof value !== "object" || value === null) return value;
      return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, escaped(inner)]));
    };
    const text = fc.oneof(fc.string(), fc.stringMatching(/^[${}a"']{0,12}$/));
    const json = fc.jsonValue({ stringUnit: "binary" }).map((value) => value as Json);
    fc.assert(
      fc.property(fc.oneof(json, text, fc.array(text)), (value) => {
        const { template, issues } = compileTemplate(escaped(value));
        expect(issues).toEqual([]);
        expect(template.isLiteral).toBe(true);
        expect(template.evaluate(scopeOf({}))).toEqual(value);
      }),
    );
  });

  test("a mixed text is its pieces put together", () => {
    const piece = fc.record({ before: fc.string(), value: fc.string() });
    fc.assert(
      fc.property(fc.array(piece), fc.string(), (pieces, end) => {
        const scope = Object.fromEntries(pieces.map(({ value }, i) => [`s${i}`, { value }]));
        const template = pieces.map(({ before }, i) => `${escapeTemplate(before)} \${s${i}.value}`);
        const expected = pieces.map(({ before, value }) => `${before} ${value}`);
        expect(evaluate(`-${template.join("")}${escapeTemplate(end)}`, scope)).toBe(
          `-${expected.join("")}${end}`,
        );
      }),
    );
  });
});

describe("names", () => {
  test.each<[Json, string[]]>([
    ["${a.x + b.y}", ["a", "b"]],
    ["${a.rows.map(r, r.total + b.n)}", ["a", "b"]],
    ["${a.rows.filter(r, r.ok).exists(s, s == r.x)}", ["a", "r"]],
    ["${a.rows.map(r, r.ok, r.n)}", ["a"]],
    ["${a.all(x, b.exists_one(y, x == y))}", ["a", "b"]],
    ["${cel.bind(x, a.n, x + y)}", ["a", "y"]],
    ["${has(a.b) ? default(c.d, e) : {'f': [g]}}", ["a", "c", "e", "g"]],
    ["${a[b.i][c]}", ["a", "b", "c"]],
    ["${type(a) == string}", ["a"]],
    ["${string(list.n) + map.x}", ["list", "map"]],
    [{ x: ["${a.n}", { y: "${a.m} ${b.n}" }], z: "plain" }, ["a", "b"]],
    ["${inputs.year}", ["inputs"]],
    ["no names", []],
  ])("of %j are %j", (value, expected) => {
    expect(compileTemplate(value).template.references).toEqual(expected);
  });

  // What CEL or JavaScript would take for something else.
  test.each([
    "constructor",
    "list",
    "map",
    "type",
    "string",
    "int",
    "google",
    "hasownproperty",
    "cel",
  ])("%s can be a subtask's", (name) => {
    expect(evaluate(`\${${name}.items[0]}`, { [name]: { items: [1] } })).toBe(1);
    expect(evaluate(`\${[1].map(${name}, ${name} + 1)}`)).toEqual([2]);
  });

  test.each(["constructor", "__proto__", "toString", "hasOwnProperty"])(
    "of prototypes are not fields: %s",
    (name) => {
      expect(failureOf(`\${a.${name}}`, { a: {} }).message).toContain(`No such key: ${name}`);
      expect(failureOf(`\${a["${name}"]}`, { a: {} }).message).toContain("No such key");
      expect(evaluate(`\${has(a.${name})}`, { a: {} })).toBe(false);
    },
  );

  test("of fields in data may be `constructor`", () => {
    const race = { results: [{ constructor: "Ferrari", points: 25, extra: null }] };
    expect(evaluate("${race.results[0].points}", { race })).toBe(25);
    expect(evaluate("${race.results.map(r, r.constructor)}", { race })).toEqual(["Ferrari"]);
    expect(evaluate("${race.results.filter(r, r.points > 1)}", { race })).toEqual(race.results);
    const nothing = { constructor: null, n: 1 };
    expect(evaluate("${nothing.n + 1}", { nothing })).toBe(2);
  });
});

describe("an evaluation that fails", () => {
  const a = { text: "hi", n: 7, xs: [1], none: null };

  test.each<[string, string, string]>([
    [
      "${a.textt}",
      "The expression a.textt failed: No such key: textt.",
      "a has the fields text, n, xs, none.",
    ],
    ["${a.xs[3]}", "index 3 >= size 1", "a.xs is a list of 1."],
    ["${a.none.x}", "No such key: x", "a.none is null."],
    ["${a.text.x}", "No such key: x", "a.text is a string, and has no fields."],
    ["x ${upper(a.textt)}", "The expression upper(a.textt) failed", "a has the fields"],
    ["${a.n / 0}", "Division by zero", "default(x, y)"],
    ["${a.n % 0}", "Division by zero", "default(x, y)"],
    ["${default(a.n / 0, 1)}", "Division by zero", "default(x, y)"],
    ["${1e308 * 10.0}", "Infinity is not a JSON number", "default(x, y)"],
    ["${double('nan')}", "NaN is not a JSON number", "default(x, y)"],
    ["${a.text + 1}", "no operation string + number", "string(x)"],
    ["${sum([1, 'x'])}", 'sum() needs a list of numbers, and found "x"', "default(x, y)"],
    ["${sort([1, 'x'])}", "sort() needs numbers only or strings only", "default(x, y)"],
    ["${a.n ? 1 : 2}", "must be bool", "default(x, y)"],
    ["${fromJson('{')}", "fromJson() cannot read the text", "default(x, y)"],
    ["${a.text.matches('(')}", "is not a regular expression", "default(x, y)"],
    ["${round(1, 99)}", "round() takes 0 to 15 digits", "default(x, y)"],
    ["${b.x}", "Unknown variable: b", "default(x, y)"],
    ["${list.x}", "Unknown variable: list", "default(x, y)"],
  ])("%s says %j", (text, message, hint) => {
    const error = failureOf(text, { a });
    expect(error.code).toBe("expression.failed");
    expect(error.message).toContain(message);
    expect(error.hint).toContain(hint);
  });
});

describe("a text that is no expression", () => {
  test.each<[string, string]>([
    ["${a.}", '"a." is not an expression: Expected IDENTIFIER, got EOF, at character 3.'],
    ["x ${}", '"" is not an expression: Unexpected token: EOF, at character 1.'],
    ["${a b}", "at character 3."],
    ["${'a}", "The expression has no closing brace."],
    ["${a", "The expression has no closing brace."],
    ["${summ(a.xs)}", "There is no function summ"],
    ["${a.xs.mapp(x, x)}", "There is no function mapp"],
    ["${'x' * 2}", "no operation string * number"],
    ["${{'constructor': 1}}", "The key constructor is not allowed"],
    ["${import.x}", "Reserved identifier: import"],
    ["${a.map(1, 2)}", "iteration variable"],
    [`\${${"(".repeat(200)}1${")".repeat(200)}}`, "Exceeded maxDepth"],
    [`\${${"1+".repeat(5000)}1}`, "Exceeded maxAstNodes"],
  ])("%s is refused", (text, message) => {
    const { issues } = compileTemplate({ input: [text] });
    expect(issues).toHaveLength(1);
    expect(issues[0]?.steps).toEqual(["input", 0]);
    expect(issues[0]?.message).toContain(message);
    expect(issues[0]?.hint).not.toBe("");
  });

  test("suggests the function that was meant", () => {
    expect(compileTemplate("${summ(a.xs)}").issues[0]?.hint).toBe("Did you mean sum?");
  });

  test("says where in the text it went wrong", () => {
    expect(compileTemplate("see ${a.}").issues[0]?.offset).toBe(8);
  });
});

describe("an expression ends", () => {
  test("at five million elements, however its loops are nested", () => {
    const xs = Array.from({ length: 1000 }, (_, index) => index);
    expect(evaluate("${size(a.xs.filter(x, a.xs.exists(y, y == 999 - x)))}", { a: { xs } })).toBe(
      1000,
    );
    const error = failureOf("${a.xs.map(x, a.xs.map(y, a.xs.map(z, x + y + z)))}", { a: { xs } });
    expect(error.message).toContain("More than 5000000 steps");
  });

  test("in linear time on a pattern that backtracking cannot bear", () => {
    const text = `${"a".repeat(5_000)}!`;
    expect(evaluate("${a.text.matches('^(a+)+$')}", { a: { text } })).toBe(false);
  });

  test("with an issue when the value around it is nested without end", () => {
    let value: Json = "${a.n}";
    for (let depth = 0; depth < 10_000; depth++) value = [value];
    expect(compileTemplate(value).issues[0]?.message).toContain("nested more than 200 deep");
  });
});
