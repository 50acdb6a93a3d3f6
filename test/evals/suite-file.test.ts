import { mkdtempDisposable, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, relative, resolve } from "node:path";
import { describe, expect, it } from "vitest";
import { InputError, type Issue } from "../../src/base/errors.ts";
import type { JudgeSuite } from "../../src/evals/eval.ts";
import { readSuite } from "../../src/evals/suite-file.ts";

type Files = Readonly<Record<string, string | Uint8Array>>;

/** Read `suite.yaml` in a folder that has these files. */
async function read(files: Files, name = "suite.yaml"): Promise<JudgeSuite> {
  await using folder = await mkdtempDisposable(join(tmpdir(), "planwright-suite-"));
  for (const [file, text] of Object.entries(files)) await writeFile(join(folder.path, file), text);
  // Awaited here: the folder goes when this returns.
  return await readJudge(join(folder.path, name));
}

async function readJudge(path: string): Promise<JudgeSuite> {
  const suite = await readSuite(path);
  if (suite.kind !== "judge") throw new Error(`${path} is no suite of a judge.`);
  return suite;
}

/** All that is wrong, as `file:line path: message hint`. */
async function issuesOf(files: Files, name?: string): Promise<string[]> {
  const error = await read(files, name).catch((thrown: unknown) => thrown);
  if (!(error instanceof InputError)) throw new Error("Nothing is wrong.", { cause: error });
  return error.issues.map(({ file = "", line, path, message, hint }: Issue) => {
    const place = [file.split("/").at(-1), line].filter((part) => part !== undefined).join(":");
    return `${place} ${path}: ${message} ${hint}`;
  });
}

const HEAD = "kind: judge\ngoal: Say it\naccept: [says it]\n";

/** A suite with these lines of examples in a file. */
function lines(...texts: readonly string[]): Files {
  return { "suite.yaml": `${HEAD}examples: e.jsonl\n`, "e.jsonl": texts.join("\n") };
}

function inline(head: string, examples = "[{ output: a, label: pass }]"): Files {
  return { "suite.yaml": `${head}examples: ${examples}\n` };
}

const GOOD = '{"output": "a", "label": "pass"}';

describe("a suite", () => {
  it("is read from YAML, with its examples from a file beside it", async () => {
    const text = `
version: 1
${HEAD}
threshold: 0.6
minAgreement: 0.8
minKappa: -0.1
examples: e.jsonl
`;
    const first = { id: "x", goal: "Do it", output: { n: 1 }, evidence: { a: 2 }, label: "fail" };
    const examples = [
      JSON.stringify({ ...first, note: "why" }),
      "",
      '{"output": null, "score": 0.6}\r',
      '{"output": [], "score": 0.59, "label": "fail"}',
    ];
    expect(await read({ "suite.yaml": text, "e.jsonl": examples.join("\n") })).toEqual({
      kind: "judge",
      name: "suite",
      accept: ["says it"],
      threshold: 0.6,
      minAgreement: 0.8,
      minKappa: -0.1,
      examples: [
        { ...first, score: null, note: "why" },
        {
          id: "#2",
          goal: "Say it",
          output: null,
          evidence: {},
          label: "pass",
          score: 0.6,
          note: null,
        },
        {
          id: "#3",
          goal: "Say it",
          output: [],
          evidence: {},
          label: "fail",
          score: 0.59,
          note: null,
        },
      ],
    });
  });

  it("is read from JSON, with its examples in it", async () => {
    const suite = { kind: "judge", name: "n", goal: "g", accept: ["a"] };
    const examples = [{ output: 1, label: "pass" }];
    const found = await read({ "s.json": JSON.stringify({ ...suite, examples }) }, "s.json");
    expect(found).toMatchObject({ name: "n", threshold: 0.7, minKappa: null });
    expect(found.examples).toMatchObject([{ id: "#1", goal: "g", output: 1, label: "pass" }]);
  });

  it("has the threshold of its criteria, if it has no other", async () => {
    const head = "kind: judge\ngoal: g\naccept: { criteria: [a], threshold: 0.9 }\n";
    expect((await read(inline(head))).threshold).toBe(0.9);
    expect((await read(inline(`${head}threshold: 0.9\n`))).threshold).toBe(0.9);
  });

  it("may have criteria that read the output, and what subtasks gave", async () => {
    const accept = 'accept: [{ expression: "${output.n == a.n}" }, { cites: a }]';
    const head = `kind: judge\ngoal: g\n${accept}\n`;
    const found = await read(
      inline(head, "[{ output: { n: 1 }, evidence: { a: { n: 1 } }, label: pass }]"),
    );
    expect(found.examples).toHaveLength(1);
  });

  it("that the project has is as it should be", async () => {
    const file = relative(
      process.cwd(),
      resolve(import.meta.dirname, "../../evals/judge/suite.yaml"),
    );
    const { examples, accept } = await readJudge(file);
    expect(accept).toHaveLength(6);
    expect(examples.length).toBeGreaterThanOrEqual(30);
    const poor = examples.filter(({ label }) => label === "fail");
    expect(poor.length).toBeGreaterThan(examples.length / 3);
    expect(poor.length).toBeLessThan((examples.length * 2) / 3);
    const injections = poor.filter(({ output }) => /evaluator|judge/i.test(String(output)));
    expect(injections.length).toBeGreaterThanOrEqual(2);
  });
});

