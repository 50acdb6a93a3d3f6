import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join, resolve } from "node:path";
import { describe, expect, it } from "vitest";
import { mockOf } from "../judging-server.ts";
import { modelAt } from "./evaluation-site.ts";
import { makeFolder } from "./folder.ts";

/** Criteria by rule: nobody needs a model for them. */
const SUITE = `
kind: judge
name: prices
goal: Name the price.
accept: [{ contains: EUR }, { maxLength: 40 }]
examples: examples.jsonl
`;

const EXAMPLES = [
  { id: "good", output: "It costs 5 EUR.", label: "pass" },
  { id: "also-good", output: "5 EUR", label: "pass", score: 1 },
  { id: "poor", output: "It costs something.", label: "fail", score: 0.2 },
  { id: "vague", output: "Some EUR, I think.", label: "fail", note: "names no price" },
];

function files(suite = SUITE, examples: readonly object[] = EXAMPLES) {
  const text = examples.map((example) => JSON.stringify(example)).join("\n");
  return { "suite.yaml": suite, "examples.jsonl": text };
}

describe("planwright eval", () => {
  it("prints how the judge agrees with people, what it got wrong, and what it took", async () => {
    await using folder = await makeFolder(files());
    const { code, stdout, stderr } = await folder.planwright("eval", "suite.yaml");
    const text = stdout.replace(/, \d+ ms\n$/, ", 1 ms\n");
    expect(text).toMatch(/^prices: 4 examples, threshold 0.7, judged by rule\n/);
    expect(text).toMatch(/^agreement +0\.75 +3 of 4, 95 % interval 0\.30 to 0\.95$/m);
    expect(text).toMatch(/^kappa +0\.50 +beyond chance, 95 % interval .*, moderate$/m);
    expect(text).toMatch(/^false pass +0\.50 +1 of 2 poor ones let pass$/m);
    expect(text).toMatch(/^label +said pass +said fail +said none\npass +2 +0 +0\nfail +1 +1 +0$/m);
    expect(text).toMatch(/^1 disagreement, the worst first:\nid .*\nvague +fail +pass +1\.00/m);
    expect(text).toMatch(/\n\n0 model calls, 1 ms\n$/);
    expect(stderr).toMatch(/^judging 4 examples\n(?:judged \d of 4\n)*judged 4 of 4\n$/);
    expect(code).toBe(0);
    // A measurement is no run.
    expect(await folder.list()).toEqual(["examples.jsonl", "suite.yaml"]);
  });

  it("prints one object with --json", async () => {
    await using folder = await makeFolder(files());
    const { code, stdout } = await folder.planwright("eval", "suite.yaml", "--json");
    expect(JSON.parse(stdout)).toMatchObject({
      kind: "judge",
      name: "prices",
      judgedBy: ["rule"],
      passed: true,
      agreement: { share: 0.75, overall: 0.75, kappa: 0.5, strength: "moderate" },
      confusion: { pass: { pass: 2, fail: 0, none: 0 }, fail: { pass: 1, fail: 1, none: 0 } },
      scores: { examples: 2 },
      disagreements: [{ id: "vague", label: "fail", verdict: "pass", note: "names no price" }],
      usage: { modelCalls: 0, usd: 0 },
      results: EXAMPLES.map(({ id }) => ({ id })),
    });
    expect(code).toBe(0);
  });

  it("exits with 1 and says why when a minimum is missed", async () => {
    const suite = `${SUITE}minAgreement: 0.9\nminKappa: 0.6\n`;
    await using folder = await makeFolder(files(suite));
    const { code, stdout, stderr } = await folder.planwright("eval", "suite.yaml");
    expect(code).toBe(1);
    expect(stdout).toContain("agreement");
    expect(stderr).toContain("missed: The agreement, of all examples, is 0.75; the suite wants");
    expect(stderr).toContain("missed: The kappa is 0.50; the suite wants at least 0.6.");
    const first = await folder.planwright("eval", "suite.yaml", "--limit", "3", "--json");
    expect(first.code).toBe(0);
    expect(JSON.parse(first.stdout)).toMatchObject({ examples: 3, agreement: { kappa: 1 } });
  });

  it("stops on Ctrl-C, and measures nothing", async () => {
    await using folder = await makeFolder(files(SUITE.replace("accept: [", "accept: [is kind, ")));
    // A judge that never answers.
    const server = createServer().listen(0, "127.0.0.1");
    try {
      await once(server, "listening");
      const { port } = server.address() as AddressInfo;
      const model = `openai-compatible:judge@http://127.0.0.1:${port}/v1`;
      const { child, ended } = folder.start(["eval", "suite.yaml", "--evaluator-model", model]);
      await Promise.race([once(server, "request"), ended]);
      child.kill("SIGINT");
      const { code, stdout, stderr } = await ended;
      expect({ code, stdout }).toEqual({ code: 130, stdout: "" });
      expect(stderr).toContain("stopped; nothing was measured");
    } finally {
      server.closeAllConnections();
      server.close();
    }
  });
});

