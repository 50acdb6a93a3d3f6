import type { Expression, JsonataError } from "jsonata";
import { z } from "zod";
import { ToolError } from "../../base/errors.ts";
import { isPlainObject, type Json } from "../../base/json.ts";
import { defineTool } from "../define-tool.ts";
import { linearRegExp } from "../linear-reg-exp.ts";

/** A query holds up the whole process while it runs; honest ones need milliseconds. */
const TIMEOUT_MS = 5_000;
/** Nested calls; below what the JavaScript stack holds. */
const MAX_DEPTH = 1_000;
const MAX_SEQUENCE = 1_000_000;

export const queryData = defineTool({
  name: "query_data",
  description:
    "Query rows or any JSON data with a JSONata expression: filter, select fields, transform, join, sort, count and calculate over objects and arrays, e.g. $sum(items[price > 10].price) or rows[status = 'open'].name.",
  input: z.object({
    data: z.unknown().describe("The data to query: rows, an object, an array, any JSON value."),
    query: z
      .string()
      .min(1)
      .describe(
        "The JSONata expression. $ is the data itself. One match comes as a single value; write [] after a step to always get an array.",
      ),
  }),
  output: z.object({
    result: z.unknown().describe("What the query gives; null when it finds nothing."),
    rows: z
      .array(z.record(z.string(), z.unknown()))
      .describe("The result as rows of a table, if it is an object or holds objects; else empty."),
  }),
  effects: "none",
  async run({ data, query }) {
    const [{ default: jsonata }, { RE2JS }] = await Promise.all([
      import("jsonata"),
      import("re2js"),
    ]);
    let expression: Expression;
    try {
      expression = jsonata(query, {
        timeout: TIMEOUT_MS,
        stack: MAX_DEPTH,
        sequence: MAX_SEQUENCE,
        // It asks for nothing but `new`, `exec` and `lastIndex`.
        RegexEngine: linearRegExp(RE2JS) as unknown as RegExpConstructor,
      });
    } catch (error) {
      throw toToolError(error, query, "is not JSONata");
    }
    let value: unknown;
    try {
      value = await expression.evaluate(data);
    } catch (error) {
      throw toToolError(error, query, "failed");
    }
    const result = toResult(value, query);
    return { result, rows: rowsOf(result) };
  },
});

/** Plain JSON of what JSONata gives: its sequences carry marks of their own. */
function toResult(value: unknown, query: string): Json {
  const text = JSON.stringify(value, (_key, inner: unknown) => {
    if (typeof inner !== "function" && !isJsonataFunction(inner)) return inner;
    throw new ToolError("tool.failed", `The query ${quote(query)} gives a function, not a value.`, {
      hint: "Call the function: write its arguments in parentheses.",
    });
  });
  return text === undefined ? null : (JSON.parse(text) as Json);
}

function isJsonataFunction(value: unknown): boolean {
  return isPlainObject(value) && ("_jsonata_function" in value || "_jsonata_lambda" in value);
}

function rowsOf(result: Json): Record<string, unknown>[] {
  const elements: unknown[] = Array.isArray(result) ? result : [result];
  return elements.every((element) => isPlainObject(element)) ? elements : [];
}

function toToolError(error: unknown, query: string, what: string): ToolError {
  if (error instanceof ToolError) return error;
  const { code, message, position } = error as Partial<JsonataError>;
  if (code === "D1011" || code === "D1012" || code === "D2014" || code === "D2015") {
    return new ToolError("tool.limit", `The query ${quote(query)} was stopped: ${message}.`, {
      hint: "Ask for less: filter first, and end every recursion.",
    });
  }
  const place = position === undefined ? "" : `, at character ${position}`;
  return new ToolError(
    "tool.invalid_input",
    `The query ${quote(query)} ${what}${place}: ${message}.`,
    {
      hint: "The language is described at https://docs.jsonata.org.",
    },
  );
}

function quote(query: string): string {
  return JSON.stringify(query.length > 80 ? `${query.slice(0, 79)}…` : query);
}
