/**
 * The measures of TaskBench as its `evaluate.py` has them (github.com/microsoft/JARVIS,
 * taskbench, commit c62e0faac76c), pooled over samples, and strict ones beside them.
 *
 * The official script leaves out samples whose answer could not be parsed; that is `invalid` and
 * `failed` here. A refusal is an answer: an empty one (see sample.ts, N3).
 */

import { isPlainObject, type Json, type JsonObject } from "../../base/json.ts";
import { refOf, refsIn } from "../call-graph.ts";
import type { CallGraph, PlanSample, Prediction, Scorer } from "../sample.ts";
import { bagOverlap, meanF1, pooledF1, setOverlap } from "./overlap.ts";

const SOURCE = "TaskBench evaluate.py";

/** What is compared of one sample. */
type Facts = {
  readonly nodes: readonly string[];
  /** Without tools that are not there. */
  readonly known: readonly string[];
  readonly edges: readonly string[];
  readonly names: readonly string[];
  readonly values: readonly string[];
};

type Compare = (gold: Facts, predicted: Facts) => ReturnType<Scorer["score"]>;

function official(measure: string, about: string, compare: Compare): Scorer {
  return {
    name: `taskbench.${measure}`,
    about: `${about} (${SOURCE}); without samples that have no readable answer.`,
    better: "higher",
    score(sample, prediction) {
      if (prediction.status === "invalid" || prediction.status === "failed") return null;
      return compare(factsOfGold(sample), factsOf(sample, prediction));
    },
  };
}

function strict(measure: string, about: string, compare: Compare): Scorer {
  return {
    name: `taskbench.${measure}`,
    about,
    better: "higher",
    score: (sample, prediction) => compare(factsOfGold(sample), factsOf(sample, prediction)),
  };
}

export const TASKBENCH_SCORERS: readonly Scorer[] = [
  official("node_f1", "n-F1: sets of tool names, invented ones left out", (gold, { known }) =>
    pooledF1(setOverlap(gold.known, known)),
  ),
  official("edge_f1", "e-F1: sets of pairs of tool names", (gold, { edges }) =>
    pooledF1(setOverlap(gold.edges, edges)),
  ),
  official("name_f1", "t-F1: sets of tools with a parameter", (gold, { names }) =>
    pooledF1(setOverlap(gold.names, names)),
  ),
  official("value_f1", "v-F1: sets of tools with a parameter and its value", (gold, { values }) =>
    pooledF1(setOverlap(gold.values, values)),
  ),
  strict(
    "node_f1_strict",
    "As n-F1, but tools count as often as they are called, and invented ones and a missing answer are wrong.",
    (gold, { nodes }) => pooledF1(bagOverlap(gold.nodes, nodes)),
  ),
  strict(
    "edge_f1_strict",
    "As e-F1, but pairs count as often as they are there, and a missing answer is wrong.",
    (gold, { edges }) => pooledF1(bagOverlap(gold.edges, edges)),
  ),
  strict(
    "node_f1_macro",
    "The mean of each sample's F1 of the sets of tool names.",
    (gold, { nodes }) => meanF1(setOverlap(gold.nodes, nodes)),
  ),
];

/** The gold edges that count are those that the official script reads, not its `task_links`. */
function factsOfGold({ row, pool }: PlanSample): Facts {
  const gold = row["gold"] as JsonObject;
  const nodes = gold["nodes"] as readonly JsonObject[];
  const tools = nodes.map(({ tool }) => String(tool));
  const known = new Set(pool?.tools.map(({ name }) => name));
  const edges = (gold["scoredEdges"] as readonly (readonly number[])[]).map(([from, to]) =>
    pair(tools[from ?? -1], tools[to ?? -1]),
  );
  const named = nodes.flatMap(({ tool, args }, at) =>
    // What refers to its own node is no argument to the official script.
    argumentsOf(args)
      .filter((value) => nodeIn(value) !== at)
      .map((value: Json) => ({
        tool: String(tool),
        ...goldArgument(value, { tools, sample: pool }),
      })),
  );
  return {
    nodes: tools,
    known: tools.filter((tool) => known.has(tool)),
    edges,
    ...labelled(named),
  };
}

type Argument = { readonly name: string; readonly value: string };

