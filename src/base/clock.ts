/** Time, as an argument: the one thing that tests are allowed to fake. */
export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;
  /**
   * Call `ring` once, `delayMs` from now or as soon after as possible.
   * @param options.keepsProcess whether the process waits for it before it exits; @default true
   * @returns a function that cancels the timer; harmless after it rang
   */
  setTimer(
    delayMs: number,
    ring: () => void,
    options?: { readonly keepsProcess?: boolean },
  ): () => void;
}

export const systemClock: Clock = {
  now: () => Date.now(),
  setTimer: (delayMs, ring, { keepsProcess = true } = {}) => {
    // setTimeout fires at once for delays that do not fit 32 bits; waking early is harmless.
    const timer = setTimeout(ring, Math.max(0, Math.min(delayMs, 0x7fffffff)));
    if (!keepsProcess) timer.unref();
    return () => clearTimeout(timer);
  },
};
