/** A draft as a plan: ids, descriptions, expressions and the answer. */

import type { Json, JsonObject } from "../../base/json.ts";
import {
  type Argument,
  type Draft,
  inputsOf,
  isConsumed,
  isSameRead,
  type Read,
  type Step,
  sourceOf,
} from "./draft.ts";
import type { Request } from "./interpret.ts";
import { nameSteps } from "./naming.ts";
import { isWord, says, textOf } from "./tokens.ts";
import type { Field, Parameter } from "./tool-card.ts";
import { wordsOfName } from "./words.ts";

/** The plan as JSON, to be checked. */
export function assemble(goal: string, draft: Draft): Json {
  const steps = neededSteps(draft);
  const ids = nameSteps(steps);
  const results = draft.results.map((result) => ({
    ...result,
    reads: result.reads.filter(({ step }) => steps.includes(step)),
  }));
  return {
    version: 1,
    goal,
    subtasks: steps.map((step) => subtaskOf(step, goal, ids)),
    output: outputOf({ ...draft, steps, results }, ids),
  };
}

type Ids = ReadonlyMap<Step, string>;

/** Steps that answer a request, and what they need. */
function neededSteps(draft: Draft): Step[] {
  const needed = new Set<Step>();
  const add = (step: Step) => {
    if (needed.has(step)) return;
    for (const input of inputsOf(step)) add(input);
    needed.add(step);
  };
  for (const { reads } of draft.results) for (const { step } of reads) add(step);
  return draft.steps.filter((step) => needed.has(step));
}

function subtaskOf(step: Step, goal: string, ids: Ids): JsonObject {
  const input = Object.fromEntries(
    [...step.args].map(([parameter, argument]) => [
      parameter.name,
      jsonOf(argument, parameter, ids),
    ]),
  );
  return {
    id: ids.get(step) ?? "",
    description: describeStep(step, goal),
    tool: step.card.name,
    input,
  };
}

function describeStep(step: Step, goal: string): string {
  const own = step.tokens.filter(({ start }) => start >= 0);
  const text = textOf(goal, own).replace(/\s+/g, " ").trim();
  if (text !== "" && text.length <= MAX_DESCRIPTION) return capitalize(text);
  const name = capitalize(wordsOfName(step.card.name).join(" "));
  const values = [...step.args.values()].flatMap((argument) =>
    argument.kind === "value" && typeof argument.value === "string" ? [argument.value] : [],
  );
  const [first] = values;
  return first === undefined || first.length > MAX_DESCRIPTION ? name : `${name}: ${first}`;
}

const MAX_DESCRIPTION = 200;

