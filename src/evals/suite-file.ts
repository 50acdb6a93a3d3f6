/** Reads a suite, with the file of its examples, and checks all of it. */

import { basename, dirname, relative, resolve } from "node:path";
import { InputError, type Issue } from "../base/errors.ts";
import { isPlainObject, type PathStep } from "../base/json.ts";
import { closest } from "../plan/closest.ts";
import { type ParsedPlan, parsePlanText } from "../plan/files.ts";
import { SUBTASK_ID } from "../plan/schema-parts.ts";
import type { JudgeExample, JudgeSuite, Suite } from "./eval.ts";
import {
  checkCriteria,
  checkExample,
  checkHead,
  duplicateIssue,
  type SuiteHead,
} from "./judge-suite.ts";
import { type FoundIssue, toIssue } from "./suite-issues.ts";
import { readText } from "./suite-text.ts";

/** A file of the wrong format would be wrong in every line. */
const MAX_ISSUES = 100;

/** Who reads which kind. */
const KINDS: Readonly<Record<string, (parsed: ParsedPlan) => Promise<Suite>>> = {
  judge: readJudgeSuite,
};

/**
 * @param path of a YAML or JSON file
 * @throws {InputError} `file.not_found`, `file.unreadable`, or `suite.invalid` with all that is
 *   wrong, each with file, line, path and cure
 */
export async function readSuite(path: string): Promise<Suite> {
  const parsed = parse(await readText(path, "Check the path; evals/judge has an example."), path);
  const kind = isPlainObject(parsed.value) ? parsed.value["kind"] : undefined;
  const read = typeof kind === "string" && Object.hasOwn(KINDS, kind) ? KINDS[kind] : undefined;
  if (read !== undefined) return read(parsed);
  throw new InputError([toIssue(kindIssue(parsed.value, kind), placeIn(parsed, ["kind"]))]);
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

const ONE_SUITE = "Write one suite, with kind, accept and examples.";

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

/** An example as it stands somewhere. */
type Entry = {
  /** In words: `in line 3`. */
  readonly where: string;
  readonly place: (issue: FoundIssue) => Issue;
} & ({ readonly value: unknown } | { readonly problem: FoundIssue });

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
    const entries = linesOf(await readText(file, hint, "examples"), file);
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

function linesOf(text: string, file: string): Entry[] {
  return text.split("\n").flatMap((line, index): Entry[] => {
    if (line.trim() === "") return [];
    const where = `in line ${index + 1}`;
    const place = (issue: FoundIssue) => toIssue(issue, { file, line: index + 1 });
    try {
      return [{ where, place, value: JSON.parse(line) as unknown }];
    } catch (error) {
      const message = `The line is not JSON: ${(error as Error).message}.`;
      const hint = "Write one example a line, as a JSON object.";
      return [{ where, place, problem: { steps: [], isKey: false, message, hint } }];
    }
  });
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

function placeIn(parsed: ParsedPlan, steps: readonly PathStep[], isKey = false) {
  const place = isKey ? parsed.locateKey(steps) : parsed.locate(steps);
  return { file: parsed.file, ...place };
}
