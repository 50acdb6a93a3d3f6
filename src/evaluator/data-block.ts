/**
 * Data in a prompt, in blocks that data cannot end.
 *
 * A block is `<data name="…">…</data>`. Whatever in it looks like the tag of a block, opening or
 * closing, has its `<` written as `&lt;`, so each tag in the prompt is one of ours.
 */

/** @param most characters; of more the middle is left out, with a note in its place */
export function dataBlock(name: string, content: string, most = Number.POSITIVE_INFINITY): string {
  const label = name.replace(/["<>\s]+/g, " ").trim();
  return `<data name="${label}">\n${withoutTags(cut(content, most))}\n</data>`;
}

function withoutTags(content: string): string {
  return content.replace(/<(?=[\s\p{Cf}]{0,8}\/?[\s\p{Cf}]{0,8}data(?![\p{L}\p{N}]))/giu, "&lt;");
}

/** Of what is left, the part that stands before the gap: beginnings tell more. */
const BEGINNING = 0.7;

function cut(content: string, most: number): string {
  if (content.length <= most) return content;
  const beginning = Math.ceil(most * BEGINNING);
  const left = content.length - most;
  const end = content.slice(content.length - (most - beginning));
  return `${content.slice(0, beginning)}\n[… ${left} characters are left out here …]\n${end}`;
}
