/**
 * Whether a JSON Schema in a plan is one: drafts 2020-12 and 07, as whoever validates by it knows
 * them (`base/json-schema-validator.ts`). Beside what the drafts say, unknown keywords are
 * refused, references lead to places in the schema itself, and patterns are of the RE2 kind.
 *
 * The engine that validates is no pure package, and says nothing before a run. This says the same
 * at once.
 */

import { RE2JS } from "re2js";
import { isPlainObject, type Json, type JsonObject, type PathStep } from "../base/json.ts";
import { draftOf, type SchemaDraft, type SchemaProblem } from "../base/json-schema-validator.ts";
import { closest } from "./closest.ts";

/** @returns every mistake in it, with its place */
export function jsonSchemaProblems(schema: JsonObject): readonly SchemaProblem[] {
  const draft = draftOf(schema);
  if (draft === undefined) {
    const message = `is ${JSON.stringify(schema["$schema"])}, and only drafts 2020-12 and 07 are known`;
    return [{ steps: ["$schema"], message }];
  }
  const walk: Walk = { draft, whole: schema, problems: [] };
  checkSchema(schema, [], walk);
  return walk.problems;
}

type Walk = {
  readonly draft: SchemaDraft;
  /** To which references belong. */
  readonly whole: JsonObject;
  readonly problems: SchemaProblem[];
};
type Check = (value: Json, steps: readonly PathStep[], walk: Walk) => void;

function checkSchema(value: Json, steps: readonly PathStep[], walk: Walk): void {
  if (typeof value === "boolean") return;
  if (!isPlainObject(value)) return tell(walk, steps, "must be a schema: an object or a boolean");
  for (const [keyword, given] of Object.entries(value as JsonObject)) {
    const check = CHECKS[walk.draft].get(keyword);
    if (check === undefined) tell(walk, steps, unknownKeyword(keyword, walk.draft));
    // What is made by an expression is known when it is needed.
    else if (!isExpression(given)) check(given, [...steps, keyword], walk);
  }
}

