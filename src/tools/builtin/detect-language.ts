import { z } from "zod";
import { defineTool } from "../define-tool.ts";
import { guessLanguages } from "../language.ts";
import { proseOf } from "../prose.ts";

const MAX_CANDIDATES = 5;

export const detectLanguage = defineTool({
  name: "detect_language",
  description: "Detect the language that a text is written in, e.g. English or German.",
  input: z.object({ text: z.string().describe("The text, a sentence or more.") }),
  output: z.object({
    language: z
      .string()
      .nullable()
      .describe("ISO 639-1 code of the language, e.g. en; null when the text does not tell."),
    name: z.string().nullable().describe("English name of the language, e.g. German; or null."),
    confidence: z.number().describe("How sure that is, 0 to 1."),
    candidates: z
      .array(z.object({ language: z.string(), name: z.string(), confidence: z.number() }))
      .describe("The likeliest languages, best first."),
  }),
  effects: "none",
  async run({ text }) {
    const { guesses, isReliable } = await guessLanguages((await proseOf(text)).text);
    const candidates = guesses.slice(0, MAX_CANDIDATES).map(({ code, confidence }) => {
      return { language: code, name: NAMES.of(code) ?? code, confidence };
    });
    const [best] = candidates;
    if (best === undefined || !isReliable) {
      return { language: null, name: null, confidence: 0, candidates };
    }
    return { ...best, candidates };
  },
});

const NAMES = new Intl.DisplayNames("en", { type: "language" });
