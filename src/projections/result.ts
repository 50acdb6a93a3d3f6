import type { ErrorData } from "../base/errors.ts";
import type { Json, JsonObject } from "../base/json.ts";
import type { Usage } from "../executor/core/consumption.ts";
import { type LargeValues, NO_LARGE_VALUES } from "../executor/core/large-value.ts";
import { openApprovals } from "../executor/core/open-approvals.ts";
import { idOfSubtask, programOf, toolOf } from "../executor/core/program.ts";
import type { QualityFlag } from "../executor/core/quality-flag.ts";
import type { ItemsState, RefineState, RunState, SubtaskState } from "../executor/core/state.ts";
import {
  isFinal,
  type RunReason,
  type RunStatus,
  type SubtaskReason,
  type SubtaskStatus,
} from "../executor/core/status.ts";
import { compilePlan } from "../plan/compile.ts";
import type { Evaluation } from "../plan/evaluation.ts";
import type { Question } from "../plan/question.ts";
import type { Subtask } from "../plan/schema.ts";
import { withLargeOutput } from "./large-output.ts";

/** What a run came to, or has come to so far. Times are milliseconds since the epoch. */
export type RunResult = {
  readonly runId: string;
  readonly status: RunStatus;
  readonly reason?: RunReason;
  readonly goal: string;
  /** One that is large is read when this field is. @throws {JournalError} `blob.missing`, `blob.damaged` */
  readonly output: Json;
  readonly flags: readonly QualityFlag[];
  /** What the planner asks before it can go on. */
  readonly questions?: readonly Question[];
  /** The subtasks that a person must say yes to, with what their tools would be given. */
  readonly approvals?: readonly AwaitedApproval[];
  /** Null until there is one. */
  readonly plan: {
    readonly revision: number;
    readonly subtasks: readonly Subtask[];
    /** Ids of equal depth: what could run side by side. */
    readonly batches: readonly (readonly string[])[];
  } | null;
  readonly subtasks: readonly SubtaskResult[];
  readonly usage: RunUsage;
  /** Why it failed, when it did. */
  readonly error?: ErrorData;
  /** What was judged, oldest first; `subtask` is left out for what came out of the run. */
  readonly evaluations: readonly ({
    readonly revision: number;
    readonly subtask?: string;
  } & Evaluation)[];
  /** What a person is to look at, where the run waits for that. */
  readonly review?: AwaitedReview;
  /** Revisions that took the place of a plan before. */
  readonly replans: number;
  readonly startedAt: number | null;
  readonly finishedAt: number | null;
};

/** The best that there is, which was judged too poor. */
export type AwaitedReview = {
  readonly revision: number;
  /** One that is large is read when this field is. @throws {JournalError} `blob.missing`, `blob.damaged` */
  readonly output: Json;
  readonly evaluation: Evaluation;
};

export type AwaitedApproval = {
  readonly subtask: string;
  readonly tool: string;
  readonly input: JsonObject;
  /** When it is decided if nobody has decided before, and how; milliseconds since the epoch. */
  readonly expiresAt?: number;
  readonly otherwise?: "approved" | "denied";
};

export type SubtaskResult = {
  readonly id: string;
  readonly tool: string;
  readonly status: SubtaskStatus;
  readonly reason?: SubtaskReason;
  /** The subtask because of which this one was skipped. */
  readonly cause?: string;
  readonly attempts: number;
  readonly startedAt: number | null;
  readonly finishedAt: number | null;
  /** One that is large is read when this field is. @throws {JournalError} `blob.missing`, `blob.damaged` */
  readonly output?: Json;
  /** Of its JSON, where the output is large. */
  readonly outputBytes?: number;
  readonly error?: ErrorData;
  /** Of one with `forEach`: how many items there are, and what they have come to. */
  readonly items?: ItemCounts;
  /** Of a route: the branch that was taken. */
  readonly branch?: string;
  /** Of a join that did not wait for all: the subtasks of which it saw nothing. */
  readonly missing?: readonly string[];
  /** Of one with `refine`: how often it was produced. */
  readonly iterations?: Iterations;
  /** Of one with `accept`: how its output was judged. */
  readonly evaluation?: Evaluation;
  /** Of one with both: the items that needed more than two iterations, or were not accepted. */
  readonly refined?: readonly (Iterations & { readonly id: string })[];
};

export type Iterations = {
  readonly count: number;
  /** The one whose output stands; null while none does. */
  readonly best: number | null;
  readonly score: number | null;
  readonly isAccepted: boolean;
  /** Why it ended before the last one. */
  readonly error?: ErrorData;
};

export type ItemCounts = Readonly<
  Record<"count" | Exclude<SubtaskStatus, "pending" | "waiting">, number>
>;

export type RunUsage = Readonly<Usage> & {
  /** From the start to the end, or to the newest event. */
  readonly seconds: number;
};

/**
 * @param lastAt time of the run's newest event, for runs that have not finished
 * @param values where its large outputs are; left out, it has none
 */
