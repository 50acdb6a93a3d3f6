/**
 * Sums as people write them, in the notation of a calculator: thousands separators,
 * currency signs, typographic operators, "17% of 80".
 */

const SIGNS: Readonly<Record<string, string>> = {
  "×": "*",
  "·": "*",
  "⋅": "*",
  "÷": "/",
  "∕": "/",
  "−": "-",
  "–": "-",
  "²": "^2",
  "³": "^3",
  "½": "(1/2)",
  "¼": "(1/4)",
  "¾": "(3/4)",
};

/**
 * `$2,340 × 17%` is `2340 * 17%`, `√1764` is `sqrt(1764)`, and `15% off 80` is
 * `(100 - 15)/100 * 80`.
 *
 * A comma between groups of three digits separates thousands, but not in the brackets of
 * a call or a list, where it separates numbers: `max(1,200)` has two.
 */
export function toCalculatorNotation(text: string): string {
  const signs = text.replace(/[×·⋅÷∕−–²³½¼¾]/g, (sign) => SIGNS[sign] ?? sign);
  return joinThousands(signs)
    .replace(/[$€£¥]\s?(?=[\d.])/g, "")
    .replace(/\bper ?cent\b/gi, "%")
    .replace(/(\d+(?:\.\d+)?|\))\s*% of\b/gi, "$1/100 *")
    .replace(/(\d+(?:\.\d+)?)\s*% off\b/gi, "(100 - $1)/100 *")
    .replace(/√\s*(\d+(?:\.\d+)?)/g, "sqrt($1)")
    .replace(/√\s*(?=\()/g, "sqrt")
    .replace(/\*\*/g, "^")
    .replace(/\s*=\s*\??\s*$|\?\s*$/, "")
    .trim();
}

const GROUPS = /\d{1,3}(?:,\d{3})+(?![\d,])/y;

function joinThousands(text: string): string {
  let joined = "";
  /** For every open bracket, whether commas in it separate. */
  const brackets: boolean[] = [];
  for (let at = 0; at < text.length; at++) {
    const character = text[at] ?? "";
    if (character === "[") brackets.push(true);
    else if (character === "(") brackets.push(/\w\s*$/.test(joined));
    else if (character === "]" || character === ")") brackets.pop();
    GROUPS.lastIndex = at;
    const groups = /[\d.,]$/.test(joined) ? undefined : GROUPS.exec(text)?.[0];
    if (groups !== undefined && !brackets.includes(true)) {
      joined += groups.replaceAll(",", "");
      at += groups.length - 1;
    } else joined += character;
  }
  return joined;
}
