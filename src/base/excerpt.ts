/**
 * Parts of texts. A character outside the basic plane is two units of a JavaScript string, and
 * half of one is no text: no provider takes it, and UTF-8 has none.
 */

/** The beginning of a text, at most so many UTF-16 units, without half characters anywhere. */
export function cutText(text: string, most: number): string {
  if (text.length <= most) return text.toWellFormed();
  return text.slice(0, startOfCharacter(text, most)).toWellFormed();
}

/** The end of a text, cut in the same way. */
export function cutTextEnd(text: string, most: number): string {
  if (text.length <= most) return text.toWellFormed();
  const start = text.length - most;
  return text.slice(isInside(text, start) ? start + 1 : start).toWellFormed();
}

function startOfCharacter(text: string, at: number): number {
  return isInside(text, at) ? at - 1 : at;
}

/** Whether a character has its first half before this place and its second behind it. */
function isInside(text: string, at: number): boolean {
  const [before, after] = [text.charCodeAt(at - 1), text.charCodeAt(at)];
  return before >= 0xd800 && before <= 0xdbff && after >= 0xdc00 && after <= 0xdfff;
}
