/** What comes out is judged by rules, with no model in sight. */

import { describe, expect, it } from "vitest";
import { z } from "zod";
import type { Json } from "../src/base/json.ts";
import {
  createPlanwright,
  defineTool,
  type PlanDraft,
  type PlanwrightOptions,
} from "../src/index.ts";

type Accept = NonNullable<PlanDraft["accept"]>;
type Value = z.infer<ReturnType<typeof z.json>>;

/** Gives what it is given. */
const give = defineTool({
  name: "give",
  description: "Gives a value.",
  input: z.object({ value: z.json() }),
  output: z.json(),
  effects: "none",
  run: ({ value }) => value,
});

/** The shorter the better. */
const brief = {
  name: "brief",
  evaluate: ({ output }: { output: Json }) => {
    const { length } = String(output);
    return { score: length < 10 ? 1 : 0.4, reason: `${length} characters.` };
  },
};

function make(options: PlanwrightOptions = {}) {
  const given = { journal: "memory:", builtinTools: false, tools: [give], evaluators: [brief] };
  return createPlanwright({ ...given, ...options });
}

/** What is judged, of a subtask or of the plan, beside what is looked up for it. */
function planOf(
  made: Value,
  { subtask, plan }: { readonly subtask?: Accept; readonly plan?: Accept },
  looked: Value = null,
): PlanDraft {
  const own = { id: "made", tool: "give", input: { value: made }, dependsOn: ["looked"] };
  return {
    goal: "Name the price",
    subtasks: [
      { id: "looked", tool: "give", input: { value: looked } },
      ...(subtask === undefined ? [] : [{ ...own, accept: subtask }]),
    ],
    output: subtask === undefined ? made : "${made}",
    ...(plan && { accept: plan }),
  };
}

type Rule = {
  readonly rule: Exclude<Accept, readonly unknown[]>["criteria"][number];
  readonly looked?: Value;
  readonly good: Value;
  readonly poor: Value;
  /** Why the poor one is. */
  readonly says: string;
};

const RULES: Readonly<Record<string, Rule>> = {
  contains: {
    rule: { contains: ["5", "EUR"] },
    good: "5 EUR",
    poor: "5 euros",
    says: 'does not contain "EUR"',
  },
  matches: {
    rule: { matches: "^\\d+ EUR$" },
    good: "5 EUR",
    poor: "five EUR",
    says: "is not found",
  },
  minLength: { rule: { minLength: 2 }, good: [1, 2], poor: [1], says: "at least 2 are wanted" },
  maxLength: { rule: { maxLength: 3 }, good: "abc", poor: "abcd", says: "at most 3 are wanted" },
  schema: {
    rule: { schema: { type: "object", required: ["price"] } },
    good: { price: 5 },
    poor: { cost: 5 },
    says: "does not fit the schema",
  },
  expression: {
    rule: { expression: "${output.total == looked.price * 2}" },
    looked: { price: 5 },
    good: { total: 10 },
    poor: { total: 9 },
    says: "is not true",
  },
  "an expression that cannot be worked out": {
    rule: { expression: "${output.total > 1}" },
    good: { total: 10 },
    poor: {},
    says: "could not be worked out",
  },
  "equals, nearly": {
    rule: { equals: { price: 5 }, tolerance: 0.01 },
    good: { price: 5.01 },
    poor: { price: 5.02 },
    says: "price is 5.02, not 5",
  },
  "equals with an expression": {
    rule: { equals: "${looked}" },
    looked: [1, 2],
    good: [1, 2],
    poor: [1, 3],
    says: "[1] is 3, not 2",
  },
  cites: {
    rule: { cites: "looked" },
    looked: { url: "https://shop.example/prices", text: "5 EUR" },
    good: "5 EUR (https://shop.example/prices)",
    poor: "5 EUR",
    says: "Sources are not named: https://shop.example/prices",
  },
  noPlaceholders: {
    rule: { noPlaceholders: true },
    good: "Dear Ada",
    poor: "Dear [name]",
    says: "[name]",
  },
  similarTo: {
    rule: { similarTo: "The price is five euros.", atLeast: 0.8 },
    good: "The price is five euros",
    poor: "Who knows?",
    says: "resembles the reference by 0.00, and 0.8 is wanted",
  },
  grounded: {
    rule: { grounded: true },
    looked: { text: "The chair costs 45 EUR. It is made of oak." },
    good: "The chair costs 45 EUR.",
    poor: "The chair costs 99 EUR.",
    says: "Of 1 claims 1 are not supported",
  },
  "an evaluator of one's own": {
    rule: { evaluator: "brief" },
    good: "5 EUR",
    poor: "It costs five euros.",
    says: "20 characters.",
  },
};

