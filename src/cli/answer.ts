/**
 * A run's output as a person wants to read it. Programs ask for `--json`.
 *
 * Most outputs are those of one tool, and a tool that has something to say to people says it
 * in a field of a known name; the rest of its output is for other subtasks.
 */

import { isPlainObject, type Json, type JsonObject } from "../base/json.ts";
import { displayWidth, oneLine } from "../plan/text-width.ts";
import { renderColumns } from "./columns.ts";

/** Fields that say it all, the most telling first. */
const TELLING = ["text", "markdown", "summary", "answer", "rows", "result"] as const;

/** Longer cells do not make a table that anybody reads. */
const MAX_CELL = 60;

type Scalar = string | number | boolean | null;

/** The output as text, without a line break at its end; empty when there is nothing to say. */
export async function renderAnswer(output: Json): Promise<string> {
  if (isScalar(output)) return renderScalar(output).trimEnd();
  if (Array.isArray(output)) return renderList(output);
  return renderObject(output as JsonObject);
}

async function renderList(list: readonly Json[]): Promise<string> {
  if (list.every(isLine)) return list.map(renderScalar).join("\n");
  const rows = toRows(list);
  if (rows !== undefined) return renderRows(rows);
  if (list.every(isScalar)) return list.map((text) => renderScalar(text).trim()).join("\n\n");
  return renderYaml(list);
}

async function renderObject(object: JsonObject): Promise<string> {
  for (const name of TELLING) {
    const value = object[name];
    if (value !== undefined && (await saysSomething(value))) return renderAnswer(value);
  }
  const entries = Object.entries(object);
  const [only] = entries;
  if (entries.length === 1 && only !== undefined) return renderAnswer(only[1]);
  if (entries.every(([, value]) => isLine(value))) {
    return entries
      .map(([name, value]) => `${name}: ${renderScalar(value as Scalar)}`.trimEnd())
      .join("\n");
  }
  // What several last subtasks gave, one under the other.
  if (entries.length > 0 && entries.every(([, value]) => !isLine(value))) {
    const sections = entries.map(
      async ([name, value]) => `${name}:\n${indent(await renderAnswer(value))}`,
    );
    return (await Promise.all(sections)).join("\n\n");
  }
  return renderYaml(object);
}

async function saysSomething(value: Json): Promise<boolean> {
  return (await renderAnswer(value)) !== "";
}

function isScalar(value: Json | undefined): value is Scalar {
  return value === null || (value !== undefined && typeof value !== "object");
}

function isLine(value: Json): value is Scalar {
  return isScalar(value) && !(typeof value === "string" && value.includes("\n"));
}

function renderScalar(value: Scalar): string {
  if (value === null) return "";
  // 0.1 + 0.2 is 0.3 for whoever reads it.
  return typeof value === "number" ? String(Number(value.toPrecision(12))) : String(value);
}

/** A list of objects that fits a table: the same short fields in each. */
function toRows(list: readonly Json[]): readonly Readonly<Record<string, Scalar>>[] | undefined {
  const [first] = list;
  if (!isPlainObject(first)) return undefined;
  const names = Object.keys(first);
  const fits = (row: Json): boolean =>
    isPlainObject(row) &&
    Object.keys(row).every((name) => names.includes(name)) &&
    Object.values(row).every(
      (cell) => isLine(cell as Json) && displayWidth(renderScalar(cell as Scalar)) <= MAX_CELL,
    );
  return list.every(fits) ? (list as readonly Readonly<Record<string, Scalar>>[]) : undefined;
}

function renderRows(rows: readonly Readonly<Record<string, Scalar>>[]): string {
  const names = Object.keys(rows[0] ?? {});
  const isNumeric = (name: string) => rows.every((row) => typeof (row[name] ?? 0) === "number");
  const columns = names.map((name) => ({
    name,
    align: isNumeric(name) ? ("right" as const) : ("left" as const),
  }));
  const head = columns.map(({ name, align }) => ({ text: oneLine(name), align }));
  const body = rows.map((row) =>
    columns.map(({ name, align }) => ({ text: oneLine(renderScalar(row[name] ?? null)), align })),
  );
  return renderColumns([head, ...body]).join("\n");
}

async function renderYaml(value: Json): Promise<string> {
  const { stringify } = await import("yaml");
  return stringify(value, { lineWidth: 0 }).trimEnd();
}

function indent(text: string): string {
  return text.replaceAll(/^(?=.)/gm, "  ");
}