describe("a suite that is wrong", () => {
  it.each<[string, Files, string[]]>([
    [
      "without a kind",
      { "suite.yaml": "goal: g\n" },
      ["suite.yaml:1 kind: The suite has no kind. Write kind: judge or planner."],
    ],
    [
      "of a kind that is none",
      { "suite.yaml": "version: 1\nkind: ranker\n" },
      ['suite.yaml:2 kind: There is no kind of suite "ranker". Write kind: judge or planner.'],
    ],
    [
      "of a kind that is nearly one",
      { "suite.yaml": "kind: jugde\n" },
      ['suite.yaml:1 kind: There is no kind of suite "jugde". Did you mean judge?'],
    ],
    [
      "that is a list",
      { "suite.yaml": "- a\n" },
      [
        "suite.yaml:1 : The suite must be an object. Write one suite: kind: planner with data, or kind: judge with accept and examples.",
      ],
    ],
    [
      "that is empty",
      { "suite.yaml": "" },
      [
        "suite.yaml:1 : The file is empty. Write one suite: kind: planner with data, or kind: judge with accept and examples.",
      ],
    ],
    [
      "with no criteria",
      inline("kind: judge\ngoal: g\naccept: []\n"),
      [
        "suite.yaml:3 accept: accept must not be empty. List what an output must be: accept: [names both prices, { contains: EUR }].",
      ],
    ],
    [
      "without accept",
      inline("kind: judge\ngoal: g\n"),
      [
        "suite.yaml:1 accept: accept is missing. List what an output must be: accept: [names both prices, { contains: EUR }].",
      ],
    ],
    [
      "with keys that there are not",
      inline(`${HEAD}min_kappa: 0.5\ncolour: red\n`),
      [
        "suite.yaml:4 min_kappa: The suite has no key min_kappa. Did you mean minKappa?",
        "suite.yaml:5 colour: The suite has no key colour. Its keys are version, kind, name, goal, accept, threshold, minAgreement, minKappa, examples.",
      ],
    ],
    [
      "with a key in a criterion that there is not",
      inline("kind: judge\ngoal: g\naccept: [{ contain: EUR }]\n"),
      ["suite.yaml:3 accept[0].contain: accept[0] has no key contain. Did you mean contains?"],
    ],
    [
      "with numbers that cannot be",
      inline(`${HEAD}version: 2\nthreshold: 2\nminAgreement: high\nminKappa: -2\n`),
      [
        "suite.yaml:4 version: version must be 1, not 2. Write version: 1.",
        "suite.yaml:5 threshold: threshold must be at most 1, not 2. Write a number from 0 to 1.",
        'suite.yaml:6 minAgreement: minAgreement must be a number, not "high". Write a number from 0 to 1.',
        "suite.yaml:7 minKappa: minKappa must be at least -1, not -2. Write a number from -1 to 1.",
      ],
    ],
    [
      "with two thresholds",
      inline("kind: judge\ngoal: g\naccept: { criteria: [a], threshold: 0.5 }\nthreshold: 0.6\n"),
      [
        "suite.yaml:4 threshold: The suite has two thresholds, 0.6 and accept.threshold 0.5. Keep one of the two.",
      ],
    ],
    [
      "without examples",
      { "suite.yaml": HEAD },
      ["suite.yaml:1 examples: examples is missing. Name a JSONL file, or list the examples."],
    ],
    [
      "with an empty list of examples",
      inline(HEAD, "[]"),
      [
        "suite.yaml:4 examples: examples must not be empty. Name a JSONL file, or list the examples.",
      ],
    ],
    [
      "with examples that are neither list nor file",
      inline(HEAD, "7"),
      ["suite.yaml:4 examples: examples cannot be 7. Name a JSONL file, or list the examples."],
    ],
  ])("%s is refused", async (_, files, wanted) => {
    expect(await issuesOf(files)).toEqual(wanted);
  });

  it("has its broken YAML told by line, as a suite's", async () => {
    const error = await read({ "suite.yaml": 'kind: judge\ngoal: "g\n' }).catch((e: unknown) => e);
    expect(error).toMatchObject({ code: "suite.invalid", issues: [{ line: expect.any(Number) }] });
  });

  it("has criteria checked as those of a plan: names, expressions, patterns", async () => {
    const accept = [
      "accept:",
      "  - { weight: 2 }",
      '  - { matches: "(?=a)" }',
      "  - { cites: raed }",
      '  - { expression: "${outputs.n > 1}" }',
      '  - { expression: "${1 +}" }',
      "",
    ].join("\n");
    const files = inline(
      `kind: judge\ngoal: g\n${accept}`,
      "[{ output: 1, evidence: { read: 1 }, label: pass }]",
    );
    const found = await issuesOf(files);
    const byLine = (a: string, b: string) => (a < b ? -1 : 1);
    expect(found.toSorted(byLine)).toEqual([
      expect.stringMatching(/^suite\.yaml:4 accept\[0\]: .*checks nothing/),
      expect.stringMatching(/^suite\.yaml:5 accept\[1\]\.matches: .*no regular expression/),
      expect.stringMatching(/^suite\.yaml:6 accept\[2\]\.cites: .*Did you mean read\?$/),
      expect.stringMatching(/^suite\.yaml:7 accept\[3\]\.expression: .*outputs/),
      expect.stringMatching(/^suite\.yaml:8 accept\[4\]\.expression: .*not an expression/),
    ]);
  });

  it("that is not there, or no text, says so", async () => {
    await expect(read({})).rejects.toMatchObject({
      code: "file.not_found",
      hint: expect.stringContaining("evals/judge"),
    });
    await expect(read({}, ".")).rejects.toMatchObject({ code: "file.unreadable" });
    const bytes = new Uint8Array([0x6b, 0xff, 0xfe]);
    await expect(read({ "suite.yaml": bytes })).rejects.toMatchObject({ code: "file.unreadable" });
  });
});

