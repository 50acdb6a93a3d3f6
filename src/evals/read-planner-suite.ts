/** Reads a suite of the kind `planner` with its data and its descriptions of tools. */

import { existsSync, readFileSync, statSync } from "node:fs";
import { basename, dirname, join, relative, resolve } from "node:path";
import { InputError, type Issue, inputError } from "../base/errors.ts";
import { isPlainObject, type Json, type JsonObject } from "../base/json.ts";
import { type ParsedPlan, parsePlanText } from "../plan/files.ts";
import { checkGoal } from "./own-data.ts";
import { checkPlannerHead, type PlannerHead } from "./planner-suite.ts";
import { type Rewording, rewordTools } from "./reword.ts";
import type { Adapter, AdapterData, PlannerSuite, PlanSample, ToolPool } from "./sample.ts";
import { type FoundIssue, toIssue } from "./suite-issues.ts";
import { type Entry, linesOf, placeIn } from "./suite-lines.ts";
import { readText } from "./suite-text.ts";
import { namedTools } from "./suite-tool.ts";

/** A file of the wrong format would be wrong in every line. */
const MAX_ISSUES = 100;

/** @throws {InputError} with all that is wrong, each with file and line */
export async function readPlannerSuite(
  parsed: ParsedPlan,
  data: string | undefined,
): Promise<PlannerSuite> {
  const { head, issues } = checkPlannerHead(parsed.value);
  if (head === undefined) {
    throw new InputError(
      issues.map((issue) => toIssue(issue, placeIn(parsed, issue.steps, issue.isKey))),
    );
  }
  const own = dirname(parsed.file);
  const pool = await describedPool(head, own);
  const folder = folderOf(own, head, data);
  const words = head.reword === undefined ? undefined : await readWords(join(own, head.reword));
  const read = readerOf(head.adapter, poolsOf(folder, words), pool);
  const samples: PlanSample[] = [];
  const problems: Issue[] = [];
  for (const name of head.dataFiles) {
    const file = shown(join(folder, name));
    const hint = data === undefined ? "Check the path; it counts from the suite's file." : DATA;
    const entries = linesOf(await readText(file, hint, "data"), file, "sample");
    problems.push(...readSamples(entries, read, samples));
  }
  problems.push(...thresholdIssues(head, samples, parsed));
  if (problems.length > 0) throw new InputError(problems.slice(0, MAX_ISSUES));
  if (samples.length === 0) {
    throw inputError("suite.invalid", `${parsed.file} has no samples.`, "Write one goal a line.");
  }
  const { adapter: _, folder: __, dataFiles: ___, reword: ____, ...described } = head;
  const { tools, workspace, name, ...rest } = described;
  return {
    kind: "planner",
    name: name ?? basename(resolve(own)),
    ...rest,
    toolPaths: tools.filter((one) => !isDescription(one)).map((one) => shown(join(own, one))),
    workspace: workspace === undefined ? null : requireFolder(join(own, workspace), parsed),
    samples,
  };
}

const DATA = "Name the folder that has the benchmark's folder, or its files, with --data.";

/** As the suite was named: from the current folder. */
function shown(path: string): string {
  return relative(process.cwd(), resolve(path)) || path;
}

/** Below the folder that the user names stand those of several benchmarks, or the files. */
function folderOf(own: string, { folder, adapter }: PlannerHead, data: string | undefined): string {
  if (data === undefined || adapter === undefined) return join(own, folder);
  const inner = join(data, basename(resolve(own, folder)));
  return existsSync(inner) ? inner : data;
}

function requireFolder(folder: string, parsed: ParsedPlan): string {
  const found = statSync(folder, { throwIfNoEntry: false });
  if (found?.isDirectory() === true) return shown(folder);
  const what = found === undefined ? "does not exist" : "is a file";
  const message = `The folder ${shown(folder)} ${what}.`;
  const issue = {
    steps: ["workspace"],
    isKey: false,
    message,
    hint: "Name a folder beside the suite.",
  };
  throw new InputError([toIssue(issue, placeIn(parsed, ["workspace"]))]);
}

type Read = (value: unknown) => {
  readonly sample: PlanSample | undefined;
  readonly issues: readonly FoundIssue[];
};

function readerOf(adapter: Adapter | undefined, data: AdapterData, pool: ToolPool | null): Read {
  if (adapter === undefined) return (value) => checkGoal(value, pool);
  return (value) => {
    try {
      if (!isPlainObject(value)) throw new Error("it must be an object");
      return { sample: adapter.read(value as JsonObject, data), issues: [] };
    } catch (error) {
      const message = `The line is no sample of ${adapter.name}: ${(error as Error).message}.`;
      const hint = "See docs/evals.md for the fields of this benchmark's data.";
      return { sample: undefined, issues: [{ steps: [], isKey: false, message, hint }] };
    }
  };
}

