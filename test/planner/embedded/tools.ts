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

/** A household's tools. */
export function homeTools(): Tool[] {
  const record = z.record(z.string(), z.unknown());
  const image = z.string().describe("Path of the image.");
  return [
    described(
      "transcribe_audio",
      "Transcribe a recording into text.",
      "read",
      { file: z.string().describe("Path of the audio file.") },
      { transcript: z.string() },
    ),
    described("ocr", "Recognize the text in an image.", "read", { image }, { text: z.string() }),
    described(
      "resize_image",
      "Resize an image to a width and height in pixels.",
      "write",
      { image, width: z.int(), height: z.int().optional() },
      { path: z.string() },
    ),
    described(
      "create_event",
      "Create an event in the calendar.",
      "write",
      { title: z.string(), date: z.string().describe("Day of the event, ISO 8601.") },
      { id: z.string() },
    ),
    described(
      "turn_on_light",
      "Turn on the light in a room.",
      "write",
      { room: z.string().describe("Room, e.g. kitchen.") },
      { done: z.boolean() },
    ),
    described(
      "search_recipes",
      "Search recipes by ingredient or dish.",
      "read",
      { query: z.string(), max_results: z.int().default(5) },
      { recipes: z.array(record) },
    ),
    described(
      "stock_price",
      "Current price of a stock by its ticker symbol.",
      "read",
      { symbol: z.string().describe("Ticker symbol, e.g. AAPL.") },
      { price: z.number(), currency: z.string() },
    ),
    described(
      "fetch_orders",
      "Fetch the orders of a customer.",
      "read",
      { customer: z.string().describe("Name of the customer.") },
      { orders: z.array(record) },
    ),
    described(
      "summarise",
      "Summarise a text.",
      "none",
      { text: z.string() },
      { summary: z.string() },
    ),
    described(
      "post_to_slack",
      "Post a message to a Slack channel.",
      "write",
      { channel: z.string().describe("Channel, e.g. #general."), message: z.string() },
      { timestamp: z.string() },
    ),
    described(
      "render_chart",
      "Render rows as a bar chart.",
      "none",
      { rows: z.array(record), title: z.string().optional() },
      { svg: z.string() },
    ),
    described(
      "save_file",
      "Save text to a file.",
      "write",
      { filename: z.string(), content: z.string() },
      { filename: z.string() },
    ),
    described(
      "geocode",
      "Find the coordinates of a place.",
      "read",
      { place: z.string() },
      { latitude: z.number(), longitude: z.number() },
    ),
    described(
      "air_quality",
      "Air quality at coordinates.",
      "read",
      { latitude: z.number(), longitude: z.number() },
      { index: z.number(), rating: z.string() },
    ),
    described(
      "add_task",
      "Add a task to the to-do list.",
      "write",
      {
        title: z.string().describe("What is to be done."),
        due: z.string().optional().describe("Date when it is due."),
      },
      { id: z.string() },
    ),
    described(
      "set_thermostat",
      "Set the thermostat of a room to a temperature.",
      "write",
      { room: z.string(), degrees: z.number().describe("Temperature in degrees Celsius.") },
      { done: z.boolean() },
    ),
  ];
}
