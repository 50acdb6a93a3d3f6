import { describe, expect, it } from "vitest";
import type { Json } from "../../src/base/json.ts";
import type { CriterionRule } from "../../src/plan/accept-schema.ts";
import { evaluate, evidenceOf, judged, judgeSaying, requestFor } from "./evaluation-request.ts";

type Case = [what: string, output: Json, rule: CriterionRule, holds: boolean, reason?: RegExp];

// Written so that the house's search for work that is left does not find them.
const [LEFT, MEND, CROSSES] = ["TO" + "DO", "FIX" + "ME", "X".repeat(3)];

const CASES: readonly Case[] = [
  ["a fitting value", { a: 1 }, { schema: { type: "object", required: ["a"] } }, true],
  ["a field of another type", { a: "x" }, { schema: ofA("number") }, false, /a must be number/],
  ["a pattern in a schema", "12", { schema: { type: "string", pattern: "^\\d+$" } }, true],
  [
    "a pattern in a schema that would run for ever",
    `${"a".repeat(5_000)}!`,
    { schema: { type: "string", pattern: "^(a+)+$" } },
    false,
    /must match pattern/,
  ],
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
  ["a boolean by its word", true, { minLength: 4 }, true],
  ["a boolean that is too long", false, { maxLength: 4 }, false, /5 characters/],
  ["a number by its digits", 12345, { minLength: 5, maxLength: 5 }, true],
  ["null, which is empty", null, { minLength: 1 }, false, /0 characters/],
  ["null among others", { a: null, b: true }, { maxLength: 4 }, true],
  ["null, in which nothing is left open", null, { noPlaceholders: true }, true],
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
    expect(checks).toHaveLength(Object.keys(rule).filter((key) => key !== "tolerance").length);
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

  it.each([
    [{ contains: ["one", "three"], atLeast: 0.5 }, true],
    [{ contains: ["one", "three"], atLeast: 0.6 }, false],
    [{ contains: ["three", "four"], atLeast: 0.5 }, false],
    [{ minLength: 99, atLeast: 0.5 }, false],
    [{ minLength: 3, atLeast: 1 }, true],
  ])("%j holds from atLeast on: %s", async (rule, holds) => {
    const { checks, verdict } = await judged("one two", rule, { threshold: 0.5 });
    expect(checks[0]?.holds).toBe(holds);
    expect(verdict).toBe(holds ? "pass" : "fail");
  });

  it("an expression that could not be worked out is told once; what stands beside it is not asked", async () => {
    const rule = {
      expression: "${output.b}",
      contains: "${a.b}",
      criterion: "${a.c}",
      minLength: 1,
    };
    const message = "The expression output.b failed: No such key: b.";
    const broken = { check: "expression", others: ["contains", "criterion"], message } as const;
    const { model, requests } = judgeSaying("never asked");
    const request = { ...requestFor("x", []), criteria: [{ rule, broken }] };
    const { evaluation } = await evaluate(request, { judges: [model] });
    expect(evaluation.verdict).toBe("fail");
    expect(evaluation.reasons).toEqual([
      expect.stringMatching(/could not be worked out.* No such key: b\. .*plan's author/),
    ]);
    expect(evaluation.checks.map(({ check, holds }) => [check, holds])).toEqual([
      ["contains", null],
      ["minLength", true],
      ["expression", false],
      ["criterion", null],
    ]);
    expect(evaluation.checks[0]?.reason).toMatch(/^not asked: an expression of the same/);
    expect(requests).toEqual([]);
  });

  it("a criterion of words that could not be worked out fails without a judge", async () => {
    const rule = { criterion: "names ${a.b}" };
    const broken = { check: "criterion", others: [], message: "It failed." } as const;
    const request = { ...requestFor("x", []), criteria: [{ rule, broken }] };
    const { evaluation } = await evaluate(request);
    expect(evaluation).toMatchObject({ verdict: "fail", checks: [{ holds: false, by: "rule" }] });
  });

  it("each of its checks is an entry of its own, and all together have the weight of the rule", async () => {
    const rules = [{ contains: "x", minLength: 5, weight: 3 }, { maxLength: 9 }];
    const { evaluation } = await evaluate(requestFor("xyz", rules));
    expect(evaluation.checks.map(({ check, holds }) => [check, holds])).toEqual([
      ["contains", true],
      ["minLength", false],
      ["maxLength", true],
    ]);
    expect(evaluation.score).toBeCloseTo(2.5 / 4, 5);
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

  it("finds thousands of sources in a long text, which it reads once", async () => {
    const sources = Array.from({ length: 20_000 }, (_, index) => {
      return { url: `https://example.org/${index}`, title: `Page ${index} of the report` };
    });
    const named = sources.map(({ url, title }, index) => (index % 2 === 0 ? url : title));
    const filler = "The crane of the harbour was mended on Friday by twelve people. ".repeat(
      32_000,
    );
    const given = { evidence: evidenceOf({ search: sources }) };
    const all = await judged(`${filler}${named.join("\n")}`, { cites: "search" }, given);
    expect(all.checks[0]).toMatchObject({ holds: true, score: 1 });
    const none = await judged(`${filler}example.org/200001`, { cites: "search" }, given);
    expect(none.checks[0]).toMatchObject({ holds: false, score: 0 });
  });

  it.each([
    ["of which one begins the other", ["a.org/x", "a.org/x/y"], "See a.org/x/y.", 0.5],
    ["of which one ends the other", ["b.org/x", "ab.org/x"], "See ab.org/x.", 0.5],
    ["that are named twice, once as a part", ["a.org"], "a.org/x and a.org, too", 1],
    ["that stand side by side", ["a.org", "b.org"], "(a.org)b.org", 1],
    ["that have one word in common", ["the sea", "sea level"], "the sea level", 1],
  ])("tells names apart %s", async (_what, names, output, score) => {
    const given = { evidence: evidenceOf({ search: names.map((title) => ({ title })) }) };
    const { checks } = await judged(output, { cites: "search" }, given);
    expect(checks[0]?.score).toBe(score);
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
    "[TBA]",
    "| Price | TBD |",
    "Venue: to be announced",
    `(${LEFT}: add the sources)`,
    `# ${LEFT} finish this`,
    "Date: XX.XX.2026",
    `Fee: $${CROSSES}`,
    "Dear ____,",
    "Dear <name>,",
    "Dear {name},",
    "Dear [Vorname],",
    "Dear Mr. [Last Name],",
    "Dear [Name],\n\n[Name]: see below",
    "(insert name here)",
    "Signed by [Company Name] today.",
    "|[DATE]|",
    "Hi {{ user.name }}!",
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
    `Super Bowl ${CROSSES} was won by Dallas.`,
    `${LEFT} ES POSIBLE`,
    `He wrote a ${LEFT} app in React.`,
    "Usage: clone [url] [name]",
    "Usage: clone [URL] [NAME]",
    "key: value\n...\nnext: 1",
    "class A:\n    ...\n",
    "1. one\n2. two\n3. …",
    "<div style={{color: 'red'}}/> and <p style={{color}}/>",
    "function f(a: [number]) {}",
    "let x: [number, string] = f([Name]);",
    "{\\frac{{a}}{b}} and x^{{ab}}",
    "Array of [text] values",
    "[Name]: Ada",
    "Press [Enter] or [Insert], then [Add to cart].",
    "Open the lock (insert the key first).",
    "The form to be filled in by applicants is short.",
    "Lorem ipsum is a text for layouts.",
    "Hi <strong>you</strong>",
    "git clone <your-repo>",
  ])("leaves %j alone", async (output) => {
    const { checks } = await judged(output, { noPlaceholders: true });
    expect(checks[0]).toMatchObject({ holds: true });
  });

  it("is done in time, whatever the text is", async () => {
    const spaces = " ".repeat(300_000);
    const texts = [spaces, `x${spaces}TBD`, "[".repeat(300_000), `[Aa ${"Aa ".repeat(100_000)}`];
    for (const text of [...texts, `:${" ".repeat(999)}`.repeat(300), "```\n~~~\n".repeat(30_000)]) {
      const { checks } = await judged(text, { noPlaceholders: true });
      expect(checks[0]?.holds).toBe(true);
    }
  });

  it("looks into the texts of objects, and shows what it found", async () => {
    const { reasons } = await judged({ a: ["fine", "Dear [name]"] }, { noPlaceholders: true });
    expect(reasons).toEqual(["Something is left to be filled in: [name]."]);
  });
});
