import type { DurableEngine } from "./engine.ts";
import type { Ending } from "./resume-case.ts";

/** What a person can find out about subtasks that were under way when a process died. */
export type World = {
  wrote(index: number): boolean;
  resultOf(index: number, inputs: readonly number[]): number;
};

type Given = Parameters<DurableEngine["open"]>;

export interface ResumableEngine {
  readonly name: string;
  /** Begin a run that keeps what has ended in this file. */
  run(...given: Given): Promise<void>;
  /** In another process, go on with the one run that the file has. */
  resume(...given: [...Given, World]): Promise<Ending>;
}
