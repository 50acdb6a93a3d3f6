/**
 * Rules of the executor, each broken in one line: what a simulator is worth that does not
 * find them.
 */

import type { Mutant } from "./mutant.ts";
import { REVIEW_MUTANTS } from "./review-mutants.ts";

const CORE = "src/executor/core";
const DRIVERS = "src/executor/drivers";

export const MUTANTS: readonly Mutant[] = [
  {
    name: "effects before their events are durable",
    file: `${DRIVERS}/in-process.ts`,
    text: "for (const one of unsettled) one.settle();",
    instead: "for (const effect of effects.splice(0)) this.#perform(effect);",
  },
  {
    name: "a refused append is ignored",
    file: `${DRIVERS}/in-process.ts`,
    text: "await journal.append(lease, events, { ...more, release });",
    instead: "await journal.append(lease, events, { ...more, release }).catch(() => {});",
  },
  {
    name: "the journal does not fence",
    file: "src/journal/memory.ts",
    text: "return run?.token === token && run.lease !== null ? run : undefined;",
    instead: "return token > 0 ? run : undefined;",
  },
  {
    name: "the budget of calls ignores the next one",
    file: `${CORE}/budget.ts`,
    text: "usage.toolCalls + 1 > toolCalls",
    instead: "usage.toolCalls > toolCalls",
  },
  {
    name: "the budget of money ignores the next call",
    file: `${CORE}/budget.ts`,
    text: "spent + costUsd <= usd + EPSILON_USD",
    instead: "spent <= usd + EPSILON_USD",
  },
  {
    name: "an uncertain write is run again after a crash",
    file: `${CORE}/recovery.ts`,
    text: 'const rerun = policy.effects !== "write" || policy.idempotent;',
    instead: 'const rerun = policy.effects !== "write" || policy.idempotent || true;',
  },
  {
    name: "a write that timed out is tried again",
    file: `${CORE}/answer-lost.ts`,
    text: 'if (effects !== "write" || idempotent) return false;',
    instead: "if (error !== null) return false;",
  },
  {
    name: "a timer of an older attempt ends the newer one",
    file: `${CORE}/timeout.ts`,
    text: 'subtask?.status === "running" && subtask.attempts === timer.attempt ?',
    instead: 'subtask?.status === "running" ?',
  },
  {
    name: "an answer of an older attempt counts",
    file: `${CORE}/decide.ts`,
    text: 'if (subtask?.status !== "running" || subtask.attempts !== attempt) return;',
    instead: 'if (subtask?.status !== "running" || attempt < 0) return;',
  },
  {
    name: "an approval for another revision counts",
    file: `${CORE}/approval.ts`,
    text: "approval?.revision === revision &&\n    approval.isOfFallback",
    instead: "approval !== null &&\n    approval.isOfFallback",
  },
  {
    name: "the input that a person gave is not what is done",
    file: `${CORE}/approval.ts`,
    text: "isAbout(subtask, revision, wanted)) return wanted;",
    instead: "isAbout(subtask, revision, wanted)) return input;",
  },
  {
    name: "the second of two decisions counts",
    file: `${CORE}/approval.ts`,
    text: "subtask === undefined || !awaitsApproval(subtask)",
    instead: "subtask === undefined || subtask.approval === null",
  },
  {
    name: "a decision made beforehand stands before its time",
    file: `${CORE}/approval.ts`,
    text: "if (expiry === null || expiry.at > turn.at) return false;",
    instead: "if (expiry === null) return false;",
  },
  {
    name: "an effect that a plan names is not claimed",
    file: `${DRIVERS}/attempt.ts`,
    text: "if (this.#order.effect !== undefined) {",
    instead: "if (this.#order.effect !== undefined && this.attempt < 0) {",
  },
  {
    name: "the time for all attempts is that of each",
    file: `${CORE}/total-timeout.ts`,
    text: "subtask.begunAt !== timer.since ||",
    instead: "",
  },
  {
    name: "who was told to stop while it waited calls its tool all the same",
    file: `${DRIVERS}/attempt.ts`,
    text: 'if (this.#isAborted) return { status: "cancelled" };\n      let given',
    instead: "let given",
  },
  {
    name: "decisions are not audited",
    file: `${DRIVERS}/audit.ts`,
    text: '"approval.decided",\n',
    instead: "",
  },
  {
    name: "what lies below a failure is not skipped",
    file: `${CORE}/settle.ts`,
    text: "if (needs(state, dependent, dependency)) skipBelow",
    instead: "if (needs(state, dependent, dependency) && dependency < 0) skipBelow",
  },
  {
    name: "a paused run starts new work",
    file: `${CORE}/lifecycle.ts`,
    text: "lifecycle.pausing ? CLOSED.paused : OPEN",
    instead: "OPEN",
  },
  {
    name: "what failed for good is no dead letter",
    file: `${CORE}/failure.ts`,
    text: 'emit(turn, { type: "dead_letter.added", subtask, reason, attempts, error });',
    instead: "void attempts;",
  },
  {
    name: "a retry's wait does not survive a restart",
    file: `${CORE}/effects.ts`,
    text: "setTimersAgain(state, effects);\n",
    instead: "",
  },
  {
    name: "every attempt has a key of its own",
    file: `${CORE}/restart.ts`,
    text: "timesRedone: times = 0, refine = null }",
    instead: "attempts: times = 0, refine = null }",
  },
  {
    name: "a run has a slot too many",
    file: `${CORE}/slots.ts`,
    text: "slots.used < slots.limit",
    instead: "slots.used <= slots.limit",
  },
  {
    name: "a tool has a place too many",
    file: "src/executor/governor/pick.ts",
    text: "tool.underWay >= concurrency",
    instead: "tool.underWay > concurrency",
  },
  {
    name: "a tool's rate is not kept",
    file: "src/executor/governor/step.ts",
    text: "if (rate !== null) takeToken(tool.bucket, rate, at);",
    instead: "",
  },
  {
    name: "a place at a tool is never given back",
    file: `${DRIVERS}/in-process.ts`,
    text: "passage?.end(outcome);",
    instead: "",
  },
  {
    name: "timers ring early when the clock is set back",
    file: `${DRIVERS}/timers.ts`,
    text: "if (at > now) {",
    instead: "if (at > now && at < 0) {",
  },
  {
    name: "a join sees what came after it went on",
    file: `${CORE}/scope.ts`,
    text: "const isHidden = missing.has(name);",
    instead: 'const isHidden = missing.has("");',
  },
  {
    name: "a join goes on with one too few",
    file: `${CORE}/joining.ts`,
    text: "if (join.arrived >= needed) return",
    instead: "if (join.arrived + 1 >= needed) return",
  },
  {
    name: "a join waits for what cannot come any more",
    file: `${CORE}/joining.ts`,
    text: "if (join.arrived + blockedBy >= needed) return;",
    instead: "if (join.arrived + blockedBy >= needed || blockedBy === 0) return;",
  },
  {
    name: "a join is given up before all have ended that may come in time",
    file: `${CORE}/joining.ts`,
    text: "if (withinMs !== null && blockedBy > 0) return;",
    instead: "if (withinMs !== null && blockedBy > dependencies.length) return;",
  },
  {
    name: "a ring for an older wait ends the newer one",
    file: `${CORE}/joining.ts`,
    text: "if (join.since !== timer.since) return;",
    instead: "",
  },
  {
    name: "a join waits no longer after a restart than before",
    file: `${CORE}/join.ts`,
    text: "if (join !== null && join.since !== null) join.since = at;",
    instead: "if (join !== null && join.since !== null) join.since = Math.min(at, join.since);",
  },
  {
    name: "what a person has resolved is not there for a join",
    file: `${CORE}/join.ts`,
    text: "recountJoin(state, index);\n  }",
    instead: "void index;\n  }",
  },
  {
    name: "the branches that a route has not taken run",
    file: `${CORE}/settle.ts`,
    text: "else if (isRoutedAway(state, dependent, dependency)) skip",
    instead: "else if (isRoutedAway(state, dependent, dependency) && dependent < 0) skip",
  },
  {
    name: "a route takes a branch that it is not sure of",
    file: `${CORE}/route.ts`,
    text: "(confidence !== null && confidence >= threshold);",
    instead: "confidence !== null;",
  },
  {
    name: "a route that a person has resolved chooses nothing",
    file: `${CORE}/dead-letters.ts`,
    text: "if (decided) emit(",
    instead: "if (decided && letter < 0) emit(",
  },
  {
    name: "the worst iteration stands",
    file: `${CORE}/refine.ts`,
    text: "best === null || score >= best.score;",
    instead: "best === null || score <= best.score;",
  },
  {
    name: "what was accepted is done again",
    file: `${CORE}/refine.ts`,
    text: "const isLast = isAccepted || iteration",
    instead: "const isLast = iteration",
  },
  {
    name: "an iteration hears nothing of the one before",
    file: `${CORE}/refine.ts`,
    text: "    feedback,\n    best: newest,",
    instead: "    feedback: null,\n    best: newest,",
  },
  {
    name: "all iterations have one key",
    file: `${CORE}/restart.ts`,
    text: "return `${key}/${refine.phase}-${refine.iteration}`;",
    instead: "return key;",
  },
  {
    name: "the place of an iteration that is not wanted is never given back",
    file: `${CORE}/admission.ts`,
    text: 'case "iterations.ended":',
    instead: "",
  },
  {
    name: "a check that waited for the whole plan is forgotten",
    file: `${CORE}/adoption.ts`,
    text: 'const isWaiting = status === "waiting" && items === null',
    instead: 'const isWaiting = status === "failed" && items === null',
  },
  {
    name: "more items are under way than the loop allows",
    file: `${CORE}/items.ts`,
    text: "while (items.active < most &&",
    instead: "while (items.active <= most &&",
  },
  {
    name: "items begin after one has failed",
    file: `${CORE}/items.ts`,
    text: "if (isStopped(state, item.of)) holdBack(state, items);",
    instead: "",
  },
  {
    name: "an item that is retried is left where others have failed",
    file: `${CORE}/items.ts`,
    text: "(stopped && !item?.isRetried)",
    instead: "stopped",
  },
  {
    name: "an item that had succeeded is done again under its old key",
    file: `${CORE}/items.ts`,
    text: 'timesRedone + (status === "succeeded" ? 1 : 0);',
    instead: "timesRedone;",
  },
  {
    name: "the items of a loop are about what its list is now",
    file: `${CORE}/items.ts`,
    text: "if (!items || Object.hasOwn(items.saw, id)) continue;",
    instead: "if (!items || id !== null) continue;",
  },
  {
    name: "what was cancelled with the run goes on with an item that is retried",
    file: `${CORE}/items.ts`,
    text: 'if (its === "cancelled" && reason === DROPPED) reopen',
    instead: 'if (its === "cancelled" && reason !== null) reopen',
  },
  {
    name: "a loop that goes on forgets what it had joined without",
    file: `${CORE}/items.ts`,
    text: "const kept = { timesRedone, itemsRedone, item, items, join };",
    instead: "const kept = { timesRedone, itemsRedone, item, items, join: join && null };",
  },
  {
    name: "a new plan cancels the items of what it keeps",
    file: `${CORE}/stop.ts`,
    text: "if (wanted.has(planIndexOf(one, index))) continue;",
    instead: "if (wanted.has(index) || planIndexOf(one, index) < 0) continue;",
  },
  {
    name: "a draft grows by a route to what has begun",
    file: `${CORE}/draft.ts`,
    text: "if (leadsBack(subtasks, known)) return undefined;",
    instead: "void leadsBack;",
  },
  {
    name: "the dead letters of items stay when their loop is restarted",
    file: `${CORE}/redo.ts`,
    text: "indices.flatMap((one) => withItems(state, one))",
    instead: "indices.filter((one) => withItems(state, one))",
  },
  ...REVIEW_MUTANTS,
];
