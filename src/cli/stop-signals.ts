import type { Run } from "../run.ts";

/**
 * A signal that comes twice within this time was sent twice: to the whole group by the
 * terminal, and again by npm or whoever stands between.
 */
const ECHO_MS = 150;
const EXIT_CODES = { SIGINT: 130, SIGTERM: 143 } as const;

export type StopSignals = Disposable & {
  /** What the process exits with if the run was stopped by a signal; undefined if none came. */
  readonly exitCode: number | undefined;
};

/**
 * Ctrl-C pauses the run, or the batch, a second one cancels it, a third ends the process at once.
 * SIGTERM does the same.
 */
export function stopOnSignals(
  run: Pick<Run, "pause" | "cancel">,
  say: (line: string) => void,
): StopSignals {
  let count = 0;
  let lastAt = Number.NEGATIVE_INFINITY;
  let exitCode: number | undefined;
  const stop = (signal: keyof typeof EXIT_CODES) => {
    const now = performance.now();
    if (now - lastAt < ECHO_MS) return;
    lastAt = now;
    count += 1;
    exitCode = EXIT_CODES[signal];
    if (count === 1) {
      say("pausing: what runs may finish; press Ctrl-C again to cancel");
      run.pause();
    } else if (count === 2) {
      say("cancelling; press Ctrl-C again to end at once");
      run.cancel();
    } else process.exit(exitCode);
  };
  for (const signal of SIGNALS) process.on(signal, stop);
  return {
    get exitCode() {
      return exitCode;
    },
    [Symbol.dispose]() {
      for (const signal of SIGNALS) process.off(signal, stop);
    },
  };
}

const SIGNALS = ["SIGINT", "SIGTERM"] as const;
