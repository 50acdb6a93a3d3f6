/** What a schema says against a suite, in our words. */

import type { z } from "zod";
import type { Issue } from "../base/errors.ts";
import { excerptOf, formatPath, type Json, type PathStep } from "../base/json.ts";
import { closest } from "../plan/closest.ts";
import { keysAt } from "../plan/schema-issues.ts";

/** An issue with the steps of its path: whoever knows the file finds its place by them. */
export type FoundIssue = {
  readonly steps: readonly PathStep[];
  /** Whether it is about the last key itself, not about its value. */
  readonly isKey: boolean;
  readonly message: string;
  readonly hint: string;
};

/** How to write each field; the issue itself says what is wrong. */
const HINTS: Readonly<Record<string, string>> = {
  accept: "List what an output must be: accept: [names both prices, { contains: EUR }].",
  adapter:
    "Name who reads the data: taskbench, traject, nestful, bfcl, restbench, worfbench, asynchow or llmcompiler.",
  answer: "Give the expected answer, as JSON.",
  atLeast: "Write a number.",
  atMost: "Write a number.",
  category: "Name a category of the data, or leave it out for all samples.",
  concurrency: "Write a whole number from 1.",
  criteria: "List what an output must be: [names both prices, { contains: EUR }].",
  data: "Name a JSONL file, or { adapter: taskbench, files: [huggingface.jsonl] }.",
  edges: "List pairs of numbers of nodes, from 0: [[0, 1]].",
  evidence: "Write what subtasks gave, by their ids: { read_report: { text: … } }.",
  examples: "Name a JSONL file, or list the examples.",
  expect:
    "Write what should come out: { plan: … }, { answer: … }, { asks: true } or { refused: true }.",
  files: "List files of the data.",
  folder: "Name a folder.",
  goal: "Say what the output is for.",
  id: "Use a short name, each once.",
  input: 'Give the JSON Schema of what the tool takes: { "type": "object", "properties": { … } }.',
  kind: "Write kind: planner or kind: judge.",
  label: "Write pass or fail.",
  match: "Write exact, numeric, contains, { cel: EXPRESSION } or { judge: [CRITERIA] }.",
  minAgreement: "Write a number from 0 to 1.",
  minKappa: "Write a number from -1 to 1.",
  name: "Give it a name, or leave it out.",
  nodes: "List the calls: [{ tool: read_file, args: { path: a.txt } }].",
  note: "Say why it has its label, or leave it out.",
  output: "Give what is to be judged, as JSON.",
  plan: "Write nodes and edges: { nodes: [{ tool: read_file }], edges: [] }.",
  refuse: "Write unclear or never.",
  repeat: "Write a whole number from 1.",
  reword: 'Name a JSON file of other words: { "image": "picture" }.',
  run: "Write plan, execute or nothing.",
  score: "Write a number from 0 to 1.",
  scorers: "List names of scorers: [node_f1, edge_f1].",
  threshold: "Write a number from 0 to 1.",
  thresholds:
    "Write minima: { node_f1: 0.8 }, or [{ scorer: node_f1, category: long, atLeast: 0.8 }].",
  tolerance: "Write a number from 0.",
  tools:
    "Write builtin, or list it with modules of tools and JSON files of descriptions: [builtin, tools.ts].",
  version: "Write version: 1.",
  workspace: "Name a folder: each run gets a copy of it.",
};

const OTHERWISE = "Write it as the documentation of plans has it.";

/**
 * @param whole what was checked, for messages: `The suite`
 * @param schema that was not fulfilled, for the keys that there are
 */
export function schemaIssues(
  { issues }: z.ZodError,
  { value, schema, whole }: { value: unknown; schema: z.ZodType; whole: string },
): FoundIssue[] {
  return issues.flatMap((issue) => toIssues(issue, [], { value, schema, whole }));
}

export function toIssue(
  { steps, message, hint }: FoundIssue,
  place: { readonly file: string; readonly line?: number; readonly column?: number },
): Issue {
  return { code: "suite.invalid", path: formatPath(steps), message, hint, ...place };
}

type Checked = { readonly value: unknown; readonly schema: z.ZodType; readonly whole: string };

function toIssues(
  issue: z.core.$ZodIssue,
  base: readonly PathStep[],
  checked: Checked,
): FoundIssue[] {
  const steps = [...base, ...(issue.path as PathStep[])];
  if (issue.code === "unrecognized_keys") {
    const known = keysAt(checked.schema, steps);
    return issue.keys.map((key) => unknownKey(steps, key, known, checked.whole));
  }
  if (issue.code === "invalid_union") {
    const branch = issue.errors.find(isOfKind);
    if (branch !== undefined) return branch.flatMap((inner) => toIssues(inner, steps, checked));
  }
  const message = messageOf(issue, steps, checked);
  return [{ steps, isKey: false, message, hint: hintOf(steps) }];
}

/** Of a union, the branch that the value is of, though something in it is wrong. */
function isOfKind(issues: readonly z.core.$ZodIssue[]): boolean {
  return issues.every(({ code, path }) => path.length > 0 || !WRONG_KIND.includes(code ?? ""));
}

const WRONG_KIND: readonly string[] = ["invalid_type", "invalid_value", "invalid_union"];

function unknownKey(
  steps: readonly PathStep[],
  key: string,
  known: readonly string[],
  whole: string,
): FoundIssue {
  const near = closest(key.replaceAll(/[_-]/g, ""), known);
  return {
    steps: [...steps, key],
    isKey: true,
    message: `${formatPath(steps) || whole} has no key ${key}.`,
    hint: near === undefined ? `Its keys are ${known.join(", ")}.` : `Did you mean ${near}?`,
  };
}

function messageOf(
  issue: z.core.$ZodIssue,
  steps: readonly PathStep[],
  { value: root, whole }: Checked,
): string {
  const name = formatPath(steps) || whole;
  const value = valueAt(root, steps);
  if (value === undefined) return `${name} is missing.`;
  const shown = excerptOf(value as Json);
  switch (issue.code) {
    case "invalid_type":
      return `${name} must be ${nounOf(issue.expected)}, not ${shown}.`;
    case "too_small":
      if (typeof value !== "number") return `${name} must not be empty.`;
      return `${name} must be ${issue.inclusive ? "at least" : "greater than"} ${issue.minimum}, not ${shown}.`;
    case "too_big":
      return `${name} must be at most ${issue.maximum}, not ${shown}.`;
    case "invalid_value":
      return `${name} must be ${issue.values.join(" or ")}, not ${shown}.`;
    case "invalid_format":
      return `${name} ${issue.message}, and is ${shown}.`;
    case "invalid_key":
      return `The name ${String(steps.at(-1))} ${issue.issues[0]?.message ?? "is not allowed"}.`;
    default:
      return `${name} cannot be ${shown}.`;
  }
}

function nounOf(expected: string): string {
  const noun = { record: "object", array: "list", int: "whole number" }[expected] ?? expected;
  return `${/^[aeio]/.test(noun) ? "an" : "a"} ${noun}`;
}

/** That of the innermost field that has one. */
function hintOf(steps: readonly PathStep[]): string {
  const field = steps.findLast((step) => typeof step === "string" && Object.hasOwn(HINTS, step));
  return (field === undefined ? undefined : HINTS[field]) ?? OTHERWISE;
}

function valueAt(root: unknown, steps: readonly PathStep[]): unknown {
  let value = root;
  for (const step of steps) {
    if (typeof value !== "object" || value === null || !Object.hasOwn(value, step)) {
      return undefined;
    }
    value = (value as Record<PathStep, unknown>)[step];
  }
  return value;
}