function labelled(args: readonly (Argument & { readonly tool: string })[]) {
  return {
    names: args.map(({ tool, name }) => `${tool}-${name}`),
    values: args.map(({ tool, name, value }) => `${tool}-${name}-${value}`),
  };
}

type Where = {
  readonly tools: readonly string[];
  readonly sample: PlanSample["pool"];
};

/** Arguments have names in the domain of daily life; elsewhere the type of the value is the name. */
function goldArgument(written: Json, { tools, sample }: Where): Argument {
  if (isPlainObject(written) && "name" in written) {
    return { name: String(written["name"]), value: textOf((written["value"] ?? "") as Json) };
  }
  const text = plainText(written);
  const tool = tools[nodeIn(written)];
  if (tool !== undefined) return { name: outputTypeOf(tool, sample), value: tool };
  return { name: contentType(text), value: text };
}

function argumentsOf(args: Json | undefined): readonly Json[] {
  return Array.isArray(args) ? args : [];
}

/** The node that an argument without a name refers to, first; NaN for none. */
function nodeIn(written: Json): number {
  if (isPlainObject(written) && "name" in written) return Number.NaN;
  return Number(/<node-(\d+)>/.exec(plainText(written))?.[1] ?? Number.NaN);
}

function plainText(written: Json): string {
  return isPlainObject(written) ? textOf(Object.values(written)[0] as Json) : textOf(written);
}

function factsOf(sample: PlanSample, { graph }: Prediction): Facts {
  const { nodes, edges } = graph ?? { nodes: [], edges: [] };
  const tools = nodes.map(({ tool }) => tool);
  const known = new Set(sample.pool?.tools.map(({ name }) => name));
  const isNamed = !isResource(sample);
  const args = nodes.flatMap(({ tool, args: given }) =>
    Object.entries(given).map(([name, value]) => ({
      tool,
      ...(isNamed ? { name, value: textOf(value) } : typedArgument(value, nodes, sample.pool)),
    })),
  );
  const links = isResource(sample) ? linksOf({ nodes, edges }) : edges;
  return {
    nodes: tools,
    known: tools.filter((tool) => known.has(tool)),
    edges: links.map(([from, to]) => pair(nodes[from]?.tool, nodes[to]?.tool)),
    ...labelled(args),
  };
}

/** In the resource domains an edge is a reference in an argument, the first one of each. */
function linksOf({ nodes }: CallGraph): [number, number][] {
  return nodes.flatMap(({ args }, to) =>
    Object.values(args).flatMap((value): [number, number][] => {
      const [first] = refsIn(value);
      return first === undefined || first.node === to ? [] : [[first.node, to]];
    }),
  );
}

function typedArgument(value: Json, nodes: CallGraph["nodes"], pool: PlanSample["pool"]): Argument {
  const [ref] = refsIn(value);
  const tool = ref && nodes[ref.node]?.tool;
  if (tool !== undefined) return { name: outputTypeOf(tool, pool), value: tool };
  const text = textOf(value);
  // What is left to the user is in no file, whatever the input's name.
  return { name: contentType(text.replaceAll(/\$\{[^}]*\}/g, "")), value: text };
}

function isResource({ category }: PlanSample): boolean {
  return !category.endsWith("dailylifeapis");
}

function outputTypeOf(tool: string, pool: PlanSample["pool"]): string {
  const properties = pool?.tools.find(({ name }) => name === tool)?.output["properties"];
  return (isPlainObject(properties) ? Object.keys(properties)[0] : undefined) ?? "other";
}

/** As `get_content_type` guesses it: by an extension anywhere in the text, in this order. */
function contentType(text: string): string {
  return TYPES.find(([, pattern]) => pattern.test(text))?.[0] ?? "text";
}

const TYPES: readonly (readonly [type: string, pattern: RegExp])[] = [
  ["image", /\.(?:jpg|png|jpeg|gif|bmp|tiff|svg|ico)/],
  ["audio", /\.(?:mp3|wav|wma|ogg|aac|flac|aiff|au)/],
  ["video", /\.(?:mp4|avi|mov|flv|wmv|mkv|webm|m4v|mpg|mpeg)/],
];

function textOf(value: Json): string {
  if (typeof value === "string") return value;
  const ref = refOf(value);
  return ref === undefined ? JSON.stringify(value) : `<node-${ref.node}>`;
}

function pair(from = "?", to = "?"): string {
  return `${from}\u0000${to}`;
}
