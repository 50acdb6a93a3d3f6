import { z } from "zod";
import { sentencesOf } from "../../base/text-units.ts";
import { defineTool } from "../define-tool.ts";
import { rankPhrases } from "../key-phrases.ts";
import { vocabularyOf } from "../language.ts";
import { proseOf } from "../prose.ts";

export const extractKeywords = defineTool({
  name: "extract_keywords",
  description:
    "Find the key terms of a text: its keywords and key phrases, the main topics, most important first.",
  input: z.object({
    text: z.string().describe("The text to find key terms in; Markdown is understood."),
    limit: z.int().min(1).max(200).default(10).describe("How many key terms to give at most."),
  }),
  output: z.object({
    keywords: z.array(z.string()).describe("The key terms, most important first."),
    scored: z
      .array(
        z.object({
          phrase: z.string().describe("The key term."),
          score: z.number().describe("Importance, 1 for the first."),
          count: z.int().describe("How often it occurs."),
        }),
      )
      .describe("The key terms with their scores, as rows."),
  }),
  effects: "none",
  async run({ text, limit }) {
    const prose = await proseOf(text);
    // A phrase may go over the end of a line, but not of a sentence.
    const sentences = sentencesOf(prose.text).join("\n");
    const scored = rankPhrases(sentences, limit, await vocabularyOf(prose.text));
    return { keywords: scored.map(({ phrase }) => phrase), scored };
  },
});
