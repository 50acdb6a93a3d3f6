/**
 * What must hold, whatever happens. One function per sentence; each gives what is wrong, or
 * nothing.
 *
 * Rules about events are asked before the ledger follows the event; rules about calls when a
 * tool is called, those about work when its work is done in the world outside; rules about
 * ends when a run has ended and everything else has come to rest.
 */

import { parseDuration } from "../../src/base/duration.ts";
import type { RunEvent } from "../../src/executor/core/event.ts";
import { fold } from "../../src/executor/core/evolve.ts";
import { idOfSubtask } from "../../src/executor/core/program.ts";
import { isFinal as isFinalStatus, isFinished } from "../../src/executor/core/status.ts";
import type { StoredEvent } from "../../src/journal/journal.ts";
import { difference } from "./difference.ts";
import {
  FLOW_CALL_RULES,
  FLOW_END_RULES,
  FLOW_EVENT_RULES,
  FLOW_START_RULES,
  FLOW_STATE_RULES,
  FLOW_WORK_RULES,
} from "./flow-invariants.ts";
import type { RunLedger } from "./ledger.ts";
import { needsOf, parentOf } from "./needs.ts";
import type { Call } from "./outside.ts";
import { isFinal } from "./record.ts";
import {
  REVIEW_CALL_RULES,
  REVIEW_END_RULES,
  REVIEW_EVENT_RULES,
  REVIEW_START_RULES,
  REVIEW_STATE_RULES,
} from "./review-invariants.ts";
import type { Rules, Start, Verdict } from "./rule.ts";
import { attemptName, type StartRecord } from "./start-record.ts";

const EPSILON_USD = 1e-9;
/** So many others may start while a subtask is ready and could. */
const PATIENCE = 200;

export const START_RULES: Rules<[start: Start, run: RunLedger]> = {
  ...FLOW_START_RULES,
  ...REVIEW_START_RULES,

  "nothing starts after a pause or a cancel": (_, { isPausing, isStopping, isFinished: ended }) =>
    isPausing || isStopping || ended ? `${isPausing ? "paused" : "stopped"}` : undefined,

  "a subtask has one attempt at a time, each with a number of its own": (start, run) => {
    const { status, attempt } = run.subtask(start.subtask);
    if (status !== "open") return `${start.subtask} is ${status}`;
    return start.attempt === attempt + 1 ? undefined : `${start.attempt} after ${attempt}`;
  },

  "a subtask starts only when its dependencies allow it": ({ subtask: id }, run) =>
    // An item's time has come when that of its loop had.
    parentOf(id) === undefined ? forbidden(id, run) : undefined,

  "nothing changes the world before the plan is whole": ({ tool }, run) =>
    run.revision === 0 && run.script.planning !== null && WRITING.has(tool) ? tool : undefined,

  "who needs approval starts only with one for this revision": ({ subtask: id, tool }, run) => {
    const { approved } = run.subtask(id);
    if (!needsApproval(run, id, tool)) return undefined;
    if (approved === null) return `nobody has approved ${id}`;
    if (approved.revision === run.revision) return undefined;
    return `${id} was approved for revision ${approved.revision}, not ${run.revision}`;
  },

  "no more attempts are under way than the run allows": (_, run) =>
    run.running < run.script.settings.concurrency ? undefined : `${run.running} already`,

  "nothing starts while it waits for its retry": ({ subtask }, run) =>
    run.subtask(subtask).retryAt === null ? undefined : subtask,

  "no run takes more calls or money than its budget has": ({ costUsd = 0 }, run) =>
    overBudget(run, run.toolCalls + 1, run.usd + costUsd),

  "a ready subtask is not passed over for ever": (start, run) => {
    for (const index of run.shadow.ready) {
      const id = idOfSubtask(run.shadow, index);
      if (run.passOver(id) > PATIENCE) return `${id} for ${start.subtask} and others`;
    }
    return undefined;
  },
};