export function resultOf(
  state: RunState,
  lastAt: number,
  values: LargeValues = NO_LARGE_VALUES,
): RunResult {
  const { accepted, startedAt, finishedAt } = state;
  const plan = accepted?.plan;
  const approvals = openApprovals(state).map((index) => awaitedApproval(state, index));
  const refined = refinedItems(state);
  const result: RunResult = {
    runId: state.runId,
    status: state.status,
    ...(state.reason !== null && { reason: state.reason }),
    goal: state.goal,
    output: state.output,
    flags: state.flags,
    ...(state.questions.open.length > 0 && { questions: state.questions.open }),
    ...(approvals.length > 0 && { approvals }),
    plan: plan
      ? { revision: accepted.revision, subtasks: plan.subtasks, batches: batchesOf(state) }
      : null,
    subtasks: plan
      ? plan.subtasks.map((subtask, index) =>
          subtaskResult(state, subtask, index, refined.get(index), values),
        )
      : [],
    usage: { ...state.usage, seconds: ((finishedAt ?? lastAt) - (startedAt ?? lastAt)) / 1000 },
    ...(state.error !== null && { error: state.error }),
    evaluations: state.review.evaluations.map(({ revision, subtask, evaluation }) => {
      return { revision, ...(subtask !== null && { subtask }), ...evaluation };
    }),
    ...awaitedReview(state, values),
    replans: accepted === null ? 0 : Math.max(0, accepted.revision - 1),
    startedAt,
    finishedAt,
  };
  return withLargeOutput(result, state, { runId: state.runId, subtask: "the run" }, values);
}

function awaitedReview(
  { runId, status, reason, review: { best } }: RunState,
  values: LargeValues,
): { readonly review?: AwaitedReview } {
  if (status !== "waiting" || reason !== "evaluation" || best === null) return {};
  const { revision, evaluation, kept } = best;
  const review = { revision, output: kept.output, evaluation };
  return { review: withLargeOutput(review, kept, { runId, subtask: "the run" }, values) };
}

function awaitedApproval(state: RunState, index: number): AwaitedApproval {
  const subtask = state.subtasks[index] as SubtaskState;
  const { input = {}, expiry = null } = subtask.approval ?? {};
  return {
    subtask: idOfSubtask(state, index),
    tool: toolOf(programOf(state), subtask, index),
    input,
    ...(expiry !== null && { expiresAt: expiry.at, otherwise: expiry.decision }),
  };
}

function batchesOf({ accepted }: RunState): string[][] {
  if (accepted === null) return [];
  const { batches, ids } = compilePlan(accepted.plan).graph;
  return batches.map((batch) => batch.map((index) => ids[index] ?? ""));
}

function subtaskResult(
  state: RunState,
  { id, tool }: Subtask,
  index: number,
  refined: SubtaskResult["refined"],
  values: LargeValues,
): SubtaskResult {
  const subtask = state.subtasks[index];
  if (subtask === undefined) throw new Error(`The state has no subtask ${index}.`);
  const { status, reason, cause, attempts, startedAt, finishedAt, output, error } = subtask;
  const { largeOutput, review } = subtask;
  const evaluation = review?.phase === "ended" ? review.best?.evaluation : review?.evaluation;
  const result: SubtaskResult = {
    id,
    tool,
    status,
    ...(reason !== null && { reason }),
    ...(cause !== null && { cause }),
    attempts,
    startedAt,
    finishedAt,
    ...(status === "succeeded" && { output }),
    ...(largeOutput !== null && { outputBytes: largeOutput.bytes }),
    ...(error !== null && { error }),
    ...(subtask.items !== null && { items: itemCounts(state, subtask.items) }),
    ...(subtask.branch !== null && { branch: subtask.branch }),
    ...(subtask.join?.missing?.length && { missing: subtask.join.missing }),
    ...(subtask.refine !== null && { iterations: iterationsOf(subtask.refine) }),
    ...(refined && { refined }),
    ...(evaluation && { evaluation }),
  };
  return withLargeOutput(result, subtask, { runId: state.runId, subtask: id }, values);
}

function iterationsOf({ iteration: count, best, isAccepted, error }: RefineState): Iterations {
  const { iteration = null, score = null } = best ?? {};
  return { count, best: iteration, score, isAccepted, ...(error && { error }) };
}

type RefinedItem = NonNullable<SubtaskResult["refined"]>[number];

/** By subtask of the plan, of its items at any depth. */
function refinedItems(state: RunState): ReadonlyMap<number, readonly RefinedItem[]> {
  const found = new Map<number, RefinedItem[]>();
  for (const [index, { item, refine, status }] of state.subtasks.entries()) {
    if (item === null || refine === null) continue;
    const iterations = iterationsOf(refine);
    if (iterations.count <= 2 && (iterations.isAccepted || !isFinal(status))) continue;
    const own = found.get(item.root) ?? [];
    found.set(item.root, own);
    own.push({ id: idOfSubtask(state, index), ...iterations });
  }
  return found;
}

/** Those that have not ended and do not run are the rest. */
function itemCounts({ subtasks }: RunState, { first, count }: ItemsState): ItemCounts {
  const counts = { count, running: 0, succeeded: 0, failed: 0, skipped: 0, cancelled: 0 };
  for (const { status } of subtasks.slice(first, first + count)) {
    if (status !== "pending" && status !== "waiting") counts[status] += 1;
  }
  return counts;
}
