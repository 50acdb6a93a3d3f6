/**
 * The AST match of the Berkeley Function Calling Leaderboard (github.com/ShishirPatil/gorilla,
 * bfcl_eval `ast_checker.py`): a sample is right or wrong.
 */

import { canonicalJson, isPlainObject, type Json, type JsonObject } from "../../base/json.ts";
import type { CallNode, PlanSample, Prediction, Scorer } from "../sample.ts";
import { yesOrNo } from "./overlap.ts";

export const BFCL_SCORERS: readonly Scorer[] = [
  {
    name: "bfcl.ast_match",
    about:
      "As many calls as expected, each paired with another expected one: tool, parameters, types and accepted values (BFCL ast_checker); where no tool fits, no call.",
    better: "higher",
    score: (sample, prediction) => yesOrNo(matches(sample, prediction)),
  },
  {
    name: "bfcl.width",
    about:
      "Whether no expected call waits for another one: all of these samples can be done at once.",
    better: "higher",
    score: ({ row }, { graph }) => {
      const wanted = (row["gold"] as { readonly nodes: readonly Json[] }).nodes.length;
      return wanted < 2 || graph === null ? null : yesOrNo(graph.edges.length === 0);
    },
  },
];

function matches({ row }: PlanSample, { graph, status }: Prediction): boolean {
  const gold = (row["gold"] as { readonly nodes: readonly JsonObject[] }).nodes;
  // A model that could not be reached, or whose calls were invalid, has not said that no tool fits.
  if (gold.length === 0 && graph === null) return status === "refused" || status === "asks";
  const calls = graph?.nodes ?? [];
  if (calls.length !== gold.length) return false;
  const schemas = new Map(
    (row["tools"] as readonly JsonObject[]).map(({ name, parameters }) => [name, parameters]),
  );
  return canPair(gold, calls, (wanted, call) => fits(wanted, call, schemas.get(call.tool)));
}

/** Whether each of the one can be paired with another of the other (augmenting paths). */
function canPair<A, B>(
  left: readonly A[],
  right: readonly B[],
  fitsIn: (a: A, b: B) => boolean,
): boolean {
  const partner = new Map<number, number>();
  const place = (a: number, tried: Set<number>): boolean => {
    for (const [b, other] of right.entries()) {
      if (tried.has(b) || !fitsIn(left[a] as A, other)) continue;
      tried.add(b);
      const before = partner.get(b);
      if (before !== undefined && !place(before, tried)) continue;
      partner.set(b, a);
      return true;
    }
    return false;
  };
  return left.every((_, a) => place(a, new Set()));
}

function fits(wanted: JsonObject, call: CallNode, parameters: Json | undefined): boolean {
  if (wanted["tool"] !== call.tool || !isPlainObject(parameters)) return false;
  const properties = (parameters["properties"] ?? {}) as Readonly<Record<string, JsonObject>>;
  const required = (parameters["required"] ?? []) as readonly string[];
  const accept = wanted["accept"] as Readonly<Record<string, readonly Json[]>>;
  const given = Object.keys(call.args);
  return (
    required.every((name) => given.includes(name)) &&
    given.every((name) => name in properties && name in accept) &&
    Object.entries(accept).every(([name, accepted]) =>
      name in call.args
        ? isAccepted(call.args[name] as Json, accepted, properties[name] ?? {})
        : accepted.includes(""),
    )
  );
}

function isAccepted(value: Json, accepted: readonly Json[], schema: JsonObject): boolean {
  if (Array.isArray(value) && value.length === 0 && accepted.includes("")) return true;
  return isOfType(value, schema)
    ? accepted.some((one) => sameValue(value, one))
    : accepted.some((one) => one !== "" && sameAsWritten(value, one));
}

/** Accepted values of another type than the schema's stand for themselves: variables, null. */
function sameAsWritten(value: Json, accepted: Json): boolean {
  return Array.isArray(value) ? sameValue(value, accepted) : same(value, accepted);
}

function same(value: Json, accepted: Json): boolean {
  return canonicalJson(value) === canonicalJson(accepted);
}

/** Types as BFCL has them: an integer will do for a float, and nothing else for another. */
function isOfType(value: Json, { type, items }: JsonObject): boolean {
  switch (type) {
    case "string":
      return typeof value === "string";
    case "integer":
      return typeof value === "number" && Number.isInteger(value);
    case "float":
    case "number":
      return typeof value === "number";
    case "boolean":
      return typeof value === "boolean";
    case "array":
    case "tuple":
      return (
        Array.isArray(value) &&
        (!isPlainObject(items) || value.every((one: Json) => isOfType(one, items as JsonObject)))
      );
    case "dict":
      return isPlainObject(value);
    default:
      return true;
  }
}

function sameValue(value: Json, accepted: Json): boolean {
  if (typeof value === "string" && typeof accepted === "string") {
    return plainText(value) === plainText(accepted);
  }
  if (Array.isArray(value) && Array.isArray(accepted)) {
    const list = accepted as readonly Json[];
    return (
      value.length === list.length &&
      value.every((one: Json, at) => sameField(one, list[at] as Json))
    );
  }
  if (isPlainObject(value) && isPlainObject(accepted)) {
    return sameFields(value as JsonObject, accepted as JsonObject);
  }
  return same(value, accepted);
}

/** Of what stands inside a list or an object, only texts and objects are not taken literally. */
function sameField(value: Json, accepted: Json): boolean {
  return Array.isArray(value) ? same(value, accepted) : sameValue(value, accepted);
}

/** Of objects every field has a list of accepted values of its own. */
function sameFields(value: JsonObject, accepted: JsonObject): boolean {
  const allowed = (name: string): readonly Json[] => {
    const one = accepted[name];
    return Array.isArray(one) ? one : one === undefined ? [] : [one];
  };
  return (
    Object.entries(value).every(([name, one]) => allowed(name).some((ok) => sameField(one, ok))) &&
    Object.keys(accepted).every((name) => name in value || allowed(name).includes(""))
  );
}

/** As `standardize_string` has it. */
function plainText(text: string): string {
  return text
    .replaceAll(/[ ,./\-_*^]/g, "")
    .toLowerCase()
    .replaceAll("'", '"');
}
