/**
 * What was left in a text to be filled in later.
 *
 * Brackets, dots and the usual marks have many honest uses: links, footnotes, lists in code, types,
 * usage lines, templates, Roman numerals, words in capitals. So only what is quite surely left
 * behind is found:
 *
 * - a mark of work that is left (TO DO, FIX ME, triple X, in one word) behind `//`, `#`, `/*` and
 *   the like, before a colon, or in the place of a value: `Date: TBD`, `[TBA]`;
 * - `lorem ipsum dolor`, and that something is (still) to be filled in;
 * - a blank behind a salutation: `Dear [Name],`, `Hello {{first_name}}`, `Dear ____`;
 * - what somebody is told to insert: `[insert the date]`, `[Your company]`, `<your address>`,
 *   `(insert name here)`;
 * - a field in capitals that letters and forms have: `[Company Name]`, `[DATE]`;
 * - `{{name}}` by itself; dots as the whole text, or as the only item of a list.
 *
 * Of the brackets none count in code. What is left in any other form is not found.
 */

// Written so that no search for work that is left finds this file.
const LEFT = "(?:TO[D]O|FIX[M]E)";
const UNKNOWN = "(?:TBD|TBA|TBC|X{3,}|[Tt]o be (?:determined|announced|confirmed))";

/** Marks, also in code. Spaces are bounded here and below: the time must not grow with their square. */
const MARKS: readonly RegExp[] = [
  // Before a colon or in a comment.
  new RegExp(`(?<![\\w/-])${LEFT}(?:\\([^()\\n]{0,40}\\))?:(?=\\s|$)`, "g"),
  new RegExp(`(?:\\/\\/|\\/\\*|(?<![\\w#])#{1,6}|<!--|--)[ \\t]{0,4}(?:${LEFT}|X{3})\\b(?!-)`, "g"),
  // In brackets, with or without a note on what is left.
  new RegExp(`[\\[(<](?:${LEFT}\\b[^\\])>\\n]{0,80}|${UNKNOWN})[\\])>]`, "g"),
  // As a value: behind a colon, an equals sign, the bar of a table, or alone in its line.
  new RegExp(
    `(?<=[:=|][ \\t]{0,8}|^[ \\t]{0,8})(?:${LEFT}|${UNKNOWN})(?=[ \\t]{0,8}(?:[|.,;)]|$))`,
    "gm",
  ),
  /(?<=:[ \t]{0,8}[$€£]?)X{3,}(?=[ \t](?:[A-Z]{3}\b|[$€£%]))/g,
  /[$€£]X{2,}\b/g,
  /\bXX([./-])XX\1(?:XX(?:XX)?|\d{2,4})\b/g,
  /\blorem ipsum dolor\b/gi,
  /\b(?:is|are|still|yet) to be filled in(?=[ \t]{0,8}(?:later\b|[.)\]]|$))/gim,
];

/** What letters, forms and contracts have as fields; other words in brackets may mean anything. */
const FIELD = [
  "name|names|date|address|company|organisation|organization|client|customer|recipient|sender",
  "amount|phone|telephone|email|e-mail|signature|city|position|job title",
].join("|");
const FIELD_IN_CAPITALS = FIELD.split("|")
  .flatMap((one) => [one, `${one.slice(0, 1).toUpperCase()}${one.slice(1)}`, one.toUpperCase()])
  .join("|");
const INSERT = "insert|enter|fill in|put|type|specify";
const HTML = "strong|span|mark|code|small|font|abbr";
const ANY_BLANK = [
  "\\[[^\\[\\]\\n]{2,60}\\]",
  `<(?!(?:${HTML})\\b)\\p{L}[\\p{L} _'’-]{2,60}>`,
  "\\{{1,2}[^{}\\n]{1,60}\\}{1,2}",
  "_{3,}",
].join("|");

const BLANKS: readonly RegExp[] = [
  new RegExp(
    `(?<=\\b(?:Dear|Hello|Hi|Sincerely|Regards|Yours)\\b,?\\s{1,3}(?:(?:Mr|Mrs|Ms|Dr)\\.? )?)(?:${ANY_BLANK})`,
    "giu",
  ),
  new RegExp(`(?<![\\w\\])!])\\[(?:${INSERT})[ _-][^\\[\\]\\n]{1,80}\\](?![([:])`, "giu"),
  new RegExp(`\\((?:${INSERT}) [^()\\n]{1,60} here\\)`, "gi"),
  /(?<![\w\])!])\[your [\p{L}'’ _-]{1,40}\](?![([:])/giu,
  new RegExp(`<(?:${INSERT}|your)[ _-](?:[\\p{L}'’]{1,30}[ _-]){0,3}(?:${FIELD})>`, "giu"),
  // Where a sentence, a cell or a label leads to it; elsewhere it is a type, an index, a usage line.
  new RegExp(
    `(?<=(?:^|\\n|[\\p{L}\\p{N}.;|] |\\|)|\\p{Lu}[\\p{L} ]{0,40}: )\\[(?=\\p{Lu})(?:[\\p{L}'’]{1,30}[ -]){0,3}(?:${FIELD_IN_CAPITALS})\\](?! ?[([=]|:)`,
    "gu",
  ),
  /(?<![\p{L}\p{N}{}=\\^_])\{\{ ?[\p{L}_][\p{L}\p{N}_]+(?:\.[\p{L}\p{N}_]+)* ?\}\}(?![\p{L}\p{N}{}])/gu,
];

/** Each once, as it stands in the text. */
export function placeholdersIn(text: string): string[] {
  const marked = withoutCodeSpans(text);
  const prose = withoutCode(text);
  const found = [
    ...MARKS.flatMap((pattern) => marked.match(pattern) ?? []),
    ...BLANKS.flatMap((pattern) => prose.match(pattern) ?? []),
    ...lonelyDots(prose),
  ].map((one) => one.trim());
  return [...new Set(found)];
}

const ITEM = /^[ \t]{0,20}(?:[-*+]|\d{1,3}[.)])[ \t]/;
const DOTS = /^(?:(?:[-*+]|1[.)])[ \t]+)?(?:\.{3}|…)$/;

/** Dots in the place of the whole, or of the only item of a list; among others they mean "and so on". */
function lonelyDots(prose: string): string[] {
  const lines = prose.split("\n").filter((line) => line.trim() !== "");
  const dots = lines.filter((line, index) => {
    if (!DOTS.test(line.trim())) return false;
    if (!ITEM.test(line)) return lines.length === 1;
    return !ITEM.test(lines[index - 1] ?? "") && !ITEM.test(lines[index + 1] ?? "");
  });
  return dots;
}

/** A word in backticks is spoken of, not left behind. */
function withoutCodeSpans(text: string): string {
  return text.replace(/(?<!`)`[^`\n]+`(?!`)/g, "");
}

function withoutCode(text: string): string {
  return withoutCodeSpans(text.replace(/^[ \t]*(```|~~~)[\s\S]*?^[ \t]*\1[^\n]*$/gm, ""));
}
