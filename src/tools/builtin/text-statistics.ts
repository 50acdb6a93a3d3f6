import { z } from "zod";
import { linesOf, paragraphsOf, sentencesOf, wordsOf } from "../../base/text-units.ts";
import { defineTool } from "../define-tool.ts";

/** Silent reading of English non-fiction, words a minute (Brysbaert 2019, a meta-analysis). */
const READING_SPEED = 238;

export const textStatistics = defineTool({
  name: "text_statistics",
  description:
    "Count the words, characters, sentences, paragraphs and lines of a text (word count, length), with averages and the reading time.",
  input: z.object({ text: z.string().describe("The text to count, e.g. the text of read_file.") }),
  output: z.object({
    words: z.int().describe("Number of words."),
    unique_words: z.int().describe("Number of different words, upper and lower case alike."),
    characters: z.int().describe("Number of characters as a reader sees them, spaces included."),
    characters_without_spaces: z.int().describe("Number of characters without spaces."),
    sentences: z.int().describe("Number of sentences; titles and list items count as one each."),
    paragraphs: z.int().describe("Number of blocks between blank lines."),
    lines: z.int().describe("Number of lines."),
    average_words_per_sentence: z.number().describe("Mean length of a sentence in words."),
    average_word_length: z.number().describe("Mean length of a word in characters."),
    longest_sentence_words: z.int().describe("Words in the longest sentence."),
    reading_time_seconds: z.int().describe("Time to read the text silently, in seconds."),
  }),
  effects: "none",
  run({ text }) {
    const words = wordsOf(text);
    const sentenceLengths = sentencesOf(text).map((sentence) => wordsOf(sentence).length);
    const letters = words.reduce((sum, word) => sum + charactersOf(word), 0);
    return {
      words: words.length,
      unique_words: new Set(words.map((word) => word.toLowerCase())).size,
      characters: charactersOf(text),
      characters_without_spaces: charactersOf(text.replace(/\s+/g, "")),
      sentences: sentenceLengths.length,
      paragraphs: paragraphsOf(text).length,
      lines: linesOf(text).length,
      average_words_per_sentence: average(words.length, sentenceLengths.length),
      average_word_length: average(letters, words.length),
      longest_sentence_words: sentenceLengths.reduce((a, b) => Math.max(a, b), 0),
      reading_time_seconds: Math.round((words.length / READING_SPEED) * 60),
    };
  },
});

const CHARACTERS = new Intl.Segmenter("en", { granularity: "grapheme" });

/** Letters with their marks, and emoji of several code points, are one character each. */
function charactersOf(text: string): number {
  // None of these letters joins with another, and segmenting takes its time.
  if (/^[\n\x20-\u02ff]*$/.test(text)) return text.length;
  let count = 0;
  for (const _ of CHARACTERS.segment(text)) count++;
  return count;
}

function average(sum: number, count: number): number {
  return count === 0 ? 0 : Number((sum / count).toFixed(2));
}
