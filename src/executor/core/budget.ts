/**
 * Budget: what a run may use at most. What is about to be used is taken before the work
 * starts, so that branches side by side cannot overspend together.
 *
 * B1. At every instant what is used and what is taken is within every limit that is known
 *     beforehand: calls of tools, and the money that tools say a call costs.
 * B2. When the next subtask does not fit and nothing under way can give anything back, the
 *     run waits with what it has; a resume with more goes on.
 * B3. That most of the money or tokens is used is said once for each budget.
 */

import { CLOSED, type Gate, OPEN } from "./gate.ts";
import { type Program, policyOf } from "./program.ts";
import type { Budget } from "./settings.ts";
import type { RunState, SubtaskState } from "./state.ts";
import { isFinished } from "./status.ts";
import { emit, type Turn } from "./turn.ts";

/** A sum of prices in cents must not fail for a rounding error. */
const EPSILON_USD = 1e-9;

/** May this subtask start? */
export function budgetGate(state: RunState, program: Program, index: number): Gate {
  const { budget } = state.settings;
  if (state.overBudget !== null) return CLOSED.budget;
  if (budget === null) return OPEN;
  const subtask = state.subtasks[index] as SubtaskState;
  return fits(state, budget, policyOf(program, subtask, index).costUsd) ? OPEN : CLOSED.budget;
}

/** From this share on a budget is low. */
const LOW = 0.8;

/** Say once that most of the budget is used. */
export function noteLowBudget(turn: Turn): void {
  const { settings, usage, isBudgetLow, status } = turn.state;
  const { budget } = settings;
  if (budget === null || isBudgetLow || isFinished(status)) return;
  const shares = [
    budget.usd === null || usage.usd === null ? 0 : usage.usd / budget.usd,
    budget.tokens === null ? 0 : (usage.inputTokens + usage.outputTokens) / budget.tokens,
  ];
  const share = Math.max(...shares);
  if (share >= LOW) emit(turn, { type: "budget.low", share });
}

function fits({ usage }: RunState, budget: Budget, costUsd: number): boolean {
  const { toolCalls, usd, tokens, modelCalls } = budget;
  if (toolCalls !== null && usage.toolCalls + 1 > toolCalls) return false;
  // What models will use is known afterwards only: nothing more starts once it is used up.
  if (modelCalls !== null && usage.modelCalls >= modelCalls) return false;
  if (tokens !== null && usage.inputTokens + usage.outputTokens >= tokens) return false;
  if (usd === null) return true;
  const spent = usage.usd ?? Number.POSITIVE_INFINITY;
  return costUsd > 0 ? spent + costUsd <= usd + EPSILON_USD : spent < usd;
}
