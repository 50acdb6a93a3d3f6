import { z } from "zod";
import { joinSpaced, sentencesOf } from "../../base/text-units.ts";
import { defineTool } from "../define-tool.ts";
import { vocabularyOf } from "../language.ts";
import { proseOf } from "../prose.ts";
import { centralSentences } from "../sentence-ranking.ts";

export const summarizeText = defineTool({
  name: "summarize_text",
  description:
    "Summarize a text or document (summary): its most important sentences, in their order, as they stand.",
  input: z.object({
    text: z.string().describe("The text to summarize; Markdown is understood."),
    sentences: z
      .int()
      .min(1)
      .max(100)
      .default(3)
      .describe("Number of sentences in the summary, e.g. 3."),
  }),
  output: z.object({
    summary: z.string().describe("The summary as a text."),
    sentences: z.array(z.string()).describe("The sentences of the summary, in order."),
  }),
  effects: "none",
  async run({ text, sentences: count }) {
    const prose = await proseOf(text);
    const paragraphs = prose.paragraphs.map(sentencesOf).filter((list) => list.length > 0);
    // A text of headings and items has no sentences but these.
    const all = paragraphs.length > 0 ? paragraphs : [sentencesOf(prose.text)];
    const sentences = centralSentences(all, count, await vocabularyOf(prose.text));
    return { summary: joinSpaced(sentences), sentences };
  },
});
