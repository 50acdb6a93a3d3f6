import { mkdir, mkdtempDisposable, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { describe, expect, it } from "vitest";
import { InputError } from "../../src/base/errors.ts";
import { digestOf, selectSamples } from "../../src/evals/run-planner-suite.ts";
import type { PlannerSuite, Prediction } from "../../src/evals/sample.ts";
import { readSuite } from "../../src/evals/suite-file.ts";
import { predicted } from "./planned.ts";

const EVALS = resolve(import.meta.dirname, "../../evals");

type Files = Readonly<Record<string, string>>;

const GOALS = [
  { id: "a", goal: "Say it", expect: { answer: 1 } },
  { id: "b", goal: "Do it", expect: { refused: true } },
]
  .map((goal) => JSON.stringify(goal))
  .join("\n");

async function read(files: Files, data?: string): Promise<PlannerSuite> {
  await using folder = await mkdtempDisposable(join(tmpdir(), "planwright-suite-"));
  for (const [file, text] of Object.entries(files)) {
    await mkdir(dirname(join(folder.path, file)), { recursive: true });
    await writeFile(join(folder.path, file), text);
  }
  const options = data === undefined ? {} : { data: join(folder.path, data) };
  const suite = await readSuite(join(folder.path, "suite.yaml"), options);
  if (suite.kind !== "planner") throw new Error("It is no suite of a planner.");
  return suite;
}

/** All that is wrong, as `file:line: message hint`. */
async function issuesOf(files: Files): Promise<string[]> {
  const error = await read(files).catch((thrown: unknown) => thrown);
  if (!(error instanceof InputError)) throw new Error("Nothing is wrong.", { cause: error });
  return error.issues.map(({ file = "", line = "", message, hint }) => {
    return `${file.split("/").at(-1)}:${line}: ${message} ${hint}`;
  });
}

const suite = (text: string, more: Files = {}) => ({
  "suite.yaml": `kind: planner\ndata: goals.jsonl\n${text}`,
  "goals.jsonl": GOALS,
  ...more,
});

describe("a suite of a planner", () => {
  it("runs goals with the builtin tools, and scores the usual, if it says no more", async () => {
    const found = await read(suite(""));
    expect(found).toMatchObject({
      run: "execute",
      repeat: 1,
      builtinTools: true,
      workspace: null,
      thresholds: [],
      samples: [
        { id: "a", category: "all", pool: null, gold: { answer: 1 } },
        { id: "b", gold: { refused: true } },
      ],
    });
    expect(found.scorers.map(({ name }) => name)).toContain("success");
  });

  it("may describe tools, name categories and set minima and maxima", async () => {
    const tools = [{ name: "Get-It", description: "Gets it.", input: { type: "object" } }];
    const goal = {
      id: "a",
      category: "easy",
      goal: "Get it",
      expect: { plan: { nodes: [{ tool: "Get-It" }], edges: [] } },
    };
    const found = await read({
      ...suite(
        "run: plan\ntools: [tools.json]\nscorers: [node_f1, time]\nthresholds: { node_f1: 0.5, time: 9 }\n",
      ),
      "goals.jsonl": JSON.stringify(goal),
      "tools.json": JSON.stringify(tools),
    });
    expect(found).toMatchObject({
      builtinTools: false,
      samples: [{ pool: { tools: [{ name: "Get-It", plannerName: "get_it" }] } }],
      thresholds: [
        { scorer: "node_f1", atLeast: 0.5, atMost: null },
        { scorer: "time", atLeast: null, atMost: 9 },
      ],
    });
  });

  it("draws the same samples for the same seed, and tells them apart from others", async () => {
    const lines = Array.from({ length: 50 }, (_, n) =>
      JSON.stringify({ id: `g${n}`, goal: `Goal ${n}`, expect: { refused: true } }),
    );
    const found = await read(suite("", { "goals.jsonl": lines.join("\n") }));
    const ids = (one: PlannerSuite) => one.samples.map(({ id }) => id);
    const drawn = selectSamples(found, { limit: 5, sample: 1 });
    expect(ids(drawn)).toHaveLength(5);
    expect(ids(selectSamples(found, { limit: 5, sample: 1 }))).toEqual(ids(drawn));
    expect(ids(selectSamples(found, { limit: 5, sample: 2 }))).not.toEqual(ids(drawn));
    expect(ids(selectSamples(found, { limit: 2 }))).toEqual(["g0", "g1"]);
    expect(digestOf(drawn)).not.toBe(digestOf(found));
    expect(digestOf(found)).toBe(digestOf({ ...found, samples: [...found.samples] }));
  });

  it("reads the whole data of a benchmark from the folder that the user names", async () => {
    const row = (id: string) =>
      JSON.stringify({
        id,
        suite: "restbench-tmdb",
        goal: "Find it",
        pool: "tools.json",
        gold: { nodes: [{ tool: "A" }], edges: [] },
      });
    const files = {
      "suite.yaml": "kind: planner\ndata: { adapter: restbench }\n",
      "tmdb.jsonl": row("own"),
      "tools.json": "[]",
      "whole/tmdb.jsonl": `${row("one")}\n${row("two")}\n`,
      "whole/tools.json": JSON.stringify([{ id: "A", desc: "Does." }]),
    };
    expect((await read(files)).samples.map(({ id }) => id)).toEqual(["own"]);
    const { samples } = await read(files, "whole");
    expect(samples.map(({ id }) => id)).toEqual(["one", "two"]);
    expect(samples[0]?.pool?.tools).toMatchObject([{ name: "A", plannerName: "a" }]);
    expect(samples[0]?.pool).toBe(samples[1]?.pool);
  });
});

describe("a suite whose tools have other words", () => {
  it("keeps gold, goals and schemas, and renames and describes the tools anew", async () => {
    const row = {
      id: "1",
      suite: "restbench-tmdb",
      goal: "Find the movie",
      pool: "tools.json",
      gold: { nodes: [{ tool: "SearchMovie" }], edges: [] },
    };
    const found = await read({
      "suite.yaml": "kind: planner\ndata: { adapter: restbench, reword: words.json }\n",
      "tmdb.jsonl": JSON.stringify(row),
      "tools.json": JSON.stringify([{ id: "SearchMovie", desc: "Search movies by name." }]),
      "words.json": '{"search": "find", "movie": "film"}',
    });
    expect(found.samples).toMatchObject([
      {
        goal: "Find the movie",
        gold: { graph: { nodes: [{ tool: "SearchMovie" }] } },
        pool: {
          tools: [
            {
              name: "SearchMovie",
              plannerName: "find_film",
              description: "Find films by name.",
            },
          ],
        },
      },
    ]);
  });

  it("is refused where the words are none", async () => {
    const files = {
      "suite.yaml": "kind: planner\ndata: { adapter: restbench, reword: words.json }\n",
      "words.json": "[1]",
    };
    expect(await issuesOf(files)).toEqual([
      expect.stringContaining('must be an object of words. Write { "image": "picture" }.'),
    ]);
  });
});

describe("a suite of a planner that is wrong", () => {
  it.for([
    [
      "has an unknown scorer",
      suite("scorers: [node_f2]\n"),
      ['suite.yaml:3: There is no scorer "node_f2". Did you mean node_f1?'],
    ],
    [
      "scores runs without running",
      suite("run: plan\nscorers: [success]\n"),
      [
        "suite.yaml:4: The scorer success needs runs, and the suite only plans. Write run: execute, or leave the scorer out.",
      ],
    ],
    [
      "has a threshold of what is not scored",
      suite("scorers: [node_f1]\nthresholds: { edge_f1: 0.5 }\n"),
      ['suite.yaml:4: The suite does not score "edge_f1". There are node_f1.'],
    ],
    [
      "has a threshold of no category",
      suite("thresholds: [{ scorer: success, category: long, atLeast: 1 }]\n"),
      ['suite.yaml:3: No sample is of the category "long". There are all.'],
    ],
    [
      "names an unknown adapter",
      { "suite.yaml": "kind: planner\ndata: { adapter: taskbank }\n" },
      [/^suite\.yaml:2: There is no adapter "taskbank"\. There are taskbench, traject, /],
    ],
    [
      "has a broken line and a wrong one",
      suite("", {
        "goals.jsonl": `${GOALS}\n{oops\n{"id":"c","goal":"x","expect":{}}\n{"id":"a","goal":"x","expect":{"asks":true}}`,
      }),
      [
        /^goals\.jsonl:3: The line is not JSON: .* Write one sample a line, as a JSON object\.$/,
        "goals.jsonl:4: expect says nothing. Write one of refused, asks, or plan and answer.",
        'goals.jsonl:5: The id "a" is given twice in all. Give each sample an id of its own.',
      ],
    ],
    [
      "expects what cannot be",
      suite("", {
        "goals.jsonl": [
          { id: "a", goal: "x", expect: { plan: { nodes: [{ tool: "t" }], edges: [[0, 1]] } } },
          { id: "b", goal: "x", expect: { match: { cel: "output.n >" } } },
          { id: "c", goal: "x", expect: { asks: true, answer: 1 } },
        ]
          .map((one) => JSON.stringify(one))
          .join("\n"),
      }),
      [
        "goals.jsonl:1: There is no node 1. Nodes are numbered from 0, in the order in which they are listed.",
        /^goals\.jsonl:2: match\.cel is no expression: /,
        "goals.jsonl:3: expect says two things that exclude each other. Write one of refused, asks, or plan and answer.",
      ],
    ],
    [
      "has a line that is no sample of its benchmark",
      {
        "suite.yaml": "kind: planner\ndata: { adapter: taskbench, files: [t.jsonl] }\n",
        "t.jsonl": '{"id":"1","gold":{"nodes":[{"tool":"A"}],"edges":[[0,3]]}}',
      },
      [
        "t.jsonl:1: The line is no sample of taskbench: edges[0] must be two numbers of nodes, from 0 to 0. See docs/evals.md for the fields of this benchmark's data.",
      ],
    ],
    [
      "has no tools where its rows name them",
      {
        "suite.yaml": "kind: planner\ndata: { adapter: restbench }\n",
        "tmdb.jsonl":
          '{"id":"1","suite":"s","goal":"g","pool":"none.json","gold":{"nodes":[],"edges":[]}}',
      },
      [/^tmdb\.jsonl:1: The line is no sample of restbench: its tools in .*none\.json cannot/],
    ],
    [
      "describes tools without a schema",
      suite("tools: [tools.json]\n", {
        "tools.json": '[\n{"name":"a","description":"A."},\n{"name":"b"}\n]',
      }),
      [
        /^tools\.json:2: The tool a has no input schema of the type object\. Write \{ "name"/,
        /^tools\.json:3: The tool b needs a name and a description\. /,
      ],
    ],
    [
      "names files that are not there",
      { "suite.yaml": "kind: planner\ndata: none.jsonl\n" },
      [/none\.jsonl does not exist/],
    ],
  ] as const)("because it %s tells where, and how to mend it", async ([, files, wanted]) => {
    const found = await issuesOf(files);
    expect(found).toHaveLength(wanted.length);
    for (const [at, one] of wanted.entries()) {
      if (typeof one === "string") expect(found[at]).toBe(one);
      else expect(found[at]).toMatch(one);
    }
  });
});

describe("the suites that the project has", () => {
  const NAMES = [
    "asynchow",
    "bfcl",
    "goals",
    "llmcompiler",
    "nestful",
    "restbench-tmdb",
    "taskbench",
    "taskbench-reworded",
    "traject-bench",
    "worfbench",
  ];

  it.for(NAMES)(
    "%s can be read, and its gold plans are right by its own measures",
    async (name) => {
      const found = await readSuite(join(EVALS, name, "suite.yaml"));
      if (found.kind !== "planner") throw new Error("It is no suite of a planner.");
      expect(found.samples.length).toBeGreaterThanOrEqual(45);
      const perfect = found.scorers.filter((one) => /exact_match$|node_f1$|optimal/.test(one.name));
      for (const sample of found.samples) {
        const { graph, refused } = sample.gold;
        // Of gold that names tools which its own pool lacks no measure can be full.
        const known = new Set(sample.pool?.tools.map((tool) => tool.name));
        const all = graph?.nodes.every(({ tool }) => sample.pool === null || known.has(tool));
        if (refused || graph === undefined || !all || graph.nodes.length === 0) continue;
        const names = graph.nodes.map(({ tool }) => tool);
        // RestBench divides by lists, and some of its plans call a tool twice.
        if (name === "restbench-tmdb" && new Set(names).size < names.length) continue;
        const right: Prediction = predicted(graph);
        for (const scorer of perfect) {
          const [part = 0, whole = 0] = (await scorer.score(sample, right, {})) ?? [];
          expect(part, `${scorer.name} of ${sample.id}`).toBeCloseTo(whole);
        }
      }
    },
  );
});
