/** What files are called by, and by which endings they are known. General knowledge only. */

/** Words for a kind of file, and the endings that files of that kind have. */
const ENDINGS: Readonly<Record<string, readonly string[]>> = {
  typescript: ["ts", "tsx", "mts", "cts"],
  ts: ["ts"],
  tsx: ["tsx"],
  javascript: ["js", "jsx", "mjs", "cjs"],
  js: ["js"],
  jsx: ["jsx"],
  python: ["py"],
  py: ["py"],
  ruby: ["rb"],
  rust: ["rs"],
  go: ["go"],
  golang: ["go"],
  java: ["java"],
  kotlin: ["kt"],
  swift: ["swift"],
  php: ["php"],
  perl: ["pl"],
  shell: ["sh"],
  bash: ["sh"],
  sql: ["sql"],
  css: ["css"],
  html: ["html", "htm"],
  xml: ["xml"],
  markdown: ["md", "markdown"],
  md: ["md"],
  text: ["txt"],
  txt: ["txt"],
  csv: ["csv"],
  tsv: ["tsv"],
  json: ["json"],
  jsonl: ["jsonl"],
  yaml: ["yaml", "yml"],
  yml: ["yml"],
  toml: ["toml"],
  ini: ["ini"],
  log: ["log"],
  pdf: ["pdf"],
  word: ["docx", "doc"],
  docx: ["docx"],
  excel: ["xlsx", "xls"],
  xlsx: ["xlsx"],
  powerpoint: ["pptx", "ppt"],
  image: ["png", "jpg", "jpeg", "gif", "svg", "webp"],
  picture: ["png", "jpg", "jpeg", "gif", "svg", "webp"],
  photo: ["jpg", "jpeg", "png", "heic"],
  png: ["png"],
  jpg: ["jpg", "jpeg"],
  jpeg: ["jpg", "jpeg"],
  gif: ["gif"],
  svg: ["svg"],
  webp: ["webp"],
  audio: ["wav", "mp3", "flac", "ogg", "m4a"],
  sound: ["wav", "mp3", "flac", "ogg", "m4a"],
  wav: ["wav"],
  mp3: ["mp3"],
  video: ["mp4", "mov", "avi", "mkv", "webm"],
  mp4: ["mp4"],
  zip: ["zip"],
  archive: ["zip", "tar", "gz", "7z"],
};

/** The endings of the kind of file that a word names, in singular or plural. */
export function endingsOf(word: string): readonly string[] | undefined {
  const key = word.toLowerCase();
  if (Object.hasOwn(ENDINGS, key)) return ENDINGS[key];
  const singular = key.replace(/s$/, "");
  return Object.hasOwn(ENDINGS, singular) ? ENDINGS[singular] : undefined;
}

/** What a file with such an ending holds, in a word that schemas use. */
export type Medium = "text" | "table" | "image" | "audio" | "video" | "data" | "archive";

const MEDIA: Readonly<Record<Medium, string>> = {
  text: "txt md markdown rst tex log html htm pdf doc docx odt rtf",
  table: "csv tsv xlsx xls ods parquet",
  image: "png jpg jpeg gif svg webp bmp tiff heic",
  audio: "wav mp3 flac ogg m4a aac",
  video: "mp4 mov avi mkv webm",
  data: "json jsonl ndjson yaml yml toml ini xml sqlite db env",
  archive: "zip tar gz tgz 7z rar",
};

const CODE =
  "ts tsx mts cts js jsx mjs cjs py rb rs go java kt swift php pl sh bash sql css scss c h cc cpp hpp cs scala lua r m vue svelte ipynb bat ps1 tf proto lock map";

const MEDIUM_OF = new Map<string, Medium>();
for (const [medium, endings] of Object.entries(MEDIA)) {
  for (const ending of endings.split(" ")) MEDIUM_OF.set(ending, medium as Medium);
}
for (const ending of CODE.split(" ")) MEDIUM_OF.set(ending, "text");

/** Whether files are known by this ending. */
export function isKnownEnding(ending: string): boolean {
  return MEDIUM_OF.has(ending.toLowerCase());
}

/** What a file of this name holds; undefined for an ending that says nothing. */
export function mediumOf(path: string): Medium | undefined {
  const ending = /\.(\w+)$/.exec(path)?.[1];
  return ending === undefined ? undefined : MEDIUM_OF.get(ending.toLowerCase());
}

/** A glob for all files of the endings, below a folder if one is given. */
export function globOf(endings: readonly string[], folder?: string): string {
  const [only] = endings;
  const name =
    only === undefined ? "*" : endings.length === 1 ? `*.${only}` : `*.{${endings.join(",")}}`;
  const below = folder === undefined || folder === "." ? "" : `${folder.replace(/\/+$/, "")}/`;
  return `${below}**/${name}`;
}
