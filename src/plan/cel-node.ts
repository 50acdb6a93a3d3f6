/**
 * Changes to single nodes of a CEL syntax tree.
 *
 * The library builds each node from a `check` and an `evaluate` that may be replaced on the
 * node, as its own macros do. It does not declare these parts; its version is pinned, and
 * the tests of expressions visit every change made here.
 */

import { type ASTNode, EvaluationError } from "@marcbachmann/cel-js";

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
export type Node = ASTNode & Hidden;

/** A mistake that the parser lets pass. */
export class TreeError extends Error {
  readonly start: number;

  constructor(message: string, start: number) {
    super(message);
    this.start = start;
  }
}

export function isInteger(value: unknown): value is { valueOf(): bigint } {
  return (
    typeof value === "bigint" ||
    (typeof value === "object" && value !== null && typeof value.valueOf() === "bigint")
  );
}

/** The library drops such keys in silence; they would reach into prototypes. */
export function refuseReservedKey(key: ASTNode): void {
  if (key.op !== "value") return;
  if (key.args === "__proto__" || key.args === "constructor" || key.args === "prototype") {
    throw new TreeError(`The key ${key.args} is not allowed`, key.start);
  }
}

export function setArgs(node: Node, args: unknown): void {
  (node as { args: unknown }).args = args;
}

export function makeDouble(node: Node): void {
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
export function makeDynamic(node: Node): void {
  const { check } = node.meta;
  node.setMeta("check", (checker: Checker, ast: Node, context: unknown) => {
    check(checker, ast, context);
    return checker.dynType;
  });
}

/** `c ? 1 : "none"` is fine in JSON. */
export function allowUnlikeBranches(node: Node): void {
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

export function refuseDivisionByZero(node: Node): void {
  const { evaluate } = node.meta;
  node.setMeta("evaluate", (evaluator: unknown, ast: Node, context: unknown) => {
    const result = evaluate(evaluator, ast, context);
    if (Number.isFinite(result)) return result;
    throw new EvaluationError({ code: "division_by_zero", message: "Division by zero", node });
  });
}

export function countSteps(body: Node, onStep: () => void): void {
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
