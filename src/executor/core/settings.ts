import type { Accept } from "../../plan/accept-schema.ts";

/** What a run may use at most; null for as much as it wants. */
export type Budget = {
  readonly toolCalls: number | null;
  readonly modelCalls: number | null;
  /** Input and output together. */
  readonly tokens: number | null;
  readonly usd: number | null;
};

/**
 * Which subtasks a person must say yes to: those of which plan or tool say so, or also all
 * that change the world, or all.
 */
export type ApprovalPolicy = "declared" | "writes" | "all";

/** How what comes out is judged, and what follows where it is poor. */
export type ReviewSettings = {
  /** From this score on an output is good enough where the plan does not say, 0 to 1. */
  readonly threshold: number;
  /** What the answer must be like, beside what the plan says. */
  readonly accept?: Accept;
  /** Whether a judge is asked if the goal is reached, beside what the plan accepts. */
  readonly judgesGoal: boolean;
  /** Revisions that may follow the first plan. */
  readonly maxReplans: number;
  /** Whether a stronger model plans where the first revision has not helped. */
  readonly hasStrongerPlanner: boolean;
  /** Whether a person is asked in the end. */
  readonly asksPerson: boolean;
};

/** What a run may do. */
export type RunSettings = {
  /** Attempts that may run side by side. */
  readonly concurrency: number;
  /** Limit of one attempt, for tools and subtasks that do not say. */
  readonly attemptTimeoutMs: number;
  /** Limit of the whole run from its start or its newest resume; null for none. */
  readonly runTimeoutMs: number | null;
  /** Null where nothing is limited. */
  readonly budget: Budget | null;
  /** How long aborted attempts may take to end. */
  readonly cancelGraceMs: number;
  readonly approvals: ApprovalPolicy;
  /** Who has said yes beforehand to all that asks for it; null for nobody. */
  readonly approver: string | null;
  /** When somebody wants to hear of dead letters; null for never. */
  readonly deadLetters: DeadLetterSettings | null;
  readonly review: ReviewSettings;
};

/** What is set anew when a run is taken up again; what is left out stays as it was. */
export type SettingChanges = {
  readonly budget?: Budget | null;
  /** Who now says yes to all that asks for it. */
  readonly approver?: string;
  readonly approvals?: ApprovalPolicy;
  readonly concurrency?: number;
  readonly runTimeoutMs?: number;
};

export type DeadLetterSettings = {
  /** So many that are open. */
  readonly threshold: number;
  /** Whether somebody outside is told, too. */
  readonly notify: boolean;
};

/** Only what the plan accepts is judged, and nothing is planned anew. */
export const NO_REVIEW: ReviewSettings = {
  threshold: 0.7,
  judgesGoal: false,
  maxReplans: 0,
  hasStrongerPlanner: false,
  asksPerson: false,
};

export const DEFAULT_SETTINGS: RunSettings = {
  concurrency: 16,
  attemptTimeoutMs: 300_000,
  runTimeoutMs: null,
  budget: null,
  cancelGraceMs: 5_000,
  approvals: "declared",
  approver: null,
  deadLetters: null,
  review: NO_REVIEW,
};

/** What is set anew by who takes a run up. */
export function changesOf(input: SettingChanges): SettingChanges {
  const { budget, approver, approvals, concurrency, runTimeoutMs } = input;
  return {
    ...(budget !== undefined && { budget }),
    ...(approver !== undefined && { approver }),
    ...(approvals !== undefined && { approvals }),
    ...(concurrency !== undefined && { concurrency }),
    ...(runTimeoutMs !== undefined && { runTimeoutMs }),
  };
}
