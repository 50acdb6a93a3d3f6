/** Data in a prompt, in blocks that data cannot end: `<data name="…">…</data>`. */

import { cutText, cutTextEnd } from "../base/excerpt.ts";
import { withoutTags } from "../base/prompt-tags.ts";

/** @param most characters; of more the middle is left out, with a note in its place */
export function dataBlock(name: string, content: string, most = Number.POSITIVE_INFINITY): string {
  const label = name.replace(/["<>\s]+/g, " ").trim();
  return `<data name="${label}">\n${withoutTags(cut(content, most))}\n</data>`;
}

/** Of what is left, the part that stands before the gap: beginnings tell more. */
const BEGINNING = 0.7;

function cut(content: string, most: number): string {
  if (content.length <= most) return content.toWellFormed();
  const length = Math.ceil(most * BEGINNING);
  const [beginning, end] = [cutText(content, length), cutTextEnd(content, most - length)];
  const left = content.length - beginning.length - end.length;
  return `${beginning}\n[… ${left} characters are left out here …]\n${end}`;
}
