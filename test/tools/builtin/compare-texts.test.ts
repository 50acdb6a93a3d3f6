import { describe, expect, it } from "vitest";
import type { Json } from "../../../src/base/json.ts";
import { compareTexts } from "../../../src/tools/builtin/compare-texts.ts";
import { call } from "./call.ts";

type Output = {
  readonly identical: boolean;
  readonly similarity: number;
  readonly added: readonly string[];
  readonly removed: readonly string[];
  readonly diff: string;
  readonly summary: string;
};

const compare = (input: Json) => call<Output>(compareTexts, input);

const OLD = "Shipping\n\nWe ship within 5 days.\nReturns are free.\nThank you.\n";
const NEW =
  "Shipping\n\nWe ship within 2 days.\nReturns are free.\nGifts are wrapped.\nThank you.\n";

describe("compare_texts", () => {
  it("lists what was added and removed, and shows it as a diff", async () => {
    expect(await compare({ a: OLD, b: NEW, label_a: "old.md", label_b: "new.md" })).toEqual({
      identical: false,
      // 11 and 14 words, 12 and 15 pairs; (within, 5), (5, days), (free, Thank) are gone.
      similarity: 0.6667,
      added: ["We ship within 2 days.", "Gifts are wrapped."],
      removed: ["We ship within 5 days."],
      diff: [
        "--- old.md",
        "+++ new.md",
        "@@ -1,5 +1,6 @@",
        " Shipping",
        " ",
        "-We ship within 5 days.",
        "+We ship within 2 days.",
        " Returns are free.",
        "+Gifts are wrapped.",
        " Thank you.",
        "",
      ].join("\n"),
      summary:
        "new.md adds 2 lines to old.md and removes 1 line; 4 lines stayed the same. They are 67 % similar.",
    });
  });

  it("compares word by word, neighbours together", async () => {
    const output = await compare({ a: OLD, b: NEW, granularity: "words" });
    expect(output).toMatchObject({ added: ["2", "Gifts are wrapped"], removed: ["5"] });
    expect(output.summary).toContain("adds 4 words to a and removes 1 word");
  });

  it("compares sentence by sentence, however lines are wrapped", async () => {
    const a = "The lamp is on. It shines brightly in the long corridor of the house. Nobody came.";
    const b =
      "The lamp is on. It shines brightly in the long corridor\nof the house. Somebody came.";
    expect(await compare({ a, b, granularity: "sentences" })).toMatchObject({
      added: ["Somebody came."],
      removed: ["Nobody came."],
    });
  });

  it.each([
    ["the same text", "One two three.", "One two three.", 1],
    ["other spaces only", "One two  three.", "One\ntwo three.", 1],
    ["no word in common", "One two three.", "Four five six.", 0],
    ["the words in another order", "one two three", "three two one", 0],
    ["a word of ten replaced", "a b c d e f g h i j", "a b c d X f g h i j", 0.8182],
    [
      "paragraphs that changed places",
      "a b c d e.\n\nf g h i j.",
      "f g h i j.\n\na b c d e.",
      0.7273,
    ],
    ["Chinese", "今天天气很好", "今天天气很坏", 0.4444],
    ["nothing twice", "", "", 1],
    ["nothing and something", "", "something", 0],
  ])("%s: measures how similar they are", async (_, a, b, similarity) => {
    expect(await compare({ a, b })).toMatchObject({ similarity, identical: a === b });
  });

  it("says so when only line ends differ", async () => {
    expect(await compare({ a: "x\ny\n", b: "x\r\ny" })).toMatchObject({
      identical: false,
      diff: "",
      summary:
        "a and b have the same lines and differ only in what stands between them. They are 100 % similar.",
    });
  });
});
