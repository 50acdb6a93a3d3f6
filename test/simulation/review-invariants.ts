/** What must hold of what is judged, and of plans that are made anew; see `invariants.ts`. */

import type { RunEvent } from "../../src/executor/core/event.ts";
import type { EvaluateOrder, ReviseOrder } from "../../src/executor/drivers/driver.ts";
import type { Evaluation } from "../../src/plan/evaluation.ts";
import { judgementOf } from "./advice.ts";
import type { RunLedger } from "./ledger.ts";
import { rootOf } from "./needs.ts";
import type { Call } from "./outside.ts";
import { bestOf, fingerprintsOf, type ReviewLedger } from "./review-ledger.ts";
import type { EventOf, Rules, Start, Verdict } from "./rule.ts";
import { attemptName } from "./start-record.ts";

/** What somebody is asked beside the tools. */
export type Question =
  | { readonly asks: "evaluate"; readonly order: EvaluateOrder }
  | { readonly asks: "revise"; readonly order: ReviseOrder };
type Advice = Question & {
  /** `seq` of the newest event that wanted it. */
  readonly request: number;
  /** Whether nobody was asked because of that before. */
  readonly isFirst: boolean;
  /** Whether it was wanted before whatever speaks against it now. */
  readonly isEarly: boolean;
};

/** After so many that bring nothing better there is no further revision for a poor output. */
const MOST_MISSES = 2;
const WRITING: ReadonlySet<string> = new Set(["put", "pay", "mail", "spare"]);

export const REVIEW_START_RULES: Rules<[start: Start, run: RunLedger]> = {
  "nothing that changes the world starts while the plan is made anew": ({ tool }, { review }) =>
    review.request !== null && WRITING.has(tool) ? tool : undefined,

  "what has succeeded and is the same is not done again": ({ subtask }, run) => {
    const root = rootOf(subtask);
    const done = run.review.finished.get(root);
    return done !== undefined && done === run.fingerprint(root) ? root : undefined;
  },
};

