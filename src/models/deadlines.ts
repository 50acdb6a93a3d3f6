import type { Clock } from "../base/clock.ts";
import { ModelError } from "../base/errors.ts";

/** Limits of one attempt, in milliseconds. */
export interface Timeouts {
  /** From sending to the head of the answer. @default 60000; 300000 for compatible servers, which may load the model first */
  readonly connectMs: number;
  /** From there to the first sign of output, thinking included. @default 300000 */
  readonly firstTokenMs: number;
  /** Between two signs of output. @default 120000 */
  readonly silenceMs: number;
  /** From sending to the end. @default 600000 */
  readonly totalMs: number;
}

export const DEFAULT_TIMEOUTS: Timeouts = {
  connectMs: 60_000,
  firstTokenMs: 300_000,
  silenceMs: 120_000,
  totalMs: 600_000,
};

/**
 * The deadlines of one attempt. Its signal aborts when one has passed, with a retryable
 * `model.timeout` as reason, or when the caller's signal does, with the caller's reason.
 */
export class Deadlines {
  readonly signal: AbortSignal;
  readonly #name: string;
  readonly #timeouts: Timeouts;
  readonly #clock: Clock;
  readonly #expiry = new AbortController();
  readonly #cancelTotal: () => void;
  #cancelPhase: () => void;

  constructor(name: string, timeouts: Timeouts, clock: Clock, outer: AbortSignal | undefined) {
    this.#name = name;
    this.#timeouts = timeouts;
    this.#clock = clock;
    const expiry = this.#expiry.signal;
    this.signal = outer === undefined ? expiry : AbortSignal.any([outer, expiry]);
    this.#cancelTotal = this.#limit(timeouts.totalMs, "had not finished its answer within");
    this.#cancelPhase = this.#limit(timeouts.connectMs, "did not answer within");
  }

  /** The head of the answer is here. */
  answered(): void {
    this.#cancelPhase();
    this.#cancelPhase = this.#limit(this.#timeouts.firstTokenMs, "wrote nothing within");
  }

  /** A sign of output. */
  heard(): void {
    this.#cancelPhase();
    this.#cancelPhase = this.#limit(this.#timeouts.silenceMs, "was silent for");
  }

  /** No deadline passes from now on. */
  stop(): void {
    this.#cancelPhase();
    this.#cancelTotal();
  }

  #limit(ms: number, what: string): () => void {
    return this.#clock.setTimer(ms, () => {
      const error = new ModelError("model.timeout", `${this.#name} ${what} ${ms / 1000} s.`, {
        retryable: true,
        hint: "Try again later, or raise the model's timeouts.",
      });
      this.#expiry.abort(error);
    });
  }
}
