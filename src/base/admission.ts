/** What must be asked of all runs of a process together before a tool may be called. */

import { type BreakerPolicy, DEFAULT_BREAKER } from "./breaker.ts";
import { type Duration, parseDuration } from "./duration.ts";
import { inputError } from "./errors.ts";
import type { RatePolicy } from "./token-bucket.ts";

export type AdmissionPolicy = {
  /** Calls of the tool that may be under way at once; null for as many as wanted. */
  readonly concurrency: number | null;
  /** Null for as often as wanted. */
  readonly rate: RatePolicy | null;
  /** Null for a tool that is called however often it failed. */
  readonly breaker: BreakerPolicy | null;
  /** Units of each resource pool that a call holds while it is under way. */
  readonly uses: { readonly [pool: string]: number };
};

/** A breaker as people write it. */
export type BreakerOptions = {
  /** Failures in a row that open it. @default 5 */
  readonly consecutive?: number | undefined;
  /** Share of failures that opens it, above 0 and up to 1, … @default 0.5 */
  readonly rate?: number | undefined;
  /** … of at least so many calls … @default 20 */
  readonly minimum?: number | undefined;
  /** … of the last so long. @default "1m" */
  readonly window?: Duration | undefined;
  /** How long nobody calls before one probe may. @default "30s" */
  readonly reset?: Duration | undefined;
};

export type RateLimitOptions = {
  readonly calls: number;
  readonly per: Duration;
  /** @default `calls` */
  readonly burst?: number | undefined;
};

/** The limits of a tool as people write them. */
export type AdmissionOptions = {
  /** Calls that may be under way at once, over all runs of the process. @default as many as wanted */
  readonly concurrency?: number | undefined;
  /**
   * How many calls may start in each span of time, over all runs, as a token bucket: after a
   * rest, `burst` of them at once (by default all of a span).
   * @default as many as wanted
   */
  readonly rateLimit?: RateLimitOptions | undefined;
  /** When to stop calling what fails again and again. @default never */
  readonly breaker?: BreakerOptions | undefined;
  /** Units of named resource pools that a call holds: `["gpu"]` for one, or `{ gpu: 2 }`. @default none */
  readonly uses?: PoolUnits | undefined;
};

export type PoolUnits = readonly string[] | { readonly [pool: string]: number };

/**
 * @param at before the names of fields in errors
 * @returns undefined where nothing is limited
 * @throws {InputError} `input.invalid`, `input.invalid_duration`, naming the field
 */
export function parseAdmission(options: AdmissionOptions, at = ""): AdmissionPolicy | undefined {
  const { concurrency, rateLimit, breaker, uses } = options;
  if ([concurrency, rateLimit, breaker, uses].every((limit) => limit === undefined)) {
    return undefined;
  }
  return {
    concurrency: concurrency === undefined ? null : wholeNumber(concurrency, `${at}concurrency`),
    rate: rateLimit === undefined ? null : parseRate(rateLimit, at),
    breaker: breaker === undefined ? null : parseBreaker(breaker, at),
    uses: parseUses(uses ?? [], at),
  };
}

function parseRate({ calls, per, burst }: RateLimitOptions, at: string): RatePolicy {
  return {
    calls: wholeNumber(calls, `${at}rateLimit.calls`),
    perMs: span(per, `${at}rateLimit.per`),
    burst: wholeNumber(burst ?? calls, `${at}rateLimit.burst`),
  };
}

function parseBreaker(options: BreakerOptions, at: string): BreakerPolicy {
  const { consecutive, rate, minimum, window, reset } = options;
  const usual = DEFAULT_BREAKER;
  if (rate !== undefined && !(rate > 0 && rate <= 1)) {
    throw invalid(`${at}breaker.rate`, rate, "Give a share above 0 and up to 1.");
  }
  return {
    consecutive: wholeNumber(consecutive ?? usual.consecutive, `${at}breaker.consecutive`),
    rate: rate ?? usual.rate,
    minimum: wholeNumber(minimum ?? usual.minimum, `${at}breaker.minimum`),
    windowMs: window === undefined ? usual.windowMs : span(window, `${at}breaker.window`),
    resetMs: reset === undefined ? usual.resetMs : span(reset, `${at}breaker.reset`),
  };
}

function parseUses(uses: PoolUnits, at: string): AdmissionPolicy["uses"] {
  const units = isList(uses) ? Object.fromEntries(uses.map((pool) => [pool, 1])) : uses;
  for (const [pool, amount] of Object.entries(units)) wholeNumber(amount, `${at}uses.${pool}`);
  return { ...units };
}

/** `Array.isArray` does not narrow readonly arrays. */
function isList(uses: PoolUnits): uses is readonly string[] {
  return Array.isArray(uses);
}

function wholeNumber(value: number, path: string): number {
  if (Number.isSafeInteger(value) && value > 0) return value;
  throw invalid(path, value, "Give a whole number greater than 0.");
}

function span(text: Duration, path: string): number {
  const ms = parseDuration(text, path);
  if (ms > 0) return ms;
  throw invalid(path, text, "Give a time greater than 0.");
}

function invalid(path: string, value: unknown, cure: string): Error {
  return inputError(
    "input.invalid",
    `${path} is ${JSON.stringify(value) ?? "undefined"}.`,
    cure,
    path,
  );
}
