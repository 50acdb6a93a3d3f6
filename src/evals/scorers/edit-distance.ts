/**
 * How far two graphs of calls are apart: the fewest insertions, deletions and renamings of nodes,
 * and insertions and deletions of edges, that make one of the other (A. Sanfeliu & K.-S. Fu, A
 * distance measure between attributed relational graphs for pattern recognition, IEEE SMC 13, 1983).
 */

import type { CallGraph } from "../sample.ts";

/** Up to so many nodes on either side the distance is exact; above, an upper bound. */
const EXACT_NODES = 7;
/** Partial assignments that are kept above that. */
const BEAM = 200;

/** Which predicted node each gold node is taken for, so far; -1 for none, that is, deleted. */
type Partial = { readonly taken: readonly number[]; readonly cost: number };

/** Each operation costs 1. */
export function editDistance(gold: CallGraph, predicted: CallGraph): number {
  const [a, b] = [indexed(gold), indexed(predicted)];
  const isSmall = Math.max(a.labels.length, b.labels.length) <= EXACT_NODES;
  const width = isSmall ? Number.POSITIVE_INFINITY : BEAM;
  let open: Partial[] = [{ taken: [], cost: 0 }];
  // Known to be reachable: all of the one removed, all of the other made.
  let best = sizeOf(a) + sizeOf(b);
  for (let node = 0; node < a.labels.length; node++) {
    const next = open.flatMap((partial) => extensions(partial, node, a, b));
    const possible = next.filter(({ taken, cost }) => cost + least(taken, a, b) <= best);
    possible.sort((x, y) => x.cost - y.cost);
    open = possible.slice(0, width);
    best = Math.min(best, ...open.slice(0, 1).map((partial) => finished(partial, a, b, node + 1)));
  }
  return Math.min(best, ...open.map((partial) => finished(partial, a, b, a.labels.length)));
}

/** The distance over the size of both graphs, 0 (equal) to 1 (one of them empty). */
export function normalisedEditDistance(gold: CallGraph, predicted: CallGraph): number {
  const size = sizeOf(indexed(gold)) + sizeOf(indexed(predicted));
  return size === 0 ? 0 : editDistance(gold, predicted) / size;
}

type Indexed = { readonly labels: readonly string[]; readonly edges: ReadonlySet<string> };

function indexed({ nodes, edges }: CallGraph): Indexed {
  const pairs = edges.map(([from, to]) => key(from, to));
  return { labels: nodes.map(({ tool }) => tool), edges: new Set(pairs) };
}

function key(from: number, to: number): string {
  return `${from} ${to}`;
}

function sizeOf({ labels, edges }: Indexed): number {
  return labels.length + edges.size;
}

/** The next gold node taken for each predicted node that is left, and for none. */
function extensions(partial: Partial, node: number, a: Indexed, b: Indexed): Partial[] {
  const { taken, cost } = partial;
  const choices = [...b.labels.keys()].filter((one) => !taken.includes(one));
  return [...choices, -1].map((choice) => {
    const own = choice === -1 || a.labels[node] !== b.labels[choice] ? 1 : 0;
    return { taken: [...taken, choice], cost: cost + own + edgeCost(node, choice, taken, a, b) };
  });
}

/** Edges between this node and those before it that are on one side only. */
function edgeCost(
  node: number,
  choice: number,
  taken: readonly number[],
  a: Indexed,
  b: Indexed,
): number {
  let cost = 0;
  for (const [before, other] of [...taken.entries(), [node, choice] as const]) {
    const there = choice !== -1 && other !== -1;
    const [forth, back] = [a.edges.has(key(before, node)), a.edges.has(key(node, before))];
    if (forth !== (there && b.edges.has(key(other, choice)))) cost++;
    if (before !== node && back !== (there && b.edges.has(key(choice, other)))) cost++;
  }
  return cost;
}

/** At least so much is still to come: nodes that are too many on one side. */
function least(taken: readonly number[], a: Indexed, b: Indexed): number {
  const left = b.labels.length - taken.filter((one) => one !== -1).length;
  return Math.abs(a.labels.length - taken.length - left);
}

/** The cost if all gold nodes from this one on are deleted, and what is not taken inserted. */
function finished(partial: Partial, a: Indexed, b: Indexed, from: number): number {
  let { cost } = partial;
  const taken = new Set(partial.taken);
  for (let node = from; node < a.labels.length; node++) {
    cost += 1;
    for (const edge of a.edges) if (Math.max(...edge.split(" ").map(Number)) === node) cost++;
  }
  for (const node of b.labels.keys()) if (!taken.has(node)) cost++;
  for (const edge of b.edges) if (!edge.split(" ").every((one) => taken.has(Number(one)))) cost++;
  return cost;
}