/** @throws {InputError} for a file that is not one word for each word */
async function readWords(path: string): Promise<Rewording> {
  const file = shown(path);
  const { value } = parsePlanText(await readText(file, "Check the path.", "data.reword"), { file });
  const entries = isPlainObject(value) ? Object.entries(value) : [];
  if (entries.length === 0 || entries.some(([, other]) => typeof other !== "string")) {
    const hint = 'Write { "image": "picture" }.';
    throw inputError("suite.invalid", `${file} must be an object of words.`, hint, "data.reword");
  }
  return new Map(entries.map(([word, other]) => [word.toLowerCase(), String(other)]));
}

/** Files of tools, each read once. */
function poolsOf(folder: string, words: Rewording | undefined): AdapterData {
  const pools = new Map<string, ToolPool>();
  return {
    pool(path, read) {
      const known = pools.get(path);
      if (known !== undefined) return known;
      const file = shown(join(folder, path));
      try {
        const tools = read(JSON.parse(readFileSync(file, "utf8")) as Json);
        const pool = { key: file, tools: words ? rewordTools(tools, words) : tools };
        pools.set(path, pool);
        return pool;
      } catch (error) {
        throw new Error(`its tools in ${file} cannot be read: ${(error as Error).message}`);
      }
    },
  };
}

/** @param samples where those go that are as they should be */
function readSamples(entries: readonly Entry[], read: Read, samples: PlanSample[]): Issue[] {
  const known = new Set(samples.map(keyOf));
  return entries.flatMap((entry): Issue[] => {
    if ("problem" in entry) return [entry.place(entry.problem)];
    const { sample, issues } = read(entry.value);
    if (sample === undefined) return issues.map(entry.place);
    if (known.has(keyOf(sample))) {
      const message = `The id ${JSON.stringify(sample.id)} is given twice in ${sample.category}.`;
      const hint = "Give each sample an id of its own.";
      return [entry.place({ steps: ["id"], isKey: false, message, hint })];
    }
    known.add(keyOf(sample));
    samples.push(sample);
    return [];
  });
}

function keyOf({ category, id }: PlanSample): string {
  return JSON.stringify([category, id]);
}

function thresholdIssues(
  { thresholds }: PlannerHead,
  samples: readonly PlanSample[],
  parsed: ParsedPlan,
): Issue[] {
  const categories = new Set(samples.map(({ category }) => category));
  return thresholds.flatMap(({ category }, at) => {
    if (category === null || categories.has(category) || samples.length === 0) return [];
    const message = `No sample is of the category ${JSON.stringify(category)}.`;
    const hint = `There are ${[...categories].join(", ")}.`;
    const steps = ["thresholds", at, "category"];
    return [toIssue({ steps, isKey: false, message, hint }, placeIn(parsed, steps))];
  });
}

function isDescription(path: string): boolean {
  return path.endsWith(".json");
}

/** The tools that a suite only describes. @throws {InputError} for one that says too little */
async function describedPool({ tools }: PlannerHead, own: string): Promise<ToolPool | null> {
  const files = tools.filter(isDescription).map((one) => shown(join(own, one)));
  if (files.length === 0) return null;
  const lists = await Promise.all(files.map(async (file) => readDescriptions(file)));
  return { key: files.join(), tools: namedTools(lists.flat()) };
}

async function readDescriptions(file: string) {
  const parsed = parsePlanText(await readText(file, "Check the path.", "tools"), { file });
  const issueAt = (steps: readonly (string | number)[], message: string, hint: string) =>
    toIssue({ steps, isKey: false, message, hint }, placeIn(parsed, steps));
  if (!Array.isArray(parsed.value)) {
    throw new InputError([issueAt([], `${file} must be a list of tools.`, DESCRIPTION)]);
  }
  const issues: Issue[] = [];
  const tools = parsed.value.flatMap((tool: Json, at) => {
    const { name, description, input, output = {} } = isPlainObject(tool) ? tool : {};
    const called = typeof name === "string" ? `The tool ${name}` : `Tool ${at + 1}`;
    if (typeof name !== "string" || typeof description !== "string") {
      issues.push(issueAt([at], `${called} needs a name and a description.`, DESCRIPTION));
      return [];
    }
    if (!isPlainObject(input) || input["type"] !== "object") {
      const message = `${called} has no input schema of the type object.`;
      issues.push(issueAt([at, "input"], message, DESCRIPTION));
      return [];
    }
    return [{ name, description, input: input as JsonObject, output: output as JsonObject }];
  });
  if (issues.length > 0) throw new InputError(issues);
  return tools;
}

const DESCRIPTION =
  'Write { "name", "description", "input": { "type": "object", "properties": { … } }, "output" }.';
