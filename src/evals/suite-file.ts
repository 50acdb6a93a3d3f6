/** Reads a suite, with the file of its examples, and checks all of it. */

import { existsSync } from "node:fs";
import { basename, dirname, join, relative, resolve } from "node:path";
import { InputError, type Issue, inputError } from "../base/errors.ts";
import { isPlainObject, type Json } from "../base/json.ts";
import { closest } from "../plan/closest.ts";
import { type ParsedPlan, parsePlanText } from "../plan/files.ts";
import { SUBTASK_ID } from "../plan/schema-parts.ts";
import type { JudgeExample, JudgeSuite } from "./eval.ts";
import {
  checkCriteria,
  checkExample,
  checkHead,
  duplicateIssue,
  type SuiteHead,
} from "./judge-suite.ts";
import { readPlannerSuite } from "./read-planner-suite.ts";
import type { PlannerSuite } from "./sample.ts";
import { type FoundIssue, toIssue } from "./suite-issues.ts";
import { type Entry, linesOf, placeIn } from "./suite-lines.ts";
import { readText } from "./suite-text.ts";

/** A file of the wrong format would be wrong in every line. */
const MAX_ISSUES = 100;

/** What a suite measures; each kind has its own type. */
export type Suite = JudgeSuite | PlannerSuite;

export type ReadOptions = {
  /** The folder of the whole data of public benchmarks. @default what the suite has beside it */
  readonly data?: string | undefined;
  /** Imports a module that may import `planwright`; without it no `.eval.ts` can be read. */
  readonly importModule?: ((absolute: string, path: string) => Promise<object>) | undefined;
};

/** Who reads which kind. */
const KINDS: Readonly<
  Record<string, (parsed: ParsedPlan, options: ReadOptions) => Promise<Suite>>
> = {
  judge: readJudgeSuite,
  planner: (parsed, { data }) => readPlannerSuite(parsed, data),
};

const MODULE = /\.(?:ts|mts|js|mjs)$/;

/**
 * @param path of a YAML or JSON file, of a folder with a `suite.yaml`, or of a module whose default
 *   export is what such a file would say
 * @throws {InputError} `file.not_found`, `file.unreadable`, or `suite.invalid` with all that is
 *   wrong, each with file, line, path and cure
 */
export async function readSuite(given: string, options: ReadOptions = {}): Promise<Suite> {
  const path = existsSync(join(given, "suite.yaml")) ? join(given, "suite.yaml") : given;
  const hint = "Check the path; evals/judge has an example.";
  const parsed = MODULE.test(path)
    ? await parseModule(path, options)
    : parse(await readText(path, hint), path);
  const kind = isPlainObject(parsed.value) ? parsed.value["kind"] : undefined;
  const read = typeof kind === "string" && Object.hasOwn(KINDS, kind) ? KINDS[kind] : undefined;
  if (read !== undefined) return read(parsed, options);
  throw new InputError([toIssue(kindIssue(parsed.value, kind), placeIn(parsed, ["kind"]))]);
}

/** A module has no lines to point at. */
async function parseModule(path: string, { importModule }: ReadOptions): Promise<ParsedPlan> {
  const hint = 'Export the suite: export default { kind: "planner", data: … }.';
  if (!existsSync(path))
    throw inputError("file.not_found", `The file ${path} does not exist.`, hint);
  const { default: value } = ((await importModule?.(resolve(path), path)) ?? {}) as {
    readonly default?: Json;
  };
  if (value === undefined) {
    throw inputError("suite.invalid", `${path} has no default export.`, hint);
  }
  const nowhere = () => undefined;
  return { file: path, value, locate: nowhere, locateKey: nowhere, place: (issue) => issue };
}

function parse(text: string, file: string): ParsedPlan {
  try {
    return parsePlanText(text, { file });
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    const issues = error.issues.map(({ hint, ...issue }) => ({
      ...issue,
      code: "suite.invalid" as const,
      hint: hint.replace(/^Write a plan .*|^Keep one plan per file\.$/, ONE_SUITE),
    }));
    throw new InputError(issues, { cause: error });
  }
}

