/** What a run may use at most; null for as much as it wants. */
export type Budget = {
  readonly toolCalls: number | null;
  readonly modelCalls: number | null;
  /** Input and output together. */
  readonly tokens: number | null;
  readonly usd: number | null;
};

/** What a run may do, in numbers. */
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
};

export const DEFAULT_SETTINGS: RunSettings = {
  concurrency: 16,
  attemptTimeoutMs: 300_000,
  runTimeoutMs: null,
  budget: null,
  cancelGraceMs: 5_000,
};
