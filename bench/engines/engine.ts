/**
 * Engines that run a graph of subtasks, ours and others, seen alike.
 *
 * E1. `prepare` does what a program does once for a graph: build, compile, check. `run` runs it
 *     once, as often as wanted, one run after the other.
 * E2. Each subtask is done by calling `graph.work` with its index and the results of its
 *     dependencies in their order, once a run, and not before they have all ended.
 * E3. Results pass through the engine's own means, as its documentation shows them: nothing is
 *     handed past it.
 * E4. Where an engine cannot do something (a graph that is no series of layers, a limit of what
 *     is under way at once), its adapter says so in `notes` and does the nearest thing that it can.
 */

export type TaskGraph = {
  /** By index, the indices of what each subtask depends on, all smaller than its own. */
  readonly dependencies: readonly (readonly number[])[];
  work(index: number, inputs: readonly number[]): number | Promise<number>;
  /**
   * By index, how long the work takes in milliseconds, for engines that order by it. Where these
   * are known, the work uses none of its inputs, and an engine may leave them out.
   */
  readonly expectedMs?: readonly number[];
};

export type EngineOptions = {
  /** How many subtasks may be under way at once. */
  readonly concurrency: number;
};

export type PreparedGraph = {
  /** @returns by index, what each subtask came to */
  run(): Promise<readonly number[]>;
};

export interface Engine {
  readonly name: string;
  /** What a reader of the figures must know about how the graph was put to it. */
  readonly notes?: string;
  /** Whether it runs as many at once as are ready, whatever it is told. @default false */
  readonly isUnlimited?: boolean;
  prepare(graph: TaskGraph, options: EngineOptions): Promise<PreparedGraph>;
}

/**
 * Engines that survive a crash. What has ended is durable when the subtask that depends on it
 * begins, or as near to that as the engine offers.
 */
export interface DurableEngine {
  readonly name: string;
  /** @param file of the SQLite database, which may be there already */
  open(graph: TaskGraph, options: EngineOptions & { readonly file: string }): Promise<OpenGraph>;
}

export type OpenGraph = {
  /** Begin a run of this name and follow it to its end. */
  run(runId: string): Promise<readonly number[]>;
  /** Go on with a run that another process has begun and not ended. */
  resume(runId: string): Promise<readonly number[]>;
  close(): Promise<void>;
};
