import { describe, expect, it } from "vitest";
import { textStatistics } from "../../../src/tools/builtin/text-statistics.ts";
import { call } from "./call.ts";

const count = (text: string) => call<Readonly<Record<string, number>>>(textStatistics, { text });

describe("text_statistics", () => {
  it("counts an English text as a person would", async () => {
    const text = [
      "The harbour was empty. Nobody had told Dr. Weber that the 7.30 ferry wasn't",
      "running!",
      "",
      "He waited; the well-known gulls waited, too. The harbour stayed empty.",
      "",
    ].join("\n");
    expect(await count(text)).toEqual({
      // 4 + 11 and 7 + 4; "the" stands there four times, three others twice.
      words: 26,
      unique_words: 20,
      characters: 157,
      characters_without_spaces: 130,
      sentences: 4,
      paragraphs: 2,
      lines: 4,
      average_words_per_sentence: 6.5,
      average_word_length: 4.73,
      longest_sentence_words: 11,
      reading_time_seconds: 7,
    });
  });

  it("counts words where no spaces part them", async () => {
    expect(await count("今天天气很好。我们去公园吧！")).toMatchObject({
      words: 7,
      characters: 14,
      sentences: 2,
      lines: 1,
    });
    expect(await count("สวัสดีครับ วันนี้อากาศดี")).toMatchObject({
      words: 6,
      characters_without_spaces: 16,
    });
  });

  it("counts characters as they are seen", async () => {
    // A family of four, a flag, an e with a combining accent, and a line break.
    expect(await count("👨‍👩‍👧‍👦🇨🇭e\u0301\r\n")).toMatchObject({
      characters: 4,
      characters_without_spaces: 3,
      lines: 1,
    });
  });

  it("counts nothing in an empty text", async () => {
    expect(new Set(Object.values(await count(" \n\n")))).toEqual(new Set([0, 3, 2]));
    expect(new Set(Object.values(await count("")))).toEqual(new Set([0]));
  });
});
