import type { ReadingFlags } from "./flags.ts";

export type EvalFlags = Omit<ReadingFlags, "model"> & {
  /** One where the environment names it. */
  readonly model?: string | readonly string[];
  readonly limit?: number;
  readonly sample?: number;
  readonly repeat?: number;
  readonly data?: string;
  readonly baseline?: string;
  readonly resume?: string;
  readonly html?: string;
  readonly out?: string;
  readonly quiet?: boolean;
};
