import { describe, expect, it } from "vitest";
import { detectLanguage } from "../../../src/tools/builtin/detect-language.ts";
import { extractEntities } from "../../../src/tools/builtin/extract-entities.ts";
import { extractKeywords } from "../../../src/tools/builtin/extract-keywords.ts";
import { summarizeText } from "../../../src/tools/builtin/summarize-text.ts";
import { call } from "./call.ts";

const ARTICLE = `# Solar power in the valley

The valley gets most of its electricity from solar power since the dam was closed. Solar panels now cover
the roofs of nearly every farm, and the cooperative sells what is left over.

It rained on Tuesday.

| year | share |
|---|---|
| 2020 | 12 % |

- Read the report
- The cooperative pays farmers for solar power that they feed into the grid.

\`\`\`
const solar = "power";
\`\`\`

Farmers who joined the cooperative say that solar power pays for itself within six years. Anna Berg, who
keeps goats, put solar panels on her stable. The goats did not notice. Without the solar panels, says the
cooperative, the valley would buy electricity from the coal plant again.
`;

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
});

describe("extract_keywords", () => {
  type Output = { keywords: string[]; scored: { phrase: string; score: number; count: number }[] };
  const extract = (text: string, limit = 10) => call<Output>(extractKeywords, { text, limit });

  it("gives the terms that a text is about, best first, each once in one form", async () => {
    const { keywords, scored } = await extract(ARTICLE, 6);
    expect(keywords[0]).toBe("solar power");
    expect(keywords).toEqual(expect.arrayContaining(["solar panels", "cooperative", "valley"]));
    expect(scored.map(({ phrase }) => phrase)).toEqual(keywords);
    expect(scored[0]).toMatchObject({ score: 1, count: 4 });
    const scores = scored.map(({ score }) => score);
    expect(scores.toSorted((a, b) => b - a)).toEqual(scores);
  });

  it("folds forms of a word, keeps names as they are written, and leaves out stop words", async () => {
    const text =
      "The dogs sleep. A dog barked at Ada Lovelace. Ada Lovelace likes dogs, and it is what it is.";
    const { scored } = await extract(text, 4);
    expect(scored).toContainEqual(expect.objectContaining({ phrase: "Ada Lovelace", count: 2 }));
    expect(scored).toContainEqual(expect.objectContaining({ phrase: "dogs", count: 3 }));
    expect(scored.map(({ phrase }) => phrase)).not.toContain("is");
  });

  it("does not go across punctuation", async () => {
    const { keywords } = await extract(
      "There is coffee, sugar; coffee, sugar. And then coffee, sugar.",
    );
    expect(keywords).toEqual(["coffee", "sugar"]);
  });

  it("uses the stop words of the text's language", async () => {
    const text =
      "Der Hund und die Katze sind im Garten. Der Hund und die Katze spielen mit dem Ball im Garten.";
    const { keywords } = await extract(text, 3);
    expect(new Set(keywords.map((word) => word.toLowerCase()))).toEqual(
      new Set(["garten", "hund", "katze"]),
    );
  });

  it("finds nothing in nothing", async () => {
    expect(await extract("")).toEqual({ keywords: [], scored: [] });
    expect((await extract("the and of 123")).keywords).toEqual([]);
  });
});

describe("extract_entities", () => {
  type Output = {
    people: string[];
    organizations: string[];
    amounts: string[];
    urls: string[];
    dates: { text: string; iso: string | null }[];
  };
  const extract = (text: string, kinds?: string[]) =>
    call<Output>(extractEntities, { text, ...(kinds && { kinds }) });

  it("finds what a text names, by kind and in order", async () => {
    const text = `## MINUTES

Dr. Jane Smith of Acme Corp. met Angela Merkel at the **Bank of England** in London on 3 March 2024.
Microsoft announced a deal worth $2.5 billion (12% more than in 2023). Merkel lives in Berlin.
Mail ada@example.com, or see [the page](https://example.com/a?b=1).`;
    expect(await extract(text)).toEqual({
      people: ["Jane Smith", "Angela Merkel"],
      places: ["London", "Berlin"],
      organizations: ["Bank of England", "Acme Corp.", "Microsoft"],
      dates: [{ text: "3 March 2024", iso: "2024-03-03" }],
      amounts: ["$2.5 billion", "12%"],
      emails: ["ada@example.com"],
      urls: ["https://example.com/a?b=1"],
    });
  });

  it("gives only the kinds that are asked for", async () => {
    const found = await extract("Ada Lovelace lived in London; ada@example.com", ["people"]);
    expect(found).toMatchObject({ people: ["Ada Lovelace"], places: [], emails: [] });
  });

  it("does not take the end of one sentence and the beginning of the next for one name", async () => {
    const { organizations } = await extract(
      "They met Wei Zhang. Siemens AG signed, and so did NASA.",
    );
    expect(organizations).toEqual(["Siemens AG", "NASA"]);
  });

  it.each<[string, { text: string; iso: string | null }[]]>([
    ["Due 2024-05-01.", [{ text: "2024-05-01", iso: "2024-05-01" }]],
    ["In May 2024 it was warm.", [{ text: "May 2024", iso: null }]],
    ["It may rain.", []],
  ])("reads the dates of %j", async (text, dates) => {
    expect((await extract(text, ["dates"])).dates).toEqual(dates);
  });

  it.each<[string, string[]]>([
    [
      "€ 5, 1,200.50 USD and 3 million euros; 7 percent",
      ["€ 5", "1,200.50 USD", "3 million euros", "7 percent"],
    ],
    ["Room 5, 20 people, 3.5 km", []],
  ])("reads the amounts of %j", async (text, amounts) => {
    expect((await extract(text, ["amounts"])).amounts).toEqual(amounts);
  });

  it("finds nothing in nothing, and gets through a long line of digits and letters", async () => {
    expect((await extract("")).people).toEqual([]);
    const hostile = `${"1,".repeat(20_000)} ${"a@".repeat(20_000)} ${"Aa ".repeat(5_000)}`;
    expect((await extract(hostile, ["amounts", "emails", "urls"])).urls).toEqual([]);
  });
});

describe("detect_language", () => {
  type Output = { language: string | null; name: string | null; candidates: unknown[] };
  it.each([
    ["The quick brown fox jumps over the lazy dog.", "en", "English"],
    ["Der schnelle braune Fuchs springt über den faulen Hund.", "de", "German"],
    ["El rápido zorro marrón salta sobre el perro perezoso.", "es", "Spanish"],
    ["今天天气很好，我们去公园吧。", "zh", "Chinese"],
    ["안녕하세요", "ko", "Korean"],
  ])("tells %s", async (text, language, name) => {
    expect(await call<Output>(detectLanguage, { text })).toMatchObject({ language, name });
  });

  it.each(["", "12345", "ok"])("does not guess at %j", async (text) => {
    expect(await call<Output>(detectLanguage, { text })).toMatchObject({
      language: null,
      name: null,
    });
  });
});
