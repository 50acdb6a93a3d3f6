/** Ids of subtasks: what they do and what with, in a few words, each only once. */

import { SUBTASK_ID } from "../../plan/schema-parts.ts";
import { inputsOf, type Step } from "./draft.ts";
import { verbUse } from "./lexicon.ts";
import { wordsOfName } from "./words.ts";

/** What expressions call otherwise. */
const RESERVED = new Set([
  "inputs",
  "item",
  "index",
  "in",
  "true",
  "false",
  "null",
  "as",
  "break",
  "const",
  "continue",
  "else",
  "for",
  "function",
  "if",
  "import",
  "let",
  "loop",
  "package",
  "namespace",
  "return",
  "var",
  "void",
  "while",
]);

/** An id for each step, in the steps' order. */
export function nameSteps(steps: readonly Step[]): ReadonlyMap<Step, string> {
  const ids = new Map<Step, string>();
  const taken = new Set<string>(RESERVED);
  const subjects = new Map<Step, string | undefined>();
  for (const step of steps) {
    const subject = subjectOf(step) ?? subjectOfInputs(step, subjects);
    subjects.set(step, subject);
    const isAlone = steps.filter(({ card }) => card === step.card).length === 1;
    const [first = "step"] = wordsOfName(step.card.name);
    const verb = verbUse(first) === "no" ? step.card.name : first;
    const own = subjectOf(step);
    const wanted =
      own !== undefined
        ? `${verb}_${own}`
        : isAlone || subject === undefined
          ? step.card.name
          : `${step.card.name}_${subject}`;
    const id = unique(clean(wanted), taken);
    taken.add(id);
    ids.set(step, id);
  }
  return ids;
}

/** The file or page that a step is told of. */
function subjectOf(step: Step): string | undefined {
  for (const [{ kinds }, argument] of step.args) {
    if (argument.kind !== "value" || typeof argument.value !== "string") continue;
    if (kinds.has("url")) return stemOfUrl(argument.value);
    if (kinds.has("path") && !kinds.has("folder")) return stemOfPath(argument.value);
  }
  return undefined;
}

/** What it works on comes from one such step. */
function subjectOfInputs(
  step: Step,
  subjects: ReadonlyMap<Step, string | undefined>,
): string | undefined {
  const found = new Set(inputsOf(step).map((input) => subjects.get(input)));
  const [only] = found;
  return found.size === 1 ? only : undefined;
}

function stemOfPath(path: string): string | undefined {
  const name = path.split(/[/\\]/).findLast((part) => part !== "") ?? "";
  const stem = name.replace(/\.\w+$/, "");
  return stem === "" ? undefined : stem;
}

function stemOfUrl(url: string): string | undefined {
  const match = /^\w+:\/\/(?:www\.)?([^/:?#]+)/.exec(url);
  return match?.[1]?.split(".").at(-2) ?? match?.[1];
}

function clean(text: string): string {
  const name = text
    .normalize("NFKD")
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "_")
    .replace(/^[^a-z]+|_+$/g, "")
    .slice(0, 48)
    .replace(/_+$/, "");
  return SUBTASK_ID.test(name) ? name : "step";
}

function unique(id: string, taken: ReadonlySet<string>): string {
  if (!taken.has(id)) return id;
  let number = 2;
  while (taken.has(`${id}_${number}`)) number++;
  return `${id}_${number}`;
}
