import { describe, expect, it } from "vitest";
import { linesOf, paragraphsOf, sentencesOf, wordsOf } from "../../src/base/text-units.ts";

describe("sentences", () => {
  it.each([
    [
      "abbreviations, initials and decimals",
      "Dr. Smith went to the U.S. on Jan. 3. He met J. R. R. Tolkien, e.g. at 3.5 p.m. in St. Louis! See Fig. 4.",
      [
        "Dr. Smith went to the U.S. on Jan. 3.",
        "He met J. R. R. Tolkien, e.g. at 3.5 p.m. in St. Louis!",
        "See Fig. 4.",
      ],
    ],
    [
      "what may end a sentence and need not",
      "The U.S. Senate voted. She joined Apple Inc. The company grew. He took vitamin C. Then he slept.",
      [
        "The U.S. Senate voted.",
        "She joined Apple Inc.",
        "The company grew.",
        "He took vitamin C.",
        "Then he slept.",
      ],
    ],
    [
      "quoted questions",
      '"Really?" she asked. « Oui ! » dit-il. „Ja!“ rief er. (He left.) Silence.',
      ['"Really?" she asked.', "« Oui ! » dit-il.", "„Ja!“ rief er.", "(He left.)", "Silence."],
    ],
    [
      "German ordinals and abbreviations",
      "Am 3. März 2026 traf sich Hr. Müller mit Fr. Schmidt, z. B. in Köln. Es wurde spät.",
      ["Am 3. März 2026 traf sich Hr. Müller mit Fr. Schmidt, z. B. in Köln.", "Es wurde spät."],
    ],
    [
      "Chinese",
      "今天天气很好。我们去公园吧！你觉得怎么样？",
      ["今天天气很好。", "我们去公园吧！", "你觉得怎么样？"],
    ],
    [
      "Japanese quotes",
      "駅はどこですか？「はい」と言った。",
      ["駅はどこですか？", "「はい」と言った。"],
    ],
    ["Hindi", "यह एक वाक्य है। यह दूसरा है।", ["यह एक वाक्य है।", "यह दूसरा है।"]],
    [
      "titles, wrapped lines and lists",
      "Introduction\nThe plan is a graph of steps that is written before anything\nruns. It ends.\n- first item\n- second item\n\n1. One thing.",
      [
        "Introduction",
        "The plan is a graph of steps that is written before anything runs.",
        "It ends.",
        "- first item",
        "- second item",
        "1. One thing.",
      ],
    ],
    ["nothing but marks", " \n\n --- \n *** ", []],
  ])("are found with %s", (_, text, sentences) => {
    expect(sentencesOf(text)).toEqual(sentences);
  });

  it("joins wrapped Chinese lines without a space", () => {
    const line = "今天天气很好我们一起去公园散步然后回家吃饭看书写字画画唱歌跳舞睡觉起床上学";
    expect(sentencesOf(`${line}，\n再见。`)).toEqual([`${line}，再见。`]);
  });
});

describe("words", () => {
  it.each([
    [
      "Don't split well-known words—ever; it costs $3.50!",
      ["Don't", "split", "well-known", "words", "ever", "it", "costs", "3.50"],
    ],
    ["| a | - | **bold** |", ["a", "bold"]],
    ["東京都に行く。", ["東京", "都", "に", "行く"]],
    ["สวัสดีครับ hello", ["สวัสดี", "ครับ", "hello"]],
    ["हिन्दी में", ["हिन्दी", "में"]],
    ["", []],
  ])("of %j", (text, words) => {
    expect(wordsOf(text)).toEqual(words);
  });
});

it("takes Windows line ends for line ends, not for blank lines", () => {
  expect(paragraphsOf("a\r\nb\r\n\r\nc\r\n")).toEqual(["a\nb", "c"]);
  expect(linesOf("a\r\nb\r\n\r\nc\r\n")).toEqual(["a", "b", "", "c"]);
});

it.each([
  ["dashes", `a${"-".repeat(200_000)}b`],
  ["initials", "A. ".repeat(200_000)],
  ["line breaks", "\r\n".repeat(200_000)],
  ["wrapped lines", `${"so it goes on and on, in lines that are long,\n".repeat(20_000)}`],
])("takes time in proportion to the length of a text of nothing but %s", (_, text) => {
  // Anything quadratic would run into the time limit of the test.
  expect(
    sentencesOf(text).length + wordsOf(text).length + paragraphsOf(text).length,
  ).toBeGreaterThanOrEqual(0);
});
