/**
 * What was left in a text to be filled in later.
 *
 * Square and angle brackets have many honest uses: links, footnotes, check boxes, lists in code,
 * generics. So inside of them only words count that somebody was to replace, and none in code.
 */

/** Marks of work that is left, also in code. Written so that no search finds this file by them. */
const MARKS: readonly RegExp[] = [
  /\b(?:TO[D]O|TBD|FIX[M]E|X{3})\b/g,
  /\blorem ipsum\b/gi,
  /\bto be filled in\b/gi,
];

/** What a person would put into brackets to be replaced. */
const FIELD =
  "name|date|time|address|company|organi[sz]ation|client|customer|recipient|sender|author|title|subject|amount|price|number|email|e-mail|phone|link|url|city|country|location|position|role|department|product|project|topic|description|details|signature|placeholder|text|value";

const BLANKS: readonly RegExp[] = [
  // [insert the date here], [your name]
  /(?<![\w\])!])\[(?:insert|enter|fill in|your|add|replace|placeholder|specify)\b[^[\]\n]{0,80}\](?![([:])/giu,
  // [name], [Company Name], [Date of birth]
  new RegExp(`(?<![\\w\\])!])\\[(?:[\\p{L}'’]+[ -]){0,3}(?:${FIELD})\\](?![([:])`, "giu"),
  /<(?:your|insert|enter|placeholder)\b[^<>\n]{0,80}>/gi,
  /\{\{[^{}\n]{1,80}\}\}/g,
  // Three dots in the place of a line, an item or the whole.
  /^[ \t]*(?:[-*+] |\d+[.)] )?(?:\.{3}|…)[ \t]*$/gm,
];

/** Each once, as it stands in the text. */
export function placeholdersIn(text: string): string[] {
  const prose = withoutCode(text);
  const found = [
    ...MARKS.flatMap((pattern) => withoutCodeSpans(text).match(pattern) ?? []),
    ...BLANKS.flatMap((pattern) => prose.match(pattern) ?? []),
  ].map((one) => one.trim());
  return [...new Set(found)].filter((one) => !isReference(one, text));
}

/** A word in backticks is spoken of, not left behind. */
function withoutCodeSpans(text: string): string {
  return text.replace(/(?<!`)`[^`\n]+`(?!`)/g, "");
}

function withoutCode(text: string): string {
  return withoutCodeSpans(text.replace(/^[ \t]*(```|~~~)[\s\S]*?^[ \t]*\1[^\n]*$/gm, ""));
}

/** Whether the text defines the bracket as a link: `[name]: https://…`. */
function isReference(found: string, text: string): boolean {
  return found.startsWith("[") && text.includes(`${found}: `);
}
