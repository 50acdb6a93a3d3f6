/** Paths and addresses: what stands in a goal for something that lies elsewhere. */

import type { Kind } from "./kinds.ts";
import type { ValueToken } from "./tokens.ts";
import type { Parameter, ToolCard } from "./tool-card.ts";
import type { ValueKind } from "./values.ts";

/** Which parameter takes such a value as the place of something. */
export const PLACE_OF: Readonly<Partial<Record<ValueKind, Kind>>> = { path: "path", url: "url" };

/** Whether a value of the goal stands for something that lies elsewhere. */
export function isPlace({ value }: ValueToken): boolean {
  return PLACE_OF[value.kind] !== undefined;
}

/** Whether a tool needs a path or an address and nothing else. */
export function bringsOnly(card: ToolCard): boolean {
  return placeOf(card, "path") !== undefined || placeOf(card, "url") !== undefined;
}

/** The one parameter that such a tool needs. */
export function placeOf({ tool, parameters }: ToolCard, kind: Kind): Parameter | undefined {
  if (tool.effects === "write") return undefined;
  const required = parameters.filter(({ isRequired }) => isRequired);
  const [only] = required;
  const takes = ({ kinds, shape }: Parameter) => kinds.has(kind) && shape.takesText;
  return required.length === 1 && only !== undefined && takes(only) ? only : undefined;
}
