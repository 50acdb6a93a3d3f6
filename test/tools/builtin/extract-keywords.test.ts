import { describe, expect, it } from "vitest";
import { extractKeywords } from "../../../src/tools/builtin/extract-keywords.ts";
import { ARTICLE } from "./article.ts";
import { call } from "./call.ts";

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

  it("goes across the end of a wrapped line", async () => {
    const text =
      "All that the people of the valley want to have is solar\npower. They talk about solar power and nothing else.";
    expect((await extract(text, 1)).scored).toMatchObject([{ phrase: "solar power", count: 2 }]);
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

  it("writes terms without spaces where their words have none", async () => {
    const { keywords } = await extract("北京大学很大。北京大学很老。", 1);
    expect(keywords).toEqual(["北京大学"]);
  });

  it("counts apart what only begins alike", async () => {
    const text =
      "The universe is old. A university is not. The universe grows; universities teach.";
    const { scored } = await extract(text, 10);
    expect(scored).toContainEqual(expect.objectContaining({ phrase: "universe", count: 2 }));
  });

  it("gets through a text of very many words", async () => {
    const text = Array.from({ length: 150_000 }, (_, index) => `w${index.toString(36)}q`).join(" ");
    expect((await extract(text, 3)).keywords).toHaveLength(3);
  });
});
