/** The measures of public benchmarks, on cases worked by hand. */

import { describe, expect, it } from "vitest";
import type { Json, JsonObject } from "../../src/base/json.ts";
import { asynchow } from "../../src/evals/adapters/asynchow.ts";
import { bfcl } from "../../src/evals/adapters/bfcl.ts";
import { llmcompiler } from "../../src/evals/adapters/llmcompiler.ts";
import { nestful } from "../../src/evals/adapters/nestful.ts";
import { readPythonLiteral } from "../../src/evals/adapters/python-literal.ts";
import { restbench } from "../../src/evals/adapters/restbench.ts";
import { taskbench } from "../../src/evals/adapters/taskbench.ts";
import { traject } from "../../src/evals/adapters/traject.ts";
import { worfbench } from "../../src/evals/adapters/worfbench.ts";
import type { Adapter, PlanSample } from "../../src/evals/sample.ts";
import { graph, predicted, ran, ref, shareOf } from "./planned.ts";

/** A line as its adapter reads it, with these tools beside it. */
function read(adapter: Adapter, row: JsonObject, tools: Json = []): PlanSample {
  return adapter.read(row, { pool: (key, readTools) => ({ key, tools: readTools(tools) }) });
}

function scoring(adapter: Adapter, sample: PlanSample) {
  return (name: string, found: Parameters<typeof predicted>[0]) =>
    shareOf(adapter.scorers, name, sample, predicted(found));
}

