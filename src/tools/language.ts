/** The language of a text, and its words that carry no meaning of their own. */

export type LanguageGuess = {
  /** ISO 639-1. */
  readonly code: string;
  /** 0 to 1. */
  readonly confidence: number;
};

/** More than this tells nothing new. */
const READ_CHARACTERS = 20_000;
/** With fewer letters anything goes. */
const FEWEST_LETTERS = 12;

/**
 * The languages that a text may be in, likeliest first; none where nothing speaks for any.
 * By the frequencies of letter sequences, see https://github.com/nitotm/efficient-language-detector-js.
 */
export async function guessLanguages(
  text: string,
): Promise<{ readonly guesses: readonly LanguageGuess[]; readonly isReliable: boolean }> {
  const { eld } = await import("eld/small");
  const sample = text.slice(0, READ_CHARACTERS);
  const result = eld.detect(sample);
  const guesses = Object.entries(result.getScores())
    .map(([code, confidence]) => ({ code, confidence: Number(Number(confidence).toFixed(4)) }))
    .sort((a, b) => b.confidence - a.confidence);
  const letters = sample.match(/\p{L}/gu)?.length ?? 0;
  const isLong = letters >= FEWEST_LETTERS;
  const isOwn = OWN_SCRIPT.test(sample) && !/[a-z]/i.test(sample);
  return { guesses, isReliable: guesses.length > 0 && (isOwn || (isLong && result.isReliable())) };
}

/** A script that one language has for itself tells enough. */
const OWN_SCRIPT = /[\p{scx=Hangul}\p{scx=Hiragana}\p{scx=Thai}\p{scx=Greek}\p{scx=Hebrew}]/u;

/** From ISO 639-1 to the names of the lists. */
const LISTS: Readonly<Record<string, string>> = {
  ar: "ara",
  bg: "bul",
  bn: "ben",
  ca: "cat",
  cs: "ces",
  da: "dan",
  de: "deu",
  el: "ell",
  en: "eng",
  es: "spa",
  et: "est",
  eu: "eus",
  fa: "fas",
  fi: "fin",
  fr: "fra",
  he: "heb",
  hi: "hin",
  hr: "hrv",
  hu: "hun",
  hy: "hye",
  it: "ita",
  ja: "jpn",
  ko: "kor",
  lt: "lit",
  lv: "lav",
  nl: "nld",
  no: "nob",
  pl: "pol",
  pt: "por",
  ro: "ron",
  ru: "rus",
  sk: "slk",
  sl: "slv",
  sv: "swe",
  th: "tha",
  tr: "tur",
  uk: "ukr",
  ur: "urd",
  vi: "vie",
  zh: "zho",
};

/** Beside the list, which is short: pronouns, auxiliaries, and what is said in every text. */
const MORE_ENGLISH = `
  above across after again against all along already although always among another any anybody anyone
  anything around aside away back became because become becomes been before behind being below besides
  between beyond both came can cannot come comes could despite did do does doing done down due during each
  either else enough even ever every everyone everything except few first for from further gave get gets
  give given gives go goes going gone got had has have having he hence her here hers herself him himself his
  how however if indeed instead into is it its itself just keep kept know last later least less let like likely
  made make makes many may me might mine more moreover most mostly much must my myself near nearly need needs
  neither never new next no nobody none nor not nothing now of off often on once one only onto or other others
  otherwise our ours ourselves out over own per perhaps put quite rather really same saw say says see seem seemed
  seems seen several shall she should since so some somebody someone something sometimes soon still such take taken
  takes than that their theirs them themselves then there therefore these they thing things this those though
  three through throughout thus till to together too took toward towards two under unless until up upon us use
  used uses using usually various very via was way ways we well went were what whatever when whenever where
  whether which while who whoever whole whom whose why will with within without would yes yet you your yours
  yourself don't doesn't didn't isn't aren't wasn't weren't can't couldn't won't wouldn't shouldn't haven't
  hasn't hadn't it's that's there's they're we're you're i'm i've we've let's
`;

export type Vocabulary = {
  /** One form for all words of a family ("connect", "connection"), as far as the language is known. */
  rootOf(word: string): string;
  /** One form for singular and plural. */
  singularOf(word: string): string;
  isStopWord(word: string): boolean;
};

/** How the words of a text are compared. */
export async function vocabularyOf(text: string): Promise<Vocabulary> {
  const { guesses, isReliable } = await guessLanguages(text);
  const language = isReliable ? (guesses[0]?.code ?? "en") : "en";
  const [lists, { stemmer }] = await Promise.all([import("stopword"), import("stemmer")]);
  const list = (lists as unknown as Record<string, readonly string[]>)[LISTS[language] ?? ""] ?? [];
  const more = language === "en" ? MORE_ENGLISH.trim().split(/\s+/) : [];
  const stopWords = new Set([...list, ...more]);
  const plain = (word: string) => word.toLowerCase().replace(/['’]s$/, "");
  return {
    rootOf: (word) => (language === "en" ? stemmer(plain(word)) : plain(word)),
    singularOf: (word) => (language === "en" ? singular(plain(word)) : plain(word)),
    isStopWord: (word) =>
      stopWords.has(plain(word)) || stopWords.has(plain(word).replace("’", "'")),
  };
}

/** Without the ending of the plural, by the rules of the S stemmer (Harman 1991, with -ches and the like). */
function singular(word: string): string {
  if (word.length < 4) return word;
  if (/[^ae]ies$/.test(word)) return `${word.slice(0, -3)}y`;
  if (/(?:x|ch|sh|ss|zz|[^h]o)es$/.test(word)) return word.slice(0, -2);
  return /[^ius'’]s$/.test(word) ? word.slice(0, -1) : word;
}
