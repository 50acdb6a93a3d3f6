/** Criteria, flags and settings of the configuration about what is judged: wrong ones and right ones. */

import { describe, expect, it } from "vitest";
import type { RunResult } from "../../src/index.ts";
import { mockOf, verdict } from "../judging-server.ts";
import { CRITERION, makeSite, modelAt, PLAN_FILE, PLANNED, REVISED } from "./evaluation-site.ts";

type Case = {
  /** In the place of the plan's `accept`, or of the subtask's line. */
  readonly accept?: string;
  readonly subtask?: string;
  readonly at: string;
  readonly says: string;
  readonly cure: string;
};

const BODY = "  - { id: body, tool: compose, input: { style: dull } }";
const ACCEPT = "[{ contains: lively }]";

const CASES: Readonly<Record<string, Case>> = {
  "an unknown check": {
    accept: "[{ contians: lively }]",
    at: "plan.yaml:6:12 accept[0].contians",
    says: "no key contians",
    cure: "Did you mean contains?",
  },
  "a criterion that checks nothing": {
    accept: "[{ weight: 2 }]",
    at: "plan.yaml:6:10 accept[0]",
    says: "checks nothing",
    cure: "Give it one of schema, contains,",
  },
  "a tolerance of nothing": {
    accept: "[{ contains: a, tolerance: 0.1 }]",
    at: "plan.yaml:6:36 accept[0].tolerance",
    says: "`tolerance` is for `equals`",
    cure: "Write `equals`",
  },
  "a pattern that is none": {
    accept: '[{ matches: "(?=x)" }]',
    at: "plan.yaml:6:21 accept[0].matches",
    says: "no regular expression",
    cure: "no lookaround",
  },
  "an expression that is neither true nor false": {
    accept: '[{ expression: "${size(output)}" }]',
    at: "plan.yaml:6:24 accept[0].expression",
    says: "must be true or false",
    cure: "Write one ${expression}",
  },
  "an expression of what is not there": {
    accept: '[{ expression: "${bodi.text == output}" }]',
    at: "plan.yaml:6:24 accept[0].expression",
    says: "bodi",
    cure: "Did you mean body?",
  },
  "a source that is no subtask": {
    accept: "[{ cites: bodi }]",
    at: "plan.yaml:6:19 accept[0].cites",
    says: "`cites` names bodi, which is no subtask",
    cure: "Did you mean body?",
  },
  "nothing at all": {
    accept: "[]",
    at: "plan.yaml:6:9 accept",
    says: "accept must not be empty",
    cure: "Write a list of criteria",
  },
  "a threshold that nobody reaches": {
    accept: "{ criteria: [good], threshold: 2 }",
    at: "plan.yaml:6:40 accept.threshold",
    says: "must be at most 1",
    cure: "Write a number from 0 to 1.",
  },
  "both accept and refine": {
    subtask:
      "  - { id: body, tool: compose, input: { style: dull }, accept: [good], refine: { iterations: 2, until: '${true}' } }",
    at: "plan.yaml:4:64 subtasks[0].accept",
    says: "`refine` says already when its output is accepted",
    cure: "refine.until",
  },
  "both accept and route": {
    subtask: `${BODY}
  - { id: way, tool: compose, input: { style: a }, accept: [good], route: { by: '\${output.text}', branches: { a: body } } }`,
    at: "plan.yaml:5:60 subtasks[1].accept",
    says: "a route gives",
    cure: "`threshold` and `default` of the route",
  },
};

describe.for(Object.entries(CASES))("accept with %s", ([, given]) => {
  const plan = PLAN_FILE.replace(BODY, given.subtask ?? BODY).replace(
    `accept: ${ACCEPT}`,
    `accept: ${given.accept ?? ACCEPT}`,
  );

  it.for([["validate"], ["run"]])(
    "is refused by %s, with its place and the cure",
    async ([word]) => {
      await using site = await makeSite({ "plan.yaml": plan });
      const { code, stdout, stderr } = await site.withTools(word as string, "plan.yaml");
      expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
      expect(stderr).toContain(given.at);
      expect(stderr).toContain(given.says);
      const hints = stderr.split("\n").filter((line) => line.includes("hint:"));
      expect(hints.join("\n")).toContain(given.cure);
      expect(hints.length).toBeGreaterThan(0);
      // Nothing was run.
      expect(await site.list()).toEqual(["plan.yaml", "tools.ts"]);
    },
  );
});