describe("planwright eval evals/judge/suite.yaml", () => {
  const suite = resolve(import.meta.dirname, "../../evals/judge");
  const argv = ["eval", join(suite, "suite.yaml"), "--json"];
  type Example = { readonly output: string; readonly label?: string; readonly score?: number };

  it("measures without a model what the rules say, and that this is too little", async () => {
    await using folder = await makeFolder();
    const { code, stdout, stderr } = await folder.planwright(...argv);
    expect(code).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({
      judgedBy: ["rule"],
      passed: false,
      // Whoever cannot judge plain words lets nothing pass.
      confusion: { pass: { pass: 0, fail: 0 }, fail: { pass: 0 } },
      usage: { modelCalls: 0 },
    });
    expect(stderr).toContain("missed: The agreement");
  });

  it("measures a judge model, one that is right and one that passes everything", async () => {
    const lines = (await readFile(join(suite, "examples.jsonl"), "utf8")).trim().split("\n");
    const examples = lines.map((line) => JSON.parse(line) as Example);
    const says = (score: number) =>
      JSON.stringify({
        criteria: [1, 2, 3, 4].map((criterion) => ({ criterion, reason: "So it is.", score })),
        confidence: 0.9,
        blame: [],
        suspectedInjection: false,
      });
    const isGood = (asked: string) => {
      const found = examples.find(({ output }) => asked.includes(output));
      return found?.label === undefined ? (found?.score ?? 0) >= 0.7 : found.label === "pass";
    };
    await using right = await mockOf({
      judges: [(asked) => says(isGood(asked) ? 1 : 0)],
    });
    await using lax = await mockOf({ judges: [says(1)] });
    await using folder = await makeFolder();
    const good = await folder.planwright(...argv, "--evaluator-model", modelAt(right, "right"));
    expect(JSON.parse(good.stdout)).toMatchObject({
      passed: true,
      examples: examples.length,
      agreement: { overall: 1, kappa: 1 },
    });
    expect(good.code).toBe(0);
    const poor = await folder.planwright(...argv, "--model", modelAt(lax, "lax"));
    expect(JSON.parse(poor.stdout)).toMatchObject({
      passed: false,
      confusion: { pass: { fail: 0, none: 0 } },
      agreement: { strength: "slight" },
    });
    expect(poor.code).toBe(1);
  });
});

describe("planwright eval, given what it cannot use,", () => {
  it("tells all that is wrong, with file and line, and exits with 2", async () => {
    const suite = SUITE.replace("kind: judge", "kind: judge\nmaxKappa: 1");
    await using folder = await makeFolder(files(suite, [{ output: 1 }, { label: "good" }]));
    const { code, stdout, stderr } = await folder.planwright("eval", "suite.yaml");
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toContain("4 things are wrong");
    expect(stderr).toContain("suite.yaml:3:1 maxKappa: The suite has no key maxKappa.");
    expect(stderr).toContain("examples.jsonl:1 label: The example has neither label nor score.");
    const json = await folder.planwright("eval", "suite.yaml", "--json");
    expect(JSON.parse(json.stdout)).toMatchObject({ error: { code: "suite.invalid" } });
    expect(json.code).toBe(2);
  });

  it.for([
    [["none.yaml"], "none.yaml does not exist"],
    [["suite.yaml", "--limit", "0"], "Give a whole number from 1."],
    [["suite.yaml", "--concurrency", "few"], "Give a whole number from 1."],
    [["suite.yaml", "--evaluator-model", "nobody"], "nobody"],
    [[], "suite"],
  ] as const)("refuses %j", async ([argv, says]) => {
    await using folder = await makeFolder(files());
    const { code, stdout, stderr } = await folder.planwright("eval", ...argv);
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toContain(says);
  });
});
