/**
 * Reading and mending the syntax tree of a CEL expression, once, right after parsing.
 *
 * Reading: which names it takes from outside, and which of their fields.
 *
 * Mending: JSON has one kind of number, CEL has three that do not mix. Every integer in
 * the tree becomes a double, so `n * 2`, `7 / 2` and `size(xs) / 2` mean what they mean
 * in JSON. Names that CEL keeps for itself become the plan's.
 */

import type { ASTNode } from "@marcbachmann/cel-js";
import { isReservedName, nameInPlan, nameInScope } from "./cel-names.ts";
import {
  allowUnlikeBranches,
  countSteps,
  isInteger,
  makeDouble,
  makeDynamic,
  type Node,
  refuseDivisionByZero,
  refuseReservedKey,
  setArgs,
} from "./cel-node.ts";

/** A step into an output: a field, an index, or null for an element that is known only at run time. */
export type Step = string | number | null;

/** A value inside an output: `report.rows[0].total`. */
export type Place = { readonly name: string; readonly steps: readonly Step[] };

/** One use of a place. */
export type Read = Place & {
  /** Inside `has(…)` or `default(…, y)`, where a missing field is no failure. */
  readonly guarded: boolean;
};

export type TreeFacts = {
  /** Free names, in order of first use. */
  readonly references: readonly string[];
  readonly reads: readonly Read[];
  /** Set when the whole expression is one place and nothing is computed. */
  readonly place: Place | undefined;
};

/** Names that macros bind, with the place they stand for where it is known. */
type Bound =
  | { readonly name: string; readonly place: Place | undefined; readonly outer: Bound }
  | undefined;

/**
 * Read and mend a tree.
 * @param integerFunctions names of the functions that return integers
 * @param onStep called for every element that a macro such as `map` visits
 * @throws {TreeError}
 */
export function mendTree(
  root: ASTNode,
  integerFunctions: ReadonlySet<string>,
  onStep: () => void,
): TreeFacts {
  const walk = new Walk(integerFunctions, onStep);
  walk.visit(root as Node, { bound: undefined, guarded: false });
  const reads = [...walk.reads];
  return { references: [...walk.references], reads, place: isPlain(root) ? reads[0] : undefined };
}

/** What holds at a node: the names bound around it, and whether a missing field is no failure. */
type At = { readonly bound: Bound; readonly guarded: boolean };

class Walk {
  readonly references = new Set<string>();
  readonly reads: Read[] = [];
  readonly #integerFunctions: ReadonlySet<string>;
  readonly #onStep: () => void;

  constructor(integerFunctions: ReadonlySet<string>, onStep: () => void) {
    this.#integerFunctions = integerFunctions;
    this.#onStep = onStep;
  }

  visit(node: Node, at: At): void {
    switch (node.op) {
      case "value":
        if (isInteger(node.args)) setArgs(node, Number(node.args.valueOf()));
        return;
      case "id":
      case ".":
      case "[]":
        this.#visitPlace(node, at);
        return;
      case "call":
        this.#visitCall(node, at);
        return;
      case "rcall":
        this.#visitMethod(node, at);
        return;
      case "map":
        for (const [key, value] of node.args) {
          refuseReservedKey(key);
          this.#visitAll([key, value], at);
        }
        return;
      case "!_":
      case "-_":
        this.visit(node.args as Node, at);
        return;
      default:
        this.#visitOperator(node, at);
    }
  }