function capitalize(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

function jsonOf(argument: Argument, parameter: Parameter, ids: Ids): Json {
  switch (argument.kind) {
    case "value":
      return escapeDeep(argument.value);
    case "read": {
      const list =
        parameter.shape.element !== undefined && argument.field.shape.element === undefined;
      const expression = `\${${readAs(argument, parameter, ids)}}`;
      return list && !parameter.shape.takesText && !argument.field.shape.isAny
        ? [expression]
        : expression;
    }
    case "join":
      if (parameter.shape.element !== undefined && !parameter.shape.takesText) {
        return argument.reads.map((read) => `\${${pathOf(read, ids)}}`);
      }
      return argument.reads.map((read) => titled(read, ids)).join("\n\n");
    case "formula":
      return formulaOf(argument.reads, argument.operator, ids);
  }
}

/** An expression whose value has the parameter's type. */
function readAs(read: Read, { shape }: Parameter, ids: Ids): string {
  const path = pathOf(read, ids);
  const from = read.field.shape;
  if (shape.isAny || from.isAny || (from.takesText && shape.takesText)) return path;
  if (!shape.takesText || (shape.element && from.element)) return path;
  return asText(path, read.field);
}

function asText(path: string, { shape }: Field): string {
  if (shape.takesText) return path;
  if (shape.element?.takesText) return `join(${path}, "\\n")`;
  return shape.element || shape.properties || shape.isAny ? `toJson(${path})` : `string(${path})`;
}

/** "Words of a.md: 12", "Summary of b.md" above the summary. */
function titled(read: Read, ids: Ids): string {
  const isShort = read.field.shape.takesNumber || read.field.shape.takesBoolean;
  const path = pathOf(read, ids);
  const title = titleOf(read);
  return isShort ? `${title}: \${${path}}` : `${title}:\n\n\${${asText(path, read.field)}}`;
}

/** Names of fields that say nothing of what is in them. */
const PLAIN = /^(?:|text|value|result|output|rows|data|content|markdown)$/;

function titleOf({ step, field }: Read): string {
  const words = wordsOfName(PLAIN.test(field.path) ? step.card.name : field.path).join(" ");
  const source = sourceOf(step)?.replaceAll("${", () => "$${");
  return capitalize(source === undefined ? words : `${words} of ${source}`);
}

function formulaOf(
  reads: readonly Read[],
  operator: "+" | "-" | "*" | "/" | "mean",
  ids: Ids,
): string {
  const values = reads.map((read) => `\${${pathOf(read, ids)}}`);
  if (operator === "mean") return `(${values.join(" + ")}) / ${values.length}`;
  return values.join(` ${operator} `);
}

const NAME = /^[A-Za-z_]\w*$/;

function pathOf({ step, field }: Read, ids: Ids): string {
  const parts = field.path === "" ? [] : field.path.split(".");
  const steps = parts.map((part) => (NAME.test(part) ? `.${part}` : `[${JSON.stringify(part)}]`));
  return `${ids.get(step) ?? ""}${steps.join("")}`;
}

/** `${` of the goal is text, and no expression. */
function escapeDeep(value: Json): Json {
  if (typeof value === "string") return value.replaceAll("${", () => "$${");
  if (Array.isArray(value)) return value.map(escapeDeep);
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, one]) => [key, escapeDeep(one as Json)]),
  );
}

/** "how many files": the length of a list of files. */
function isCounted({ field, step }: Read, { tokens, verb }: Request): boolean {
  const isTold = [...step.args.values()].some(
    (argument) => argument.kind === "value" && argument.value === "count",
  );
  if (isTold) return false;
  if (verb?.word === "count" && step.tokens !== tokens) return field.shape.element !== undefined;
  const at = tokens.findIndex((token) => says(token, "how-many"));
  if (at < 0 || field.shape.element === undefined) return false;
  const next = tokens.slice(at + 1, at + 4).filter(isWord);
  return next.some(({ root }) => field.roots.includes(root));
}

/** What was asked for and no later step used up. */
function outputOf(draft: Draft, ids: Ids): Json {
  const reads: { read: Read; expression: string }[] = [];
  for (const [at, { request, reads: own, isNamed }] of draft.results.entries()) {
    const later = draft.results.slice(at + 1).flatMap((result) => result.reads);
    const counted = own.find((read) => isCounted(read, request));
    for (const read of counted ? [counted] : own) {
      if (isConsumed(draft, read.step)) continue;
      // "search …, and count the matches": what is said later of the same step is meant.
      if (!isNamed && later.some(({ step }) => step === read.step)) continue;
      if (reads.some((other) => isSameRead(other.read, read))) continue;
      const path = pathOf(read, ids);
      reads.push({ read, expression: read === counted ? `\${size(${path})}` : `\${${path}}` });
    }
  }
  const [only] = reads;
  if (only === undefined) return null;
  if (reads.length === 1) return only.expression;
  const steps = draft.steps.filter((step) => reads.some(({ read }) => read.step === step));
  if (steps.length === 1) {
    return Object.fromEntries(
      reads.map(({ read, expression }) => [read.field.path || "result", expression]),
    );
  }
  return Object.fromEntries(
    steps.map((step) => {
      const own = reads.filter(({ read }) => read.step === step);
      const [first] = own;
      const value: Json =
        own.length === 1 && first !== undefined
          ? first.expression
          : Object.fromEntries(own.map(({ read, expression }) => [read.field.path, expression]));
      return [ids.get(step) ?? "", value];
    }),
  );
}
