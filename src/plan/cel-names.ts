/**
 * CEL keeps some names for itself that are good names for subtasks: `list`, `map`, `type`.
 * In a plan they belong to the plan; the tree is given other names for them, and so is
 * the scope.
 */

import type { Json } from "../base/json.ts";

/** What an expression may see. Without a prototype, so that every id is an ordinary key. */
export type Scope = { readonly [name: string]: Json };

/** Names that mean something in CEL wherever they stand. */
const RESERVED: ReadonlySet<string> = new Set([
  "bool",
  "bytes",
  "cel",
  "double",
  "google",
  "int",
  "list",
  "map",
  "null_type",
  "string",
  "type",
  "uint",
]);

/** Holds a blank, so that no expression can write such a name. */
const MARK = "plan ";

export function isReservedName(name: string): boolean {
  return RESERVED.has(name);
}

/** What a name of the plan is called when an expression is evaluated. */
export function nameInScope(name: string): string {
  return RESERVED.has(name) ? MARK + name : name;
}

/** The name in the plan of what {@link nameInScope} named. */
export function nameInPlan(name: string): string {
  return name.startsWith(MARK) ? name.slice(MARK.length) : name;
}

/** A message of the library in the words of a plan. */
export function inPlanWords(message: string): string {
  const renamed = message.replaceAll(MARK, "").replaceAll("matchesPattern", "matches");
  if (!renamed.startsWith("no such overload: ")) return renamed;
  const types = renamed.slice("no such overload: ".length);
  return `no operation ${types.replaceAll(/dyn<(.+?)>/g, "$1").replaceAll("double", "number")}`;
}
