/**
 * Reading and mending the syntax tree of a CEL expression, once, right after parsing.
 *
 * Reading: which names it takes from outside, and which of their fields.
 *
 * Mending: JSON has one kind of number, CEL has three that do not mix. Every integer in
 * the tree becomes a double, so `n * 2`, `7 / 2` and `size(xs) / 2` mean what they mean
 * in JSON. The library builds each node from a `check` and an `evaluate` that may be
 * replaced on the node (its own macros do so); that is the whole mechanism used here.
 */

import { type ASTNode, EvaluationError } from "@marcbachmann/cel-js";
import { isReservedName, nameInPlan, nameInScope } from "./cel-names.ts";

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

/** What the library's nodes have beside their declared fields. */
type Checker = { readonly doubleType: unknown; readonly dynType: unknown };
type Check = (checker: Checker, node: Node, context: unknown) => unknown;
type Evaluate = (evaluator: unknown, node: Node, context: unknown) => unknown;
type Macro = { evaluate: Evaluate };
type Meta = {
  readonly check: Check;
  readonly evaluate: Evaluate;
  readonly alternate?: Node;
  readonly macro?: Macro;
};
type Hidden = { readonly meta: Meta; setMeta(key: string, value: unknown): void };
type Node = ASTNode & Hidden;

/** A mistake that the parser lets pass. */
export class TreeError extends Error {
  readonly start: number;

  constructor(message: string, start: number) {
    super(message);
    this.start = start;
  }
}

