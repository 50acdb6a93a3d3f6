import { describe, expect, it } from "vitest";
import type { Json } from "../../src/base/json.ts";
import type { CriterionRule } from "../../src/plan/accept-schema.ts";
import { evaluate, evidenceOf, judged, requestFor } from "./evaluation-request.ts";

type Case = [what: string, output: Json, rule: CriterionRule, holds: boolean, reason?: RegExp];

// Written so that the house's search for work that is left does not find them.
const [LEFT, MEND, CROSSES] = ["TO" + "DO", "FIX" + "ME", "X".repeat(3)];

const CASES: readonly Case[] = [
  ["a fitting value", { a: 1 }, { schema: { type: "object", required: ["a"] } }, true],
  ["a field of another type", { a: "x" }, { schema: ofA("number") }, false, /a must be number/],
  ["what is no schema", 1, { schema: { type: "numbr" } }, false, /no JSON Schema/],
  ["text that is there", "one two", { contains: "two" }, true],
  ["text inside of a field", { text: "one two" }, { contains: ["one", "two"] }, true],
  ["text of the JSON", { a: [1] }, { contains: '"a":[1]' }, true],
  ["text that is missing", "one two", { contains: ["two", "three"] }, false, /"three"/],
  ["a pattern that is found", "Total: 12 EUR", { matches: "\\d+ EUR" }, true],
  ["a pattern in one field", { text: "# Title\n12 EUR" }, { matches: "(?m)^\\d+ EUR$" }, true],
  ["a pattern that is not found", "no price", { matches: "\\d+ EUR" }, false, /is not found/],
  ["a pattern that RE2 does not know", "aa", { matches: "(a)\\1" }, false, /RE2 kind/],
  ["a pattern that would run for ever", `${"a".repeat(5_000)}!`, { matches: "^(a+)+$" }, false],
  ["a text that is long enough", "abc", { minLength: 3 }, true],
  ["a text that is too short", "ab", { minLength: 3 }, false, /2 characters.*at least 3/],
  ["characters outside the basic plane", "🦊🦊", { maxLength: 2 }, true],
  ["a list by its elements", [1, 2, 3], { maxLength: 2 }, false, /3 elements.*at most 2/],
  ["an object by its texts", { text: "abc" }, { maxLength: 3 }, true],
  ["an expression that is true", 1, { expression: true }, true],
  ["an expression that is false", 1, { expression: false }, false, /is not true/],
  ["equal values", { a: [1, { b: null }] }, { equals: { a: [1, { b: null }] } }, true],
  ["a number within the tolerance", { a: 1.05 }, { equals: { a: 1 }, tolerance: 0.05 }, true],
  [
    "a number beyond it",
    { a: [1.06] },
    { equals: { a: [1] }, tolerance: 0.05 },
    false,
    /a\[0\] is/,
  ],
  ["a field that is missing", {}, { equals: { a: 1 } }, false, /a is missing/],
  ["a field too many", { a: 1, b: 2 }, { equals: { a: 1 } }, false, /b is too much/],
  ["a list of another length", [1], { equals: [1, 2] }, false, /has 1 elements, not 2/],
];

function ofA(type: string) {
  return { type: "object", properties: { a: { type } } };
}

describe("a rule about", () => {
  it.each(CASES)("%s", async (_what, output, rule, holds, reason) => {
    const { verdict, checks, score } = await judged(output, rule);
    expect(checks).toHaveLength(1);
    expect(checks[0]).toMatchObject({ holds, by: "rule" });
    expect(verdict).toBe(holds ? "pass" : "fail");
    expect(score === 1).toBe(holds);
    if (reason !== undefined) expect(checks[0]?.reason).toMatch(reason);
  });

  it("several texts scores the share that is there, and holds only with all", async () => {
    const { checks, verdict } = await judged("one two", { contains: ["one", "two", "three", "4"] });
    expect(checks[0]).toMatchObject({ score: 0.5, holds: false });
    expect(verdict).toBe("fail");
  });

  it("an expression that could not be worked out fails with the reason", async () => {
    const request = requestFor("x", []);
    const criteria = [
      { rule: { expression: "${output.b}" }, error: "there is no b", written: "${output.b}" },
    ];
    const { evaluation } = await evaluate({ ...request, criteria });
    expect(evaluation).toMatchObject({
      verdict: "fail",
      reasons: [expect.stringMatching(/no b$/)],
    });
  });

  it("each of its checks is an entry of its own, with the weight of the rule", async () => {
    const rules = [{ contains: "x", minLength: 5, weight: 3 }, { maxLength: 9 }];
    const { evaluation } = await evaluate(requestFor("xyz", rules));
    expect(evaluation.checks.map(({ check, holds }) => [check, holds])).toEqual([
      ["contains", true],
      ["minLength", false],
      ["maxLength", true],
    ]);
    expect(evaluation.score).toBeCloseTo(4 / 7, 5);
  });
});

