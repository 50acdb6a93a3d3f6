/** What a day has cost, in whole numbers: sums of fractions of a dollar would drift. */

import type { AcrossRuns, Spending } from "./journal.ts";

/** Billionths of a dollar: a tenth of what the cheapest token costs. */
export type Amounts = { readonly nanoUsd: number; readonly tokens: number };

export const NOTHING: Amounts = { nanoUsd: 0, tokens: 0 };

export function toAmounts({ usd, tokens }: Spending): Amounts {
  return { nanoUsd: toNano(usd), tokens };
}

export function toSpending({ nanoUsd, tokens }: Amounts): Spending {
  return { usd: nanoUsd / NANOS, tokens };
}

/** Whether an amount still fits into a day. */
export function fits(
  day: Amounts,
  asked: Amounts,
  { usd, tokens }: Parameters<AcrossRuns["reserveSpending"]>[0]["limits"],
): boolean {
  return (
    fitsUnit(day.nanoUsd, asked.nanoUsd, usd === null ? null : toNano(usd)) &&
    fitsUnit(day.tokens, asked.tokens, tokens)
  );
}

/** @param change may be negative */
export function sum(day: Amounts, change: Amounts): Amounts {
  return {
    nanoUsd: Math.max(0, day.nanoUsd + change.nanoUsd),
    tokens: Math.max(0, day.tokens + change.tokens),
  };
}

const NANOS = 1_000_000_000;

function toNano(usd: number): number {
  return Math.round(usd * NANOS);
}

function fitsUnit(day: number, asked: number, limit: number | null): boolean {
  return limit === null || asked === 0 || day + asked <= limit;
}
