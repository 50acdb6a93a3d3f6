/** What is looked at of a durable engine, beside what it does. */

import type { DurableEngine, OpenGraph } from "./engine.ts";

export type SeenGraph = OpenGraph & {
  /** `PRAGMA synchronous` of the connection that it writes by: 1 is NORMAL, 2 FULL; null without one. */
  synchronous(): Promise<number | null>;
};

export interface SeenEngine extends DurableEngine {
  open(...args: Parameters<DurableEngine["open"]>): Promise<SeenGraph>;
}