describe("TaskBench", () => {
  const tools = [
    {
      id: "Image Editing",
      desc: "Edits.",
      "input-type": ["image", "text"],
      "output-type": ["image"],
    },
    { id: "Object Detection", desc: "Detects.", "input-type": ["image"], "output-type": ["text"] },
    { id: "Summarization", desc: "Sums up.", "input-type": ["text"], "output-type": ["text"] },
  ];
  const sample = read(
    taskbench,
    {
      id: "1",
      suite: "taskbench/huggingface",
      goal: "Edit example.jpg by a summary, and detect objects.",
      pool: "tools/huggingface.json",
      gold: {
        kind: "chain",
        nodes: [
          { tool: "Image Editing", args: ["<node-2>", "example.jpg"] },
          { tool: "Object Detection", args: ["<node-0>"] },
          { tool: "Summarization", args: ["the article"] },
        ],
        edges: [
          [0, 1],
          [2, 0],
        ],
        scoredEdges: [
          [2, 0],
          [0, 1],
        ],
      },
    },
    tools,
  );
  const score = scoring(taskbench, sample);

  it("describes tools by the types of what goes in and out", () => {
    expect(sample.pool?.tools[0]).toMatchObject({
      name: "Image Editing",
      plannerName: "image_editing",
      input: {
        properties: { image: { contentMediaType: "image/*" }, text: { type: "string" } },
        required: ["image", "text"],
      },
      output: { properties: { image: { type: "string" } } },
    });
  });

  it("scores sets of names, pairs, types and values", async () => {
    const found = graph(
      [
        ["Summarization", { text: "the article" }],
        ["Image Editing", { image: "other.png", text: ref(0, "text") }],
        ["Invented", { image: ref(1) }],
      ],
      "0>1 1>2",
    );
    // TP 2, FN 1; the invented tool costs nothing by the official rule, and counts by the strict.
    expect(await score("node_f1", found)).toEqual([4, 5]);
    expect(await score("node_f1_strict", found)).toEqual([4, 6]);
    // Summarization>Editing is right, Editing>Invented wrong, Editing>Detection missing.
    expect(await score("edge_f1", found)).toEqual([2, 4]);
    // Gold: Editing-text, Editing-image, Detection-image, Summarization-text.
    // Found: Summarization-text, Editing-image, Editing-text, Invented-image: 3 of 4 and 4.
    expect(await score("name_f1", found)).toEqual([6, 8]);
    // Values: the article, and Summarization for Editing's text; not other.png.
    expect(await score("value_f1", found)).toEqual([4, 8]);
  });

  it("takes what refers to its own node for no argument, as the official script does", async () => {
    const nodes = [{ tool: "Summarization", args: ["<node-0>", "the article"] }];
    const gold = { kind: "single", nodes, edges: [], scoredEdges: [] };
    const own = scoring(taskbench, read(taskbench, { ...sample.row, gold }, tools));
    const found = graph([["Summarization", { text: "the article" }]]);
    expect(await own("value_f1", found)).toEqual([2, 2]);
    expect(await own("edge_f1", found)).toEqual([0, 0]);
  });

  it("goes in resource domains by types, also where gold calls have no arguments", async () => {
    const gold = { nodes: [{ tool: "Summarization", args: [] }], edges: [], scoredEdges: [] };
    const own = read(taskbench, { ...sample.row, gold }, tools);
    const found = graph([["Summarization", { any: "a.jpg", other: "b.png" }]]);
    // Both are images: one fact too many, not two.
    expect(await scoring(taskbench, own)("name_f1", found)).toEqual([0, 1]);
    expect(own.gold.hasArgs).toBeUndefined();
    // An input of this name is no audio file: Summarization-text, as in gold.
    const open = graph([["Summarization", { text: { $text: ["${inputs.audio_text}"] } }]]);
    expect(await score("name_f1", open)).toEqual([2, 5]);
  });

  it("takes a refusal for an empty answer, and leaves out what cannot be read", async () => {
    expect(await score("node_f1", "refused")).toEqual([0, 3]);
    expect(await score("node_f1", "invalid")).toBeNull();
    expect(await score("node_f1_strict", "invalid")).toEqual([0, 3]);
    expect(await score("node_f1_macro", "failed")).toEqual([0, 1]);
  });

  it("has in daily life names for arguments, and every dependency for an edge", async () => {
    const daily = read(
      taskbench,
      {
        id: "2",
        suite: "taskbench/dailylifeapis",
        goal: "Book the Hilton for 2022-12-10, then call Ada.",
        pool: "p",
        gold: {
          nodes: [
            { tool: "book_hotel", args: [{ name: "date", value: "2022-12-10" }] },
            { tool: "call", args: [{ name: "who", value: "Ada" }] },
          ],
          edges: [[0, 1]],
          scoredEdges: [[0, 1]],
        },
      },
      [
        {
          id: "book_hotel",
          desc: "Books.",
          parameters: [{ name: "date", type: "date", desc: "d" }],
        },
        { id: "call", desc: "Calls.", parameters: [{ name: "who", type: "string", desc: "w" }] },
      ],
    );
    const found = graph(
      [
        ["book_hotel", { date: "2022-12-10" }],
        ["call", { who: "Bob" }],
      ],
      "0>1",
    );
    const own = scoring(taskbench, daily);
    expect(await own("edge_f1", found)).toEqual([2, 2]);
    expect(await own("name_f1", found)).toEqual([4, 4]);
    expect(await own("value_f1", found)).toEqual([2, 4]);
    expect(daily.pool?.tools[0]?.input).toMatchObject({
      properties: { date: { type: "string", format: "date" } },
    });
  });
});

