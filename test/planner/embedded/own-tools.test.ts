import { expect, test } from "vitest";
import type { Json } from "../../../src/base/json.ts";
import { planFor, sketch } from "./planning.ts";
import { homeTools, ownTools } from "./tools.ts";

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

const AT_HOME: readonly Case[] = [
  [
    "Transcribe meeting.mp3, summarise the transcript and post the summary to the channel #general",
    [
      ["transcribe_audio", { file: "meeting.mp3" }],
      ["summarise", { text: "${transcribe_audio.transcript}" }],
      ["post_to_slack", { channel: "#general", message: "${summarise.summary}" }],
    ],
  ],
  [
    "Transcribe a.mp3 and b.mp3 and summarise both",
    [
      ["transcribe_audio", { file: "a.mp3" }],
      ["transcribe_audio#2", { file: "b.mp3" }],
      ["summarise", { text: "${transcribe_audio.transcript}" }],
      ["summarise#2", { text: "${transcribe_audio#2.transcript}" }],
    ],
  ],
  [
    "Recognize the text in scan.png and save it to scan.txt",
    [
      ["ocr", { image: "scan.png" }],
      ["save_file", { filename: "scan.txt", content: "${ocr.text}" }],
    ],
  ],
  ["What does the text in sign.png say?", [["ocr", { image: "sign.png" }]]],
  [
    "Resize photo.jpg to a width of 800 pixels",
    [["resize_image", { image: "photo.jpg", width: 800 }]],
  ],
  [
    'Create an event "Dinner" on 5 May 2027',
    [["create_event", { title: "Dinner", date: "2027-05-05" }]],
  ],
  [
    'Add the task "Buy milk" due tomorrow',
    [["add_task", { title: "Buy milk", due: "2026-11-22" }]],
  ],
  ["Turn the kitchen light on", [["turn_on_light", { room: "kitchen" }]]],
  ["Show me 3 recipes for lasagna", [["search_recipes", { query: "lasagna", max_results: 3 }]]],
  ["What is the stock price of AAPL?", [["stock_price", { symbol: "AAPL" }]]],
  [
    "Set the thermostat in the bedroom to 21 degrees",
    [["set_thermostat", { room: "bedroom", degrees: 21 }]],
  ],
  [
    'Post "Hello team" to #general',
    [["post_to_slack", { channel: "#general", message: "Hello team" }]],
  ],
  [
    "Render a chart of the orders of Alice and save it to alice.svg",
    [
      ["fetch_orders", { customer: "Alice" }],
      ["render_chart", { rows: "${fetch_orders.orders}" }],
      ["save_file", { filename: "alice.svg", content: "${render_chart.svg}" }],
    ],
  ],
  [
    "What is the air quality in Paris?",
    [
      ["geocode", { place: "Paris" }],
      ["air_quality", { latitude: "${geocode.latitude}", longitude: "${geocode.longitude}" }],
    ],
  ],
];

test.each(AT_HOME)("%j is planned with a household's tools", async (goal, calls) => {
  expect((await sketch(goal, homeTools())).calls).toEqual(calls);
});

test.each([
  "Turn off the light in the kitchen",
  'Delete the event "Dinner"',
  "Book a hotel in Rome",
  "Lower the blinds",
])("%j is refused by a household that cannot do it", async (goal) => {
  expect(await planFor(goal, homeTools())).toMatchObject({ status: "failed" });
});
