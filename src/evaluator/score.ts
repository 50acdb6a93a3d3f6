/** How findings add up. */

import type { Finding, PlannedCheck } from "./planned-check.ts";

type Scored = Pick<Finding, "score"> & { readonly planned: Pick<PlannedCheck, "weight"> };

/** The weighted mean of those that have a score; null if none has. */
export function meanScore(findings: readonly Scored[]): number | null {
  const judged = findings.filter(({ score }) => score !== null);
  const weight = sum(judged.map(({ planned }) => planned.weight));
  if (weight === 0) return null;
  return rounded(sum(judged.map(({ planned, score }) => planned.weight * (score ?? 0))) / weight);
}

/** The score that is still possible, as if all that nobody could say were perfect. */
export function bestScore(findings: readonly Scored[]): number {
  return meanScore(findings.map(({ planned, score }) => ({ planned, score: score ?? 1 }))) ?? 1;
}

export function mean(values: readonly number[]): number {
  return rounded(sum(values) / values.length);
}

/** So that the order in which numbers are added does not show. */
function rounded(score: number): number {
  return Math.round(score * 1e6) / 1e6;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
