/** A call in an outline: a tool, what asks for it, and where its inputs come from. */

import type { Json } from "../../base/json.ts";
import type { Request } from "./interpret.ts";
import type { Segment } from "./outline-segments.ts";
import type { Field, Parameter, ToolCard } from "./tool-card.ts";

export type Origin =
  | { readonly kind: "value"; readonly value: Json }
  | { readonly kind: "step"; readonly node: Node; readonly field: Field }
  /** Nobody has said it: whoever runs the plan must. */
  | { readonly kind: "given" };

export type Node = {
  readonly card: ToolCard;
  readonly segment: Segment;
  readonly request: Request;
  readonly origins: Map<Parameter, Origin>;
};

/** Whether a node needs another one, itself included. */
export function dependsOn(node: Node, other: Node): boolean {
  if (node === other) return true;
  return [...node.origins.values()].some(
    (origin) => origin.kind === "step" && dependsOn(origin.node, other),
  );
}

/** The nodes, each behind those that it needs. */
export function inOrder(nodes: readonly Node[]): Node[] {
  const ordered = new Set<Node>();
  const add = (node: Node) => {
    if (ordered.has(node)) return;
    for (const origin of node.origins.values()) if (origin.kind === "step") add(origin.node);
    ordered.add(node);
  };
  for (const node of nodes) add(node);
  return [...ordered];
}
