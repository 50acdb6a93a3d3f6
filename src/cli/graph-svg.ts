/** A graph of calls as SVG, in columns by depth: small enough to stand beside another. */

import type { CallGraph } from "../evals/sample.ts";
import { escapeHtml } from "./html-text.ts";

const NODE = { width: 168, height: 34, gapX: 34, gapY: 12 } as const;
const MAX_TEXT = 24;
const MARGIN = 4;

export type Marked = {
  /** By node, whether it is one of the other graph, too. */
  readonly nodes: readonly boolean[];
  readonly edges: readonly boolean[];
};

export function graphSvg(graph: CallGraph, marked: Marked, name: string): string {
  if (graph.nodes.length === 0) return "<p>no call</p>";
  const places = placesOf(graph);
  const width = MARGIN + Math.max(...places.map(({ x }) => x)) + NODE.width + MARGIN;
  const height = MARGIN + Math.max(...places.map(({ y }) => y)) + NODE.height + MARGIN;
  const lines = graph.edges.map(([from, to], at) => {
    const [a, b] = [places[from], places[to]];
    if (a === undefined || b === undefined) return "";
    const [x1, y1] = [a.x + NODE.width, a.y + NODE.height / 2];
    const [x2, y2] = [b.x, b.y + NODE.height / 2];
    const bend = Math.max(20, Math.abs(x2 - x1) / 2);
    return `<path class="${markOf(marked.edges[at])}" d="M${x1} ${y1}C${x1 + bend} ${y1} ${x2 - bend} ${y2} ${x2} ${y2}"/><circle class="${markOf(marked.edges[at])}" cx="${x2}" cy="${y2}" r="3"/>`;
  });
  const boxes = graph.nodes.map(({ tool, args }, at) => {
    const { x, y } = places[at] ?? { x: 0, y: 0 };
    const text = tool.length > MAX_TEXT ? `${tool.slice(0, MAX_TEXT - 1)}…` : tool;
    const title = `${at + 1} ${tool} ${JSON.stringify(args)}`;
    return `<g class="${markOf(marked.nodes[at])}"><title>${escapeHtml(title)}</title><rect x="${x}" y="${y}" rx="6" width="${NODE.width}" height="${NODE.height}"/><text x="${x + 8}" y="${y + NODE.height / 2 + 4}">${escapeHtml(text)}</text></g>`;
  });
  return `<svg class="graph" role="img" aria-label="${escapeHtml(name)}" viewBox="0 0 ${width} ${height}" style="max-width:${width}px">${lines.join("")}${boxes.join("")}</svg>`;
}

function markOf(isShared: boolean | undefined): string {
  return isShared === true ? "shared" : "single";
}

/** A column for each depth. */
function placesOf(graph: CallGraph): { x: number; y: number }[] {
  const depths = depthsOf(graph);
  const columns = [...new Set(depths)].toSorted((a, b) => a - b);
  const rows = new Map<number, number>();
  return depths.map((depth) => {
    const row = rows.get(depth) ?? 0;
    rows.set(depth, row + 1);
    return {
      x: MARGIN + columns.indexOf(depth) * (NODE.width + NODE.gapX),
      y: MARGIN + row * (NODE.height + NODE.gapY),
    };
  });
}

/** The longest way to each node; an edge that closes a cycle, which gold graphs may have, is none. */
function depthsOf({ nodes, edges }: CallGraph): number[] {
  const depths = nodes.map(() => 0);
  const following: number[][] = nodes.map(() => []);
  for (const [from, to] of edges) {
    if (!isReachable(from, to, following)) following[from]?.push(to);
  }
  for (let round = 0; round < nodes.length; round++) {
    for (const [from, next] of following.entries()) {
      for (const to of next) depths[to] = Math.max(depths[to] ?? 0, (depths[from] ?? 0) + 1);
    }
  }
  return depths;
}

function isReachable(wanted: number, from: number, following: readonly number[][]): boolean {
  const seen = new Set([from]);
  for (const node of seen) for (const next of following[node] ?? []) seen.add(next);
  return seen.has(wanted);
}

/** What one graph has of the other, by the names of tools, each as often as it is there. */
export function sharedWith(graph: CallGraph, other: CallGraph): Marked {
  const pairs = ({ nodes, edges }: CallGraph) =>
    edges.map(([from, to]) => JSON.stringify([nodes[from]?.tool, nodes[to]?.tool]));
  const names = ({ nodes }: CallGraph) => nodes.map(({ tool }) => tool);
  return { nodes: inBoth(names(graph), names(other)), edges: inBoth(pairs(graph), pairs(other)) };
}

function inBoth(list: readonly string[], other: readonly string[]): boolean[] {
  const left = [...other];
  return list.map((one) => {
    const at = left.indexOf(one);
    if (at !== -1) left.splice(at, 1);
    return at !== -1;
  });
}
