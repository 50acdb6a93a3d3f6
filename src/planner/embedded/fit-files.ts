/** Kinds of files and folders, told in words: "the TypeScript files below src". */

import { endingsOf, globOf } from "./file-types.ts";
import type { Request } from "./interpret.ts";
import { DETERMINERS, PREPOSITIONS } from "./lexicon.ts";
import { nounTokens, type Phrase } from "./phrases.ts";
import type { Proposal } from "./proposal.ts";
import { isWord, says, type Token, type WordToken } from "./tokens.ts";
import type { Parameter, ToolCard } from "./tool-card.ts";

const FILE_NOUNS = [
  "file",
  "files",
  "documents",
  "scripts",
  "sources",
  "modules",
  "pages",
  "images",
  "notes",
  "texts",
];
const FOLDER_NOUNS = ["folder", "directory", "dir", "subfolder", "subdirectory"];
/** Before a bare word, as surely as it is a folder. */
const PLACES: Readonly<Record<string, number>> = {
  below: 0.9,
  in: 0.6,
  from: 0.45,
  of: 0.5,
  at: 0.4,
  through: 0.6,
  across: 0.6,
  on: 0.2,
};
const HERE = [
  "current",
  "this",
  "working",
  "root",
  "whole",
  "project",
  "workspace",
  "same",
  "here",
  "repository",
  "repo",
];

type Found = { readonly text: string; readonly tokens: readonly Token[]; readonly score: number };

export function fitFiles(request: Request, card: ToolCard): Proposal[] {
  const folders = findFolders(request, card);
  const endings = findEndings(request);
  const proposals: Proposal[] = [];
  for (const parameter of card.parameters) {
    const takesFolder = parameter.kinds.has("folder");
    const takesGlob = parameter.kinds.has("glob");
    const hasOwnFolder = card.parameters.some(
      (other) => other !== parameter && other.kinds.has("folder"),
    );
    if (takesGlob)
      proposals.push(...globs(parameter, endings, hasOwnFolder && !takesFolder ? [] : folders));
    if (takesFolder || (!takesGlob && parameter.kinds.has("path") && !takesFile(parameter))) {
      for (const { text, tokens, score } of folders) {
        proposals.push({
          parameter,
          value: text,
          tokens,
          score: takesFolder ? score : score - 0.3,
        });
      }
    }
  }
  return proposals;
}

/** A word alone can be a folder, but hardly a file. */
function takesFile({ name, description }: Parameter): boolean {
  return /file/i.test(`${name} ${description}`);
}

function globs(
  parameter: Parameter,
  endings: readonly Found[],
  folders: readonly Found[],
): Proposal[] {
  const [folder] = folders;
  if (endings.length === 0) {
    if (folder === undefined) return [];
    const { text, tokens, score } = folder;
    return [{ parameter, value: globOf([], text), tokens, score }];
  }
  const all = [...new Set(endings.flatMap(({ text }) => text.split(",")))];
  const value = globOf(all, folder?.text);
  const tokens = [...endings, ...(folder ? [folder] : [])].flatMap((found) => found.tokens);
  return [{ parameter, value, tokens, score: 0.95 }];
}

/** Words and endings for a kind of file: `ts,tsx` and where they were said. */
function findEndings({ tokens }: Request): Found[] {
  const found: Found[] = [];
  for (const [index, token] of tokens.entries()) {
    if (token.kind === "value") {
      if (token.value.kind === "ending")
        found.push({ text: token.value.text, tokens: [token], score: 1 });
      continue;
    }
    if (!isWord(token)) continue;
    const endings = endingsOf(token.word);
    if (endings === undefined) continue;
    const after = tokens.slice(index + 1, index + 4);
    const end = after.findIndex((one) => isWord(one) && isGap(one.word));
    const next = end < 0 ? after : after.slice(0, end);
    // "CSV files", "Markdown and text files", or a kind in the plural: "all images".
    const isKind = next.some((one) => says(one, ...FILE_NOUNS)) || isPlural(token);
    if (isKind) found.push({ text: endings.join(","), tokens: [token], score: 1 });
  }
  return found;
}

/** Words that say of which kind files are. */
export function kindsOfFiles(request: Request): Token[] {
  return findEndings(request).flatMap(({ tokens }) => tokens);
}

/** Plurals that are counted in a text more often than they are files. */
const COUNTED = new Set(["words", "texts", "logs"]);

/** "the words of each file" are no Word files. */
function isGap(word: string): boolean {
  return PREPOSITIONS.has(word) || DETERMINERS.has(word);
}

function isPlural({ word }: WordToken): boolean {
  return (
    !COUNTED.has(word) &&
    word.endsWith("s") &&
    endingsOf(word.slice(0, -1)) !== undefined &&
    word.length > 3
  );
}

function findFolders(request: Request, card: ToolCard): Found[] {
  const named = request.phrases.flatMap((phrase) => {
    const found = folderIn(phrase, card, request);
    return found === undefined ? [] : [found];
  });
  const written = request.values.flatMap((token) =>
    token.value.kind === "folder" ? [{ text: token.value.text, tokens: [token], score: 1 }] : [],
  );
  return [...written, ...named].sort((a, b) => b.score - a.score);
}

function isLookedIn(phrase: Phrase, { phrases, verb }: Request): boolean {
  if (verb === undefined) return false;
  const next = phrases[phrases.indexOf(phrase) + 1];
  return phrase.isObject && (next?.head === "for" || next?.head === "about");
}

function folderIn(phrase: Phrase, card: ToolCard, request: Request): Found | undefined {
  const nouns = nounTokens(phrase);
  const at = nouns.findIndex((token) => says(token, ...FOLDER_NOUNS));
  if (at >= 0) {
    // "the docs folder", "the folder docs", "the current folder".
    const beside = nouns[at + 1] ?? nouns[at - 1];
    if (says(beside, ...HERE) || phrase.tokens.some((token) => says(token, ...HERE))) {
      return { text: ".", tokens: nouns, score: 0.9 };
    }
    if (beside?.kind === "value") {
      return { text: beside.value.text, tokens: [beside], score: 1 };
    }
    return isWord(beside) ? { text: beside.text, tokens: [beside], score: 0.9 } : undefined;
  }
  const [only, ...more] = nouns;
  if (!isWord(only) || more.length > 0 || FILE_NOUNS.includes(only.word)) return undefined;
  // "search docs for x".
  const score =
    phrase.head === undefined
      ? isLookedIn(phrase, request)
        ? 0.7
        : undefined
      : PLACES[phrase.head];
  // The tool's own nouns are none of the user's folders.
  if (score === undefined || card.roots.includes(only.root)) return undefined;
  if (says(only, ...HERE)) return { text: ".", tokens: [only], score };
  const hasArticle = says(phrase.tokens[0], "the", "a", "an", "my", "all");
  return { text: only.text, tokens: [only], score: hasArticle ? score - 0.35 : score };
}
