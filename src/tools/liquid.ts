/**
 * Templates in Liquid, the part of Jinja's syntax that can execute nothing: `{{ name }}`,
 * filters, conditions and loops. A name that nothing is called by is an error, and so is a
 * tag that asks for another file.
 */

import type { Template } from "liquidjs";
import { ToolError } from "../base/errors.ts";
import { isPlainObject } from "../base/json.ts";

export const MAX_TEMPLATE = 1_000_000;
const RENDER_LIMIT_MS = 5_000;
/** In liquidjs's own units, about one for each letter or element that is made. */
const MEMORY_LIMIT = 10_000_000;

/** Tags that would read other files. */
const FILE_TAGS = ["include", "render", "layout", "block"];

/** A name that a template reads without giving it a value itself. */
export type TemplateVariable = {
  readonly name: string;
  /** Its field that is read, where that is written out. */
  readonly field: string | undefined;
  /** From 1. */
  readonly line: number;
  readonly column: number;
};

/** What is wrong with a template. */
export type TemplateProblem = {
  readonly message: string;
  readonly hint: string;
  readonly line?: number;
  readonly column?: number;
};

/**
 * Fill a template.
 * @throws {ToolError} `tool.invalid_input`, `tool.limit`, with line and column
 */
export async function fillTemplate(
  template: string,
  data: Readonly<Record<string, unknown>>,
): Promise<string> {
  const engine = await openEngine();
  try {
    return String(await engine.parseAndRender(template, data));
  } catch (error) {
    const { code, message, hint, line, column } = explain(error, data);
    const place = line === undefined ? "" : ` at line ${line}, column ${column}`;
    throw new ToolError(code, `The template fails${place}: ${message}.`, { hint, cause: error });
  }
}

/** Read a template without filling it: the names that it wants, or why it is none. */
export async function readTemplate(
  template: string,
): Promise<
  | { readonly variables: readonly TemplateVariable[]; readonly problem?: undefined }
  | { readonly problem: TemplateProblem }
> {
  const engine = await openEngine();
  let parsed: Template[];
  try {
    parsed = engine.parse(template);
  } catch (error) {
    return { problem: explain(error, {}) };
  }
  const { globals } = engine.analyzeSync(parsed, { partials: false });
  return {
    variables: Object.entries(globals).flatMap(([name, reads]) =>
      reads.map(({ segments: [, field], location: { row, col } }) => {
        return {
          name,
          field: typeof field === "string" ? field : undefined,
          line: row,
          column: col,
        };
      }),
    ),
  };
}

async function openEngine() {
  const { Liquid } = await import("liquidjs");
  const engine = new Liquid({
    strictVariables: true,
    strictFilters: true,
    // `{% if name %}` and the filter `default` are there to ask whether a name exists.
    lenientIf: true,
    ownPropertyOnly: true,
    outputEscape: toOutput,
    // Templates in memory, of which there are none, instead of the file system.
    templates: {},
    parseLimit: MAX_TEMPLATE,
    renderLimit: RENDER_LIMIT_MS,
    memoryLimit: MEMORY_LIMIT,
    // The same text on every machine.
    timezoneOffset: 0,
    locale: "en",
  });
  for (const tag of FILE_TAGS) delete engine.tags[tag];
  return engine;
}

/** Liquid writes nested data as `[object Object]`; JSON says more. */
function toOutput(value: unknown): string {
  if (isPlainObject(value)) return JSON.stringify(value);
  if (!Array.isArray(value)) return value as string;
  return value.some((element) => typeof element === "object" && element !== null)
    ? JSON.stringify(value)
    : value.join("");
}

/** What liquidjs throws; its own message repeats the place. */
type LiquidFailure = Error & {
  readonly originalError?: Error;
  readonly token?: { getPosition(): readonly number[] };
};

type Explained = TemplateProblem & { readonly code: "tool.invalid_input" | "tool.limit" };

function explain(error: unknown, data: Readonly<Record<string, unknown>>): Explained {
  const failure = error as LiquidFailure;
  const why = (failure.originalError ?? failure).message.replace(/, line:\d+, col:\d+$/, "");
  const [line, column] = failure.token?.getPosition() ?? [];
  const place = line === undefined || column === undefined ? {} : { line, column };
  return { ...explainWhy(why, data), ...place };
}

function explainWhy(why: string, data: Readonly<Record<string, unknown>>): Explained {
  const code = "tool.invalid_input";
  const [, missing] = /^undefined variable: (.+)$/.exec(why) ?? [];
  if (missing !== undefined) {
    const names = Object.keys(data).join(", ") || "none";
    const hint = `Names in data: ${names}. For one that may be absent write {{ ${missing} | default: "" }}.`;
    return { code, message: `nothing is called ${missing}`, hint };
  }
  if (why.includes("limit exceeded")) {
    return { code: "tool.limit", message: why, hint: "Loop over less data." };
  }
  const [, tag] = /^tag "(.+)" not found$/.exec(why) ?? [];
  if (tag !== undefined && FILE_TAGS.includes(tag)) {
    const hint = "Put everything into one template: include, render and layout find no files.";
    return { code, message: "it asks for another file", hint };
  }
  const hint = "The language is described at https://liquidjs.com/tutorials/intro-to-liquid.html.";
  return { code, message: why, hint };
}
