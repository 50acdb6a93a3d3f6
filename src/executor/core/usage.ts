/**
 * Usage: what a run has consumed. A call of a tool counts when it starts, with what it costs,
 * and no more once it is known that it was not called;
 * what models consume when their answer is in. Failed attempts and rejected plans count too:
 * they cost the same.
 */

import type { ErrorData } from "../../base/errors.ts";
import type { ModelCallUsage, Usage } from "./consumption.ts";
import type { RunEvent } from "./event.ts";

export function initialUsage(): Usage {
  return { inputTokens: 0, outputTokens: 0, cachedTokens: 0, usd: 0, modelCalls: 0, toolCalls: 0 };
}

/** Whose budget an attempt failed for; undefined for any other failure. */
export function overBudgetBy({ code }: ErrorData): "run" | "day" | undefined {
  if (code === "budget.exceeded") return "run";
  return code === "budget.day_exceeded" ? "day" : undefined;
}

export function evolveUsage(usage: Usage, event: RunEvent): void {
  if (event.type === "attempt.started") {
    usage.toolCalls += 1;
    if (usage.usd !== null) usage.usd += event.costUsd ?? 0;
  } else if ("usage" in event && event.usage !== undefined) add(usage, event.usage);
  if (event.type === "attempt.failed" && event.unpaidUsd !== undefined) {
    usage.toolCalls -= 1;
    if (usage.usd !== null) usage.usd -= event.unpaidUsd;
  }
}

function add(usage: Usage, added: ModelCallUsage): void {
  usage.inputTokens += added.inputTokens;
  usage.outputTokens += added.outputTokens;
  usage.cachedTokens += added.cachedTokens;
  usage.modelCalls += added.modelCalls;
  usage.toolCalls += added.toolCalls ?? 0;
  // An unknown cost stays unknown.
  usage.usd = usage.usd === null || added.usd === null ? null : usage.usd + added.usd;
}
