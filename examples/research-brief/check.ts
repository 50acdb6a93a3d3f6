/** Looks at a brief: is it short enough, and is every note cited? Says what to keep of each next time. */

type Input = {
  readonly brief: { readonly text: string; readonly kept: readonly number[] };
  readonly words: number;
  readonly notes: readonly string[];
};

export const effects = "none";

export default function check({ brief: { text, kept }, words, notes }: Input) {
  const found = text.split(/\s+/).length;
  const missing = notes.filter((note) => !text.includes(`[${note}]`));
  const problems = missing.map((note) => `${note} is not cited`);
  if (found > words) problems.push(`it has ${found} words, and may have ${words}`);
  // The last of the longest is what is missed least.
  const longest = kept.lastIndexOf(Math.max(...kept));
  const keep = kept.map((sentences, k) =>
    found > words && k === longest ? sentences - 1 : sentences,
  );
  return { problems, keep };
}
