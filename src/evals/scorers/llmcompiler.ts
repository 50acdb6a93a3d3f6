/**
 * The measures of LLMCompiler's ParallelQA and movie questions (Kim et al., An LLM Compiler for
 * Parallel Function Calling, ICML 2024, arXiv 2312.04511), and what can be said of a plan alone.
 */

import type { Json } from "../../base/json.ts";
import type { CallGraph, Scorer } from "../sample.ts";
import { yesOrNo } from "./overlap.ts";

/** Of a movie question: what to compare with, and what to choose from, four films each. */
const MOVIE_SEARCHES = 8;

export const LLMCOMPILER_SCORERS: readonly Scorer[] = [
  {
    name: "llmcompiler.branch",
    about:
      "As many searches at once as the question has entities (8 for movies), and a step that joins them all.",
    better: "higher",
    score({ row }, { graph }) {
      const { branch = MOVIE_SEARCHES } = row["gold"] as { readonly branch?: number };
      return yesOrNo(graph !== null && joins(graph, branch));
    },
  },
  {
    name: "llmcompiler.answer",
    about:
      "The answer is right: a number within 10 % where one is expected, else texts equal without case, punctuation, articles and extra spaces (the paper's evaluation).",
    better: "higher",
    needsRun: true,
    score: ({ gold }, { executed }) =>
      yesOrNo(executed !== null && sameAnswer(textOf(executed.output), String(gold.answer))),
  },
];

function joins({ nodes, edges }: CallGraph, branch: number): boolean {
  const searches = nodes.flatMap(({ tool }, at) => (tool === "search" ? [at] : []));
  const waits = new Set(edges.map(([, to]) => to));
  if (searches.length !== branch || searches.some((at) => waits.has(at))) return false;
  return [...nodes.keys()].some((at) => {
    const before = ancestorsOf(at, edges);
    return searches.every((search) => before.has(search));
  });
}

function ancestorsOf(node: number, edges: CallGraph["edges"]): Set<number> {
  const found = new Set<number>();
  const open = [node];
  for (let at = open.pop(); at !== undefined; at = open.pop()) {
    for (const [from, to] of edges) {
      if (to !== at || found.has(from)) continue;
      found.add(from);
      open.push(from);
    }
  }
  return found;
}

/** Both as the paper compares them. */
function sameAnswer(given: string, wanted: string): boolean {
  const [mine, gold] = [numberOf(given), numberOf(wanted)];
  if (gold === undefined) return plain(given) === plain(wanted);
  return mine !== undefined && (Math.abs(mine - gold) < 0.1 * Math.abs(gold) || mine === gold);
}

function numberOf(text: string): number | undefined {
  const trimmed = text.trim();
  const value = Number(trimmed);
  return trimmed === "" || !Number.isFinite(value) ? undefined : value;
}

function plain(text: string): string {
  return text
    .toLowerCase()
    .replaceAll(/[!-/:-@[-`{-~]/g, "")
    .replaceAll(/\b(?:a|an|the)\b/g, " ")
    .replaceAll(/\s+/g, " ")
    .trim();
}

function textOf(output: Json): string {
  return typeof output === "string" ? output : JSON.stringify(output);
}