describe.for(Object.entries(RULES))("%s", ([, { rule, looked = null, good, poor, says }]) => {
  it.for(["subtask", "plan"] as const)("passes and fails, said of the %s", async (place) => {
    const planwright = make();
    const at = { [place]: [rule] };
    const passed = await planwright.run(planOf(good, at, looked)).result();
    expect(passed).toMatchObject({ status: "succeeded", output: good, flags: [] });
    expect(passed.evaluations).toMatchObject([{ revision: 1, verdict: "pass", score: 1 }]);
    const failed = await planwright.run(planOf(poor, at, looked)).result();
    const code = place === "plan" ? "below_threshold" : "not_accepted";
    expect(failed).toMatchObject({
      status: "degraded",
      output: poor,
      flags: [{ code, message: expect.stringContaining(says) }],
      evaluations: [{ verdict: "fail", blame: place === "plan" ? [] : ["made"] }],
      replans: 0,
    });
    const [evaluation] = failed.evaluations;
    expect(evaluation?.subtask).toBe(place === "plan" ? undefined : "made");
    expect(evaluation?.reasons.join()).toContain(says);
  });
});

describe("accept", () => {
  it("is about each item of a list, and the flag counts those that are poor", async () => {
    const given = {
      ...planOf(null, {}),
      subtasks: [
        {
          id: "each",
          tool: "give",
          forEach: ["5 EUR", "6 USD", "7 EUR"],
          input: { value: "${item}" },
          accept: [{ contains: "EUR" }, { expression: "${size(output) > index}" }],
        },
      ],
      output: "${each}",
    };
    expect(await make().run(given).result()).toMatchObject({
      status: "degraded",
      output: ["5 EUR", "6 USD", "7 EUR"],
      flags: [{ code: "not_accepted", message: "1 of the 3 items of each were not accepted." }],
    });
  });

  it("lets those begin that depend on what it is about once it is judged", async () => {
    const order: string[] = [];
    const slow = {
      name: "slow",
      evaluate: async () => {
        await new Promise((done) => setTimeout(done, 20));
        order.push("judged");
        return { score: 1 };
      },
    };
    const note = defineTool({
      name: "note",
      description: "Notes a word.",
      input: z.object({ word: z.json() }),
      output: z.null(),
      run: ({ word }) => {
        order.push(`noted ${word}`);
        return null;
      },
    });
    const plan = planOf("5", { subtask: [{ evaluator: "slow" }] });
    const subtasks = [...plan.subtasks, { id: "after", tool: "note", input: { word: "${made}" } }];
    const planwright = make({ tools: [give, note], evaluators: [slow] });
    await planwright.run({ ...plan, subtasks }).result();
    expect(order).toEqual(["judged", "noted 5"]);
  });

  it("waits for what is to be cited, whether or not it is read", async () => {
    const given = planOf("nothing", { subtask: [{ cites: "looked" }] }, "a.txt");
    const subtasks = given.subtasks.toReversed().map((one) => ({ ...one, dependsOn: [] }));
    const { plan, flags } = await make()
      .run({ ...given, subtasks })
      .result();
    expect(plan?.batches).toEqual([["looked"], ["made"]]);
    expect(flags).toMatchObject([{ message: expect.stringContaining("a.txt") }]);
  });

  it("weighs what it wants, against the threshold of the plan, the caller or nobody", async () => {
    const criteria = [
      { evaluator: "brief", atLeast: 0.3, weight: 3 },
      { contains: "EUR", weight: 1 },
    ];
    const text = "It costs five EUR.";
    const statusOf = async (accept: Accept, options: PlanwrightOptions = {}) => {
      const { status, evaluations } = await make(options)
        .run(planOf(text, { plan: accept }))
        .result();
      expect(evaluations).toMatchObject([{ score: 0.55 }]);
      return [status, evaluations[0]?.threshold];
    };
    expect(await statusOf(criteria)).toEqual(["degraded", 0.7]);
    expect(await statusOf(criteria, { evaluation: { threshold: 0.5 } })).toEqual([
      "succeeded",
      0.5,
    ]);
    expect(await statusOf({ criteria, threshold: 0.5 })).toEqual(["succeeded", 0.5]);
    const own = { criteria, threshold: 0.6 };
    expect(await statusOf(own, { evaluation: { threshold: 0.5 } })).toEqual(["degraded", 0.6]);
  });

  it("of the caller joins that of the plan", async () => {
    const plan = planOf("5 USD", { plan: [{ contains: "USD" }] });
    const run = make().run(plan, { accept: [{ contains: "EUR" }] });
    const { status, evaluations } = await run.result();
    expect(status).toBe("degraded");
    expect(evaluations[0]?.checks.map(({ holds }) => holds)).toEqual([true, false]);
  });

  it("in plain words is not judged where nobody can, and is no pass", async () => {
    for (const accept of [["is polite"], [{ contains: "5" }, "is polite"]]) {
      const result = await make({ maxReplans: 2 })
        .run(planOf("5", { plan: accept }))
        .result();
      expect(result).toMatchObject({
        status: "degraded",
        output: "5",
        replans: 0,
        flags: [{ code: "not_evaluated" }],
        evaluations: [{ verdict: "none" }],
      });
    }
    const subtask = await make()
      .run(planOf("5", { subtask: ["is polite"] }))
      .result();
    expect(subtask).toMatchObject({
      status: "degraded",
      flags: [{ code: "not_evaluated", subtask: "made" }],
    });
  });

  it("names an evaluator that there is, and none whose failure would pass", async () => {
    const broken = {
      name: "broken",
      evaluate: () => {
        throw new Error("No luck.");
      },
    };
    const planwright = make({ evaluators: [broken] });
    const accepting = (evaluator: string) => planOf("5", { plan: [{ evaluator }] });
    expect(await planwright.run(accepting("broken")).result()).toMatchObject({
      status: "degraded",
      flags: [{ code: "not_evaluated", message: expect.stringContaining("broken") }],
    });
    expect(await planwright.validate(accepting("brocken"))).toMatchObject([
      { code: "evaluator.unknown", path: "accept[0].evaluator", hint: "Did you mean broken?" },
    ]);
    const asked = planwright.ask("Add 2 and 3", { accept: [{ evaluator: "nobody" }] });
    await expect(asked.result()).rejects.toMatchObject({ code: "evaluator.unknown" });
  });
});

