/** What all checks together come to, whoever says what. */

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { CriterionRule } from "../../src/plan/accept-schema.ts";
import { evaluate, evidenceOf, judgeSaying, requestFor, scores } from "./evaluation-request.ts";

const OUTPUT = "Berlin has 3.7 million inhabitants. Rome has fewer.";

describe("stages", () => {
  const own = { name: "own", evaluate: () => ({ score: 1 }) };

  it("end with the one that fails: nobody dearer is asked, and that counts 0", async () => {
    const { model, requests } = judgeSaying(scores([1]));
    const rules: CriterionRule[] = [
      { criterion: "It is good.", weight: 2 },
      { contains: "Paris" },
      { evaluator: "own" },
      { minLength: 5 },
    ];
    const { evaluation, modelCalls } = await evaluate(requestFor(OUTPUT, rules), {
      judges: [model],
      own: [own],
    });
    expect([requests, modelCalls]).toEqual([[], 0]);
    expect(evaluation).toMatchObject({ verdict: "fail", score: 0.2, confidence: null });
    expect(evaluation.checks.map(({ check, score, holds }) => [check, score, holds])).toEqual([
      ["criterion", 0, null],
      ["contains", 0, false],
      ["evaluator", 0, null],
      ["minLength", 1, true],
    ]);
    expect(evaluation.checks[0]?.reason).toMatch(/^not asked: /);
    expect(evaluation.reasons).toEqual(['The output does not contain "Paris".']);
  });

  it("that cannot say anything do not end the rest, and leave the whole open", async () => {
    const { model } = judgeSaying(scores([0.9]));
    const rules = [{ evaluator: "nobody" }, { criterion: "It is good." }];
    const { evaluation } = await evaluate(requestFor(OUTPUT, rules), { judges: [model] });
    expect(evaluation).toMatchObject({ verdict: "none", score: 0.9 });
    const bad = judgeSaying(scores([0.1]));
    const low = await evaluate(requestFor(OUTPUT, rules), { judges: [bad.model] });
    expect(low.evaluation).toMatchObject({ verdict: "fail", score: 0.1 });
  });

  it("without any check judge nothing", async () => {
    const { evaluation } = await evaluate(requestFor(OUTPUT, []));
    expect(evaluation).toMatchObject({ verdict: "none", score: null, checks: [], blame: [] });
  });

  it("are not begun once the signal has aborted", async () => {
    const request = requestFor(OUTPUT, [{ minLength: 1 }], { signal: AbortSignal.abort() });
    await expect(evaluate(request)).rejects.toMatchObject({ code: "model.aborted" });
  });
});

describe("blame", () => {
  const evidence = evidenceOf({ look: 1, write: 2 });

  it("is on the subtask itself where its output breaks a rule, and on nobody for a whole run", async () => {
    const rules = [{ contains: "Paris" }];
    const blameOf = async (subtask: string | null) =>
      (await evaluate(requestFor(OUTPUT, rules, { subtask, evidence }))).evaluation.blame;
    expect(await blameOf("write")).toEqual(["write"]);
    expect(await blameOf(null)).toEqual([]);
  });

  it("is on those whom the judge names rather than on the subtask itself", async () => {
    const { model } = judgeSaying(scores([0], { blame: ["look"] }));
    const request = requestFor(OUTPUT, [{ criterion: "Good" }], { subtask: "write", evidence });
    const { evaluation } = await evaluate(request, { judges: [model] });
    expect(evaluation.blame).toEqual(["look"]);
  });
});

/** Rules that hold and rules that do not, with any weight. */
const weight = fc.integer({ min: 1, max: 9 });
const rule = fc.oneof(
  fc.record({ contains: fc.constantFrom("Berlin", "Paris", ["Rome", "Paris"]), weight }),
  fc.record({ minLength: fc.constantFrom(3, 300), weight }),
  fc.record({ matches: fc.constantFrom("\\d", "[", "^x"), weight }),
  fc.record({ similarTo: fc.constantFrom(OUTPUT, "Rome", "nothing"), weight }),
  fc.record({ grounded: fc.constantFrom(0, 0.5, 1), weight }),
  fc.record({ evaluator: fc.constantFrom("good", "bad", "nobody"), weight }),
  fc.record({ criterion: fc.constantFrom("A", "B"), weight }),
) as fc.Arbitrary<CriterionRule>;
const rules = fc.array(rule, { maxLength: 6 });
const evidence = evidenceOf({ cities: "Berlin has 3.7 million inhabitants." });
const own = [
  { name: "good", evaluate: () => ({ score: 0.9 }) },
  { name: "bad", evaluate: () => ({ score: 0.1 }) },
];

/** By a judge that gives this score for every criterion. */
async function judgedBy(score: number, list: readonly CriterionRule[]) {
  const count = list.filter(({ criterion }) => criterion !== undefined).length;
  const { model } = judgeSaying(scores(Array.from({ length: count }, () => score)));
  const request = requestFor(OUTPUT, list, { evidence, threshold: 0.6 });
  // Grounding stays with the words: of claims this judge knows nothing.
  const judges = count > 0 ? [model] : [];
  return (await evaluate(request, { judges, own })).evaluation;
}

const share = fc.double({ min: 0, max: 1, noNaN: true });

describe("whatever the criteria are", () => {
  it("scores lie between 0 and 1, each check is listed once, and what failed has a reason", async () => {
    await fc.assert(
      fc.asyncProperty(rules, share, async (list, score) => {
        const evaluation = await judgedBy(score, list);
        const given = [evaluation.score, ...evaluation.checks.map((check) => check.score)];
        for (const one of given) if (one !== null) expect(one >= 0 && one <= 1).toBe(true);
        expect(evaluation.checks).toHaveLength(list.length);
        if (evaluation.verdict !== "pass") expect(evaluation.reasons).not.toEqual([]);
        if (evaluation.verdict === "pass") expect(evaluation.score).toBeGreaterThanOrEqual(0.6);
      }),
      { numRuns: 60 },
    );
  });

  it("their order changes neither the verdict nor the score", async () => {
    const permuted = rules.chain((list) =>
      fc.tuple(
        fc.constant(list),
        fc.shuffledSubarray(list, { minLength: list.length, maxLength: list.length }),
      ),
    );
    await fc.assert(
      fc.asyncProperty(permuted, share, async ([list, other], score) => {
        const [a, b] = [await judgedBy(score, list), await judgedBy(score, other)];
        expect([b.verdict, b.score]).toEqual([a.verdict, a.score]);
      }),
      { numRuns: 60 },
    );
  });

  it("a rule that does not hold stands, whatever the judge says", async () => {
    await fc.assert(
      fc.asyncProperty(rules, share, fc.nat(), async (list, score, at) => {
        const broken = list.toSpliced(at % (list.length + 1), 0, { contains: "Paris" });
        expect((await judgedBy(score, broken)).verdict).toBe("fail");
      }),
      { numRuns: 60 },
    );
  });
});
