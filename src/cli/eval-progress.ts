/** How far an eval is, with what is left and what it has cost so far. */

import { createLogUpdate } from "log-update";
import { renderDuration } from "../base/duration.ts";
import type { RunProgress } from "../evals/run-planner-suite.ts";
import { isLive, printLine, type Screen } from "./io.ts";
import { count } from "./text.ts";

export type Teller = {
  readonly tell: (progress: RunProgress) => void;
  end(): void;
};

/** A line that is rewritten where it stands; elsewhere a line for each tenth part. */
export function evalTeller(screen: Screen, isQuiet: boolean): Teller {
  if (isQuiet) return { tell: () => {}, end: () => {} };
  const beganAt = performance.now();
  let before: number | undefined;
  const textOf = (progress: RunProgress) => {
    before ??= progress.done;
    return progressText(progress, { before, ms: performance.now() - beganAt });
  };
  if (isLive(screen)) {
    const update = createLogUpdate(screen as NodeJS.WriteStream);
    return { tell: (progress) => update(textOf(progress)), end: () => update.done() };
  }
  let told = -1;
  return {
    tell(progress) {
      const tenth = Math.floor((progress.done * 10) / progress.total);
      if (tenth === told) return;
      told = tenth;
      printLine(screen, textOf(progress));
    },
    end: () => {},
  };
}

/** @param since how many were done when it began, and how long ago that was */
export function progressText(
  { done, total, usage }: RunProgress,
  since: { readonly before: number; readonly ms: number },
): string {
  const tried = done - since.before;
  const left = total - done;
  const remaining =
    tried > 0 && left > 0 ? [`about ${renderDuration((since.ms / tried) * left)} left`] : [];
  const cost = usage.usd === null ? "price unknown" : `$${usage.usd.toFixed(4)} so far`;
  const asked = usage.modelCalls > 0 ? [count(usage.modelCalls, "model call"), cost] : [];
  return [`${done} of ${total}`, ...remaining, ...asked].join(", ");
}