export const REVIEW_EVENT_RULES: Rules<[event: RunEvent, run: RunLedger]> = {
  "a judgement is of what was given last": (event, run) => {
    if (event.type === "evaluation.completed") {
      const { evaluating } = run.review;
      if (evaluating === null) return "nobody was asked";
      return misjudged(run, null, evaluating.output, event.evaluation);
    }
    if (event.type !== "output.evaluated") return undefined;
    const record = run.review.outputs.get(event.subtask);
    if (record?.phase !== "evaluating") return `${event.subtask} is ${record?.phase}`;
    return misjudged(run, event.subtask, JSON.stringify(record.output), event.evaluation);
  },

  "what was given is judged before it counts": (event, run) => {
    if (event.type !== "subtask.succeeded") return undefined;
    return run.planned(event.subtask)?.accept === undefined ? undefined : event.subtask;
  },

  "of what a subtask gave the best stands, and is accepted if it passes": (event, run) => {
    if (event.type !== "output.kept") return undefined;
    const { phase, judged = [] } = run.review.outputs.get(event.subtask) ?? {};
    if (phase !== "judged") return `${event.subtask} is ${phase}`;
    const isAccepted = bestOf(judged)?.evaluation.verdict === "pass";
    return event.isAccepted === isAccepted ? undefined : `accepted: ${event.isAccepted}`;
  },

  "what is poor waits for the revision that it is to be mended by": (event, { review }) => {
    if (event.type !== "output.kept" || review.request === null) return undefined;
    const { judged = [] } = review.outputs.get(event.subtask) ?? {};
    return judged.at(-1)?.evaluation.verdict === "fail" ? event.subtask : undefined;
  },

  "a revision keeps what is the same in it, and nothing else": (event, run) => {
    if (event.type !== "plan.revised" || run.plan === null) return undefined;
    const before = fingerprintsOf(run.plan);
    const after = [...fingerprintsOf(event.accepted.plan)];
    const same = new Set(after.flatMap(([id, text]) => (before.get(id) === text ? [id] : [])));
    const differing = same.symmetricDifference(new Set(event.kept));
    return differing.size === 0 ? undefined : [...differing].join(", ");
  },

  "no revision drops what has changed the world, or may have": (event, run) => {
    if (event.type !== "plan.revised") return undefined;
    for (const [name, { tool, outcome, timesReset }] of run.starts) {
      const [id = "", attempt] = name.split("#");
      const { timesReset: now, attempt: newest, isResolved } = lookUp(run, id);
      if (!WRITING.has(tool) || outcome === "failed" || timesReset !== now || isResolved) continue;
      // Of one that was lost the next attempt, under its key, has said more.
      if (outcome === "lost" && Number(attempt) !== newest) continue;
      if (!event.kept.includes(rootOf(id))) return `${name}, which is ${outcome}`;
    }
    return undefined;
  },

  "no more revisions are asked for than the run allows": (event, { review, script }) => {
    if (event.type !== "replan.requested" || review.request !== null) return undefined;
    const { maxReplans } = script.settings.review;
    if (review.isOver) return "there was to be no further one";
    return review.replans < maxReplans ? undefined : `${review.replans + 1} of ${maxReplans}`;
  },

  "after two that bring nothing better no further revision mends what is poor": (event, run) => {
    if (event.type !== "replan.requested" || event.trigger !== "low_score") return undefined;
    const { misses, request } = run.review;
    return misses < MOST_MISSES || request !== null ? undefined : `${misses} have`;
  },

  "an answer is for the newest request, and each request has one": (event, run) => {
    if (event.type !== "plan.revised" && event.type !== "replan.ended") return undefined;
    const { request } = run.review;
    if (event.type === "plan.revised" && request === null) return "nobody was asked";
    if (event.type === "plan.revised" && event.accepted.plan.goal !== run.plan?.goal)
      return "an echo";
    if (event.type === "replan.ended" && event.error?.message === "an echo") return "an echo";
    const { revision = run.revision + 1 } = event.type === "plan.revised" ? event.accepted : {};
    return revision === run.revision + 1 ? undefined : `${revision} after ${run.revision}`;
  },

  "a person decides about what is asked": (event, run) => {
    if (event.type !== "evaluation.decided") return undefined;
    const { status, reason } = run.shadow;
    return reason === "evaluation" ? undefined : `it is ${status}`;
  },

  "a person is asked about what is poor, when nobody plans any more": (event, run) => {
    if (event.type !== "run.waiting" || event.reason !== "evaluation") return undefined;
    const { newest, request } = run.review;
    if (!run.script.settings.review.asksPerson) return "nobody wanted that";
    if (newest?.evaluation.verdict !== "fail") return `it is ${newest?.evaluation.verdict}`;
    return request === null ? undefined : "a revision is on its way";
  },

  "the best that was judged is the result": (event, run) => {
    if (!isGiven(event)) return undefined;
    const best = bestOf(run.review.judged);
    const isPassed = run.review.newest?.evaluation.verdict === "pass";
    if (best === undefined || isPassed) return undefined;
    if (event.status === "failed") return "there is one, and it failed";
    const output = JSON.stringify(event.output);
    return output === best.output ? undefined : `${output}, not ${best.output}`;
  },

  "a run succeeds only with what passed, or what a person accepted": (event, run) => {
    if (!isGiven(event) || event.status !== "succeeded") return undefined;
    const { judged, decision, outputs } = run.review;
    const { verdict = "pass" } = bestOf(judged)?.evaluation ?? {};
    if (verdict !== "pass" && decision !== "accepted") return `it is ${verdict}`;
    // Of an earlier revision it was said how its subtasks stood then.
    for (const [id, record] of isOfNow(run.review) ? outputs : []) {
      const said = bestOf(record.judged)?.evaluation.verdict;
      const { status, isResolved } = lookUp(run, id);
      if (status === "succeeded" && !isResolved && said !== "pass") return `${id} is ${said}`;
    }
    return undefined;
  },

  "what nobody could judge is flagged": (event, run) => {
    if (!isGiven(event)) return undefined;
    const { judged, outputs } = run.review;
    const unknown = judged.length > 0 && bestOf(judged)?.evaluation.verdict === "none";
    if (unknown && !isFlagged(event, undefined)) return "the output";
    for (const [id, record] of isOfNow(run.review) ? outputs : []) {
      const { status, isResolved } = lookUp(run, id);
      if (status !== "succeeded" || isResolved || rootOf(id) !== id) continue;
      const verdict = bestOf(record.judged)?.evaluation.verdict;
      if (verdict === "none" && !isFlagged(event, id)) return id;
    }
    return undefined;
  },

  "what the run gives is judged if it is to be": (event, run) => {
    if (!isGiven(event) || event.status === "failed" || run.plan === null) return undefined;
    const { judgesGoal } = run.script.settings.review;
    if (!judgesGoal && run.plan.accept === undefined) return undefined;
    const isMissing = event.flags.some(({ code }) => code === "output_missing");
    // It was not when the time was up.
    if (run.review.judged.length > 0 || isMissing || isFlagged(event, undefined)) return undefined;
    return "it was not";
  },
};

