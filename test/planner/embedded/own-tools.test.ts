import { expect, test } from "vitest";
import type { Json } from "../../../src/base/json.ts";
import { sketch } from "./planning.ts";
import { ownTools } from "./tools.ts";

const tools = ownTools();

type Call = readonly [tool: string, input: Json];
type Case = readonly [goal: string, calls: readonly Call[]];

/** Tools that the planner has never heard of, by their names, descriptions and schemas. */
const CASES: readonly Case[] = [
  [
    "How many words are in report.txt?",
    [
      ["load_document", { file: "report.txt" }],
      ["tally_words", { content: "${load_document.content}" }],
    ],
  ],
  [
    "Load report.txt and tally its words",
    [
      ["load_document", { file: "report.txt" }],
      ["tally_words", { content: "${load_document.content}" }],
    ],
  ],
  [
    "Download https://example.com/a and count its words",
    [
      ["download", { link: "https://example.com/a" }],
      ["tally_words", { content: "${download.body}" }],
    ],
  ],
  [
    "Translate report.txt into German and store it as bericht.txt",
    [
      ["load_document", { file: "report.txt" }],
      ["translate", { target_language: "German", content: "${load_document.content}" }],
      ["store_document", { file: "bericht.txt", content: "${translate.translation}" }],
    ],
  ],
  [
    "Send the translation of letter.txt into Italian to anna@example.org",
    [
      ["load_document", { file: "letter.txt" }],
      ["translate", { target_language: "Italian", content: "${load_document.content}" }],
      ["send_mail", { recipient: "anna@example.org", message: "${translate.translation}" }],
    ],
  ],
  [
    "Translate a.txt and b.txt into Spanish",
    [
      ["load_document", { file: "a.txt" }],
      ["load_document#2", { file: "b.txt" }],
      ["translate", { target_language: "Spanish", content: "${load_document.content}" }],
      ["translate#2", { target_language: "Spanish", content: "${load_document#2.content}" }],
    ],
  ],
  ["What is the weather in Rome?", [["get_weather", { city: "Rome" }]]],
  [
    "Give me the weather forecast for New York for the next 5 days",
    [["get_weather", { city: "New York", days: 5 }]],
  ],
  [
    "Email the weather in Oslo to per@example.no",
    [
      ["get_weather", { city: "Oslo" }],
      ["send_mail", { recipient: "per@example.no", message: "${get_weather.forecast}" }],
    ],
  ],
  [
    'Send an email to bob@example.com saying "Dinner at eight"',
    [["send_mail", { recipient: "bob@example.com", message: "Dinner at eight" }]],
  ],
  [
    "Find customers in Norway, make a spreadsheet and store it in norway.csv",
    [
      ["find_customers", { country: "Norway" }],
      ["make_spreadsheet", { rows: "${find_customers.customers}" }],
      ["store_document", { file: "norway.csv", content: "${make_spreadsheet.sheet}" }],
    ],
  ],
  ["Convert 20 USD to EUR", [["convert_currency", { amount: 20, from: "USD", to: "EUR" }]]],
];

test.each(CASES)("%j is planned with a user's own tools", async (goal, calls) => {
  expect((await sketch(goal, tools)).calls).toEqual(calls);
});

test("several numbers are mailed as one message with a line for each", async () => {
  const { calls } = await sketch(
    "Count the words of a.txt and of b.txt and mail both numbers to bob@example.com",
    tools,
  );
  expect(calls.at(-1)).toEqual([
    "send_mail",
    {
      recipient: "bob@example.com",
      message: "Total of a.txt: ${tally_words.total}\n\nTotal of b.txt: ${tally_words#2.total}",
    },
  ]);
});
