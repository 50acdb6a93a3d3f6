/**
 * Plan files on disk, with the files that they name: templates, schemas, handlers, and other
 * plans. What a run needs is taken into the plan, except for the modules of handlers.
 */

import { readFile, realpath } from "node:fs/promises";
import { dirname, relative, resolve } from "node:path";
import { type ErrorCode, InputError, type Issue, inputError } from "./base/errors.ts";
import { formatPath, isPlainObject, type Json, type JsonObject } from "./base/json.ts";
import { type ParsedPlan, parsePlanText } from "./plan/files.ts";
import { fileReferences, lowerPlan } from "./plan/lower.ts";
import type { FileReference, Material } from "./plan/lowering.ts";
import { parsePath } from "./plan/path.ts";
import { loadHandler, toolOfHandler } from "./tools/handler.ts";
import { compileJsonSchema } from "./tools/json-schema-validator.ts";
import { readTemplate } from "./tools/liquid.ts";

/** A plan file that was read, with all that it names. */
export interface LoadedPlan extends ParsedPlan {
  /** The plan, to be run or validated. */
  readonly value: Json;
  /**
   * What is wrong with the files that it names, and with what only workflow files have; each
   * with its place. Whoever runs the plan checks the rest.
   */
  readonly issues: readonly Issue[];
}

/** Beyond this many files one inside the other there is no sense in it. */
const MAX_NESTING = 16;

/**
 * Read a plan file.
 * @throws {InputError} `file.not_found`, `file.unreadable`, `plan.syntax`, of this file only
 */
export async function loadPlanFile(path: string): Promise<LoadedPlan> {
  return loadBelow(path, []);
}

/** @param above the files inside which it is, outermost first, by their real paths */
async function loadBelow(path: string, above: readonly string[]): Promise<LoadedPlan> {
  const text = await readText(path, above.length === 0 ? OWN_HINT : NAMED_HINT);
  const written = parsePlanText(text, { file: path });
  const references = fileReferences(written.value);
  const chain = [...above, await realpath(path)];
  const materials = new Map<string, Material>();
  const children = new Map<string, LoadedPlan>();
  const issues: Issue[] = [];
  for (const reference of references) {
    try {
      const found = await find(reference, written, chain);
      if (found.child !== undefined) {
        children.set(reference.path, found.child);
        issues.push(...found.child.issues);
      }
      if (found.material !== undefined) materials.set(reference.path, found.material);
      issues.push(...found.issues);
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      issues.push(...error.issues.map((issue) => ({ ...issue, path: reference.path })));
    }
  }
  const lowered = lowerPlan(written.value, materials);
  const place = (issue: Issue): Issue => {
    if (issue.file !== undefined) return issue;
    const inner = innerPath(issue.path);
    const child = inner && children.get(inner.reference);
    if (child !== undefined) return child.place({ ...issue, path: inner?.rest ?? "" });
    return written.place({ ...issue, path: lowered.toFile(issue.path) });
  };
  return {
    ...written,
    value: lowered.plan,
    issues: [...issues, ...lowered.issues].map((issue) => written.place(issue)),
    locate: (at) => written.locate(typeof at === "string" ? lowered.toFile(at) : at),
    locateKey: (at) => written.locateKey(typeof at === "string" ? lowered.toFile(at) : at),
    place,
  };
}

/** A place in a plan that is inside another. */
function innerPath(path: string) {
  const [, subtask, rest = ""] =
    /^(subtasks\[\d+\](?:\.refine\.check)?)\.input\.plan\.(.+)$/.exec(path) ?? [];
  return subtask === undefined ? undefined : { reference: `${subtask}.workflow`, rest };
}

type Found = {
  readonly material?: Material | undefined;
  readonly child?: LoadedPlan;
  readonly issues: readonly Issue[];
};

