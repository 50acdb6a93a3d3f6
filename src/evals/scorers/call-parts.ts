/** What graphs of calls are compared by: the names of tools, of linked pairs, of parameters. */

import type { CallGraph } from "../sample.ts";

/** One for each call, in the order of the graph. */
export function toolsOf({ nodes }: CallGraph): string[] {
  return nodes.map(({ tool }) => tool);
}

/** One for each edge: the names of both its tools. */
export function pairsOf({ nodes, edges }: CallGraph): string[] {
  return edges.map(([from, to]) => JSON.stringify([nodes[from]?.tool, nodes[to]?.tool]));
}

/** One for each argument: its tool's name and its own. */
export function namesOf({ nodes }: CallGraph): string[] {
  return nodes.flatMap(({ tool, args }) =>
    Object.keys(args).map((name) => JSON.stringify([tool, name])),
  );
}
