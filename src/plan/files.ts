/**
 * Plans as files: YAML 1.2 or JSON (which is YAML) to data with places, and back.
 *
 * The only file of the room that loads `yaml`; import it where files are read.
 */

import {
  Document,
  isMap,
  isNode,
  isScalar,
  isSeq,
  LineCounter,
  parseDocument,
  visit,
  type YAMLError,
} from "yaml";
import { InputError, type Issue } from "../base/errors.ts";
import type { Json, JsonObject, PathStep } from "../base/json.ts";
import { parsePath } from "./path.ts";
import type { Plan } from "./schema.ts";

/** From 1, as editors count. */
export type Location = { readonly line: number; readonly column: number };

export interface ParsedPlan {
  readonly file: string;
  /** Whatever the text says; `checkPlan` tells whether it is a plan. */
  readonly value: Json;
  /** Where a value stands, or the closest around it that exists; undefined for paths outside. */
  locate(path: string | readonly PathStep[]): Location | undefined;
  /** Where a key stands, or the closest value around it. */
  locateKey(path: string | readonly PathStep[]): Location | undefined;
  /** The issue with file, line and column; one that has them is left as it is. */
  place(issue: Issue): Issue;
}

/** So many times may aliases multiply what they stand for. */
const MAX_ALIASES = 100;

const HINTS: Readonly<Record<string, string>> = {
  DUPLICATE_KEY: "Remove one of the two.",
  TAB_AS_INDENT: "Indent with blanks.",
  MULTIPLE_DOCS: "Keep one plan per file.",
  BAD_ALIAS: "Define the anchor before it is used.",
};

/**
 * Read the text of a plan file.
 * @param options.file the name that issues carry
 * @throws {InputError} `plan.syntax`, every mistake with its line and column
 */
export function parsePlanText(text: string, options: { readonly file: string }): ParsedPlan {
  const { file } = options;
  const lines = new LineCounter();
  const locationOf = (offset: number): Location => {
    const { line, col } = lines.linePos(offset);
    return { line: Math.max(1, line), column: Math.max(1, col) };
  };
  // A hundred times faster than YAML; where things stand is then asked only if there are issues.
  let value = readJson(text);
  let document: Document.Parsed | undefined;
  if (value === undefined) {
    document = readYaml(text, lines, file, locationOf);
    value = toJson(document, file);
  }
  const find = (path: string | readonly PathStep[], wantsKey: boolean): Location | undefined => {
    document ??= readYaml(text, lines, file, locationOf);
    const steps = typeof path === "string" ? parsePath(path) : path;
    const offset = steps && offsetOf(document.contents, steps, wantsKey);
    return offset === undefined ? undefined : locationOf(offset);
  };
  const place = (issue: Issue): Issue => {
    if (issue.file !== undefined) return issue;
    return { ...issue, file, ...find(issue.path, issue.code === "plan.unknown_key") };
  };
  return {
    file,
    value,
    locate: (path) => find(path, false),
    locateKey: (path) => find(path, true),
    place,
  };
}

function readYaml(
  text: string,
  lineCounter: LineCounter,
  file: string,
  locationOf: (offset: number) => Location,
): Document.Parsed {
  const document = parseDocument(text, { lineCounter, prettyErrors: false, stringKeys: true });
  const problems: readonly YAMLError[] = [...document.errors, ...document.warnings];
  if (problems.length > 0) {
    throw new InputError(
      problems.map(({ code, message, pos }) => {
        const place = locationOf(pos[0]);
        return syntaxIssue(message, hintFor(code, text, place.line), file, place);
      }),
    );
  }
  if (document.contents === null) {
    const hint = "Write a plan with goal and subtasks.";
    throw new InputError([syntaxIssue("The file is empty", hint, file, { line: 1, column: 1 })]);
  }
  return document;
}

function toJson(document: Document.Parsed, file: string): Json {
  try {
    return document.toJS({ maxAliasCount: MAX_ALIASES }) as Json;
  } catch (cause) {
    const message = cause instanceof Error ? cause.message : String(cause);
    const hint = "Write the value out where it is used.";
    const issue = syntaxIssue(message, hint, file, { line: 1, column: 1 });
    throw new InputError([issue], { cause });
  }
}

