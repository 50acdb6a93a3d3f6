/** When a goal is understood well enough to act on, and what is said when it is not. */

import type { Issue } from "../../base/errors.ts";
import type { Clause } from "./clauses.ts";
import { isEmpty } from "./explain.ts";
import { makeRequest, type Request } from "./interpret.ts";
import { isPlace } from "./places.ts";
import type { Reading } from "./reading.ts";
import type { ToolIndex } from "./retrieve.ts";
import { isWord, textOf } from "./tokens.ts";

/** The share of the goal's words, by weight, that may stay unexplained. */
const MAX_MISSED = 0.25;
/** How well a tool must be described by a word that asks for it. */
const KNOWN = 0.45;
const MAX_NAMED = 8;
const MAX_CLOSEST = 3;

/** Whether acting on a reading would do what was asked, and not a half of it. */
export function isUnderstood({
  draft,
  missedWeight,
  weight,
  unanswered,
  unused,
}: Reading): boolean {
  const isWhole = unanswered.length === 0 && unused.length === 0;
  return draft.steps.length > 0 && isWhole && missedWeight <= MAX_MISSED * weight;
}

/** What was not understood of a goal, and which tools come closest. */
export function refusal(
  goal: string,
  clauses: readonly Clause[],
  best: Reading | undefined,
  index: ToolIndex,
): Issue[] {
  const hint = hintFor(clauses, index);
  const lacking = (best?.unanswered ?? []).flatMap((request) => whatLacks(goal, request, index));
  const messages = lacking.length > 0 ? lacking : [whatWasMissed(best)];
  return messages.map((message) => ({ code: "goal.not_understood", path: "goal", message, hint }));
}

/** A verb that a tool answers to, which then had nothing to work with. */
function whatLacks(goal: string, request: Request, index: ToolIndex): string[] {
  const { verb, words, values, candidates } = request;
  const [card] = candidates.map((candidate) => candidate.card);
  const isKnown = words.every(
    (word) => isEmpty(word) || (card !== undefined && index.strength(word.root, card) >= KNOWN),
  );
  const isNamed = verb !== undefined && card?.roots.includes(verb.root) === true;
  if (card === undefined || !isKnown || !isNamed || values.some(isPlace)) return [];
  const names = card.parameters.filter(({ isRequired }) => isRequired).map(({ name }) => name);
  if (names.length === 0) return [];
  const said =
    textOf(
      goal,
      request.tokens.filter(({ start }) => start >= 0),
    ) ||
    verb?.text ||
    "";
  return [
    `${JSON.stringify(said)} asks for ${card.name}, but nothing in the goal gives its ${names.join(" and ")}.`,
  ];
}

function whatWasMissed(best: Reading | undefined): string {
  const words = (best?.missed ?? []).filter((word) => !isEmpty(word)).map(({ text }) => text);
  if (words.length === 0) words.push(...(best?.unused ?? []).map(({ value }) => value.text));
  const named = [...new Set(words)].slice(0, MAX_NAMED).map((word) => JSON.stringify(word));
  return named.length > 0
    ? `The goal was not understood: no tool is known for ${named.join(", ")}.`
    : "The goal was not understood: nothing in it says what a tool could do.";
}

/** Conditions need to be looked into before what follows can be planned. */
export function conditional(goal: string, { tokens }: Clause): Issue {
  return {
    code: "goal.not_understood",
    path: "goal",
    message: `Conditions are not understood without a model: ${JSON.stringify(textOf(goal, tokens))}.`,
    hint: "Ask without the condition, write a plan file with `when`, or use a model.",
  };
}

/** How many steps there are is part of the plan. */
export function forEach(words: string): Issue {
  return {
    code: "goal.not_understood",
    path: "goal",
    message: `A step for ${JSON.stringify(words)} needs to know before the run how many there are.`,
    hint: "Name the files, ask for what one tool does with all of them, or use a model.",
  };
}

export function tooLong(goal: string, limit: number): Issue {
  return {
    code: "goal.not_understood",
    path: "goal",
    message: `The goal has ${goal.length} characters; without a model at most ${limit} are read.`,
    hint: "Say it in a few sentences, put long texts into a file and name the file, or use a model.",
  };
}

function hintFor(clauses: readonly Clause[], index: ToolIndex): string {
  const tokens = clauses.flatMap((clause) => clause.tokens);
  const isSaid = tokens.some(isWord);
  const ranked = isSaid && clauses.length > 0 ? makeRequest(clauses, index).candidates : [];
  const closest = ranked.slice(0, MAX_CLOSEST).map(({ card }) => card.name);
  const others = index.cards.map(({ name }) => name);
  const tools = closest.length > 0 ? closest : others.slice(0, MAX_CLOSEST);
  const known =
    tools.length === 0
      ? "There are no tools."
      : `${closest.length > 0 ? "The closest tools are" : "There are tools such as"} ${tools.join(", ")}.`;
  return `${known} Say it with what the tools do, name files and columns, or use a model.`;
}