export const EVENT_RULES: Rules<[event: RunEvent, run: RunLedger]> = {
  ...FLOW_EVENT_RULES,
  ...REVIEW_EVENT_RULES,

  "an attempt is given up only when its time is over": (event, run) => {
    if (event.type !== "attempt.failed" || event.error.code !== "tool.timeout") return undefined;
    const { startedAt } = run.subtask(event.subtask);
    const early = startedAt + timeoutOf(run, event.subtask) - event.at;
    return early > 0 ? `${early} ms too early` : undefined;
  },

  "a loop begins only when its dependencies allow it": (event, run) => {
    if (event.type !== "items.expanded" || parentOf(event.subtask) !== undefined) return undefined;
    return forbidden(event.subtask, run);
  },

  "a retry waits as long as it was to": (event, run) => {
    if (event.type !== "retry.due") return undefined;
    const { retryAt } = run.subtask(event.subtask);
    return retryAt !== null && event.at < retryAt ? `${retryAt - event.at} ms early` : undefined;
  },

  "an answer is that of the newest attempt": (event, run) => {
    if (!("attempt" in event) || event.type === "retry.due") return undefined;
    if (event.type === "attempt.started") return undefined;
    const { attempt, status } = run.subtask(event.subtask);
    if (event.attempt !== attempt) return `${event.type} of ${event.attempt}, not ${attempt}`;
    if (status !== "running") return `${event.subtask} is ${status}`;
    if (
      !ANSWERS.has(event.type) ||
      !("output" in event) ||
      ("reused" in event && event.reused !== undefined)
    )
      return undefined;
    const { by } = event.output as { by: string };
    return by === attemptName(event.subtask, attempt) ? undefined : `it is ${by}'s`;
  },

  "a subtask ends once, and says why": (event, run) => {
    if (!ENDS.has(event.type) || !("subtask" in event)) return undefined;
    const { status } = run.subtask(event.subtask);
    if (isFinal({ status })) return `${event.subtask} was ${status} already`;
    if (!event.type.startsWith("subtask.") || event.type === "subtask.succeeded") return undefined;
    return "reason" in event ? undefined : `${event.subtask} does not say why`;
  },

  "what is skipped for another has one that did not succeed": (event, run) => {
    if (event.type !== "subtask.skipped" || event.cause === undefined) return undefined;
    if (event.reason === "route_not_taken") return undefined;
    const { status } = run.subtask(event.cause);
    return isFinal({ status }) && status !== "succeeded"
      ? undefined
      : `${event.cause} is ${status}`;
  },

  "a decision is about the question that is open": (event, run) => {
    if (event.type !== "approval.decided") return undefined;
    const { asked, approved, status } = run.subtask(event.subtask);
    if (status !== "open" || approved !== null) return "it was decided before";
    return asked?.seq === event.request ? undefined : `about ${event.request}, not ${asked?.seq}`;
  },

  "a decision made beforehand stands when its time is up, and then no other": (event, run) => {
    if (event.type !== "approval.decided") return undefined;
    const { expiresAt = 0 } = run.subtask(event.subtask).asked ?? {};
    const isUp = event.at >= expiresAt;
    return isUp === (event.by === "planwright") ? undefined : `by ${event.by}, up: ${isUp}`;
  },

  "a subtask's time for all attempts begins with the first": (event, run) => {
    if (event.type !== "attempt.failed" && event.type !== "subtask.failed") return undefined;
    if (event.error.code !== "subtask.timeout") return undefined;
    if ("reason" in event && event.reason === "item_failed") return undefined;
    const { begunAt } = run.subtask(event.subtask);
    const limit = parseDuration(run.planned(event.subtask)?.totalTimeout ?? "1d");
    return begunAt !== null && event.at >= begunAt + limit ? undefined : `${event.at} is early`;
  },

  "a run ends only when every subtask has": (event, run) => {
    if (event.type !== "run.completed" || run.plan === null) return undefined;
    const open = run.plan.subtasks.find(({ id }) => !isFinal(run.subtask(id)));
    return open === undefined ? undefined : `${open.id} has not`;
  },
};

