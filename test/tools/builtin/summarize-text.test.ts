import { describe, expect, it } from "vitest";
import { summarizeText } from "../../../src/tools/builtin/summarize-text.ts";
import { ARTICLE } from "./article.ts";
import { call } from "./call.ts";

describe("summarize_text", () => {
  type Output = { summary: string; sentences: string[] };
  const summarize = (text: string, sentences?: number) =>
    call<Output>(summarizeText, { text, ...(sentences !== undefined && { sentences }) });

  it("gives as many sentences as asked, as they stand and in order", async () => {
    const { summary, sentences } = await summarize(ARTICLE, 3);
    expect(sentences).toHaveLength(3);
    expect(summary).toBe(sentences.join(" "));
    const flat = ARTICLE.replace(/\s+/g, " ");
    const places = sentences.map((sentence) => flat.indexOf(sentence));
    expect(places).not.toContain(-1);
    expect(places.toSorted((a, b) => a - b)).toEqual(places);
  });

  it("takes what the text is about, and neither asides nor headings, tables and code", async () => {
    const { summary } = await summarize(ARTICLE, 3);
    expect(summary).toContain("solar power");
    expect(summary).toContain("cooperative");
    expect(summary).not.toMatch(/goats did not|rained|Read the report|const solar|\|/);
  });

  it("does not say the same twice", async () => {
    const said = "The council decided to build a new library in the centre of the town.";
    const again = "The council has decided to build the new library in the town centre.";
    const other = "Critics fear that the costs of the building will grow beyond the budget.";
    const { sentences } = await summarize(`${said} ${again} ${other}`, 2);
    expect(sentences).toEqual([said, other]);
  });

  it("takes all of a short text, and nothing of an empty one", async () => {
    expect((await summarize("Only this. And that!", 5)).sentences).toEqual([
      "Only this.",
      "And that!",
    ]);
    expect((await summarize("One title")).sentences).toEqual(["One title"]);
    expect(await summarize("")).toEqual({ summary: "", sentences: [] });
  });

  it("reads other languages", async () => {
    const text =
      "Die Bahn baut eine neue Strecke nach Norden. Es regnet. Die neue Strecke der Bahn verkürzt die Fahrt nach Norden um eine Stunde.";
    expect((await summarize(text, 1)).summary).toContain("Strecke");
  });

  it("gets through what is nested deeper than anybody reads", async () => {
    const list = Array.from({ length: 1_000 }, (_, depth) => `${" ".repeat(depth)}- x`).join("\n");
    const quotes = `${">".repeat(20_000)} The lamp in the hall is on.`;
    expect((await summarize(`${quotes}\n\n${list}`)).summary).toBe("The lamp in the hall is on.");
  });

  it("takes indented paragraphs for text, and indented code for code", async () => {
    const text =
      "# Night\n\n    It was a dark night in the town.\n\nThen the rain came down.\n\n    x = f(1)\n";
    expect((await summarize(text)).sentences).toEqual([
      "It was a dark night in the town.",
      "Then the rain came down.",
    ]);
  });

  it("gives a sentence once, however often it stands there", async () => {
    const text = `${"The bell rings again. ".repeat(5)}Nobody opens the door.`;
    expect((await summarize(text)).sentences).toEqual([
      "The bell rings again.",
      "Nobody opens the door.",
    ]);
  });

  it("joins sentences without a space where none stands between them", async () => {
    expect((await summarize("今天的天气非常好。我们一起去公园散步吧！")).summary).toBe(
      "今天的天气非常好。我们一起去公园散步吧！",
    );
  });
});
