/** What people read of a text that may be marked up as Markdown. */

import type { Token, Tokens } from "marked";
import { paragraphsOf } from "../base/text-units.ts";

export type Prose = {
  /** Running text, in order: no headings, code or tables, and of lists only what are sentences. */
  readonly paragraphs: readonly string[];
  /** All that is read, markup left out: headings, items and cells too, each a paragraph. */
  readonly text: string;
};

/** Signs that a text is Markdown; without one it stands as it is. */
const MARKED =
  /^ {0,3}#{1,6} \S|^ {0,3}(?:```|~~~)|^\s{0,3}[-*+] \S|^\s{0,3}\d{1,3}[.)] \S|^ {0,3}>|^ {0,3}\||\[[^\]\n]{1,200}\]\([^)\n]{1,500}\)|\*\*\S/m;

/** A line that opens more quotes and lists inside one another than anybody reads. */
const TOO_DEEP =
  /^((?:[ \t]{0,24}(?:[>*+-]|\d{1,9}[.)])){12})(?:[ \t]*(?:[>*+-]|\d{1,9}[.)]))+|^([ \t]{24})[ \t]+/gm;

/**
 * Read a text as Markdown where it is marked up, else as paragraphs.
 *
 * What is nested more than a dozen times is read as if it were nested a dozen times: the
 * lexer's time and stack grow with the depth.
 */
export async function proseOf(text: string): Promise<Prose> {
  if (!MARKED.test(text)) return { paragraphs: paragraphsOf(text), text };
  const { lexer } = await import("marked");
  const paragraphs: string[] = [];
  const lines: string[] = [];
  for (const { text: line, isProse } of readBlocks(lexer(text.replace(TOO_DEEP, "$1$2")))) {
    if (line === "") continue;
    lines.push(line);
    if (isProse) paragraphs.push(line);
  }
  return { paragraphs, text: lines.join("\n\n") };
}

const ENDS_SENTENCE = /[.!?。！？]["')\]”’»]?$/;

type Line = { readonly text: string; readonly isProse: boolean };

function* readBlocks(tokens: readonly Token[]): Generator<Line> {
  for (const token of tokens) {
    switch (token.type) {
      case "paragraph":
      case "text":
        yield lineOf(token, token.type === "paragraph");
        break;
      case "heading":
        yield lineOf(token, false);
        break;
      case "code":
        // In a text without fences, paragraphs are indented, too.
        if (token["codeBlockStyle"] === "indented" && ENDS_SENTENCE.test(token["text"].trimEnd())) {
          yield { text: oneLine(token["text"]), isProse: true };
        }
        break;
      case "blockquote":
        yield* readBlocks(token.tokens ?? []);
        break;
      case "list":
        for (const item of (token as Tokens.List).items) yield* readItem(item.tokens);
        break;
      case "table": {
        const { header, rows } = token as Tokens.Table;
        for (const cell of [header, ...rows].flat()) {
          yield { text: plain(cell.tokens), isProse: false };
        }
        break;
      }
      default:
    }
  }
}

/** An item counts as running text when it ends like a sentence. */
function* readItem(tokens: readonly Token[]): Generator<Line> {
  for (const line of readBlocks(tokens)) {
    yield { text: line.text, isProse: ENDS_SENTENCE.test(line.text) };
  }
}

function lineOf(token: Token, isProse: boolean): Line {
  const inner = "tokens" in token ? token.tokens : undefined;
  const text = inner === undefined ? token.raw : plain(inner);
  // Line breaks stay: whether a line goes on in the next one is for the reader of sentences to say.
  return { text: text.replace(/[^\S\n]+/g, " ").trim(), isProse };
}

function oneLine(text: string): string {
  return text.replace(/\s+/g, " ").trim();
}

/** Inline tokens without their marks: of a link its text, of an image its description. */
function plain(tokens: readonly Token[]): string {
  return tokens
    .map((token) => {
      if (token.type === "br") return " ";
      if (token.type === "html") return "";
      if ("tokens" in token && token.tokens !== undefined) return plain(token.tokens);
      return "text" in token ? decode(String(token.text)) : "";
    })
    .join("");
}

const ENTITIES: Readonly<Record<string, string>> = {
  "&amp;": "&",
  "&lt;": "<",
  "&gt;": ">",
  "&quot;": '"',
  "&#39;": "'",
  "&nbsp;": " ",
};

function decode(text: string): string {
  return text.replace(/&(?:amp|lt|gt|quot|#39|nbsp);/g, (entity) => ENTITIES[entity] ?? entity);
}
