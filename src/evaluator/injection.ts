/**
 * Text in outputs that tries to give orders to who judges them.
 *
 * What is found is only told: no pattern knows whether a text about judges means it. Judges see
 * data in blocks, and their answers are read in one form, whatever the data says.
 */

import type { EvaluationFlag } from "../plan/evaluation.ts";
import type { EvaluationRequest } from "./evaluator.ts";
import { excerpt, textOf } from "./output-text.ts";

const PATTERNS: readonly RegExp[] = [
  /\b(?:ignore|disregard|forget|override|bypass)\b[^.\n]{0,40}\b(?:rubric|criteri(?:a|on)|instructions?|prompts?|rules|guidelines)\b/i,
  /\b(?:give|assign|award|rate|score|grade)\b[^.\n]{0,40}\b(?:scores?|marks?|rating|points|grade)\b[^.\n]{0,20}\b(?:1(?:\.0+)?|10|100|full|perfect|maximum|highest)(?!\d)/i,
  /\b(?:give|assign|award|rate|score|grade)\s+(?:it|this|them|me|us|the (?:output|answer|response|text))\b[^.\n]{0,30}\b(?:1\.0+|10\/10|100 ?%|full marks|perfect|the (?:maximum|highest))/i,
  /\b(?:set|return|output|answer with)\b[^.\n]{0,30}["']?\b(?:score|confidence)\b["']?\s*(?:to|:|=|of)\s*1(?:\.0+)?\b/i,
  /\bas (?:the|an?) (?:evaluator|judge|grader|reviewer),? you (?:must|should|shall|will|have to)\b/i,
  /\b(?:attention|note|message|instructions?|dear)\b[^.\n]{0,20}\b(?:evaluators?|judges?|graders?|AI|LLM|language models?)\b\s*[:,!]/i,
  /\b(?:new|updated|real|actual|your) (?:system prompt|system message|instructions)\b/i,
  /\bsystem prompt\s*:/i,
  // Roles as chats have them; `System: Linux` is none.
  /^[ \t]*(?:assistant:|system: *you\b)/im,
  /^[ \t]*(?:#+ *|\*\*)(?:system|assistant|developer)(?:\*\*)?:/im,
  /\[\/?INST\]|<\|(?:im_start|im_end|system|endoftext)\|>/,
  /<\s*\/\s*data\s*>/i,
  /"suspectedInjection"\s*:/,
];

/** Of longer texts the beginning and the end are searched. */
const MAX_CHARACTERS = 400_000;

/** A flag for the output and for each subtask where there is such text. */
export function injectionFlags({
  output,
  evidence,
}: Pick<EvaluationRequest, "output" | "evidence">): EvaluationFlag[] {
  const places = [
    { place: "the output", text: textOf(output) },
    ...evidence.map((one) => ({ place: `what ${one.subtask} gave`, text: textOf(one.output) })),
  ];
  return places.flatMap(({ place, text }) => {
    const found = orderIn(text);
    if (found === undefined) return [];
    const message = `There seem to be orders for judges in ${place}: “${found}”`;
    return [{ code: "suspected_injection", message } as const];
  });
}

/** The first order in a text, with a little of what stands around it. */
function orderIn(text: string): string | undefined {
  const half = MAX_CHARACTERS / 2;
  const read = text.length > MAX_CHARACTERS ? `${text.slice(0, half)}\n${text.slice(-half)}` : text;
  const [first] = PATTERNS.flatMap((pattern) => pattern.exec(read)?.index ?? []).sort(
    (a, b) => a - b,
  );
  if (first === undefined) return undefined;
  return excerpt(read.slice(Math.max(0, first - 20), first + 160));
}
