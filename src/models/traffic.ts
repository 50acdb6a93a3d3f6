/**
 * The traffic to one server: how many requests and tokens a minute, in the order in which
 * they came, and none while the server is down.
 *
 * What models share in one process; every attempt of a request counts, retries too.
 */

import {
  type BreakerPolicy,
  type BreakerState,
  forgetPassage,
  initialBreaker,
  passBreaker,
  tellBreaker,
} from "../base/breaker.ts";
import type { Clock } from "../base/clock.ts";
import { ModelError } from "../base/errors.ts";
import { initialWindow, takeRoom, waitForRoom } from "../base/sliding-window.ts";

export type TrafficLimits = {
  readonly requestsPerMinute?: number | undefined;
  /** Input and output together. */
  readonly tokensPerMinute?: number | undefined;
};

const MINUTE_MS = 60_000;

/** Let in; to be told how it ended. */
export type Passage = { end(outcome: PassageOutcome): void };
export type PassageOutcome = {
  /** `unknown`: aborted, or refused for reasons of the request's own. */
  readonly status: "ok" | "down" | "unknown";
  /** What was consumed; left out where nobody knows. */
  readonly tokens?: number;
};

type Waiting = {
  readonly tokens: number;
  readonly signal: AbortSignal | undefined;
  readonly grant: (passage: Passage) => void;
  readonly refuse: (reason: unknown) => void;
};

export class Traffic {
  readonly #name: string;
  readonly #clock: Clock;
  readonly #limits: TrafficLimits;
  readonly #policy: BreakerPolicy;
  readonly #breaker: BreakerState = initialBreaker();
  readonly #requests = initialWindow();
  readonly #tokens = initialWindow();
  readonly #queue: Waiting[] = [];
  #cancelTimer: (() => void) | undefined;

  constructor(name: string, clock: Clock, limits: TrafficLimits, policy: BreakerPolicy) {
    this.#name = name;
    this.#clock = clock;
    this.#limits = limits;
    this.#policy = policy;
  }

  /**
   * Wait for one's turn.
   * @param tokens estimate of what the request consumes
   * @throws {ModelError} `model.unavailable` at once while the server is known to be down
   * @throws the signal's reason
   */
  enter(tokens: number, signal?: AbortSignal): Promise<Passage> {
    const { promise, resolve, reject } = Promise.withResolvers<Passage>();
    const waiting: Waiting = { tokens, signal, grant: resolve, refuse: reject };
    if (signal?.aborted) return Promise.reject(signal.reason as Error);
    const leave = () => {
      const at = this.#queue.indexOf(waiting);
      if (at !== -1) this.#queue.splice(at, 1);
      reject(signal?.reason);
      this.#serve();
    };
    signal?.addEventListener("abort", leave, { once: true });
    const stop = () => signal?.removeEventListener("abort", leave);
    promise.then(stop, stop);
    this.#queue.push(waiting);
    this.#serve();
    return promise;
  }

  /** Let in whoever may, first come, first served. */
  #serve(): void {
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
    for (let next = this.#queue[0]; next !== undefined; next = this.#queue[0]) {
      const now = this.#clock.now();
      const wait = this.#waitFor(next.tokens, now);
      if (wait > 0) {
        this.#cancelTimer = this.#clock.setTimer(wait, () => this.#serve());
        return;
      }
      this.#queue.shift();
      const down = passBreaker(this.#breaker, this.#policy, now);
      if (down > 0) next.refuse(this.#isDown(down));
      else next.grant(this.#letIn(next.tokens, now));
    }
  }

  #waitFor(tokens: number, now: number): number {
    const { requestsPerMinute, tokensPerMinute } = this.#limits;
    const limitOf = (limit = Number.POSITIVE_INFINITY) => ({ limit, windowMs: MINUTE_MS });
    return Math.max(
      waitForRoom(this.#requests, limitOf(requestsPerMinute), 1, now),
      waitForRoom(this.#tokens, limitOf(tokensPerMinute), tokens, now),
    );
  }

  #letIn(tokens: number, now: number): Passage {
    takeRoom(this.#requests, 1, now);
    const taken = takeRoom(this.#tokens, tokens, now);
    return {
      end: ({ status, tokens: consumed = tokens }) => {
        taken.amount = consumed;
        const at = this.#clock.now();
        if (status === "unknown") forgetPassage(this.#breaker, at);
        else tellBreaker(this.#breaker, this.#policy, status === "ok", at);
        this.#serve();
      },
    };
  }

  #isDown(retryAfterMs: number): ModelError {
    return new ModelError("model.unavailable", `${this.#name} is down, and was not asked again.`, {
      retryable: true,
      retryAfterMs,
      hint: "It is asked again after a while; a chain of models, a,b,c, goes on with the next.",
    });
  }
}

const shared = new WeakMap<Clock, Map<string, Traffic>>();

export type TrafficPlace = {
  /** The model's, for messages and because limits are the model's. */
  readonly name: string;
  /** Where its server is. */
  readonly at: string;
  readonly clock: Clock;
  readonly limits: TrafficLimits;
  readonly breaker: BreakerPolicy;
};

/** The one traffic of this model, server and limits in this process. */
export function trafficOf({ name, at, clock, limits, breaker }: TrafficPlace): Traffic {
  const all = shared.get(clock) ?? new Map<string, Traffic>();
  shared.set(clock, all);
  const key = JSON.stringify([name, at, limits, breaker]);
  const traffic = all.get(key) ?? new Traffic(name, clock, limits, breaker);
  all.set(key, traffic);
  return traffic;
}