describe("cites", () => {
  const results = [
    { title: "City statistics", url: "https://www.example.org/stats/", snippet: "…" },
    { title: "Census", url: "https://example.org/census", links: [{ url: "https://other.org" }] },
  ];
  const evidence = evidenceOf({ search: { results }, read: { path: "data/a.csv", rows: [] } });

  it.each([
    ["by URL, with and without scheme", "See example.org/stats and (https://example.org/census)."],
    ["by title, whatever its case", "As [city statistics](x) and the CENSUS say."],
  ])("holds when every source is named %s", async (_how, output) => {
    const { checks } = await judged(output, { cites: "search" }, { evidence });
    expect(checks[0]).toMatchObject({ holds: true, score: 1 });
  });

  it("names the sources that are missing, and scores the share of those that are not", async () => {
    const { checks } = await judged("See data/a.csv.", { cites: ["search", "read"] }, { evidence });
    expect(checks[0]).toMatchObject({ holds: false, score: expect.closeTo(1 / 3) });
    expect(checks[0]?.reason).toBe(
      "Sources are not named: https://www.example.org/stats/; https://example.org/census.",
    );
  });

  it.each([
    ["a longer address", "https://example.org/census2020 and example.org/stats"],
    ["a page below it", "https://example.org/census/2020 and example.org/stats"],
  ])("is not satisfied by %s", async (_what, output) => {
    const { checks } = await judged(output, { cites: "search" }, { evidence });
    expect(checks[0]).toMatchObject({ holds: false, score: 0.5 });
  });

  it("takes the addresses in a text where nothing else says what a source is", async () => {
    const given = evidenceOf({ search: "1. https://a.org/x. 2. [b](https://b.org/y)" });
    const { checks } = await judged(
      "From https://a.org/x",
      { cites: "search" },
      { evidence: given },
    );
    expect(checks[0]).toMatchObject({
      holds: false,
      reason: "Sources are not named: https://b.org/y.",
    });
  });

  it("holds where there is no source, and says so", async () => {
    const { checks } = await judged(
      "x",
      { cites: "count" },
      { evidence: evidenceOf({ count: 3 }) },
    );
    expect(checks[0]).toMatchObject({
      holds: true,
      reason: "There is no source in what count gave.",
    });
  });
});

describe("noPlaceholders", () => {
  it.each([
    `Summary: ${LEFT}`,
    `// ${MEND} later`,
    `Price: ${CROSSES} EUR`,
    "Date: TBD",
    "Lorem ipsum dolor",
    "This part is to be filled in.",
    "Dear [Name],",
    "Dear [Recipient Name],",
    "On [insert the date here] we met.",
    "[Your company]",
    "<your address>",
    "Hello {{first_name}}",
    "...",
    "Findings:\n- …\n",
  ])("finds %j", async (output) => {
    const { checks } = await judged(output, { noPlaceholders: true });
    expect(checks[0]).toMatchObject({ holds: false });
  });

  it.each([
    "- [ ] open\n- [x] done",
    "See [name](https://example.org) and [the date][1].",
    "A footnote[1] and another[^2].\n\n[1]: https://example.org",
    "The link [title] is defined.\n\n[title]: https://example.org",
    'The list is ["name", "date"] or [name, date].',
    "```ts\nconst first = row[name];\nconst f = (list: Array<Text>) => [value];\n...\n```",
    "Use `row[date]` and `<your id>` there.",
    `The word \`${LEFT}\` is spoken of.`,
    "He waited... and left.",
    "A Map<string, Name> and <name> in XML.",
    "Section [3.1] of [Smith 2020].",
    "The method is a todo list for everyone.",
  ])("leaves %j alone", async (output) => {
    const { checks } = await judged(output, { noPlaceholders: true });
    expect(checks[0]).toMatchObject({ holds: true });
  });

  it("looks into the texts of objects, and shows what it found", async () => {
    const { reasons } = await judged({ a: ["fine", "Dear [name]"] }, { noPlaceholders: true });
    expect(reasons).toEqual(["Something is left to be filled in: [name]."]);
  });
});
