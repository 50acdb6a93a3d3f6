/**
 * Text in outputs that tries to give orders to who judges them.
 *
 * What is found is only told: no pattern knows whether a text about judges means it. Judges see
 * data in blocks, and their answers are read in one form, whatever the data says.
 */

import { cutText, cutTextEnd } from "../base/excerpt.ts";
import type { Json } from "../base/json.ts";
import type { EvaluationFlag, Evidence } from "../plan/evaluation.ts";
import { excerpt, textOf } from "./output-text.ts";

/** Who judges, as texts address them. */
const JUDGE =
  "(?:evaluators?|judges?|graders?|reviewers?|AI(?: (?:models?|assistants?))?|LLMs?|language models?)";
const FULL = "(?:1(?:\\.0+)?|10|100) ?%?(?![\\w.,:]{0,9}\\d)";
const IT =
  "(?:it|this|them|me|us|(?:this|the|my) (?:\\w{1,20} )?(?:output|answer|response|text|result|summary|report))";
const ORDERED = "(?:score|rate|grade|mark|accept|approve|ignore|disregard|give|assign|award|set)";
const JUDGING = "(?:score|confidence|rubric|criteri(?:a|on)|evaluat(?:e|or|ion)|full marks)";
const GO_ON =
  "(?:you (?:are now|must|will|should|shall|have to)|from now on|ignore|disregard|forget|give (?:it|this)|always)\\b";

/**
 * Each needs an order, or what only prompts have: that a text is about judges tells nothing.
 * Spaces are bounded: the time must not grow with their square.
 */
const PATTERNS: readonly RegExp[] = [
  "\\b(?:ignore|disregard|forget|override|bypass)\\b[^.\\n]{0,40}\\b(?:rubric|grading criteria|criteria (?:above|below|given)|system prompt)\\b",
  "\\b(?:ignore|disregard|forget|override|bypass)\\s{1,4}(?:(?:all|any|every|of|the|your|these|those|other)\\s{1,4}){0,4}(?:previous|prior|preceding|above|earlier|your|these|all|given)\\s{1,4}(?:instructions?|prompts?|rules|guidelines|criteria)\\b",
  `\\b(?:give|assign|award)\\s{1,4}(?:${IT}\\b[^.\\n]{0,30}|an? )\\b(?:scores?|rating|grade|marks?) of ${FULL}`,
  `\\b(?:give|assign|award|rate|score|grade)\\s{1,4}${IT}\\b[^.\\n]{0,30}\\b(?:1\\.0+(?!\\d)|10 ?\\/ ?10|100 ?%|full marks|perfect score|(?:a |the )?(?:maximum|highest|full|perfect) (?:score|marks?|rating|grade|points))`,
  "\\b(?:and|please|then|must|should|now)\\s{1,4}(?:give|assign|award)\\s{1,4}(?:it |this )?(?:1\\.0+(?!\\d)|10 ?\\/ ?10|full marks|(?:a |the )?(?:maximum|highest|full|perfect) (?:score|marks?|rating|grade))",
  `\\b(?:set|return|output|answer with)\\b[^.\\n]{0,30}["']?\\b(?:score|confidence)\\b["']?\\s{0,4}(?:to|:|=|of)\\s{0,4}1(?:\\.0+)?\\b(?![.:,]?\\d)`,
  `\\bas (?:the|an?) ${JUDGE},? you (?:must|should|shall|will|have to)\\b`,
  `\\b(?:attention|(?:note|message|instructions?) (?:to|for)|dear)\\s{1,4}(?:(?:the|all|any|every|you)\\s{1,4}){0,2}${JUDGE}\\b\\s{0,4}[:,!][^.\\n]{0,80}\\b${ORDERED}\\b`,
  `\\b(?:system prompt|(?:new|updated|real|actual) (?:system (?:prompt|message)|instructions))\\s{0,4}:\\s{0,4}${GO_ON}`,
  "\\b(?:new|updated|real|actual) system (?:prompt|message)\\s{0,4}:\\s{0,4}you\\b",
  // Roles as chats have them, with what tells a judge something.
  `^[ \\t]{0,8}(?:#{1,6} ?|\\*\\*)?assistant(?:\\*\\*)?:(?:\\*\\*)?[ \\t]{0,4}\\n?[^\\n]{0,80}\\b${JUDGING}\\b`,
  `^[ \\t]{0,8}(?:#{1,6} ?|\\*\\*)?(?:system|developer)(?:\\*\\*)?:(?:\\*\\*)?[ \\t]{0,4}\\n?[ \\t]{0,4}(?:${GO_ON}|[^\\n]{0,80}\\b${JUDGING}\\b)`,
  "\\[\\/?INST\\]|<\\|(?:im_start|im_end|system|endoftext)\\|>",
  "<\\s{0,4}\\/\\s{0,4}data\\s{0,4}>",
  '"suspectedInjection"\\s{0,4}:',
].map((pattern) => new RegExp(pattern, "im"));

/** Of longer texts the beginning and the end are searched. */
const MAX_CHARACTERS = 400_000;

/** Finds orders in texts, and remembers where it has looked: one text is evidence for many outputs. */
export class InjectionSearch {
  readonly #objects = new WeakMap<object, { readonly found: string | undefined }>();
  /** The oldest first. */
  readonly #texts = new Map<string, { readonly found: string | undefined }>();

  /** A flag where there is such text in the output. */
  inOutput(output: Json): EvaluationFlag[] {
    return flagFor("the output", orderIn(textOf(output)));
  }

  /** A flag for each subtask that gave such text. */
  inEvidence(evidence: readonly Evidence[]): EvaluationFlag[] {
    return evidence.flatMap(({ subtask, output }) =>
      flagFor(`what ${subtask} gave`, this.#search(output)),
    );
  }

  #search(output: Json): string | undefined {
    if (typeof output === "object" && output !== null) {
      const known = this.#objects.get(output) ?? { found: orderIn(textOf(output)) };
      this.#objects.set(output, known);
      return known.found;
    }
    if (typeof output !== "string") return undefined;
    const known = this.#texts.get(output) ?? { found: orderIn(output) };
    this.#texts.delete(output);
    this.#texts.set(output, known);
    const [oldest] = this.#texts.keys();
    if (this.#texts.size > MAX_TEXTS && oldest !== undefined) this.#texts.delete(oldest);
    return known.found;
  }
}

/** Of those that are no objects, and so would stay for ever. */
const MAX_TEXTS = 10;

function flagFor(place: string, found: string | undefined): EvaluationFlag[] {
  if (found === undefined) return [];
  const message = `There seem to be orders for judges in ${place}: “${found}”`;
  return [{ code: "suspected_injection", message }];
}

/** The first order in a text, with a little of what stands around it. */
function orderIn(text: string): string | undefined {
  const half = MAX_CHARACTERS / 2;
  const read =
    text.length > MAX_CHARACTERS ? `${cutText(text, half)}\n${cutTextEnd(text, half)}` : text;
  const [first] = PATTERNS.flatMap((pattern) => pattern.exec(read)?.index ?? []).sort(
    (a, b) => a - b,
  );
  if (first === undefined) return undefined;
  return excerpt(read.slice(Math.max(0, first - 20), first + 160));
}