  #visitAll(nodes: readonly ASTNode[], at: At): void {
    for (const node of nodes) this.visit(node as Node, at);
  }

  #visitOperator(node: Node, at: At): void {
    if (node.op === "?:") allowUnlikeBranches(node);
    if (node.op === "/" || node.op === "%") refuseDivisionByZero(node);
    if ((node.op === "==" || node.op === "!=") && this.#visitTypeComparison(node, at)) return;
    this.#visitAll(node.args as readonly ASTNode[], at);
  }

  #visitPlace(node: Node, at: At): void {
    const place = placeOf(node, at.bound);
    if (place !== undefined) this.reads.push({ ...place, guarded: at.guarded });
    this.#visitAccess(node, at);
  }

  /** A chain of accesses is one read; only what is computed on the way is visited. */
  #visitAccess(node: Node, at: At): void {
    if (node.op === "id") {
      if (findBound(at.bound, node.args) !== undefined) return;
      this.references.add(node.args);
      setArgs(node, nameInScope(node.args));
      return;
    }
    if (node.op !== "." && node.op !== "[]") {
      this.visit(node, at);
      return;
    }
    this.#visitAccess(node.args[0] as Node, at);
    if (node.op === ".") return;
    const index = node.args[1] as Node;
    // An integer literal stays one: lists are indexed by integers.
    if (index.op === "value" && isInteger(index.args)) return;
    this.visit(index, at);
    makeDynamic(index);
  }

  #visitCall(node: Node & { op: "call" }, at: At): void {
    const [name, args] = node.args;
    const [first, ...rest] = args;
    if (this.#integerFunctions.has(name)) makeDouble(node);
    const isLenient = name === "has" || name === "default";
    if (first !== undefined) this.visit(first as Node, isLenient ? { ...at, guarded: true } : at);
    this.#visitAll(rest, at);
  }

  #visitMethod(node: Node & { op: "rcall" }, at: At): void {
    const [name, receiver, args] = node.args;
    if (name === "bind" && args.length === 3) {
      this.#visitBind(args as readonly ASTNode[] as readonly Node[], at);
      return;
    }
    this.visit(receiver as Node, at);
    // Only macros have a tree of their own beside the call.
    if (node.meta.alternate !== undefined) {
      this.#visitMacro(receiver, args as readonly ASTNode[] as readonly Node[], at);
      return;
    }
    if (this.#integerFunctions.has(name)) makeDouble(node);
    // The library's own takes exponential time on some patterns; CEL promises linear.
    if (name === "matches") setArgs(node, ["matchesPattern", receiver, args]);
    this.#visitAll(args, at);
  }

  /** `cel.bind(x, value, body)` */
  #visitBind([variable, value, body]: readonly Node[], at: At): void {
    if (variable?.op !== "id" || value === undefined || body === undefined) return;
    const place = placeOf(value, at.bound);
    this.visit(value, at);
    this.visit(body, { ...at, bound: { name: variable.args, place, outer: at.bound } });
  }

  /** `list.map(x, body)` and its like; the parser has made sure that x is a name. */
  #visitMacro(receiver: ASTNode, [variable, ...bodies]: readonly Node[], at: At): void {
    if (variable?.op !== "id") return;
    const list = placeOf(receiver, at.bound);
    const place = list && { name: list.name, steps: [...list.steps, null] };
    const inside: At = { ...at, bound: { name: variable.args, place, outer: at.bound } };
    for (const body of bodies) {
      this.visit(body, inside);
      countSteps(body, this.#onStep);
    }
  }

  /** In `type(x) == list`, and only there, the name of a type stands for the type. */
  #visitTypeComparison(node: Node, at: At): boolean {
    const [left, right] = node.args as unknown as readonly [Node, Node];
    const [call, name] = isTypeCall(left) ? [left, right] : [right, left];
    if (!isTypeCall(call) || name.op !== "id") return false;
    if (findBound(at.bound, name.args) !== undefined || !isReservedName(name.args)) return false;
    // Every number is a double here.
    if (name.args === "int" || name.args === "uint") setArgs(name, "double");
    this.visit(call, at);
    return true;
  }
}

function isTypeCall(node: Node): boolean {
  return node.op === "call" && node.args[0] === "type";
}

function findBound(bound: Bound, name: string): NonNullable<Bound> | undefined {
  for (let scope = bound; scope !== undefined; scope = scope.outer) {
    if (scope.name === name) return scope;
  }
  return undefined;
}

/** The place that a node stands for, if it only reads. */
function placeOf(node: ASTNode, bound: Bound): Place | undefined {
  switch (node.op) {
    case "id": {
      const scope = findBound(bound, node.args);
      return scope === undefined ? { name: nameInPlan(node.args), steps: [] } : scope.place;
    }
    case ".":
    case "[]": {
      const [base, key] = node.args;
      const place = placeOf(base, bound);
      return place && { name: place.name, steps: [...place.steps, stepOf(key)] };
    }
    case "rcall":
      // What a filter leaves are the list's own elements.
      return node.args[0] === "filter" ? placeOf(node.args[1], bound) : undefined;
    default:
      return undefined;
  }
}

function stepOf(key: ASTNode | string): Step {
  if (typeof key === "string") return key;
  if (key.op !== "value") return null;
  if (isInteger(key.args)) return Number(key.args.valueOf());
  return typeof key.args === "string" || typeof key.args === "number" ? key.args : null;
}

/** Whether a node only reads: then it is the one read of its tree. */
function isPlain(root: ASTNode): boolean {
  let node = root;
  while (node.op === "." || (node.op === "[]" && node.args[1].op === "value")) node = node.args[0];
  return node.op === "id";
}
