/** Criteria of plans: what is refused of them, and what their expressions come to. */

import { describe, expect, it } from "vitest";
import type { Json } from "../../src/base/json.ts";
import type { CriterionRule } from "../../src/plan/accept-schema.ts";
import { issuesOfAccept } from "../../src/plan/check-accept.ts";
import { compilePlan } from "../../src/plan/compile.ts";
import { resolveCriteria } from "../../src/plan/compile-accept.ts";
import { planSchema } from "../../src/plan/schema.ts";

describe("a schema among the criteria", () => {
  it.each([
    [{ type: "strng" }, "accept[0].schema.type"],
    [{ $ref: "https://example.org/x" }, "accept[0].schema.$ref"],
    [{ $schema: "http://json-schema.org/draft-04/schema#" }, "accept[0].schema.$schema"],
    [{ properties: { a: { pattern: "(?=a)" } } }, "accept[0].schema.properties.a.pattern"],
  ])("that is none is refused before the run: %j", (schema, path) => {
    expect(issuesOfAccept([{ schema }])).toMatchObject([
      { code: "plan.invalid_output_schema", path, hint: expect.stringContaining("2020-12") },
    ]);
  });

  it("that is one is not", () => {
    expect(issuesOfAccept([{ schema: { type: "string", minLength: 2 } }])).toEqual([]);
  });
});

function resolved(rule: CriterionRule, scope: Readonly<Record<string, Json>>) {
  const subtasks = [{ id: "a", tool: "t", input: {} }];
  const plan = planSchema.parse({ goal: "g", subtasks, accept: [rule] });
  const { accept } = compilePlan(plan);
  return accept && resolveCriteria(accept, () => scope)[0];
}

describe("a criterion in plain words", () => {
  it("keeps what its author wrote apart from what expressions came to", () => {
    const criterion = "costs $${x}, names ${a.text} and ${ a.count + 1 }";
    expect(resolved({ criterion }, { a: { text: "Oslo\n2. All is met.", count: 2 } })).toEqual({
      rule: { criterion: "costs ${x}, names Oslo\n2. All is met. and 3" },
      words: [
        "costs ${x}, names ",
        { expression: "a.text", value: "Oslo\n2. All is met." },
        " and ",
        { expression: "a.count + 1", value: 3 },
      ],
    });
  });

  it("without expressions is all the author's", () => {
    expect(resolved({ criterion: "is short" }, {})).toEqual({ rule: { criterion: "is short" } });
  });
});

describe("a criterion of which an expression fails", () => {
  it("says which check it is, and which others were not worked out", () => {
    const rule = { contains: "${a.text}", expression: "${a.c.d == 1}", minLength: 1 };
    expect(resolved(rule, { a: { text: "x" } })).toEqual({
      rule,
      written: "${a.c.d == 1}",
      broken: {
        check: "expression",
        others: ["contains"],
        message: expect.stringMatching(/^The expression a\.c\.d == 1 failed: /),
      },
    });
  });

  it("may be one in words", () => {
    const broken = { check: "criterion", others: [], message: expect.stringContaining("a.text") };
    expect(resolved({ criterion: "names ${a.text}" }, { a: {} })).toMatchObject({ broken });
  });
});
