/** Tools as plans see them; none is ever run here. */

import { z } from "zod";
import { builtinTools } from "../../../src/tools/builtin/all.ts";
import { defineTool } from "../../../src/tools/define-tool.ts";
import type { Tool } from "../../../src/tools/tool.ts";

type Shape = Record<string, z.ZodType>;

function described(
  name: string,
  description: string,
  effects: "none" | "read" | "write",
  input: Shape,
  output: Shape,
): Tool {
  const run = () => {
    throw new Error("Planning runs no tool.");
  };
  return defineTool({
    name,
    description,
    effects,
    input: z.object(input),
    output: z.object(output),
    run,
  });
}

/** What is offered where no model is configured. */
export function offlineTools(): Tool[] {
  return builtinTools({ allowPrivateHosts: false }).filter(({ needsModel }) => !needsModel);
}

/** A workshop's own tools: none is named like a builtin one. */
export function ownTools(): Tool[] {
  const record = z.record(z.string(), z.unknown());
  return [
    described(
      "load_document",
      "Load a document from disk and give its content.",
      "read",
      { file: z.string().describe("Path of the document.") },
      { content: z.string().describe("The content of the document."), pages: z.int() },
    ),
    described(
      "download",
      "Download a web page and give its plain text.",
      "read",
      { link: z.string().describe("URL of the page.") },
      { body: z.string().describe("The text of the page.") },
    ),
    described(
      "tally_words",
      "Count the words of a text.",
      "none",
      { content: z.string().describe("The text whose words are counted.") },
      { total: z.int().describe("Number of words.") },
    ),
    described(
      "translate",
      "Translate a text into another language.",
      "none",
      {
        content: z.string().describe("The text to translate."),
        target_language: z.string().describe("Language to translate into, e.g. German."),
      },
      { translation: z.string() },
    ),
    described(
      "store_document",
      "Store a text as a document on disk.",
      "write",
      { file: z.string().describe("Path of the document."), content: z.string() },
      { file: z.string() },
    ),
    described(
      "get_weather",
      "Get the weather forecast for a city.",
      "read",
      {
        city: z.string().describe("Name of the city."),
        days: z.int().min(1).max(14).default(3).describe("Number of days."),
      },
      { forecast: z.string(), temperature: z.number() },
    ),
    described(
      "send_mail",
      "Send an email message to a recipient.",
      "write",
      {
        recipient: z.string().describe("Email address of the recipient."),
        subject: z.string().optional(),
        message: z.string().describe("Text of the message."),
      },
      { sent: z.boolean() },
    ),
    described(
      "find_customers",
      "Find customers by country.",
      "read",
      { country: z.string().describe("Country the customers live in.") },
      { customers: z.array(record).describe("One row per customer.") },
    ),
    described(
      "convert_currency",
      "Convert an amount of money from one currency into another.",
      "read",
      {
        amount: z.number().describe("How much money."),
        from: z.string().describe("Currency to convert from, e.g. USD."),
        to: z.string().describe("Currency to convert into, e.g. EUR."),
      },
      { result: z.number() },
    ),
    described(
      "make_spreadsheet",
      "Make a spreadsheet text from rows.",
      "none",
      { rows: z.array(record).describe("The rows of the table.") },
      { sheet: z.string().describe("The table as text.") },
    ),
  ];
}