/** The value of a text that is JSON without a key given twice; undefined for any other text. */
function readJson(text: string): Json | undefined {
  if (!/^\s*\{/.test(text)) return undefined;
  try {
    const value = JSON.parse(text) as Json;
    return repeatsKey(text) ? undefined : value;
  } catch {
    return undefined;
  }
}

/** Whether an object in a JSON text has a key twice, of which JSON.parse keeps the last in silence. */
function repeatsKey(text: string): boolean {
  const open: (Set<string> | undefined)[] = [];
  for (const [token, key] of text.matchAll(/("(?:[^"\\]|\\.)*")\s*:|"(?:[^"\\]|\\.)*"|[[\]{}]/g)) {
    if (token === "{") open.push(new Set());
    else if (token === "[") open.push(undefined);
    else if (token === "}" || token === "]") open.pop();
    else if (key !== undefined) {
      const keys = open.at(-1);
      const name = JSON.parse(key) as string;
      if (keys?.has(name)) return true;
      keys?.add(name);
    }
  }
  return false;
}

/** The issues with file, line and column. */
export function withLocations(issues: readonly Issue[], parsed: ParsedPlan): Issue[] {
  return issues.map((issue) => parsed.place(issue));
}

function syntaxIssue(message: string, hint: string, file: string, place: Location): Issue {
  return {
    code: "plan.syntax",
    path: "",
    message: `${message.replace(/\.$/, "")}.`,
    hint,
    file,
    ...place,
  };
}

function hintFor(code: string, text: string, line: number): string {
  const known = HINTS[code];
  if (known !== undefined) return known;
  return text.split("\n", line)[line - 1]?.includes("${")
    ? 'Put a string that holds an expression in quotes: "${report.text}".'
    : "Check quotes, brackets and indentation here.";
}

/** Walks as far as the path goes. */
function offsetOf(
  root: unknown,
  steps: readonly PathStep[],
  wantsKey: boolean,
): number | undefined {
  let node: unknown = root;
  let offset = startOf(root);
  for (const [depth, step] of steps.entries()) {
    if (isMap(node)) {
      const pair = node.items.find(
        ({ key }) => isScalar(key) && String(key.value) === String(step),
      );
      if (pair === undefined) return offset;
      node = pair.value;
      const isLast = depth === steps.length - 1;
      // A key without a value has no other place than its own.
      offset = (isLast && wantsKey ? undefined : startOf(node)) ?? startOf(pair.key) ?? offset;
    } else if (isSeq(node)) {
      node = node.items[Number(step)];
      if (node === undefined) return offset;
      offset = startOf(node) ?? offset;
    } else return offset;
  }
  return offset;
}

function startOf(node: unknown): number | undefined {
  return isNode(node) ? node.range?.[0] : undefined;
}

/** The plan as a YAML file: defaults left out, keys in the order of the documentation. */
export function renderPlanYaml(plan: Plan): string {
  const document = new Document(toDraft(plan));
  visit(document, {
    Pair(_key, pair) {
      // Names of subtasks read better on one line.
      if (isScalar(pair.key) && pair.key.value === "dependsOn" && isSeq(pair.value)) {
        pair.value.flow = true;
      }
    },
    Scalar(_key, scalar) {
      const { value } = scalar;
      if (typeof value !== "string" || !value.includes("\n")) return;
      scalar.type = isBlockText(value) ? "BLOCK_LITERAL" : "QUOTE_DOUBLE";
    },
  });
  return document.toString({ lineWidth: 0, flowCollectionPadding: true });
}

/** Lines that a block shows as they are: no blanks at their ends or before the first. */
function isBlockText(text: string): boolean {
  return !/^\s|[^\S\n](?:\n|$)|[^\P{C}\n]/u.test(text);
}

/** The plan as a JSON file: defaults left out, keys in the order of the documentation. */
export function renderPlanJson(plan: Plan): string {
  return `${JSON.stringify(toDraft(plan), null, 2)}\n`;
}

const PLAN_KEYS = [
  "version",
  "workflow",
  "goal",
  "inputs",
  "budget",
  "subtasks",
  "output",
] as const;
/** As JSON text. `version` is written all the same: a file outlives its reader. */
const DEFAULTS: Readonly<Record<string, string>> = {
  dependsOn: "[]",
  input: "{}",
  inputs: "{}",
  optional: "false",
};
const SUBTASK_KEYS = ["id", "description", "tool", "dependsOn", "when", "input"] as const;

function toDraft(plan: Plan): JsonObject {
  return ordered(
    { ...plan, subtasks: plan.subtasks.map((subtask) => ordered(subtask, SUBTASK_KEYS)) },
    PLAN_KEYS,
  );
}

/** The keys named first, then the others as they come; without what is the default anyway. */
function ordered(record: object, keys: readonly string[]): JsonObject {
  const values: JsonObject = { ...record };
  const rest = Object.keys(values).filter((key) => !keys.includes(key));
  return Object.fromEntries(
    [...keys, ...rest].flatMap((key) => {
      const value = values[key];
      return value === undefined || JSON.stringify(value) === DEFAULTS[key] ? [] : [[key, value]];
    }),
  );
}