async function find(
  reference: FileReference,
  plan: ParsedPlan,
  chain: readonly string[],
): Promise<Found> {
  const { kind, named, path } = reference;
  if (typeof named !== "string") return findSchema(named, { source: plan, at: path });
  // Shown as the file that names it was: from the current folder.
  const shown = relative(process.cwd(), resolve(dirname(plan.file), named)) || named;
  switch (kind) {
    case "template":
      return findTemplate(shown, path);
    case "schema": {
      const source = parsePlanText(await readText(shown, NAMED_HINT), { file: shown });
      if (isPlainObject(source.value)) {
        return findSchema(source.value as JsonObject, { source, at: "", owner: path });
      }
      const place = { file: shown, line: 1, column: 1 };
      return { issues: [{ ...schemaIssue(path, "it is no object"), ...place }] };
    }
    case "handler": {
      const module = resolve(shown);
      const handler = await loadHandler(module, shown);
      return { material: { kind: "handler", module, tool: toolOfHandler(handler) }, issues: [] };
    }
    case "workflow":
      return findWorkflow(shown, chain);
    default:
      return kind satisfies never;
  }
}

async function findTemplate(file: string, path: string): Promise<Found> {
  const text = await readText(file, NAMED_HINT);
  const reading = await readTemplate(text);
  if (reading.problem === undefined) {
    return { material: { kind: "template", file, text, reads: reading.variables }, issues: [] };
  }
  const { message, hint, line = 1, column = 1 } = reading.problem;
  const what = `The template is not valid: ${message}.`;
  const code = "plan.invalid_template";
  return { issues: [{ code, path, message: what, hint, file, line, column }] };
}

type SchemaPlace = {
  /** The plan, or the schema's own file. */
  readonly source: ParsedPlan;
  readonly at: string;
  /** What names the file in the plan. */
  readonly owner?: string;
};

async function findSchema(schema: JsonObject, { source, at, owner }: SchemaPlace): Promise<Found> {
  const compiled = await compileJsonSchema(schema);
  if (typeof compiled === "function") return { material: { kind: "schema", schema }, issues: [] };
  return {
    issues: compiled.problems.map(({ steps, message }) => {
      const inside = formatPath(steps);
      const place = source.locate([...(parsePath(at) ?? []), ...steps]);
      const what = inside === "" ? message : `${inside} ${message}`;
      return { ...schemaIssue(owner ?? at, what), file: source.file, ...place };
    }),
  };
}

function schemaIssue(path: string, what: string): Issue {
  return {
    code: "plan.invalid_output_schema",
    path,
    message: `The schema is no JSON Schema: ${what}.`,
    hint: "Write it in draft 2020-12, or in 07 with its $schema.",
  };
}

async function findWorkflow(file: string, chain: readonly string[]): Promise<Found> {
  const target = await realpath(file).catch(() => file);
  const position = chain.indexOf(target);
  if (position !== -1 || chain.length >= MAX_NESTING) {
    const names = [...chain.slice(Math.max(position, 0)), target].map((one) =>
      relative(process.cwd(), one),
    );
    const what = position === -1 ? "Workflows are nested too deep" : "The workflow runs itself";
    const hint = "Take one of these steps out, or put what is repeated into a forEach.";
    throw inputError("plan.recursion", `${what}: ${names.join(" → ")}.`, hint);
  }
  const child = await loadBelow(file, chain);
  return { child, material: { kind: "workflow", plan: child.value }, issues: [] };
}

const OWN_HINT = "Check the path; `planwright plan GOAL --out FILE` writes one.";
const NAMED_HINT = "Check the path; it counts from the file that names it.";

/** @throws {InputError} `file.not_found`, `file.unreadable` */
async function readText(path: string, missingHint: string): Promise<string> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    const { code = "", message } = error as NodeJS.ErrnoException;
    if (code === "ENOENT") {
      throw inputError("file.not_found", `The file ${path} does not exist.`, missingHint);
    }
    const [ours, why, hint] = READINGS[code] ?? [
      "file.unreadable",
      `cannot be read: ${message}`,
      "Check the path.",
    ];
    throw inputError(ours, `The file ${path} ${why}.`, hint);
  }
}

type Reading = readonly [code: ErrorCode, why: string, hint: string];

const READINGS: Readonly<Record<string, Reading>> = {
  ENOTDIR: ["file.not_found", "does not exist", "A part of its path is not a folder."],
  EISDIR: ["file.unreadable", "is a folder", "Name a file in it."],
  EACCES: ["file.unreadable", "may not be read", "Check its permissions."],
};