describe("flags", () => {
  it.for([
    [["--threshold", "2"], "Give a number from 0 to 1."],
    [["--threshold", "good"], "Give a number from 0 to 1."],
    [["--max-replans", "-1"], "Give a whole number, 0 for none."],
    [["--max-replans", "1.5"], "Give a whole number, 0 for none."],
    [["--accept", ""], "Say what the answer must be like."],
    [["--evaluator-model", "acme:one"], "acme:one"],
    [["--escalation-model", "acme:one"], "acme:one"],
    [["--evaluator-model", "anthropic:claude"], "ANTHROPIC_API_KEY"],
  ] as const)("%j are refused", async ([argv, says]) => {
    await using site = await makeSite();
    for (const command of [
      ["ask", "What is 1 + 1?"],
      ["run", "plan.yaml"],
    ]) {
      const { code, stdout, stderr } = await site.withTools(...command, ...argv);
      expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
      expect(stderr).toContain(says);
      expect(await site.list()).toEqual(["plan.yaml", "tools.ts"]);
    }
  });

  it("win over what the plan says of how often, also with none", async () => {
    const plan = `${PLAN_FILE}budget: { replans: 2 }\n`;
    await using mock = await mockOf({ revisions: [REVISED] });
    await using site = await makeSite({ "plan.yaml": plan });
    const argv = ["run", "plan.yaml", "--model", modelAt(mock)];
    await site.withTools(...argv, "--max-replans", "0");
    expect(mock.asked.revisions).toHaveLength(0);
    await site.withTools(...argv);
    expect(mock.asked.revisions.length).toBeGreaterThan(0);
  });

  it("say for each item of a batch what is wanted", async () => {
    const plan = PLAN_FILE.replace("style: dull", 'style: "${inputs.style}"').replace(
      `accept: ${ACCEPT}`,
      "inputs: { style: { type: string } }",
    );
    const items = ["dull", "lively"].map((style) => `${JSON.stringify({ style })}\n`).join("");
    await using site = await makeSite({ "plan.yaml": plan, "items.jsonl": items });
    const argv = ["run", "plan.yaml", "--items", "items.jsonl", "--quiet"];
    const { code, stdout } = await site.withTools(...argv, "--accept", "is lively", "--strict");
    expect(code).toBe(3);
    const results = stdout
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line) as unknown);
    expect(results).toMatchObject([{ status: "degraded" }, { status: "degraded" }]);
    const wrong = await site.withTools(...argv, "--accept", "");
    expect(wrong.code).toBe(2);
  });
});

describe("the configuration", () => {
  it("names judges, thresholds and what follows, and flags win over it", async () => {
    await using judge = await mockOf({
      judges: [verdict(0.9), verdict(0.2), verdict(0.3), verdict(0.9)],
    });
    await using planner = await mockOf({ plans: [PLANNED] });
    const config = {
      model: modelAt(planner),
      evaluatorModel: ["a", "b", "c"].map((name) => modelAt(judge, name)),
      threshold: 0.5,
      maxReplans: 0,
      escalateToPerson: true,
      combineJudges: "majority",
    };
    const file = { "planwright.config.json": JSON.stringify(config) };
    await using site = await makeSite(file);
    const asked = await site.withTools("ask", "Write about the cities", "--json");
    expect(asked.code).toBe(5);
    const { review } = JSON.parse(asked.stdout) as RunResult;
    // Two of three do not let it pass; their mean is the score.
    expect(review?.evaluation).toMatchObject({ verdict: "fail", score: 0.25, threshold: 0.5 });
    expect(judge.asked.judges).toHaveLength(3);
    const own = ["--evaluator-model", modelAt(judge, "d"), "--threshold", "0.9"];
    const flagged = await site.withTools("ask", "Write about the cities", "--quiet", ...own);
    expect(flagged.code).toBe(0);
    expect(judge.asked.judges).toHaveLength(4);
  });

  it("names who plans where the first revision has not helped", async () => {
    await using planner = await mockOf({ plans: [PLANNED], judges: [verdict(0.2), verdict(1)] });
    await using strong = await mockOf({ revisions: [REVISED] });
    const file = `escalationModel: ${modelAt(strong, "strong")}\nmaxReplans: 1\n`;
    await using site = await makeSite({ "planwright.config.yaml": file });
    const { code, stdout } = await site.ask(planner, "--accept", CRITERION, "--quiet");
    expect({ code, stdout }).toEqual({ code: 0, stdout: "heading: good body, a note\n" });
    expect([planner.asked.revisions.length, strong.asked.revisions.length]).toEqual([0, 1]);
  });

  it.for([
    ["threshold: 2", "threshold"],
    ["combineJudges: best", "combineJudges"],
    ["evaluatorModel: []", "evaluatorModel"],
    ["maxReplans: -1", "maxReplans"],
    ["escalateToPerson: perhaps", "escalateToPerson"],
    ["treshold: 0.5", "Did you mean threshold?"],
  ] as const)("with %s is refused, with its place", async ([line, says]) => {
    await using site = await makeSite({ "planwright.config.yaml": `${line}\n` });
    const { code, stderr } = await site.withTools("run", "plan.yaml");
    expect(code).toBe(2);
    expect(stderr).toMatch(/planwright\.config\.yaml:1:\d+/);
    expect(stderr).toContain(says);
  });
});