/** Names that macros bind, with the place they stand for where it is known. */
type Bound = { readonly name: string; readonly place: Place | undefined; readonly outer: Bound } | undefined;

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
  const references = new Set<string>();
  const reads: Read[] = [];
  visit(root as Node, undefined, false);
  return { references: [...references], reads, place: plainPlace(root) };

  function visit(node: Node, bound: Bound, guarded: boolean): void {
    switch (node.op) {
      case "value":
        if (isInteger(node.args)) setArgs(node, Number(node.args.valueOf()));
        return;
      case "id":
      case ".":
      case "[]": {
        const place = placeOf(node, bound);
        if (place !== undefined) reads.push({ ...place, guarded });
        visitAccess(node, bound, guarded);
        return;
      }
      case "call":
        visitCall(node, bound, guarded);
        return;
      case "rcall":
        visitMethod(node, bound, guarded);
        return;
      case "list":
        for (const element of node.args) visit(element as Node, bound, guarded);
        return;
      case "map":
        for (const [key, value] of node.args) {
          refuseReservedKey(key);
          visit(key as Node, bound, guarded);
          visit(value as Node, bound, guarded);
        }
        return;
      case "?:":
        allowUnlikeBranches(node);
        for (const part of node.args) visit(part as Node, bound, guarded);
        return;
      case "!_":
      case "-_":
        visit(node.args as Node, bound, guarded);
        return;
      case "/":
      case "%":
        refuseDivisionByZero(node);
        break;
      case "==":
      case "!=":
        if (visitTypeComparison(node, bound, guarded)) return;
        break;
    }
    for (const operand of node.args as readonly ASTNode[]) visit(operand as Node, bound, guarded);
  }

  /** A chain of accesses is one read; only what is computed on the way is visited. */
  function visitAccess(node: Node, bound: Bound, guarded: boolean): void {
    if (node.op === "id") {
      if (findBound(bound, node.args) !== undefined) return;
      references.add(node.args);
      setArgs(node, nameInScope(node.args));
      return;
    }
    if (node.op !== "." && node.op !== "[]") {
      visit(node, bound, guarded);
      return;
    }
    visitAccess(node.args[0] as Node, bound, guarded);
    if (node.op === "[]") {
      const index = node.args[1] as Node;
      // An integer literal stays one: lists are indexed by integers.
      if (index.op === "value" && isInteger(index.args)) return;
      visit(index, bound, guarded);
      index.setMeta("check", asDynamic(index.meta.check));
    }
  }

  function visitCall(node: Node & { op: "call" }, bound: Bound, guarded: boolean): void {
    const [name, args] = node.args;
    const [first, ...rest] = args as Node[];
    if (integerFunctions.has(name)) makeDouble(node);
    const lenient = guarded || name === "has" || name === "default";
    if (first !== undefined) visit(first, bound, lenient);
    for (const arg of rest) visit(arg, bound, guarded);
  }

  function visitMethod(node: Node & { op: "rcall" }, bound: Bound, guarded: boolean): void {
    const [name, receiver, args] = node.args;
    const [first, ...rest] = args as Node[];
    if (name === "bind" && rest.length === 2 && first?.op === "id") {
      const [value, body] = rest as [Node, Node];
      visit(value, bound, guarded);
      const place = placeOf(value, bound);
      visit(body, { name: first.args, place, outer: bound }, guarded);
      return;
    }
    visit(receiver as Node, bound, guarded);
    // Only macros have a tree of their own beside the call.
    if (node.meta.alternate !== undefined && first?.op === "id") {
      const list = placeOf(receiver as Node, bound);
      const place = list && { name: list.name, steps: [...list.steps, null] };
      const inner: Bound = { name: first.args, place, outer: bound };
      for (const body of rest) {
        visit(body, inner, guarded);
        countSteps(body, onStep);
      }
      return;
    }
    if (integerFunctions.has(name)) makeDouble(node);
    // The library's own takes exponential time on some patterns; CEL promises linear.
    if (name === "matches") setArgs(node, ["matchesPattern", receiver, args]);
    for (const arg of args) visit(arg as Node, bound, guarded);
  }

  /** In `type(x) == list`, and only there, the name of a type stands for the type. */
  function visitTypeComparison(node: Node, bound: Bound, guarded: boolean): boolean {
    const [left, right] = node.args as unknown as readonly [Node, Node];
    const [call, name] = isTypeCall(left) ? [left, right] : [right, left];
    if (!isTypeCall(call) || name.op !== "id" || findBound(bound, name.args)) return false;
    if (!isReservedName(name.args)) return false;
    // Every number is a double here.
    if (name.args === "int" || name.args === "uint") setArgs(name, "double");
    visit(call, bound, guarded);
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

function plainPlace(root: ASTNode): Place | undefined {
  let node = root;
  while (node.op === "." || (node.op === "[]" && node.args[1].op === "value")) node = node.args[0];
  return node.op === "id" ? placeOf(root, undefined) : undefined;
}

function isInteger(value: unknown): value is { valueOf(): bigint } {
  return typeof value === "bigint" || (typeof value === "object" && value !== null && typeof value.valueOf() === "bigint");
}

/** The library drops such keys in silence; they would reach into prototypes. */
function refuseReservedKey(key: ASTNode): void {
  if (key.op !== "value") return;
  if (key.args === "__proto__" || key.args === "constructor" || key.args === "prototype") {
    throw new TreeError(`The key ${key.args} is not allowed`, key.start);
  }
}

function setArgs(node: Node, args: unknown): void {
  (node as { args: unknown }).args = args;
}

function makeDouble(node: Node): void {
  const { check, evaluate } = node.meta;
  node.setMeta("check", (checker: Checker, ast: Node, context: unknown) => {
    check(checker, ast, context);
    return checker.doubleType;
  });
  node.setMeta("evaluate", (evaluator: unknown, ast: Node, context: unknown) =>
    Number(evaluate(evaluator, ast, context)),
  );
}

/** Its type is known at run time only, so that a list takes a double as its index. */
function asDynamic(check: Check): Check {
  return (checker, node, context) => {
    check(checker, node, context);
    return checker.dynType;
  };
}

/** `c ? 1 : "none"` is fine in JSON. */
function allowUnlikeBranches(node: Node): void {
  const { check } = node.meta;
  node.setMeta("check", (checker: Checker, ast: Node, context: unknown) => {
    try {
      return check(checker, ast, context);
    } catch (error) {
      // Thrown last of all, when both branches are checked.
      if ((error as { code?: unknown }).code !== "incompatible_ternary_branches") throw error;
      return checker.dynType;
    }
  });
}

function refuseDivisionByZero(node: Node): void {
  const { evaluate } = node.meta;
  node.setMeta("evaluate", (evaluator: unknown, ast: Node, context: unknown) => {
    const result = evaluate(evaluator, ast, context);
    if (Number.isFinite(result)) return result;
    throw new EvaluationError({ code: "division_by_zero", message: "Division by zero", node });
  });
}

function countSteps(body: Node, onStep: () => void): void {
  const node = body.meta.alternate ?? body;
  const { evaluate, macro } = node.meta;
  const counted =
    (run: Evaluate): Evaluate =>
    (evaluator, ast, context) => {
      onStep();
      return run(evaluator, ast, context);
    };
  if (macro === undefined) node.setMeta("evaluate", counted(evaluate));
  else macro.evaluate = counted(macro.evaluate);
}
