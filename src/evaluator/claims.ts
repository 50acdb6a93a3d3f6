/** What an output claims: its sentences that state something. */

import { sentencesOf } from "../base/text-units.ts";

/** More than anybody checks; a longer text is judged by its first ones. */
const MAX_CLAIMS = 200;

export type Claims = {
  readonly claims: readonly string[];
  /** How many more there are, which nobody looks at. */
  readonly left: number;
};

/**
 * The claims of a text, without the marks of Markdown. Headings, questions and what only
 * introduces a list are none: what is said only there is not seen.
 */
export function claimsOf(text: string): Claims {
  const all = sentencesOf(withoutMarks(text)).filter(
    (sentence) => !/[?:？：]["'”’)]*$/u.test(sentence),
  );
  const claims = [...new Set(all)];
  const shown = claims.slice(0, MAX_CLAIMS);
  return { claims: shown, left: claims.length - shown.length };
}

/** Lengths are bounded, so that the time grows with the text and not with its square. */
function withoutMarks(text: string): string {
  return (
    text
      .replace(/^ {0,3}#{1,6} .*$/gm, "")
      .replace(/^[ \t]*(?:```|~~~).*$/gm, "")
      // Of a link its text; an address by itself claims nothing.
      .replace(/!?\[([^\]\n]{0,300})\]\([^)\n]{0,2000}\)/g, "$1")
      .replace(/<?https?:\/\/[^\s<>]+>?/gi, "")
      // Footnotes, `[1]`.
      .replace(/\[\^?\d{1,3}\]/g, "")
      .replace(/(\*\*|__|`)(?=\S)([^\n]{0,300}?\S)\1/g, "$2")
      // Items and cells are sentences of their own.
      .replace(/^[ \t]*(?:[-*+•]|\d{1,3}[.)]|>)[ \t]+(?:\[[ xX]\][ \t]+)?/gm, "\n")
      .replace(/ {0,20}\| {0,20}/g, "\n\n")
  );
}