describe("NESTFUL", () => {
  const sample = read(
    nestful,
    {
      id: "e",
      suite: "nestful/executable",
      goal: "Hotels in London",
      pool: "p",
      gold: {
        nodes: [
          { tool: "Loc", args: { query: "London" }, label: "var1" },
          { tool: "Hotels", args: { geoId: "$var1.geoId$", stars: 4 }, label: "var2" },
        ],
        edges: [[0, 1]],
      },
    },
    [
      {
        name: "Loc",
        description: "Finds.",
        query_parameters: { query: { type: "String", required: true, description: "q" } },
        output_parameters: { geoId: { type: "Number" } },
      },
      { name: "Hotels", description: "Lists.", arguments: { geoId: { required: true } } },
    ],
  );
  const score = scoring(nestful, sample);

  it("matches calls whatever their order and labels", async () => {
    const found = graph(
      [
        ["Hotels", { geoId: ref(1, "geoId"), stars: "4" }],
        ["Loc", { query: "London" }],
      ],
      "1>0",
    );
    for (const name of ["node_f1", "edge_f1", "param_value_f1", "partial_match", "full_match"]) {
      expect(await score(name, found)).toEqual([1, 1]);
    }
  });

  it("counts what is wrong", async () => {
    const found = graph([
      ["Loc", { query: "Londen" }],
      ["Hotels", { geoId: ref(0, "id") }],
    ]);
    expect(await score("node_f1", found)).toEqual([1, 1]);
    expect(await score("edge_f1", found)).toEqual([0, 1]);
    // Names: Loc-query, Hotels-geoId of three.
    expect(await score("param_name_f1", found)).toEqual([0.8, 1]);
    expect(await score("param_value_f1", found)).toEqual([0, 1]);
    expect(await score("partial_match", graph([["Loc", { query: "London" }]]))).toEqual([0.5, 1]);
    expect(await score("full_match", "refused")).toEqual([0, 1]);
  });

  it("matches calls of one tool so that the most is right in all", async () => {
    const rooms = (...list: readonly number[]) =>
      list.map((stars) => ({ tool: "Hotels", args: { stars }, label: `v${stars}` }));
    const gold = { nodes: rooms(3, 4), edges: [] };
    const own = scoring(nestful, read(nestful, { ...sample.row, gold }));
    const found = graph([
      ["Hotels", { stars: 4 }],
      ["Hotels", { stars: 5 }],
    ]);
    expect(await own("partial_match", found)).toEqual([0.5, 1]);
    expect(await own("param_value_f1", found)).toEqual([0.5, 1]);
  });

  it("takes calls that are equally good in their order, for those that refer to them", async () => {
    const nodes = [
      { tool: "Now", args: {}, label: "a" },
      { tool: "Now", args: {}, label: "b" },
      { tool: "Show", args: { at: "$b.time$" }, label: "c" },
    ];
    const gold = { nodes, edges: [[1, 2]] };
    const own = scoring(nestful, read(nestful, { ...sample.row, gold }));
    const found = graph(["Now", "Now", ["Show", { at: ref(1, "time") }]], "1>2");
    expect(await own("full_match", found)).toEqual([1, 1]);
  });

  it("reads references to elements, and within texts", () => {
    const nodes = [
      { tool: "Loc", args: {}, label: "var1" },
      { tool: "Hotels", args: { geoId: "$var1.author[0].id$", stars: "10 * $var1.rate$ $5$" } },
    ];
    const { gold } = read(nestful, { ...sample.row, gold: { nodes, edges: [[0, 1]] } });
    expect(gold.graph?.nodes[1]?.args).toEqual({
      geoId: ref(0, "author.0.id"),
      stars: { $text: ["10 * {} $5$", ref(0, "rate")] },
    });
  });

  it("has the schemas of its three notations", () => {
    expect(sample.pool?.tools.map(({ input, output }) => ({ input, output }))).toMatchObject([
      {
        input: { properties: { query: { type: "string" } }, required: ["query"] },
        output: { properties: { geoId: { type: "number" } } },
      },
      { input: { properties: { geoId: {} }, required: ["geoId"] }, output: {} },
    ]);
  });
});

describe("TRAJECT-Bench", () => {
  const args = (required: JsonObject, optional: JsonObject = {}) => {
    const list = (of: JsonObject) => Object.entries(of).map(([name, value]) => ({ name, value }));
    return { required: list(required), optional: list(optional) };
  };
  const sample = read(traject, {
    id: "p",
    suite: "traject-bench/parallel-simple",
    goal: "…",
    pool: "p",
    gold: {
      nodes: [
        { tool: "A: x", args: args({ n: "16", day: "2024-03-05" }, { raw: "yes", none: "" }) },
        { tool: "A: x", args: args({ n: "17" }) },
        { tool: "B: y", args: args({ place: "Berlin, DE", list: "[1, 2]" }) },
      ],
      edges: [],
    },
  });
  const score = scoring(traject, sample);

  it("compares sets of names, and parameters after normalising", async () => {
    const found = graph([
      ["B: y", { place: "Berlin,germany", list: [1, 2] }],
      ["A: x", { n: 16, day: "2024-3-5", raw: true }],
    ]);
    expect(await score("exact_match", found)).toEqual([1, 1]);
    expect(await score("exact_match_strict", found)).toEqual([0, 1]);
    expect(await score("inclusion", found)).toEqual([2 / 3, 1]);
    expect(await score("usage", found)).toEqual([1, 1]);
    // Case counts, and a code only behind a comma.
    const other = { place: "berlin, DE", list: [1, 2] };
    expect(await score("usage", graph([["B: y", other]]))).toEqual([0, 1]);
    expect(await score("usage", graph([["B: y", { ...other, place: "DE" }]]))).toEqual([0, 1]);
    expect(await score("exact_match", "refused")).toEqual([0, 1]);
    expect(await score("usage", "refused")).toEqual([0, 1]);
  });
});