export const STATE_RULES: Rules<[run: RunLedger]> = {
  ...FLOW_STATE_RULES,
  ...REVIEW_STATE_RULES,

  "what failed for good is a dead letter until somebody has decided": (run) => {
    if (run.shadow.accepted === null) return undefined;
    if (run.failures !== run.deadLetters) return `${run.deadLetters} of ${run.failures}`;
    for (const [index, subtask] of run.shadow.subtasks.entries()) {
      const id = idOfSubtask(run.shadow, index);
      const { isDeadLetter } = run.subtask(id);
      if (isDeadLetter !== subtask.isDeadLetter) return `${id} is listed: ${subtask.isDeadLetter}`;
    }
    return undefined;
  },

  "an effect that may have happened is a dead letter": (run) => {
    for (const [id, record] of run.subtasks) if (record.isUncertain) return id;
    return undefined;
  },
};

export const CALL_RULES: Rules<[call: Call, run: RunLedger, calls: readonly Call[]]> = {
  ...FLOW_CALL_RULES,
  ...REVIEW_CALL_RULES,

  "an attempt starts only after its event is durable": ({ subtask, attempt }, run) =>
    run.starts.has(attemptName(subtask, attempt)) ? undefined : attemptName(subtask, attempt),

  "an attempt is performed once": (call, _, calls) => {
    const same = ({ runId, subtask, attempt }: Call) =>
      runId === call.runId && subtask === call.subtask && attempt === call.attempt;
    const count = calls.filter(same).length;
    return count === 1 ? undefined : `${attemptName(call.subtask, call.attempt)} ${count} times`;
  },

  "nothing is called that was told to stop before": ({ subtask, attempt, isTooLate }) =>
    isTooLate ? attemptName(subtask, attempt) : undefined,

  "what a person approved is what is done": ({ tool, subtask, attempt, input }, run) => {
    const record = run.subtask(subtask);
    const { turn } = run.starts.get(attemptName(subtask, attempt)) ?? {};
    if (
      !needsApproval(run, subtask, tool.name, turn) ||
      record.attempt !== attempt ||
      record.approved === null
    )
      return undefined;
    return record.approved.input === input ? undefined : `${input}, not ${record.approved.input}`;
  },

  "no more calls are made, and no more money is spent, than the budget has": (call, run, calls) => {
    const made = calls.filter(({ runId }) => runId === call.runId);
    const usd = made.reduce((sum, { tool }) => sum + tool.costUsd, 0);
    return overBudget(run, made.length, usd);
  },
};

export const WORK_RULES: Rules<[call: Call, run: RunLedger, calls: readonly Call[]]> = {
  ...FLOW_WORK_RULES,

  "an idempotent effect has one key, until somebody wants it again": (call, run, calls) => {
    if (call.tool.effects !== "write" || !call.tool.idempotent) return undefined;
    const same = doneLike(call, run, calls, ({ timesRedone, turn }) => `${timesRedone} ${turn}`);
    const keys = new Set(same.map(({ key }) => key));
    return keys.size <= 1 ? undefined : `${keys.size} keys: ${[...keys].join(", ")}`;
  },

  "any other effect happens at most once, until somebody wants it again": (call, run, calls) => {
    if (call.tool.effects !== "write" || call.tool.idempotent) return undefined;
    const same = doneLike(call, run, calls, ({ timesReset, turn }) => `${timesReset} ${turn}`);
    if (same.length <= 1) return undefined;
    return same.map(({ subtask, attempt }) => attemptName(subtask, attempt)).join(" and ");
  },
};

