/** Words, sentences and paragraphs, in any script. */

/** Words of these scripts stand side by side without spaces. */
const UNSPACED =
  /[\p{scx=Han}\p{scx=Hiragana}\p{scx=Katakana}\p{scx=Thai}\p{scx=Lao}\p{scx=Khmer}\p{scx=Myanmar}]/u;

const WORDS = new Intl.Segmenter("en", { granularity: "word" });
const SENTENCES = new Intl.Segmenter("en", { granularity: "sentence" });

/**
 * The words of a text, without the punctuation around them.
 *
 * Where words are spaced, spaces part them, so `don't`, `well-known` and `3.5` are one word
 * each, as people count; where they are not (Chinese, Japanese, Thai), a dictionary does.
 */
export function wordsOf(text: string): string[] {
  const words: string[] = [];
  for (const piece of text.split(/[\s\u2014\u2015]+/u)) {
    if (UNSPACED.test(piece)) {
      for (const { segment, isWordLike } of WORDS.segment(piece))
        if (isWordLike) words.push(segment);
      continue;
    }
    const [word] = /[\p{L}\p{N}](?:.*[\p{L}\p{N}\p{M}])?/u.exec(piece) ?? [];
    if (word !== undefined) words.push(word);
  }
  return words;
}

/** Lines as editors number them: a line break at the end begins no further line. */
export function linesOf(text: string): string[] {
  const lines = text.split(/\r\n?|\n/);
  if (lines.at(-1) === "") lines.pop();
  return lines;
}

/** Blocks between blank lines. */
export function paragraphsOf(text: string): string[] {
  return text
    .replace(/\r\n?/g, "\n")
    .split(/\n[^\S\n]*(?:\n[^\S\n]*)+|\f/)
    .map((paragraph) => paragraph.trim())
    .filter((paragraph) => paragraph !== "");
}

/**
 * The sentences of a text, each on one line and trimmed; pieces without a letter or a digit
 * are left out.
 *
 * Unicode's rules (UAX 29) part the sentences; abbreviations, initials, ordinals and quoted
 * questions, at which they part too, are joined again. A line that was only wrapped goes on
 * in the next one; a title or list item is a sentence of its own.
 */
export function sentencesOf(text: string): string[] {
  return paragraphsOf(text)
    .flatMap(unwrap)
    .flatMap(splitSentences)
    .filter((sentence) => /[\p{L}\p{N}]/u.test(sentence));
}

/** Words or sentences as one text, with a space between them where their script has any. */
export function joinSpaced(parts: readonly string[]): string {
  return parts.reduce(
    (text, part) =>
      text === "" || (isUnspaced(text.at(-1)) && isUnspaced(part[0]))
        ? text + part
        : `${text} ${part}`,
    "",
  );
}

/** As far back as the rules below look. */
const TAIL = 24;

function splitSentences(text: string): string[] {
  const sentences: string[][] = [];
  let tail = "";
  let opening = "";
  for (const { segment } of SENTENCES.segment(text)) {
    // An opening bracket after a full stop belongs to what it opens.
    const bracket = /[\p{Ps}]\s*$/u.exec(segment.slice(-TAIL))?.[0] ?? "";
    const piece = opening + segment.slice(0, segment.length - bracket.length);
    opening = bracket;
    if (goesOn(tail.trimEnd(), piece.trimStart())) sentences.at(-1)?.push(piece);
    else sentences.push([piece]);
    tail = (tail + piece).slice(-TAIL);
  }
  return sentences.map((pieces) => pieces.join("").replace(/\s+/g, " ").trim());
}

/** After these a sentence goes on, whatever follows. */
const TITLES =
  /(?:^|[\s("'„“«])(?:Dr|Mrs?|Ms|Prof|St|Mt|Gen|Col|Sen|Rep|Gov|Capt|Lt|Sgt|Rev|Hon|Fig|Nos?|Vol|pp?|vs|cf|approx|ca|e\.\s?g|i\.\s?e|bzw|Nr|Abs|Hrn?|Fr|Ing|Mme|Mlle|Sra?|Dra|vgl|resp|al)\.$/u;
/** After these it goes on when a number follows. */
const BEFORE_NUMBER =
  /\b(?:Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept?|Oct|Nov|Dec|Art|Ch|Sec|Tel|Eq|Kap)\.$/;
/** After these it goes on unless a word follows that begins sentences. */
const OPEN_END =
  /(?:(?:\p{Lu}\.){2,}|(?:^|[\s(])\p{Lu}\.|\b(?:Inc|Ltd|Co|Corp|Jr|Bros|a\.\s?m|p\.\s?m)\.)$/u;
const ORDINAL = /(?:^|\s)\d{1,2}\.$/;
const MONTHS = /^(?:Jan|Feb|M[aä]r|Apr|Mai|Ma[jy]|Jun|Jul|Aug|Sep|O[ck]t|Nov|De[cz])\p{Ll}*\b/u;
const STARTERS =
  /^["'“„«(]*(?:The|An?|He|She|It|They|We|I|You|This|That|These|Those|In|On|At|By|For|From|To|But|And|So|Or|However|His|Her|Its|Their|There|Then|When|While|After|Before|If|As|With|Since|Although)\b/;

function goesOn(before: string, next: string): boolean {
  if (before === "") return false;
  if (/^[\p{Pe}\p{Pf}»]/u.test(next)) return true;
  if (TITLES.test(before) || /^\d+\.$/.test(before)) return true;
  // z. B., d. h., u. a.
  if (/(?:^|\s)\p{Ll}\.$/u.test(before)) return /^\p{L}\./u.test(next);
  if (BEFORE_NUMBER.test(before)) return /^\d/.test(next);
  if (OPEN_END.test(before)) return !STARTERS.test(next);
  if (ORDINAL.test(before)) return MONTHS.test(next);
  // “Really?” she asked.
  return /[?!]["'”’“»)]*$/.test(before) && /^[(“"‘«]?\p{Ll}/u.test(next);
}

/** The text of a paragraph with each wrapped line joined to the one that it goes on from. */
function unwrap(paragraph: string): string[] {
  const texts: string[][] = [];
  let previous = "";
  for (const line of paragraph.split("\n").map((one) => one.trim())) {
    const text = texts.at(-1);
    if (text === undefined || !isWrapped(previous, line)) texts.push([line]);
    else text.push(isUnspaced(previous.at(-1)) && isUnspaced(line[0]) ? "" : " ", line);
    previous = line;
  }
  return texts.map((parts) => parts.join(""));
}

/** Shorter lines that end without punctuation are titles and items, not wrapped text. */
const WRAP_WIDTH = 45;

function isWrapped(line: string, next: string): boolean {
  if (/^(?:[-*+•–]|\d+[.)]|[|#>])\s/.test(next) || /^[|#]/.test(line)) return false;
  return (
    line.length >= WRAP_WIDTH ||
    /[.!?,;:。！？，、；：]["'”’»)]*$/.test(line) ||
    /^\p{Ll}/u.test(next)
  );
}

/** A letter of such a script, or the full-width punctuation that stands between them. */
function isUnspaced(letter: string | undefined): boolean {
  return (
    letter !== undefined && (UNSPACED.test(letter) || /[\u3000-\u303f\uff00-\uff65]/.test(letter))
  );
}
