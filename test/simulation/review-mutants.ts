/** Rules about what is judged, and planned anew, each broken in one line; see `mutants.ts`. */

import type { Mutant } from "./mutant.ts";

const CORE = "src/executor/core";

export const REVIEW_MUTANTS: readonly Mutant[] = [
  {
    name: "what changes the world starts while the plan is made anew",
    file: `${CORE}/queue.ts`,
    text: "if (isPlanned(state) && state.review.replanning === null) return false;",
    instead: "if (isPlanned(state)) return false;",
  },
  {
    name: "what was held back for a revision is forgotten when there is none",
    file: `${CORE}/evolve.ts`,
    text: 'case "replan.ended":\n      recount(state);',
    instead: 'case "replan.ended":',
  },
  {
    name: "what was held back for a revision is forgotten when a person is quicker",
    file: `${CORE}/evolve.ts`,
    text: 'if (wasHeld && event.type === "subtask.resolved") recount(state);',
    instead: "void wasHeld;",
  },
  {
    name: "a revision keeps what has the same name",
    file: "src/plan/fingerprint.ts",
    text: "if (old === undefined || callOf(before, old) !== callOf(after, index)) continue;",
    instead: "if (old === undefined) continue;",
  },
  {
    name: "a revision does all work again",
    file: "src/plan/fingerprint.ts",
    text: "if (isSame && needs.length === needed.length) unchanged[index] = old;",
    instead: "void isSame;",
  },
  {
    name: "a revision may drop what has changed the world",
    file: "src/plan/check-revision.ts",
    text: "if (report?.isFixed && !isKept) return",
    instead: "if (report?.isFixed && !isKept && index < 0) return",
  },
  {
    name: "what may have happened is known not to have",
    file: `${CORE}/feedback.ts`,
    text: "const isUnsaid = startedAt !== null && (error === null || isAnswerLost(error));",
    instead: 'const isUnsaid = startedAt !== null && error === null && status === "waiting";',
  },
  {
    name: "what takes the place of another has its key",
    file: `${CORE}/adoption.ts`,
    text: "timesRedone: timesRedone + 1, itemsRedone: renewedItems(state, index) }",
    instead: "timesRedone, itemsRedone: renewedItems(state, index) }",
  },
  {
    name: "items that take the place of others have their keys",
    file: `${CORE}/items.ts`,
    text: "return { [ANY]: most + 1 };",
    instead: "return { [ANY]: most };",
  },
  {
    name: "what comes back after a revision is as if it had never been",
    file: `${CORE}/adoption.ts`,
    text: "state.predecessors = Object.fromEntries(earlier);",
    instead: "state.predecessors = {};",
  },
  {
    name: "one more revision is asked for than the run allows",
    file: `${CORE}/replan.ts`,
    text: "review.replans < settings.review.maxReplans",
    instead: "review.replans <= settings.review.maxReplans",
  },
  {
    name: "revisions that bring nothing better are not counted",
    file: `${CORE}/judge.ts`,
    text: "review.misses >= MOST_MISSES",
    instead: "review.misses >= 10 * MOST_MISSES",
  },
  {
    name: "the newest output is the result, however poor",
    file: `${CORE}/completion.ts`,
    text: "return trouble || isPoor ? best : null;",
    instead: "return trouble ? best : null;",
  },
  {
    name: "what was judged is lost with a later failure",
    file: `${CORE}/completion.ts`,
    text: "return trouble || isPoor ? best : null;",
    instead: "return isPoor ? best : null;",
  },
  {
    name: "what nobody could judge is good",
    file: `${CORE}/quality.ts`,
    text: 'if (evaluation.verdict === "none") {',
    instead: 'if (evaluation.verdict === "none" && revision < 0) {',
  },
  {
    name: "items that nobody could judge are good",
    file: `${CORE}/quality.ts`,
    text: 'return review?.best?.evaluation.verdict === "none";',
    instead: 'return review?.best?.evaluation.verdict === "none" && item.at < 0;',
  },
  {
    name: "what is poor waits for ever when there is no revision",
    file: `${CORE}/judge.ts`,
    text: "for (const index of poorOutputs(turn.state)) keepOutputOf(turn, index);",
    instead: "void keepOutputOf;",
  },
  {
    name: "what is poor waits for a revision that a person has made needless",
    file: `${CORE}/redo.ts`,
    text: "reconsiderPoorOutputs(turn);",
    instead: "",
  },
  {
    name: "what is poor stands before its revision has come",
    file: `${CORE}/judge.ts`,
    text: "if (turn.state.review.replanning !== null) return;",
    instead: "",
  },
  {
    name: "any revision will do, whoever asked for it",
    file: `${CORE}/replan.ts`,
    text: "return isUnderWay && review.replanning?.request === request;",
    instead: "return isUnderWay && review.replanning !== null;",
  },
  {
    name: "an answer about an older output counts",
    file: `${CORE}/judge.ts`,
    text: 'review?.phase !== "evaluating" || review.request !== request',
    instead: 'review?.phase !== "evaluating" || request < 0',
  },
  {
    name: "nobody is asked again after a restart",
    file: `${CORE}/effects.ts`,
    text: "effects.push(...reviewAgain(state, values));",
    instead: "",
  },
  {
    name: "somebody is asked about what was decided in the same moment",
    file: `${CORE}/step.ts`,
    text: "effects: withoutStale(state, turn.effects)",
    instead: "effects: turn.effects",
  },
  {
    name: "a run that is paused asks judges",
    file: `${CORE}/review-effects.ts`,
    text: "return isUnderWay && !lifecycle.pausing && lifecycle.stopping === null;",
    instead: "return isUnderWay && lifecycle.stopping === null;",
  },
  {
    name: "what an ignored answer has used is not counted",
    file: `${CORE}/replan.ts`,
    text: 'if (usage !== undefined) emit(turn, { type: "answer.ignored", usage });',
    instead: "void usage;",
  },
  {
    name: "the place of what waits to be judged is never given back",
    file: `${CORE}/slots.ts`,
    text: 'case "output.produced":',
    instead: "",
  },
];
