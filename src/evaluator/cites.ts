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
import { NameFinder } from "./name-finder.ts";
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
  const named = namesIn(viewsOf(output).map(simplified), unique.flat().map(wantedOf));
  const missing = unique.filter((names) => !names.some((name) => named.has(wantedOf(name))));
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

/** A name as it is looked for in a simplified text. */
function wantedOf(name: string): string {
  return simplified(name)
    .replace(/^\.\//, "")
    .replace(/(?<=[^/])\/$/, "");
}

/** The names that stand in the texts, and not as a part of another one. */
function namesIn(texts: readonly string[], wanted: Iterable<string>): ReadonlySet<string> {
  const finder = new NameFinder(wanted);
  const found = texts.map((text) =>
    finder.findIn(
      text,
      (start, end) => !isPart(text.slice(Math.max(0, start - 2), start), text.slice(end, end + 3)),
    ),
  );
  return new Set(found.flatMap((names) => [...names]));
}

function isPart(before: string, after: string): boolean {
  const goesOn = /^(?:[\p{L}\p{N}_%-]|[/.?&=#][\p{L}\p{N}_])/u.test(after);
  return goesOn || /[\p{L}\p{N}_-]$/u.test(before);
}
