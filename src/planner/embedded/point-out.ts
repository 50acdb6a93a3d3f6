/** Requests that ask for a part of what is there already. */

import type { Step } from "./draft.ts";
import { EXACT, namedBy } from "./explain.ts";
import type { Request } from "./interpret.ts";
import { LIGHT_VERBS } from "./lexicon.ts";
import { type Reading, weightOf, withResult } from "./reading.ts";
import type { ToolIndex } from "./retrieve.ts";
import { says, type WordToken } from "./tokens.ts";
import type { Field } from "./tool-card.ts";

const TAKING = new Set(
  "count extract pull take get give show list print display return report tell pick present output provide".split(
    " ",
  ),
);
/** What it is worth that the words name a field, as the words of a tool's name are. */
const NAME = 0.6;
/** A step that was asked for. */
const ASKED = 0.2;

/** "…, extract its text": a field of a step before, and no step of its own. */
export function pointOut(reading: Reading, request: Request, index: ToolIndex): Reading[] {
  const { verb, values, words } = request;
  if (values.length > 0 || (verb !== undefined && !TAKING.has(verb.word))) return [];
  const isListed = request.clauses[0]?.cut === "soft" && verb === undefined;
  if (isListed && !says(request.tokens[0], "its", "their")) return [];
  const asked = words.filter((word) => word.word !== verb?.word && !LIGHT_VERBS.has(word.word));
  if (asked.length === 0) return [];
  return reading.draft.steps.flatMap((step) => {
    const fields = asked.map((word) => bestNamed(step, word));
    if (fields.some((field) => field === undefined)) return [];
    const degrees = asked.map((word, at) => namedBy(word.root, fields[at] as Field));
    const found = [...new Set(fields)].flatMap((field) =>
      field === undefined ? [] : [{ step, field }],
    );
    const weight = weightOf(request, index);
    const isAsked = step.tokens.length > 0 ? ASKED : 0;
    return [
      {
        ...reading,
        draft: withResult(reading.draft, { request, reads: found, isNamed: true }),
        score: reading.score + weight + NAME * Math.min(...degrees) + isAsked,
        weight: reading.weight + weight,
      },
    ];
  });
}

/** The field that the word is the name of, or is about. */
function bestNamed({ card }: Step, { root }: WordToken): Field | undefined {
  const ranked = card.fields
    .filter(({ roots }) => roots.length <= 1)
    .map((field) => ({ field, degree: namedBy(root, field) }))
    .filter(
      ({ field, degree }) => degree >= EXACT || (degree > 0 && field.shape.element !== undefined),
    )
    .sort((a, b) => b.degree - a.degree);
  return ranked[0]?.field;
}