const ONE_SUITE =
  "Write one suite: kind: planner with data, or kind: judge with accept and examples.";

function kindIssue(value: unknown, kind: unknown): FoundIssue {
  const known = Object.keys(KINDS);
  const found = { steps: ["kind"], isKey: false };
  const hint = `Write kind: ${known.join(" or ")}.`;
  if (!isPlainObject(value)) {
    return { steps: [], isKey: false, message: "The suite must be an object.", hint: ONE_SUITE };
  }
  if (kind === undefined) return { ...found, message: "The suite has no kind.", hint };
  const near = typeof kind === "string" ? closest(kind, known) : undefined;
  const message = `There is no kind of suite ${JSON.stringify(kind)}.`;
  return { ...found, message, hint: near === undefined ? hint : `Did you mean ${near}?` };
}

async function readJudgeSuite(parsed: ParsedPlan): Promise<JudgeSuite> {
  const { head, isReadable, issues: ofHead } = checkHead(parsed.value);
  const place = (issue: FoundIssue) => toIssue(issue, placeIn(parsed, issue.steps, issue.isKey));
  const issues = ofHead.map(place);
  const { examples: given } = parsed.value as { readonly examples?: unknown };
  const examples: JudgeExample[] = [];
  try {
    const entries = await readExamples(given, parsed);
    if (isReadable) issues.push(...checkCriteria(head.accept, evidenceOf(entries)).map(place));
    issues.push(...checkExamples(entries, head, examples));
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    issues.push(...error.issues);
  }
  if (issues.length > 0) throw new InputError(issues.slice(0, MAX_ISSUES));
  const { goal: _, name, ...rest } = head;
  const file = basename(parsed.file).replace(/\.\w+$/, "");
  return { kind: "judge", name: name ?? file, ...rest, examples };
}

/** Ids of subtasks of which some example has evidence, also one that is wrong elsewhere. */
function evidenceOf(entries: readonly Entry[]): string[] {
  return entries.flatMap((entry) => {
    const value = "value" in entry && isPlainObject(entry.value) ? entry.value["evidence"] : {};
    return isPlainObject(value) ? Object.keys(value).filter((id) => SUBTASK_ID.test(id)) : [];
  });
}

/** @returns none for what is neither a path nor a list, of which the suite's schema tells */
async function readExamples(given: unknown, parsed: ParsedPlan): Promise<Entry[]> {
  if (Array.isArray(given)) {
    return given.map((value: unknown, index) => ({
      where: `as examples[${index}]`,
      value,
      place: (issue) => {
        const steps = ["examples", index, ...issue.steps];
        return toIssue({ ...issue, steps }, placeIn(parsed, steps, issue.isKey));
      },
    }));
  }
  if (typeof given !== "string" || given === "") return [];
  // Shown as the suite was named: from the current folder.
  const file = relative(process.cwd(), resolve(dirname(parsed.file), given)) || given;
  const place = placeIn(parsed, ["examples"]);
  try {
    const hint = "Check the path; it counts from the suite's file.";
    const entries = linesOf(await readText(file, hint, "examples"), file, "example");
    if (entries.length > 0) return entries;
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    throw new InputError(
      error.issues.map((issue) => ({ ...issue, ...place })),
      { cause: error },
    );
  }
  const message = `${file} has no examples.`;
  const hint = 'Write one a line: { "output": …, "label": "pass" }.';
  throw new InputError([toIssue({ steps: ["examples"], isKey: false, message, hint }, place)]);
}

/**
 * @param examples where those go that are as they should be
 * @returns what is wrong with the others
 */
function checkExamples(
  entries: readonly Entry[],
  head: SuiteHead,
  examples: JudgeExample[],
): Issue[] {
  const firstOf = new Map<string, string>();
  return entries.flatMap((entry, index) => {
    if ("problem" in entry) return [entry.place(entry.problem)];
    const { example, id, issues } = checkExample(entry.value, { head, n: index + 1 });
    const first = firstOf.get(id);
    firstOf.set(id, first ?? entry.where);
    if (example !== undefined) examples.push(example);
    const all = first === undefined ? issues : [...issues, duplicateIssue(id, first)];
    return all.map(entry.place);
  });
}
