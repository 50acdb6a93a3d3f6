/** Writes the brief, and what the check said about the one before decides how much of each note is in it. */

type Input = {
  readonly question: string;
  readonly notes: readonly string[];
  /** Of each note, its most important sentences. */
  readonly points: readonly (readonly string[])[];
  readonly figures: readonly { readonly source: string; readonly sum_megawatt_hours: number }[];
  readonly archive: string;
  readonly feedback: { readonly keep: readonly number[] } | null;
};

export const effects = "none";

export default function write({ question, notes, points, figures, archive, feedback }: Input) {
  const kept = feedback?.keep ?? points.map((sentences) => sentences.length);
  const paragraphs = points.map((sentences, k) => {
    const text = sentences.slice(0, kept[k]).join(" ");
    return text === "" ? "" : `${text} [${notes[k]}]`;
  });
  const most = figures.map((row) => `${row.source}: ${row.sum_megawatt_hours} MWh`).join(", ");
  const parts = [`# ${question}`, ...paragraphs, archive, `Most energy came from ${most}.`];
  return { text: parts.filter((part) => part !== "").join("\n\n"), kept };
}
