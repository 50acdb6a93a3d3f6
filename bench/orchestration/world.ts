/**
 * The models of the orchestration benchmark: calls that take virtual time, cost money and go wrong
 * as the assumptions say. What happens to the n-th time that one provider is asked for one step of
 * one task follows from the seed alone, so that all ways meet the same draws.
 */

import { hashOf } from "../../test/simulation/random.ts";
import type { VirtualClock } from "../../test/simulation/virtual-clock.ts";
import type { Assumptions, Scales } from "./assumptions.ts";

export type Fault = "provider_error" | "rate_limit" | "malformed" | "poor";

/** The work that a call does; a plan is no step. */
export type Work = { readonly task: number; readonly step: number | "plan" };

export type Call = Work & {
  /** Which of the providers; what happens at one says nothing about another. */
  readonly provider: number;
  readonly inputTokens: number;
  /** Those of the input that the provider has in its cache. */
  readonly seenTokens?: number;
  /** Drawn where it is left out. */
  readonly outputTokens?: number;
  readonly signal?: AbortSignal;
};

/** What a call will come to. */
export type Fate = {
  readonly fault: Fault | undefined;
  /** Whether the check that there is takes the answer for good. */
  readonly seemsGood: boolean;
  readonly outputTokens: number;
  /** Until the first token, and for each of them. */
  readonly firstMs: number;
  readonly tokenMs: number;
};

/** How often a provider was asked for a step, and how the last time went. */
type Times = {
  readonly count: number;
  readonly fault: Fault | undefined;
  readonly isSlow: boolean;
};

const NEVER: Times = { count: 0, fault: undefined, isSlow: false };

export type Spent = { usd: number; calls: number };

/** A server that broke, or refused: nothing was done, and nothing is billed. */
export class ServerError extends Error {
  readonly status: 429 | 500;
  readonly headers: Headers;

  constructor(status: 429 | 500, headers: Readonly<Record<string, string>> = {}) {
    super(status === 429 ? "Too many requests." : "Something broke.");
    this.status = status;
    this.headers = new Headers(headers);
  }
}

export class World {
  readonly clock: VirtualClock;
  readonly assumptions: Assumptions;
  readonly scales: Scales;
  readonly #seed: number;
  readonly #times = new Map<string, Times>();
  #task = 0;
  #spent: Spent = { usd: 0, calls: 0 };

  constructor(clock: VirtualClock, seed: number, assumptions: Assumptions, scales: Scales) {
    this.clock = clock;
    this.assumptions = assumptions;
    this.scales = scales;
    this.#seed = seed;
  }

  /** The next task begins: what was asked, and what it cost, is forgotten. */
  begin(task: number): void {
    this.#task = task;
    this.#times.clear();
    this.#spent = { usd: 0, calls: 0 };
  }

  get spent(): Readonly<Spent> {
    return this.#spent;
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    if (signal?.aborted) return Promise.reject(signal.reason);
    const cancel = this.clock.setTimer(ms, resolve);
    signal?.addEventListener("abort", () => {
      cancel();
      reject(signal.reason);
    });
    return promise;
  }

  /**
   * Ask for a whole answer.
   * @throws {ServerError} and the signal's reason
   */
  async ask(call: Call): Promise<Fate> {
    const fate = await this.begun(call);
    await this.sleep(fate.outputTokens * fate.tokenMs, call.signal);
    this.bill(0, 0, fate.outputTokens);
    return fate;
  }

  /**
   * Ask, until the first token. Input is billed from then on, output as it comes.
   * @throws {ServerError} and the signal's reason
   */
  async begun(call: Call): Promise<Fate> {
    this.#spent.calls += 1;
    const fate = this.#drawFate(call);
    const { fault, firstMs, tokenMs, outputTokens } = fate;
    if (fault === "rate_limit") {
      await this.sleep(this.assumptions.refusalMs, call.signal);
      throw new ServerError(429, { "retry-after-ms": String(this.assumptions.retryAfterMs) });
    }
    if (fault === "provider_error") {
      await this.sleep((firstMs + outputTokens * tokenMs) / 2, call.signal);
      throw new ServerError(500);
    }
    this.bill(call.inputTokens, call.seenTokens ?? 0, 0);
    await this.sleep(firstMs, call.signal);
    return fate;
  }

  bill(inputTokens: number, seenTokens: number, outputTokens: number): void {
    const { seenPrice, outputPrice } = this.assumptions;
    const input = inputTokens - seenTokens + seenTokens * seenPrice;
    this.#spent.usd += (input + outputTokens * outputPrice) * this.scales.usd;
  }

  /** The jitter of a wait, even from 0 to 1. */
  jitter(): number {
    return this.draw(this.#task, "jitter", this.#spent.calls);
  }

  /** Even from 0 up to 1, for what is named. */
  draw(...name: readonly (string | number)[]): number {
    return hashOf(this.#seed, ...name) / 2 ** 32;
  }

  #drawFate({ task, step, provider, ...call }: Call): Fate {
    const key = `${step}/${provider}`;
    const before = this.#times.get(key) ?? NEVER;
    const { count } = before;
    const draw = (what: string) => hashOf(this.#seed, task, step, provider, count, what) / 2 ** 32;
    const { firstTokenMs, tokenMs, readMs, noise, outputTokens, outputSigma } = this.assumptions;
    const { tailShare, tailFactor, tailExponent, persistence, misses, falseAlarms } =
      this.assumptions;
    const fault = this.#drawFault(task, step, before.fault, draw);
    const isSlow = (before.isSlow && draw("slow again") < persistence) || draw("slow") < tailShare;
    this.#times.set(key, { count: count + 1, fault, isSlow });
    const tail = isSlow ? tailFactor * (1 - draw("how slow")) ** (-1 / tailExponent) : 1;
    const factor = this.scales.time * logNormal(noise, draw, "time") * tail;
    const unseenTokens = call.inputTokens - (call.seenTokens ?? 0);
    return {
      fault,
      seemsGood: fault === "poor" ? draw("check") < misses : draw("check") >= falseAlarms,
      outputTokens: call.outputTokens ?? outputTokens * logNormal(outputSigma, draw, "length"),
      firstMs: (firstTokenMs + readMs * unseenTokens) * factor,
      tokenMs: tokenMs * factor,
    };
  }

  #drawFault(
    task: number,
    step: Work["step"],
    before: Fault | undefined,
    draw: (what: string) => number,
  ): Fault | undefined {
    const { persistence, providerErrors, rateLimits, malformed, poor, hard } = this.assumptions;
    const chance = (percent: number) => (percent / 100) * this.scales.faults;
    if (this.draw(task, step, "hard") < chance(poor) * hard) return "poor";
    if (before !== undefined && draw("again") < persistence) return before;
    let left = draw("fault");
    const chances: readonly (readonly [Fault, number])[] = [
      ["provider_error", chance(providerErrors)],
      ["rate_limit", chance(rateLimits)],
      ["malformed", chance(malformed)],
      ["poor", chance(poor) * (1 - hard)],
    ];
    for (const [fault, share] of chances) {
      if (left < share) return fault;
      left -= share;
    }
    return undefined;
  }
}

/** With the mean 1. Box and Muller, A Note on the Generation of Random Normal Deviates, 1958. */
function logNormal(sigma: number, draw: (what: string) => number, what: string): number {
  const radius = Math.sqrt(-2 * Math.log(1 - draw(`${what} 1`)));
  const normal = radius * Math.cos(2 * Math.PI * draw(`${what} 2`));
  return Math.exp(sigma * normal - sigma ** 2 / 2);
}