export const REVIEW_STATE_RULES: Rules<[run: RunLedger]> = {
  "what is poor stands, unless a revision is on its way": ({ review, isFinished }) => {
    if (review.request !== null || isFinished) return undefined;
    for (const [id, { phase }] of review.outputs) if (phase === "judged") return id;
    return undefined;
  },
};

export const REVIEW_CALL_RULES: Rules<[call: Call, run: RunLedger, calls: readonly Call[]]> = {
  "no two calls under one key do different things": (call, run, calls) => {
    if (call.tool.effects !== "write" || !call.key.startsWith(`${call.runId}/`)) return undefined;
    const meantBy = (one: Call) =>
      run.starts.get(attemptName(one.subtask, one.attempt))?.fingerprint;
    const other = calls.find(
      (one) =>
        one.tool.effects === "write" && one.key === call.key && meantBy(one) !== meantBy(call),
    );
    return other && `${call.key}: ${meantBy(call)}, not ${meantBy(other)}`;
  },
};

export const ADVICE_RULES: Rules<[advice: Advice, run: RunLedger]> = {
  "nobody is asked after a pause or a cancel": ({ isEarly }, run) => {
    const { isPausing, isStopping, isFinished } = run;
    if (isEarly) return undefined;
    if (isPausing) return "paused";
    return isStopping || isFinished ? "stopped" : undefined;
  },

  "nobody is asked again what was answered": ({ isFirst, ...advice }, { review }) =>
    isFirst || isOpen(advice, review) ? undefined : nameOf(advice),

  "who judges sees what was given": ({ isFirst: _, ...advice }, { review }) => {
    if (advice.asks === "revise" || !isOpen(advice, review)) return undefined;
    const { subtask, output } = advice.order;
    const own = subtask === null ? undefined : JSON.stringify(review.outputs.get(subtask)?.output);
    const given = subtask === null ? review.evaluating?.output : own;
    const seen = JSON.stringify(output);
    return seen === given ? undefined : `${seen}, not ${given}`;
  },

  "who plans anew is told how the run stands": ({ asks, order, request }, run) => {
    if (asks === "evaluate") return undefined;
    const { revision, subtasks } = order.feedback;
    // More went wrong, or it was decided otherwise, before it could be asked.
    if (run.review.request !== request) return undefined;
    if (revision !== run.revision) return `revision ${revision}, not ${run.revision}`;
    for (const { id, status } of subtasks) {
      const isFailed = run.review.failed.has(id);
      if (isFailed !== (status === "failed")) return `${id} is ${status}, failed: ${isFailed}`;
    }
    return undefined;
  },
};

export const REVIEW_END_RULES: Rules<[run: RunLedger]> = {
  "what is counted of model calls is what was answered": ({ shadow, review }) =>
    shadow.usage.modelCalls === review.modelCalls
      ? undefined
      : `${shadow.usage.modelCalls}, not ${review.modelCalls}`,
};

/** Whether what the run gives is what the present plan gave. */
function isOfNow({ judged, newest }: ReviewLedger): boolean {
  return judged.length === 0 || newest?.evaluation.verdict === "pass";
}

function nameOf({ asks, order }: Question): string {
  return asks === "revise" ? "the planner" : (order.subtask ?? "about the run");
}

/** Whether the answer is awaited. */
function isOpen({ asks, order }: Question, review: ReviewLedger): boolean {
  if (asks === "revise") return review.request !== null;
  if (order.subtask === null) return review.evaluating !== null;
  return review.outputs.get(order.subtask)?.phase === "evaluating";
}

/** The run has ended, and nobody wanted it to end. */
function isGiven(event: RunEvent): event is EventOf<"run.completed"> {
  return event.type === "run.completed" && event.status !== "cancelled";
}

function isFlagged({ flags }: EventOf<"run.completed">, id: string | undefined): boolean {
  return flags.some(({ code, subtask }) => code === "not_evaluated" && subtask === id);
}

function lookUp(run: RunLedger, id: string) {
  return run.subtask(id);
}

/** Whether the judge has said something else about it. */
function misjudged(
  run: RunLedger,
  subtask: string | null,
  output: string,
  { score, threshold, flags }: Evaluation,
): Verdict {
  if (flags.some(({ code }) => code === "not_judged")) return undefined;
  const { runId } = run.script;
  const said = judgementOf(run.seed, runId, { subtask, output: JSON.parse(output), threshold });
  return said?.score === score ? undefined : `${score}, not ${said?.score}`;
}