export const END_RULES: Rules<[run: RunLedger, stored: readonly StoredEvent[]]> = {
  ...FLOW_END_RULES,
  ...REVIEW_END_RULES,

  "every run ends": ({ shadow }) => (isFinished(shadow.status) ? undefined : shadow.status),

  "every subtask has ended, and says why": ({ shadow }) => {
    for (const [index, { status, reason }] of shadow.subtasks.entries()) {
      if (!isFinalStatus(status)) return `${idOfSubtask(shadow, index)} is ${status}`;
      if ((reason === null) !== (status === "succeeded")) return `${status}, but ${reason}`;
    }
    return undefined;
  },

  "who wanted to hear of dead letters has heard, or could not be reached": ({
    shadow,
    isStopping,
  }) => {
    const left = shadow.notifications.undelivered.filter(({ isGivenUp }) => !isGivenUp);
    if (isStopping || shadow.reason === "planning_failed") return undefined;
    return left.length > 0 ? `${left.length} are under way` : undefined;
  },

  "the numbers of events have no gaps": (_, stored) => {
    const gap = stored.findIndex(({ seq }, index) => seq !== index + 1);
    return gap === -1 ? undefined : `${stored[gap]?.seq} stands at ${gap + 1}`;
  },

  "replay gives the same state": ({ shadow, script }, stored) =>
    difference(fold(script.runId, stored as readonly RunEvent[]), shadow),
};

const WRITING: ReadonlySet<string> = new Set(["put", "pay", "mail", "spare"]);
const ANSWERS: ReadonlySet<string> = new Set([
  "subtask.succeeded",
  "iteration.produced",
  "output.produced",
]);
const ENDS: ReadonlySet<string> = new Set([
  "items.collected",
  "output.kept",
  "iterations.ended",
  "subtask.succeeded",
  "subtask.failed",
  "subtask.skipped",
  "subtask.cancelled",
]);

/** What speaks against a start of the subtask of the plan. */
function forbidden(id: string, run: RunLedger): Verdict {
  const subtask = run.planned(id);
  if (subtask === undefined || run.plan === null) return `${id} is not in the plan`;
  if (subtask.when === false) return `the condition of ${id} is false`;
  if (subtask.join !== undefined && run.subtask(id).joined !== null) return undefined;
  for (const [name, on] of needsOf(run.plan, subtask)) {
    const { status } = run.subtask(name);
    const allows = on === "success" ? status === "succeeded" : isFinal({ status });
    if (!allows) return `${id} needs ${name}, which is ${status}`;
  }
  return undefined;
}

/** What a plan says of approval is about what a subtask produces, and not about who checks it. */
function needsApproval(run: RunLedger, id: string, tool: string, turn = run.turnOf(id)): boolean {
  const { approvals } = run.script.settings;
  const isPlanned = (run.planned(id)?.approval ?? false) !== false && !turn.startsWith("check");
  const isAsked = isPlanned || tool === "mail";
  return isAsked || approvals === "all" || (approvals === "writes" && WRITING.has(tool));
}

function overBudget({ budget }: RunLedger, toolCalls: number, usd: number): Verdict {
  const { toolCalls: calls, usd: money } = budget ?? { toolCalls: null, usd: null };
  if (calls !== null && toolCalls > calls) return `${toolCalls} calls of ${calls}`;
  if (money !== null && usd > money + EPSILON_USD) return `$${usd} of $${money}`;
  return undefined;
}

function timeoutOf(run: RunLedger, id: string): number {
  const { timeout } = run.planned(id) ?? {};
  if (timeout !== undefined) return parseDuration(timeout);
  const own = run.tools.find(({ name }) => name === run.subtask(id).tool)?.timeoutMs;
  return own ?? run.script.settings.attemptTimeoutMs;
}

/** The calls of its tool whose work was done, for its subtask, and for the same want. */
function doneLike(
  { runId, subtask, attempt, tool }: Call,
  { starts }: RunLedger,
  calls: readonly Call[],
  wantOf: (start: StartRecord) => string,
): readonly Call[] {
  const want = (number: number) => {
    const start = starts.get(attemptName(subtask, number));
    return start && wantOf(start);
  };
  return calls.filter(
    (one) =>
      one.isDone &&
      one.runId === runId &&
      one.subtask === subtask &&
      one.tool.name === tool.name &&
      want(one.attempt) === want(attempt),
  );
}
