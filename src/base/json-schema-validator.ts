/**
 * JSON Schemas that people write in files, drafts 2020-12 and 07: whether they are any, and
 * what they say against a value. Unknown keywords are refused, because a misspelt one that is
 * silently ignored lets everything pass. `format` is a note, as the drafts have it.
 */

import { cutText } from "./excerpt.ts";
import { formatPath, isPlainObject, type Json, type JsonObject, type PathStep } from "./json.ts";

/** What is used of ajv, whose class the caller has loaded. */
type Engine = {
  errors?: readonly EngineError[] | null | undefined;
  validateSchema(schema: JsonObject): unknown;
  compile(schema: JsonObject): {
    (value: Json): unknown;
    errors?: readonly EngineError[] | null | undefined;
  };
};
type EngineClass = new (options: EngineOptions) => Engine;
type EngineError = {
  readonly keyword: string;
  readonly instancePath: string;
  readonly params: Readonly<Record<string, unknown>>;
  readonly message?: string | undefined;
  readonly data?: unknown;
};

const ENGINE_OPTIONS = {
  allErrors: true,
  verbose: true,
  strict: false,
  strictSchema: true,
  validateFormats: false,
  logger: false,
} as const;

/** What makes the regular expressions of `pattern`, in the place of the built-in ones. */
export type PatternEngine = {
  (pattern: string): { test(text: string): boolean };
  /** For code that is written to files, which none is. */
  readonly code: string;
};

type EngineOptions = typeof ENGINE_OPTIONS & {
  readonly code?: { readonly regExp: PatternEngine };
};

export type SchemaDraft = "2020-12" | "07";

export type SchemaProblem = { readonly steps: readonly PathStep[]; readonly message: string };

/** What is wrong with a value; nothing when it is valid. */
export type JsonValidator = (value: Json) => readonly SchemaProblem[];

/** @returns the validator, or what keeps the schema from being one */
export type SchemaCompiler = (
  schema: JsonObject,
) => Promise<JsonValidator | { readonly problems: readonly SchemaProblem[] }>;

/** Schemas that are used again and again: the same one for every item of many. */
const MAX_KEPT = 100;

/**
 * What makes validators of schemas.
 * @param load gives the class of ajv for a draft, once it is needed: this room has no packages
 * @param regExp reads the patterns of schemas; @default the built-in one, which can run for ever
 */
export function schemaCompiler(
  load: (draft: SchemaDraft) => Promise<EngineClass>,
  regExp?: PatternEngine,
): SchemaCompiler {
  const options = { ...ENGINE_OPTIONS, ...(regExp && { code: { regExp } }) };
  const kept = new Map<string, JsonValidator>();
  return async (schema) => {
    const key = JSON.stringify(schema);
    const known = kept.get(key);
    if (known !== undefined) return known;
    const compiled = await compile(schema, load, options);
    if (typeof compiled === "function") {
      const [oldest] = kept.keys();
      if (kept.size >= MAX_KEPT && oldest !== undefined) kept.delete(oldest);
      kept.set(key, compiled);
    }
    return compiled;
  };
}

async function compile(
  schema: JsonObject,
  load: (draft: SchemaDraft) => Promise<EngineClass>,
  options: EngineOptions,
) {
  const draft = draftOf(schema);
  if (draft === undefined) {
    const message = `is ${JSON.stringify(schema["$schema"])}, and only drafts 2020-12 and 07 are known`;
    return { problems: [{ steps: ["$schema"], message }] };
  }
  const Engine = await load(draft);
  const engine = new Engine(options);
  if (!engine.validateSchema(schema))
    return { problems: firstOfEach(problemsOf(engine.errors ?? [])) };
  try {
    const validate = engine.compile(schema);
    return (value: Json) => (validate(value) ? [] : problemsOf(validate.errors ?? []));
  } catch (error) {
    // The engine does not say where: it may be anywhere in the schema.
    return { problems: [{ steps: [], message: (error as Error).message.replace(/\.$/, "") }] };
  }
}

/** Undefined for a draft that is not known. */
export function draftOf({ $schema }: JsonObject): SchemaDraft | undefined {
  if ($schema === undefined) return "2020-12";
  if (typeof $schema !== "string") return undefined;
  if ($schema.includes("json-schema.org/draft/2020-12/")) return "2020-12";
  return $schema.includes("json-schema.org/draft-07/") ? "07" : undefined;
}

function problemsOf(errors: readonly EngineError[]): SchemaProblem[] {
  const seen = new Set<string>();
  return errors.flatMap((error) => {
    if (isSummary(error, errors)) return [];
    const problem = { steps: stepsOf(error), message: messageOf(error) };
    const key = JSON.stringify(problem);
    // Branches of `anyOf` often say the same thing.
    if (seen.has(key)) return [];
    seen.add(key);
    return [problem];
  });
}

/** One for each place: what the drafts say of a keyword in several branches is one mistake. */
function firstOfEach(problems: readonly SchemaProblem[]): SchemaProblem[] {
  const byPlace = Map.groupBy(problems, ({ steps }) => formatPath(steps));
  return [...byPlace.values()].flatMap((same) => same.slice(0, 1));
}

/** That no branch fits is said better by what is wrong with the branches. */
function isSummary({ keyword, instancePath }: EngineError, errors: readonly EngineError[]) {
  if (keyword !== "anyOf" && keyword !== "oneOf") return false;
  return errors.some(
    (other) => other.keyword !== keyword && other.instancePath.startsWith(instancePath),
  );
}

function messageOf({ keyword, params, message = "is not valid", data }: EngineError): string {
  switch (keyword) {
    case "enum": {
      const allowed = (params["allowedValues"] as Json[]).map((value) => JSON.stringify(value));
      return `must be ${allowed.join(" or ")}, not ${excerpt(data as Json)}`;
    }
    case "const":
      return `must be ${JSON.stringify(params["allowedValue"])}, not ${excerpt(data as Json)}`;
    case "additionalProperties":
      return `must not have the property ${JSON.stringify(params["additionalProperty"])}`;
    case "required":
      return `must have the property ${JSON.stringify(params["missingProperty"])}`;
    default:
      return `${message}, and is ${excerpt(data as Json)}`;
  }
}

function excerpt(value: Json): string {
  const text = JSON.stringify(value);
  return text.length > 80 ? `${cutText(text, 79)}…` : text;
}

/** JSON Pointers have all steps as text; what is an index shows only in the value. */
function stepsOf({ instancePath }: EngineError): PathStep[] {
  return instancePath
    .split("/")
    .slice(1)
    .map((step) => step.replaceAll("~1", "/").replaceAll("~0", "~"))
    .map((step) => (/^(?:0|[1-9]\d*)$/.test(step) ? Number(step) : step));
}

/** The problems as a list for people and models. */
export function listProblems(problems: readonly SchemaProblem[]): string {
  return problems
    .map(({ steps, message }) => `${formatPath(steps) || "the whole"} ${message}`)
    .join("; ");
}

/**
 * The value without the nulls that only stand for properties that are left out: some models
 * cannot leave any out.
 */
export function withoutNulls(value: Json, problems: readonly SchemaProblem[]): Json {
  const copy = structuredClone(value) as Json;
  for (const { steps } of problems) {
    let owner: unknown = copy;
    for (const step of steps.slice(0, -1)) owner = (owner as Record<PathStep, unknown>)?.[step];
    const last = steps.at(-1);
    if (last !== undefined && isPlainObject(owner) && owner[last] === null) delete owner[last];
  }
  return copy;
}
