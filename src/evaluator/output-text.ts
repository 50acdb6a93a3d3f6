/**
 * The text of an output.
 *
 * A text is itself. Of a list or an object it is the texts, numbers and booleans inside, each on
 * lines of its own, without the names of fields: `{ "text": "…" }` reads like the text alone. null
 * is nothing.
 */

import { cutText } from "../base/excerpt.ts";
import { isPlainObject, type Json, type JsonObject } from "../base/json.ts";

/** What people read of an output. */
export function textOf(value: Json): string {
  return [...leavesOf(value)].map(({ value: leaf }) => String(leaf)).join("\n");
}

/** The same with a paragraph for each value, so that no sentence goes on in the next. */
export function paragraphsOf(value: Json): string {
  return [...leavesOf(value)].map(({ value: leaf }) => String(leaf)).join("\n\n");
}

/** The same with the names of fields before their values: `total price: 12`. */
export function namedTextOf(value: Json): string {
  return [...leavesOf(value)]
    .map(({ name, value: leaf }) => (name === "" ? String(leaf) : `${wordsOfName(name)}: ${leaf}`))
    .join("\n");
}

/** The views of an output in which a text is looked for: as people read it, and as JSON. */
export function viewsOf(value: Json): string[] {
  return typeof value === "string" ? [value] : [textOf(value), JSON.stringify(value)];
}

/** How long a text or a list is: in characters (code points) or elements. */
export function lengthOf(value: Json): { readonly length: number; readonly unit: string } {
  if (Array.isArray(value)) return { length: value.length, unit: "elements" };
  return { length: charactersOf(textOf(value)), unit: "characters" };
}

/** Counted without making each: a text may have millions. */
function charactersOf(text: string): number {
  let length = text.length;
  for (let at = 1; at < text.length; at++) {
    const isSecondHalf = (text.charCodeAt(at) & 0xfc00) === 0xdc00;
    if (isSecondHalf && (text.charCodeAt(at - 1) & 0xfc00) === 0xd800) length--;
  }
  return length;
}

/** The beginning of a text on one line. */
export function excerpt(text: string, characters = 120): string {
  const line = cutText(text, characters * 4)
    .replace(/\s+/g, " ")
    .trim();
  return line.length > characters ? `${cutText(line, characters - 1)}…` : line;
}

/** The first few, and how many more there are. */
export function listFew(items: readonly string[], few = 3): string {
  const more = items.length > few ? ` (and ${items.length - few} more)` : "";
  return `${items.slice(0, few).join("; ")}${more}`;
}

type Leaf = { readonly name: string; readonly value: string | number | boolean };

function* leavesOf(value: Json, name = ""): Generator<Leaf> {
  if (value === null) return;
  if (typeof value !== "object") yield { name, value };
  else if (Array.isArray(value)) for (const element of value) yield* leavesOf(element, name);
  else if (isPlainObject(value)) {
    for (const [key, inner] of Object.entries(value as JsonObject)) yield* leavesOf(inner, key);
  }
}

/** `unitPrice` and `unit_price` as `unit price`. */
function wordsOfName(name: string): string {
  return name.replace(/(\p{Ll})(\p{Lu})/gu, "$1 $2").replace(/[_-]+/g, " ");
}