describe("BFCL", () => {
  const tool = (name: string, properties: JsonObject, required: readonly string[]) => {
    return { name, description: "d", parameters: { type: "dict", properties, required } };
  };
  const row = (nodes: Json) => ({
    id: "b",
    suite: "bfcl/parallel",
    goal: "Play",
    tools: [
      tool(
        "spotify.play",
        { artist: { type: "string" }, minutes: { type: "float" }, tags: { type: "array" } },
        ["artist"],
      ),
    ],
    gold: { nodes },
  });
  const call = (artist: string, minutes: number) => {
    return {
      tool: "spotify.play",
      accept: { artist: [artist], minutes: [minutes, ""], tags: ["", ["a", "b"]] },
    };
  };
  const sample = read(bfcl, row([call("Taylor Swift", 20), call("Maroon 5", 15)]));
  const score = scoring(bfcl, sample);
  const plays = (...list: readonly JsonObject[]) =>
    graph(list.map((args) => ["spotify.play", args] as const));

  it.for([
    [
      "any order, an integer for a float",
      [
        { artist: "Maroon 5", minutes: 15 },
        { artist: "taylor-swift", minutes: 20 },
      ],
      1,
    ],
    [
      "what may be left out",
      [{ artist: "Taylor Swift" }, { artist: "Maroon 5", tags: ["A", "b"] }],
      1,
    ],
    ["a call too few", [{ artist: "Maroon 5" }], 0],
    ["one call twice", [{ artist: "Maroon 5" }, { artist: "Maroon 5" }], 0],
    [
      "a value that is none of them",
      [{ artist: "Maroon 5", minutes: 16 }, { artist: "Taylor Swift" }],
      0,
    ],
    ["another type", [{ artist: "Maroon 5", minutes: "15" }, { artist: "Taylor Swift" }], 0],
    ["an unknown parameter", [{ artist: "Maroon 5", loud: true }, { artist: "Taylor Swift" }], 0],
    ["a required one missing", [{ minutes: 15 }, { artist: "Taylor Swift" }], 0],
    ["another list", [{ artist: "Maroon 5", tags: ["b", "a"] }, { artist: "Taylor Swift" }], 0],
  ] as const)("with %s", async ([, list, share]) => {
    expect(await score("ast_match", plays(...list))).toEqual([share, 1]);
  });

  it("has of objects the first accepted value of each field", () => {
    const nodes = [
      { tool: "spotify.play", accept: { artist: [{ name: ["Ada", "A."], age: [""] }] } },
    ];
    const { gold } = read(bfcl, row(nodes));
    expect(gold.graph?.nodes[0]?.args).toEqual({ artist: { name: "Ada" } });
  });

  it("where no tool fits, wants no call, and an answer", async () => {
    const none = scoring(bfcl, read(bfcl, row([])));
    expect(await none("ast_match", "refused")).toEqual([1, 1]);
    expect(await none("ast_match", plays({ artist: "x" }))).toEqual([0, 1]);
    expect(await none("ast_match", "failed")).toEqual([0, 1]);
    expect(await none("ast_match", "invalid")).toEqual([0, 1]);
  });

  it("takes accepted values of another type than the schema's as they are written", async () => {
    const accept = {
      artist: ["Maroon 5"],
      minutes: ["", null],
      tags: [["b", "c"], "data['x']", ""],
    };
    const own = scoring(bfcl, read(bfcl, row([{ tool: "spotify.play", accept }])));
    const given = (more: JsonObject) => own("ast_match", plays({ artist: "Maroon 5", ...more }));
    expect(await given({ minutes: null })).toEqual([1, 1]);
    expect(await given({ minutes: "" })).toEqual([0, 1]);
    expect(await given({ tags: "data['x']" })).toEqual([1, 1]);
    expect(await given({ tags: "DATA['x']" })).toEqual([0, 1]);
    // What may be left out may be empty.
    expect(await given({ tags: [] })).toEqual([1, 1]);
  });

  it("tells apart whether calls wait for each other", async () => {
    const chain = graph("spotify.play spotify.play", "0>1");
    expect(await score("width", chain)).toEqual([0, 1]);
    expect(await score("width", plays({}, {}))).toEqual([1, 1]);
  });
});

