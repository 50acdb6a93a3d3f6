/**
 * Whether an output names its sources.
 *
 * A source is an object with a URL, a path or a title among its fields, as searches and readers
 * give them; any one of these names it. What lies inside such an object, like the links of a
 * page, is no source of its own. Where an output has no such object, the URLs and paths in its
 * texts are the sources.
 */

import { isPlainObject, type Json, type JsonObject } from "../base/json.ts";
import type { EvaluationRequest } from "./evaluator.ts";
import { listFew, viewsOf } from "./output-text.ts";

/** The share of the sources of these subtasks that the output names. */
export function citedShare(
  subtasks: readonly string[],
  { output, evidence }: Pick<EvaluationRequest, "output" | "evidence">,
): { readonly score: number; readonly reason: string } {
  const sources = evidence
    .filter(({ subtask }) => subtasks.includes(subtask))
    .flatMap((one) => sourcesIn(one.output));
  const unique = [...new Map(sources.map((names) => [names.join("\n"), names])).values()];
  if (unique.length === 0) {
    return { score: 1, reason: `There is no source in what ${subtasks.join(", ")} gave.` };
  }
  const texts = viewsOf(output).map(simplified);
  const missing = unique.filter((names) => !names.some((name) => isNamed(name, texts)));
  if (missing.length === 0) {
    return { score: 1, reason: `All sources are named: ${unique.length}.` };
  }
  const shown = listFew(
    missing.map(([name = ""]) => name),
    5,
  );
  const score = (unique.length - missing.length) / unique.length;
  return { score, reason: `Sources are not named: ${shown}.` };
}

/** In the order in which a source is called by them. */
const NAMES = ["url", "uri", "href", "link", "path", "file", "filename", "title", "source"];
const URLS = /\bhttps?:\/\/[^\s<>"'`\])}]+/giu;
const MAX_PATH = 500;
const PATH = /^(?:[\w.@-]+[\\/])*[\w.@-]*\w\.\w{1,8}$/u;

/** Each source as the names that it has. */
function sourcesIn(output: Json): string[][] {
  const named = [...namedSources(output)];
  return named.length > 0 ? named : [...new Set(unnamedSources(output))].map((name) => [name]);
}

function* namedSources(value: Json): Generator<string[]> {
  if (Array.isArray(value)) {
    for (const element of value) yield* namedSources(element);
    return;
  }
  if (!isPlainObject(value)) return;
  const fields = Object.entries(value as JsonObject);
  const names = NAMES.flatMap((name) =>
    fields.flatMap(([key, inner]) =>
      key.toLowerCase() === name && typeof inner === "string" && inner.trim() !== ""
        ? [inner.trim()]
        : [],
    ),
  );
  if (names.length > 0) yield names;
  else for (const [, inner] of fields) yield* namedSources(inner);
}

function* unnamedSources(value: Json): Generator<string> {
  if (typeof value === "string") {
    yield* (value.match(URLS) ?? []).map((url) => url.replace(/[.,;:!?]+$/, ""));
    if (value.length <= MAX_PATH && PATH.test(value)) yield value;
  } else if (Array.isArray(value)) for (const element of value) yield* unnamedSources(element);
  else if (isPlainObject(value)) {
    for (const inner of Object.values(value as JsonObject)) yield* unnamedSources(inner);
  }
}

/** So that `https://www.example.org/` and `example.org` are one. */
function simplified(text: string): string {
  return text
    .toLowerCase()
    .replace(/\bhttps?:\/\/(?:www\.)?/g, "")
    .replace(/\s+/g, " ");
}

/** Whether the name stands in a text, and not as a part of another one. */
function isNamed(name: string, texts: readonly string[]): boolean {
  const wanted = simplified(name)
    .replace(/^\.\//, "")
    .replace(/(?<=[^/])\/$/, "");
  return texts.some((text) => {
    for (let at = text.indexOf(wanted); at !== -1; at = text.indexOf(wanted, at + 1)) {
      const after = text.slice(at + wanted.length, at + wanted.length + 2);
      if (!isPart(text[at - 1], after)) return true;
    }
    return false;
  });
}

function isPart(before: string | undefined, after: string): boolean {
  const goesOn = /^(?:[\p{L}\p{N}_%-]|[/.?&=#][\p{L}\p{N}_])/u.test(after);
  return goesOn || (before !== undefined && /[\p{L}\p{N}_-]/u.test(before));
}
