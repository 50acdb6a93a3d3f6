/**
 * Which predicted call stands for which gold call. Labels and numbers are arbitrary and gold order
 * is one of several, so calls are matched by tool and arguments, producers first.
 */

import { canonicalJson, type Json, type JsonObject } from "../../base/json.ts";
import { withNodes } from "../call-graph.ts";
import type { CallGraph } from "../sample.ts";
import { assign } from "./assign.ts";

/** So little that it decides only between calls that are equally good. */
const BY_PLACE = 1e-9;

/**
 * Which predicted call is which gold call: of the same tool, producers first, those that can be
 * done at once so that the most arguments in all are equal, and else in their order.
 */
export function matchCalls(gold: CallGraph, predicted: CallGraph): Map<number, number> {
  const matched = new Map<number, number>();
  for (const level of levelsOf(gold)) {
    const left = [...predicted.nodes.keys()].filter((from) => !matched.has(from));
    const weights = level.map((to, row) =>
      left.map((from, column) => {
        const [wanted, mine] = [gold.nodes[to], predicted.nodes[from]];
        if (wanted === undefined || wanted.tool !== mine?.tool) return 0;
        return 1 + sameArgs(wanted.args, mine.args, matched) - BY_PLACE * (row - column) ** 2;
      }),
    );
    const pairs = assign(level.length, left.length, (row, column) => weights[row]?.[column] ?? 0);
    for (const [row, column] of pairs) matched.set(left[column] ?? 0, level[row] ?? 0);
  }
  return matched;
}

/** Nodes so that what others need comes before them; those of a cycle at the end. */
function levelsOf({ nodes, edges }: CallGraph): number[][] {
  const left = new Set(nodes.keys());
  const levels: number[][] = [];
  while (left.size > 0) {
    const ready = [...left].filter((to) => !edges.some(([a, b]) => b === to && left.has(a)));
    const next = ready.length > 0 ? ready : [...left];
    for (const node of next) left.delete(node);
    levels.push(next);
  }
  return levels;
}

/** How many of the wanted arguments are given. */
export function sameArgs(
  wanted: JsonObject,
  mine: JsonObject,
  matched: ReadonlyMap<number, number>,
): number {
  return Object.entries(wanted).filter(([name, value]) => {
    const given = mine[name];
    return given !== undefined && textOf(inGold(given, matched)) === textOf(value);
  }).length;
}

function inGold(value: Json, matched: ReadonlyMap<number, number> | undefined): Json {
  return matched === undefined ? value : withNodes(value, (node) => matched.get(node) ?? null);
}

/** Values are texts in some files and numbers in others: `"1"` and 1 are the same. */
function textOf(value: Json): string {
  if (typeof value === "string") return value.trim();
  return typeof value === "number" ? String(value) : canonicalJson(value);
}

/**
 * Tools with a parameter and its value, references by the gold node that they are matched with.
 * @param matched by predicted node the gold node; undefined for gold itself
 */
export function valuesInGold(
  { nodes }: CallGraph,
  matched?: ReadonlyMap<number, number>,
): string[] {
  return nodes.flatMap(({ tool, args }) =>
    Object.entries(args).map(([name, value]) =>
      JSON.stringify([tool, name, textOf(inGold(value, matched))]),
    ),
  );
}
