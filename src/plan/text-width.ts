/** How much room text takes in a terminal. */

const INVISIBLE = /[\p{Mn}\p{Me}\p{Cf}]/u;
const WIDE =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]|\p{Emoji_Presentation}/u;

/** Columns that the text takes: two for wide characters, none for those that combine. */
export function displayWidth(text: string): number {
  let width = 0;
  for (const character of text) width += characterWidth(character);
  return width;
}

/** The text in at most so many columns, cut with `…`; with `pad`, in exactly so many. */
export function fitWidth(text: string, columns: number, fill: "cut" | "pad" = "cut"): string {
  const width = displayWidth(text);
  if (width <= columns) return fill === "pad" ? text + " ".repeat(columns - width) : text;
  let cut = "";
  let used = 0;
  for (const character of text) {
    const next = characterWidth(character);
    if (used + next > columns - 1) break;
    cut += character;
    used += next;
  }
  return `${cut}…${fill === "pad" ? " ".repeat(columns - used - 1) : ""}`;
}

/** Control characters, line ends, and those that turn the direction of writing. */
const UNPRINTABLE = /[\p{Cc}\p{Zl}\p{Zp}\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu;

/** One line that is safe to print: a plan may come from a model, and goes to a terminal. */
export function oneLine(text: string): string {
  return text.replaceAll(UNPRINTABLE, " ").replaceAll(/ +/g, " ").trim();
}

function characterWidth(character: string): number {
  if (character >= " " && character <= "~") return 1;
  if (INVISIBLE.test(character)) return 0;
  return WIDE.test(character) ? 2 : 1;
}