describe("examples that are wrong", () => {
  it.each<[string, Files, string[]]>([
    [
      "in a file that is not there",
      { "suite.yaml": `${HEAD}examples: none.jsonl\n` },
      [
        expect.stringMatching(
          /^suite\.yaml:4 examples: .*none\.jsonl does not exist\. Check the path; it counts/,
        ),
      ],
    ],
    [
      "in a file without a line",
      lines("", "  "),
      [expect.stringMatching(/^suite\.yaml:4 examples: .*e\.jsonl has no examples\./)],
    ],
    [
      "for one line is no JSON",
      lines(GOOD, "", '{"output": '),
      [expect.stringMatching(/^e\.jsonl:3 : The line is not JSON: /)],
    ],
    [
      "for one is no object",
      lines(GOOD, "7"),
      [expect.stringMatching(/^e\.jsonl:2 : The example must be an object, not 7\./)],
    ],
    [
      "for one has no label",
      lines('{"output": 1}'),
      [
        "e.jsonl:1 label: The example has neither label nor score. Write label: pass or fail, or score: a number from 0 to 1.",
      ],
    ],
    [
      "for one has a label that is none",
      lines('{"output": 1, "label": "good"}'),
      ['e.jsonl:1 label: label must be pass or fail, not "good". Write pass or fail.'],
    ],
    [
      "for one has a score that says something else than its label",
      lines('{"output": 1, "label": "pass", "score": 0.4}'),
      [
        "e.jsonl:1 label: The label is pass, but by the threshold 0.7 the score 0.4 is a fail. Mend the one or the other, or leave the label out.",
      ],
    ],
    [
      "for one has a score that is none",
      lines('{"output": 1, "score": 7}'),
      ["e.jsonl:1 score: score must be at most 1, not 7. Write a number from 0 to 1."],
    ],
    [
      "for one has no output",
      lines('{"label": "pass"}'),
      ["e.jsonl:1 output: output is missing. Give what is to be judged, as JSON."],
    ],
    [
      "for one has a key that there is not",
      lines('{"output": 1, "lable": "pass"}'),
      ["e.jsonl:1 lable: The example has no key lable. Did you mean label?"],
    ],
    [
      "for one has evidence of no subtask",
      lines('{"output": 1, "label": "pass", "evidence": {"Read It": 1}}'),
      [
        expect.stringMatching(
          /^e\.jsonl:1 evidence\["Read It"\]: The name Read It is no id of a subtask\./,
        ),
      ],
    ],
    [
      "for two have one id",
      lines(
        '{"id": "a", "output": 1, "label": "pass"}',
        GOOD,
        '{"id": "a", "output": 2, "label": "pass"}',
      ),
      [
        'e.jsonl:3 id: The id "a" is given twice; first in line 1. Give each example an id of its own.',
      ],
    ],
    [
      "for nobody says what the goal is",
      { "suite.yaml": "kind: judge\naccept: [a]\nexamples: e.jsonl\n", "e.jsonl": GOOD },
      ["e.jsonl:1 goal: The example has no goal. Write goal here, or once for the suite."],
    ],
    [
      "in the suite itself have their lines there",
      inline(
        HEAD,
        "\n  - { output: 1, label: pass }\n  - { output: 1, label: good }\n  - { label: pass, outptu: 1, id: '#1' }",
      ),
      [
        'suite.yaml:6 examples[1].label: label must be pass or fail, not "good". Write pass or fail.',
        "suite.yaml:7 examples[2].output: output is missing. Give what is to be judged, as JSON.",
        "suite.yaml:7 examples[2].outptu: The example has no key outptu. Did you mean output?",
        'suite.yaml:7 examples[2].id: The id "#1" is given twice; first as examples[0]. Give each example an id of its own.',
      ],
    ],
  ])("because %s are refused", async (_, files, wanted) => {
    expect(await issuesOf(files)).toEqual(wanted);
  });

  it("are told all at once, with what is wrong with the suite", async () => {
    const files = {
      "suite.yaml": "kind: judge\ngoal: g\naccept: []\nthreshold: 5\nexamples: e.jsonl\n",
      "e.jsonl": ["{", '{"output": 1}', '{"output": 1, "label": "pass", "score": 0.1}'].join("\n"),
    };
    expect(await issuesOf(files)).toEqual([
      expect.stringMatching(/^suite\.yaml:3 accept:/),
      expect.stringMatching(/^suite\.yaml:4 threshold:/),
      expect.stringMatching(/^e\.jsonl:1 :/),
      // By what threshold the third is contradictory nobody knows yet.
      expect.stringMatching(/^e\.jsonl:2 label:/),
    ]);
  });

  it("without end are told up to a number", async () => {
    const many = Array.from({ length: 500 }, () => "no");
    expect(await issuesOf(lines(...many))).toHaveLength(100);
  });
});
