/** What a planner must know from the user before it can plan. */
export type Question = {
  /** Names the question in answers, e.g. `city`. */
  readonly id: string;
  readonly question: string;
  /** Answers to choose from; others are welcome too. */
  readonly options?: readonly string[];
};

/** A question and what the user said to it. */
export type Clarification = { readonly question: string; readonly answer: string };