describe("RestBench", () => {
  const sample = read(restbench, {
    id: "0",
    suite: "restbench-tmdb",
    goal: "Movies by Sofia Coppola",
    pool: "p",
    gold: { nodes: [{ tool: "SearchPeople" }, { tool: "Credit" }], edges: [[0, 1]] },
  });
  const score = scoring(restbench, sample);

  it("divides shared names by the lengths of lists, and gives 0 for none of none", async () => {
    // Precision 1 of 3, for SearchPeople stands there twice; recall 1 of 2.
    const found = graph("SearchPeople SearchPeople Movie", "0>1");
    expect((await score("node_f1", found))?.[0]).toBeCloseTo(0.4);
    expect(await score("link_f1", found)).toEqual([0, 1]);
    expect(await score("accuracy", graph("Credit SearchPeople"))).toEqual([1, 1]);
    expect(await score("link_f1", graph("SearchPeople Credit", "0>1"))).toEqual([1, 1]);
    expect(await score("node_f1", "invalid")).toBeNull();
    expect(await score("node_f1_strict", "invalid")).toEqual([0, 1]);
  });
});

describe("WorFBench", () => {
  const tools = `[{'api_name': 'scanHost', 'api_description': "Scan the host's ports", 'parameters': {'ip': {'type': 'str'}}, 'required': ['ip'], 'responses': {'open': {'type': 'bool'}}}, {'api_name': 'encryptData', 'api_description': 'Encrypt data', 'parameters': {'data': {'type': 'str'}}, 'required': ['data']}]`;
  const sample = read(worfbench, {
    id: "seal_tools_1",
    suite: "worfbench/seal_tools",
    goal: `Now it's your turn.\nTask: Scan 10.0.0.1, then encrypt the notes."\nOutput:\n\nThe tool list you can select from: ${tools}\n`,
    gold: {
      nodes: [{ text: "Scan host 10.0.0.1" }, { text: "Encrypt data of notes" }],
      edges: [[0, 1]],
    },
  });
  const score = scoring(worfbench, sample);

  it("reads the task and the tools out of the request", () => {
    expect(sample.goal).toBe("Scan 10.0.0.1, then encrypt the notes.");
    expect(sample.pool?.tools).toMatchObject([
      { name: "scanHost", input: { required: ["ip"] }, output: { properties: { open: {} } } },
      { plannerName: "encrypt_data" },
    ]);
    expect(readPythonLiteral("{'a': [True, None, -1.5], \"b'\": 'it\\'s'}")).toEqual({
      a: [true, null, -1.5],
      "b'": "it's",
    });
    expect(() => readPythonLiteral("[1, oops]")).toThrow("no Python literal");
  });

  it("finds the longest run and the largest common part, and keeps their flaws apart", async () => {
    const right = graph(
      [
        ["scanHost", { ip: "10.0.0.1" }],
        ["encryptData", { data: "notes" }],
      ],
      "0>1",
    );
    const turned = graph(
      [
        ["encryptData", { data: "notes" }],
        ["scanHost", { ip: "10.0.0.1" }],
      ],
      "1>0",
    );
    for (const name of [
      "chain_f1_lexical",
      "graph_f1_lexical",
      "chain_f1_strict",
      "graph_f1_strict",
    ]) {
      expect(await score(name, right)).toEqual([1, 1]);
    }
    // A run of one of two.
    expect(await score("chain_f1_strict", turned)).toEqual([0.5, 1]);
    // Compared by number nothing is common, and START alone counts, 1 of 4; by step all is.
    expect(await score("graph_f1_lexical", turned)).toEqual([0.25, 1]);
    expect(await score("graph_f1_strict", turned)).toEqual([1, 1]);
    const other = graph("Bake Cook");
    expect(await score("chain_f1_lexical", other)).toEqual([0.5, 1]);
    expect(await score("chain_f1_strict", other)).toEqual([0, 1]);
    expect(await score("chain_f1_lexical", "refused")).toEqual([0, 1]);
    // START>scan>encrypt is common, and END is number 3 here and 4 there: 3 of 5 and 4.
    const longer = graph(
      [...right.nodes.map(({ tool, args: a }) => [tool, a] as const), "Bake"],
      "0>1",
    );
    expect((await score("graph_f1_lexical", longer))?.[0]).toBeCloseTo(2 / 3);
    // By steps END is common as well: 4 of 5 and 4.
    expect((await score("graph_f1_strict", longer))?.[0]).toBeCloseTo(8 / 9);
  });

  it("counts START and END as the script does where gold has many steps", async () => {
    const words = "ant bee cat dog eel fox gnu hen".split(" ");
    const gold = {
      nodes: words.map((text) => ({ text })),
      edges: words.slice(1).map((_, at) => [at, at + 1]),
    };
    const own = scoring(worfbench, read(worfbench, { ...sample.row, gold }));
    const found = graph(words, "0>1 1>2 2>3 3>4 4>5 5>6 6>7");
    // All 8 of 8, and of 8 + 2.
    expect((await own("chain_f1_lexical", found))?.[0]).toBeCloseTo(8 / 9);
    expect(await own("chain_f1_strict", found)).toEqual([1, 1]);
  });
});

