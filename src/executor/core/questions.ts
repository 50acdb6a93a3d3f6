/**
 * Questions: a planner that lacks what only the user can say asks instead of planning. The
 * run waits, for days if need be, and the planner is asked again with the answers.
 *
 * Q1. A run waits for answers only while its planner waits for them: nothing else is under way.
 */

import type { Clarification, Question } from "../../plan/question.ts";
import type { RunEvent } from "./event.ts";

export type QuestionsState = {
  /** Not answered yet. */
  open: readonly Question[];
  answered: Clarification[];
};

export function initialQuestions(): QuestionsState {
  return { open: [], answered: [] };
}

export function evolveQuestions(questions: QuestionsState, event: RunEvent): void {
  if (event.type === "questions.asked") questions.open = event.questions;
  else if (event.type === "questions.answered") {
    questions.open = [];
    questions.answered.push(...event.answers);
  }
}

/** The answers with their questions; undefined unless every open question has one. */
export function matchAnswers(
  { open }: QuestionsState,
  answers: Readonly<Record<string, string>>,
): Clarification[] | undefined {
  const matched = open.flatMap(({ id, question }) => {
    const answer = Object.hasOwn(answers, id) ? answers[id] : undefined;
    return answer === undefined ? [] : [{ question, answer }];
  });
  return open.length > 0 && matched.length === open.length ? matched : undefined;
}
