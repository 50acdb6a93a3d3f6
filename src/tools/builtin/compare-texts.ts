import { z } from "zod";
import { linesOf, sentencesOf, wordsOf } from "../../base/text-units.ts";
import { defineTool } from "../define-tool.ts";
import { type Change, changesBetween, renderUnified } from "../unified-diff.ts";

const GRANULARITIES = ["lines", "sentences", "words"] as const;
type Granularity = (typeof GRANULARITIES)[number];

const UNITS: Record<Granularity, (text: string) => string[]> = {
  lines: linesOf,
  sentences: sentencesOf,
  words: wordsOf,
};

export const compareTexts = defineTool({
  name: "compare_texts",
  description:
    "Compare two texts: whether they are identical, how similar they are, what was added and removed (the differences, changes), as a list and as a unified diff.",
  input: z.object({
    a: z.string().describe("The first (old, original) text."),
    b: z.string().describe("The second (new, changed) text."),
    granularity: z
      .enum(GRANULARITIES)
      .default("lines")
      .describe("What is compared as a whole: lines, sentences or words."),
    label_a: z
      .string()
      .min(1)
      .default("a")
      .describe("What the first text is called, e.g. its file."),
    label_b: z.string().min(1).default("b").describe("What the second text is called."),
  }),
  output: z.object({
    identical: z.boolean().describe("Whether the texts are the same, letter by letter."),
    similarity: z
      .number()
      .min(0)
      .max(1)
      .describe("From 0, no two words in common, to 1, the same words in the same order."),
    added: z
      .array(z.string())
      .describe("The lines, sentences or runs of words that only the second text has, in order."),
    removed: z
      .array(z.string())
      .describe("The lines, sentences or runs of words that only the first text has, in order."),
    diff: z.string().describe("A unified diff, one unit a line; empty without differences."),
    summary: z.string().describe("The comparison in a sentence or two."),
  }),
  effects: "none",
  async run({ a, b, granularity, label_a, label_b }) {
    const unitsOf = UNITS[granularity];
    const changes = await changesBetween(unitsOf(a), unitsOf(b));
    const added = unitsIn(changes, "added", granularity);
    const removed = unitsIn(changes, "removed", granularity);
    const similarity = similarityOf(wordsOf(a), wordsOf(b));
    return {
      identical: a === b,
      similarity,
      added,
      removed,
      diff: await renderUnified(changes, { before: label_a, after: label_b }),
      summary: summarize(a === b, similarity, changes, granularity, [label_a, label_b]),
    };
  },
});

/** Words alone tell little: neighbours are kept together. */
function unitsIn(
  changes: readonly Change[],
  kind: Change["kind"],
  granularity: Granularity,
): string[] {
  const values = changes.filter((change) => change.kind === kind).map((change) => change.values);
  return granularity === "words" ? values.map((words) => words.join(" ")) : values.flat();
}

/**
 * Twice the pairs of neighbouring words that the texts share, divided by all pairs of both
 * (Dice 1945, over word bigrams with the ends of the text as words). A passage that moved
 * stays similar; the order of words counts.
 */
function similarityOf(a: readonly string[], b: readonly string[]): number {
  const left = countPairs(a);
  const right = countPairs(b);
  let shared = 0;
  for (const [pair, count] of left) shared += Math.min(count, right.get(pair) ?? 0);
  return Number(((2 * shared) / (a.length + b.length + 2)).toFixed(4));
}

function countPairs(words: readonly string[]): Map<string, number> {
  const pairs = new Map<string, number>();
  let previous = "";
  for (const word of [...words, ""]) {
    const pair = `${previous} ${word}`;
    pairs.set(pair, (pairs.get(pair) ?? 0) + 1);
    previous = word;
  }
  return pairs;
}

function summarize(
  identical: boolean,
  similarity: number,
  changes: readonly Change[],
  granularity: Granularity,
  [first, second]: readonly [string, string],
): string {
  if (identical) return `${first} and ${second} are identical.`;
  const count = (kind: Change["kind"]) =>
    changes.reduce((sum, change) => sum + (change.kind === kind ? change.values.length : 0), 0);
  const [added, removed, same] = [count("added"), count("removed"), count("same")];
  const share = `They are ${Math.round(similarity * 100)} % similar.`;
  if (added + removed === 0) {
    return `${first} and ${second} have the same ${granularity} and differ only in what stands between them. ${share}`;
  }
  const unit = (number: number) =>
    `${number} ${number === 1 ? granularity.slice(0, -1) : granularity}`;
  return `${second} adds ${unit(added)} to ${first} and removes ${unit(removed)}; ${unit(same)} stayed the same. ${share}`;
}