describe("AsyncHow", () => {
  const sample = (makespan: readonly number[], meta: JsonObject = {}) =>
    read(asynchow, {
      id: "a",
      suite: "asynchow/async",
      goal: "Go swimming",
      steps: ["pack", "search", "pay", "drive"],
      seconds: [
        [900, 900],
        [3600, 7200],
        [300, 300],
        [600, 600],
      ],
      gold: {
        edges: [
          [1, 2],
          [2, 3],
          [0, 3],
        ],
        makespanSeconds: makespan,
      },
      meta,
    });

  it("has the critical path of the graph for its shortest time", async () => {
    const score = (...about: Parameters<typeof sample>) => {
      return scoring(asynchow, sample(...about))("optimal_time", "planned");
    };
    expect(await score([4500, 8100])).toEqual([1, 1]);
    expect(await score([4500, 4500])).toEqual([0, 1]);
    expect(await score([1, 1], { goldDisagreesWithGraph: true })).toBeNull();
    expect(await scoring(asynchow, sample([0, 0]))("schedule_bounds", "planned")).toEqual([1, 1]);
  });
});

describe("LLMCompiler", () => {
  const sample = read(llmcompiler, {
    id: "5",
    suite: "llmcompiler/parallelqa",
    goal: "Which is taller?",
    gold: { answer: "The Mount Everest.", branch: 2 },
  });
  const answers = (gold: Json, output: Json) =>
    shareOf(llmcompiler.scorers, "answer", { ...sample, gold: { answer: gold } }, ran(output));

  it("wants the searches at once, and a step that joins them", async () => {
    const score = scoring(llmcompiler, sample);
    expect(await score("branch", graph("search search math", "0>2 1>2"))).toEqual([1, 1]);
    expect(await score("branch", graph("search search math", "0>1 1>2"))).toEqual([0, 1]);
    expect(await score("branch", graph("search search"))).toEqual([0, 1]);
    expect(await score("branch", "refused")).toEqual([0, 1]);
  });

  it("compares numbers within 10 % and texts without articles and punctuation", async () => {
    expect(await answers("The Mount Everest.", "mount  everest")).toEqual([1, 1]);
    expect(await answers("100", "109.9")).toEqual([1, 1]);
    expect(await answers("100", "110")).toEqual([0, 1]);
    expect(await answers("K2", "Everest")).toEqual([0, 1]);
    // To a number only a number is equal, not what is left of it without punctuation.
    expect(await answers("5931.80", "5,931.80")).toEqual([0, 1]);
  });
});