describe("evaluations.evaluate", () => {
  const request = { goal: "Name the price", output: "The chair costs 45 EUR." };

  it("judges an output with what it is made of, and makes no run", async () => {
    const planwright = make();
    const evidence = { shop: { url: "https://shop.example", text: "The chair costs 45 EUR." } };
    const accept = [
      { grounded: 1 },
      { expression: "${shop.text == output}" },
      { evaluator: "brief", atLeast: 0.2 },
    ];
    const { evaluation, modelCalls } = await planwright.evaluations.evaluate({
      ...request,
      accept,
      evidence,
    });
    expect([evaluation.verdict, evaluation.score, modelCalls]).toEqual(["pass", 0.8, 0]);
    const uncited = { ...request, accept: [...accept, { cites: "shop" }], evidence };
    expect((await planwright.evaluations.evaluate(uncited)).evaluation).toMatchObject({
      verdict: "fail",
      // Nobody else is asked once a rule does not hold.
      checks: [{ holds: null }, { holds: true }, { holds: null }, { holds: false }],
      reasons: ["Sources are not named: https://shop.example."],
    });
    expect(await planwright.runs()).toEqual([]);
  });

  it("goes by the threshold of the options where the criteria name none", async () => {
    const accept = [{ evaluator: "brief", atLeast: 0.3 }];
    const verdictOf = async (options: PlanwrightOptions) =>
      (await make(options).evaluations.evaluate({ ...request, accept })).evaluation.verdict;
    expect(await verdictOf({})).toBe("fail");
    expect(await verdictOf({ evaluation: { threshold: 0.4 } })).toBe("pass");
  });

  it("refuses criteria that make no sense, each with its place", async () => {
    const { evaluations } = make();
    const accept = [{ tolerance: 1 }, { cites: "shopp" }, { matches: "(" }, { expression: "${x}" }];
    const evaluated = evaluations.evaluate({ ...request, accept, evidence: { shop: 1 } });
    await expect(evaluated).rejects.toMatchObject({
      issues: [
        { path: "accept[0]" },
        { path: "accept[0].tolerance" },
        { path: "accept[1].cites", hint: "Did you mean shop?" },
        { path: "accept[2].matches" },
        { path: "accept[3].expression" },
      ],
    });
  });

  it("stops when it is told to", async () => {
    const evaluated = make().evaluations.evaluate(
      { ...request, accept: [{ minLength: 1 }] },
      { signal: AbortSignal.abort() },
    );
    await expect(evaluated).rejects.toMatchObject({ code: "model.aborted" });
  });
});
