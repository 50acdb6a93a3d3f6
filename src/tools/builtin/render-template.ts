import { z } from "zod";
import { ToolError } from "../../base/errors.ts";
import { isPlainObject } from "../../base/json.ts";
import { defineTool } from "../define-tool.ts";

const MAX_TEMPLATE = 1_000_000;
const RENDER_LIMIT_MS = 5_000;
/** In liquidjs's own units, about one for each letter or element that is made. */
const MEMORY_LIMIT = 10_000_000;

export const renderTemplate = defineTool({
  name: "render_template",
  description:
    "Fill a text template with data: write a letter, report or list from values and rows, with Liquid placeholders {{ name }}, conditions {% if %} and loops {% for row in rows %}.",
  input: z.object({
    template: z
      .string()
      .max(MAX_TEMPLATE)
      .describe("The Liquid template, e.g. Dear {{ customer.name }}. Unknown names are errors."),
    data: z
      .record(z.string(), z.unknown())
      .default({})
      .describe("The values of the placeholders by name, e.g. { customer: { name: 'Ada' } }."),
  }),
  output: z.object({ text: z.string().describe("The filled template.") }),
  effects: "none",
  async run({ template, data }) {
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
    try {
      return { text: String(await engine.parseAndRender(template, data)) };
    } catch (error) {
      throw toToolError(error, data);
    }
  },
});

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

function toToolError(error: unknown, data: Readonly<Record<string, unknown>>): ToolError {
  const failure = error as LiquidFailure;
  const why = (failure.originalError ?? failure).message.replace(/, line:\d+, col:\d+$/, "");
  const [line, column] = failure.token?.getPosition() ?? [];
  const place = line === undefined ? "" : ` at line ${line}, column ${column}`;
  const { code, message, hint } = explain(why, data);
  return new ToolError(code, `The template fails${place}: ${message}.`, { hint, cause: error });
}

function explain(why: string, data: Readonly<Record<string, unknown>>) {
  const [, missing] = /^undefined variable: (.+)$/.exec(why) ?? [];
  if (missing !== undefined) {
    const names = Object.keys(data).join(", ") || "none";
    return {
      code: "tool.invalid_input",
      message: `nothing is called ${missing}`,
      hint: `Names in data: ${names}. For one that may be absent write {{ ${missing} | default: "" }}.`,
    } as const;
  }
  if (why.includes("limit exceeded")) {
    return { code: "tool.limit", message: why, hint: "Loop over less data." } as const;
  }
  if (why.startsWith("ENOENT")) {
    return {
      code: "tool.invalid_input",
      message: "it asks for another file",
      hint: "Put everything into one template: include, render and layout find no files.",
    } as const;
  }
  return {
    code: "tool.invalid_input",
    message: why,
    hint: "The language is described at https://liquidjs.com/tutorials/intro-to-liquid.html.",
  } as const;
}