function isExpression(value: Json): boolean {
  return typeof value === "string" && /(?<!\$)\$\{/.test(value);
}

function unknownKeyword(keyword: string, draft: SchemaDraft): string {
  const near = closest(keyword, [...CHECKS[draft].keys()]);
  const meant = near === undefined ? "" : `; did you mean ${JSON.stringify(near)}?`;
  return `has the unknown keyword ${JSON.stringify(keyword)}${meant}`;
}

function tell({ problems }: Walk, steps: readonly PathStep[], message: string): void {
  problems.push({ steps, message });
}

const TYPES = ["string", "number", "integer", "boolean", "null", "array", "object"];

function isA(test: (value: Json) => boolean, what: string): Check {
  return (value, steps, walk) => {
    if (!test(value)) tell(walk, steps, `must be ${what}, and is ${JSON.stringify(value)}`);
  };
}

function listOf(check: Check, least = 0): Check {
  return (value, steps, walk) => {
    if (!Array.isArray(value)) return tell(walk, steps, "must be a list");
    if (value.length < least) return tell(walk, steps, "must not be empty");
    value.forEach((element, index) => {
      if (!isExpression(element)) check(element, [...steps, index], walk);
    });
  };
}

function mapOf(check: Check, checkName?: Check): Check {
  return (value, steps, walk) => {
    if (!isPlainObject(value)) return tell(walk, steps, "must be an object");
    for (const [name, inner] of Object.entries(value as JsonObject)) {
      checkName?.(name, [...steps, name], walk);
      if (!isExpression(inner)) check(inner, [...steps, name], walk);
    }
  };
}

const any: Check = () => {};
const text = isA((value) => typeof value === "string", "a text");
const flag = isA((value) => typeof value === "boolean", "true or false");
const number = isA((value) => typeof value === "number", "a number");
const positive = isA((value) => typeof value === "number" && value > 0, "a number above 0");
const count = isA((value) => Number.isInteger(value) && Number(value) >= 0, "a whole number");
const type = isA((value) => TYPES.includes(value as string), `one of ${TYPES.join(", ")}`);
const types: Check = (value, ...where) =>
  Array.isArray(value) ? listOf(type, 1)(value, ...where) : type(value, ...where);

const pattern: Check = (value, steps, walk) => {
  if (typeof value !== "string") return tell(walk, steps, "must be a text");
  try {
    RE2JS.compile(RE2JS.translateRegExp(value));
  } catch (error) {
    const why = (error as Error).message;
    tell(walk, steps, `must be a regular expression of the RE2 kind: ${why}`);
  }
};

const reference: Check = (value, steps, walk) => {
  if (typeof value !== "string") return tell(walk, steps, "must be a text");
  if (!value.startsWith("#")) {
    return tell(walk, steps, `must lead to a place in the schema itself, and is ${value}`);
  }
  if (!leadsSomewhere(value.slice(1), walk.whole)) {
    tell(walk, steps, `leads nowhere: there is no ${value}`);
  }
};

/** @param fragment a JSON Pointer, or the name of an anchor */
function leadsSomewhere(fragment: string, whole: JsonObject): boolean {
  if (fragment === "") return true;
  if (!fragment.startsWith("/")) return hasAnchor(whole, fragment);
  let value: Json | undefined = whole;
  for (const step of fragment.split("/").slice(1)) {
    const key = decoded(step).replaceAll("~1", "/").replaceAll("~0", "~");
    if (typeof value !== "object" || value === null || !Object.hasOwn(value, key)) return false;
    value = (value as JsonObject)[key];
  }
  return typeof value === "boolean" || isPlainObject(value);
}

function decoded(step: string): string {
  try {
    return decodeURIComponent(step);
  } catch {
    return step;
  }
}

function hasAnchor(value: Json, name: string): boolean {
  if (typeof value !== "object" || value === null) return false;
  if (!Array.isArray(value)) {
    const { $dynamicAnchor, $id } = value as JsonObject;
    if ($dynamicAnchor === name || $id === `#${name}`) return true;
  }
  return Object.values(value).some((inner) => hasAnchor(inner, name));
}

const schemas = listOf(checkSchema, 1);
const schemaMap = mapOf(checkSchema);
const names = listOf(text);
const dependency: Check = (value, ...where) =>
  Array.isArray(value) ? names(value, ...where) : checkSchema(value, ...where);
const itemsOf07: Check = (value, ...where) =>
  Array.isArray(value) ? schemas(value, ...where) : checkSchema(value, ...where);

/** Keywords that stand for the same kind of thing. */
function each(check: Check, keywords: string): [string, Check][] {
  return keywords.split(" ").map((keyword) => [keyword, check]);
}

const COMMON: readonly [string, Check][] = [
  ...each(text, "$schema $id $comment title description format contentMediaType contentEncoding"),
  ...each(any, "default const"),
  ...each(flag, "readOnly writeOnly uniqueItems deprecated nullable"),
  ...each(listOf(any), "examples enum"),
  ...each(number, "minimum maximum exclusiveMinimum exclusiveMaximum"),
  ...each(count, "minLength maxLength minItems maxItems minProperties maxProperties"),
  ...each(schemas, "allOf anyOf oneOf"),
  ...each(
    checkSchema,
    "not if then else propertyNames additionalProperties contains contentSchema",
  ),
  ...each(schemaMap, "properties definitions $defs"),
  ...each(reference, "$ref"),
  ["patternProperties", mapOf(checkSchema, pattern)],
  ["dependencies", mapOf(dependency)],
  ["required", names],
  ["type", types],
  ["multipleOf", positive],
  ["pattern", pattern],
];

const CHECKS: Readonly<Record<SchemaDraft, ReadonlyMap<string, Check>>> = {
  "07": new Map([...COMMON, ["items", itemsOf07], ["additionalItems", checkSchema]]),
  "2020-12": new Map([
    ...COMMON,
    ["$dynamicAnchor", text],
    ...each(reference, "$dynamicRef"),
    ...each(count, "minContains maxContains"),
    ...each(checkSchema, "items unevaluatedItems unevaluatedProperties"),
    ["prefixItems", schemas],
    ["dependentRequired", mapOf(names)],
    ["dependentSchemas", schemaMap],
  ]),
};
