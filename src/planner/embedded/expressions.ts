/** Arguments of a draft as a plan's input: values, and CEL expressions over other outputs. */

import type { Json } from "../../base/json.ts";
import { type Argument, type Operator, type Read, type Step, sourceOf } from "./draft.ts";
import type { Field, Parameter } from "./tool-card.ts";
import { wordsOfName } from "./words.ts";

export type Ids = ReadonlyMap<Step, string>;

/** What stands in the plan for an argument. */
export function jsonOf(argument: Argument, parameter: Parameter, ids: Ids): Json {
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
    case "first":
      return `\${${pathOf(argument, ids)}[0]}`;
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

function formulaOf(reads: readonly Read[], operator: Operator, ids: Ids): string {
  const values = reads.map((read) => `\${${pathOf(read, ids)}}`);
  if (operator === "mean") return `(${values.join(" + ")}) / ${values.length}`;
  return values.join(` ${operator} `);
}

const NAME = /^[A-Za-z_]\w*$/;

/** An output's field, as an expression reads it. */
export function pathOf({ step, field }: Read, ids: Ids): string {
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

export function capitalize(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
