import { describe, expect, test } from "vitest";
import type { Json } from "../../../src/base/json.ts";
import { sketch } from "./planning.ts";
import { offlineTools } from "./tools.ts";

const tools = offlineTools();

async function callsFor(goal: string): Promise<readonly (readonly [string, Json])[]> {
  return (await sketch(goal, tools)).calls;
}

const TWO_FILES = [
  ["read_file", { path: "a.md" }],
  ["read_file#2", { path: "b.md" }],
] as const;

describe("words that point back", () => {
  test.each([
    "Read a.md and b.md and compare them",
    "Read a.md. Then read b.md. Then compare them.",
    "Read both a.md and b.md, then compare both",
    "Compare a.md and b.md",
    "Compare a.md with b.md",
    "After reading a.md and b.md, compare them",
    "Is a.md the same as b.md?",
    "Show me the differences between a.md and b.md",
  ])("%j compares the two files in their order", async (goal) => {
    expect(await callsFor(goal)).toEqual([
      ...TWO_FILES,
      ["compare_texts", { a: "${read_file.text}", b: "${read_file#2.text}" }],
    ]);
  });

  test.each([
    "Summarize a.md and b.md and compare the summaries",
    "Summarize a.md and summarize b.md, then compare the two summaries",
    "Compare the summary of a.md with the summary of b.md",
    "Compare the summaries of a.md and b.md",
    "Take the summary of a.md and the summary of b.md and compare them",
    "Read a.md and b.md, summarize each and compare the summaries",
    "In parallel, summarize a.md and b.md. Then compare the two summaries.",
  ])("%j compares the summaries and not the files", async (goal) => {
    const calls = await callsFor(goal);
    expect(calls.at(-1)).toEqual([
      "compare_texts",
      { a: "${summarize_text.summary}", b: "${summarize_text#2.summary}" },
    ]);
    expect(calls).toHaveLength(5);
  });

  test.each([
    "Read a.md and b.md and count the words of each",
    "Read a.md and b.md, then count the words in both",
    "Count the words of a.md and b.md",
    "Count the words of a.md and of b.md",
  ])("%j counts the words of each file", async (goal) => {
    expect(await callsFor(goal)).toEqual(
      expect.arrayContaining([
        ...TWO_FILES,
        ["text_statistics", { text: "${read_file.text}" }],
        ["text_statistics#2", { text: "${read_file#2.text}" }],
      ]),
    );
  });

  test.each([
    ["Summarize notes.md and list its key terms", "${read_file.text}"],
    ["Summarize notes.md, then list the key terms of the summary", "${summarize_text.summary}"],
    ["Summarize notes.md and extract the key terms of the summary", "${summarize_text.summary}"],
  ])("%j takes the key terms of %s", async (goal, text) => {
    expect(await callsFor(goal)).toContainEqual(["extract_keywords", { text }]);
  });

  test("a pronoun and a file keep the order in which they are said", async () => {
    const calls = await callsFor("Fetch https://example.com/a and compare local.md with it");
    expect(calls.at(-1)).toEqual([
      "compare_texts",
      { a: "${read_file.text}", b: "${http_fetch.text}" },
    ]);
  });

  test("a file that is named twice is read once", async () => {
    const calls = await callsFor("Count the words of notes.md and summarize notes.md");
    expect(calls.filter(([tool]) => tool.startsWith("read_file"))).toHaveLength(1);
  });

  test("“both” is written down as one text with a title for each", async () => {
    const calls = await callsFor(
      "Summarize a.md, list the key terms of b.md, and write both into c.md",
    );
    expect(calls.at(-1)).toEqual([
      "write_file",
      {
        path: "c.md",
        text: 'Summary of a.md:\n\n${summarize_text.summary}\n\nKeywords of b.md:\n\n${join(extract_keywords.keywords, "\\n")}',
      },
    ]);
  });

  test("parts of one phrase come from tools of their own", async () => {
    const calls = await callsFor("Write a summary of a.md and the keywords of b.md to c.md");
    expect(calls.map(([tool]) => tool)).toEqual([
      "read_file",
      "summarize_text",
      "read_file#2",
      "extract_keywords",
      "write_file",
    ]);
  });

  test("numbers that were asked for can be added up", async () => {
    const calls = await callsFor("Count the words of a.md and of b.md and add them up");
    expect(calls.at(-1)).toEqual([
      "calculate",
      { expression: "${text_statistics.words} + ${text_statistics#2.words}" },
    ]);
  });
});

describe("branches that come together", () => {
  test.each([
    "Summarize a.md, list the key terms of b.md, and write both into c.md",
    "Summarize a.md and list the key terms of b.md, then write both results into c.md",
    "Write a summary of a.md and the keywords of b.md to c.md",
    "Get a summary of a.md and the key terms of b.md and merge both into c.md",
    "Summarize a.md and, at the same time, list the key terms of b.md; then put both into c.md",
  ])("%j has one batch for each stage of both branches", async (goal) => {
    expect((await sketch(goal, tools)).batches).toEqual([
      ["read_file", "read_file#2"],
      ["summarize_text", "extract_keywords"],
      ["write_file"],
    ]);
  });

  test.each([
    "Count the words of a.md and b.md and write the total to total.txt",
    "Count the words in a.md and in b.md, add them up, and save the result to total.txt",
  ])("%j writes the sum", async (goal) => {
    const { calls } = await sketch(goal, tools);
    expect(calls.slice(-2)).toEqual([
      ["calculate", { expression: "${text_statistics.words} + ${text_statistics#2.words}" }],
      ["write_file", { path: "total.txt", text: "${calculate.text}" }],
    ]);
  });

  test("what is asked of one file is not asked of the other", async () => {
    const calls = await callsFor(
      "Extract people from a.md and organizations from b.md, then write everything to names.md",
    );
    expect(calls).toContainEqual([
      "extract_entities",
      { kinds: ["people"], text: "${read_file.text}" },
    ]);
    expect(calls).toContainEqual([
      "extract_entities#2",
      { kinds: ["organizations"], text: "${read_file#2.text}" },
    ]);
    expect(calls.at(-1)?.[1]).toMatchObject({
      text: expect.stringMatching(/^People of a\.md:[\s\S]*Organizations of b\.md:/),
    });
  });

  test("a file that is only named as a source is never written to", async () => {
    const calls = await callsFor(
      "Write the number of words in a.md and the number of words in b.md into counts.txt",
    );
    expect(calls.filter(([tool]) => tool.startsWith("write_file"))).toEqual([
      [
        "write_file",
        {
          path: "counts.txt",
          text: "Words of a.md: ${text_statistics.words}\n\nWords of b.md: ${text_statistics#2.words}",
        },
      ],
    ]);
  });
});

describe("batches", () => {
  test("what does not depend on each other is one batch", async () => {
    const { batches } = await sketch(
      "Count the words of a.md, list the key terms of b.md, and write both to c.md",
      tools,
    );
    expect(batches).toEqual([
      ["read_file", "read_file#2"],
      ["text_statistics", "extract_keywords"],
      ["write_file"],
    ]);
  });

  test("a page and a file are fetched side by side, and then compared", async () => {
    const { batches } = await sketch("compare https://example.com/a with local.md", tools);
    expect(batches).toEqual([["http_fetch", "read_file"], ["compare_texts"]]);
  });

  test("two questions about one file wait only for the file", async () => {
    const { batches } = await sketch("Summarize report.pdf and list its key terms", tools);
    expect(batches).toEqual([["read_file"], ["summarize_text", "extract_keywords"]]);
  });
});
