/**
 * The part of a run's budget that models use. A call takes the most that it may use before it
 * is made, and gives back what it did not; what does not fit is not asked.
 */

import { ToolError } from "../../base/errors.ts";
import { type Model, type ModelRequest, type ModelResult, mostUsage } from "../../models/model.ts";
import type { Budget } from "../core/settings.ts";
import type { RunState } from "../core/state.ts";

type Amount = { calls: number; tokens: number; usd: number };

export class ModelBudget {
  readonly #state: RunState;
  /** Taken for calls under way, and used by calls whose attempt has not told the core yet. */
  readonly #open = new Set<Amount>();

  constructor(state: RunState) {
    this.#state = state;
  }

  /** Whether most of it is used. */
  get isLow(): boolean {
    return this.#state.isBudgetLow;
  }

  /** What is left of all limits; null where nothing is limited. */
  get left(): Budget | null {
    const { budget } = this.#state.settings;
    if (budget === null) return null;
    const { calls, tokens, usd } = this.#left();
    const limit = (value: number) => (Number.isFinite(value) ? Math.max(0, value) : null);
    const { toolCalls } = budget;
    return {
      modelCalls: limit(calls),
      tokens: limit(tokens),
      usd: limit(usd),
      toolCalls: toolCalls && Math.max(0, toolCalls - this.#state.usage.toolCalls),
    };
  }

  /**
   * Take what a call may use.
   * @returns the request with the output that it may have, and what to tell when it ends
   * @throws {ToolError} `budget.exceeded` when it does not fit
   */
  take(model: Model, request: ModelRequest): { request: ModelRequest; taken: Taken } {
    const { budget } = this.#state.settings;
    if (budget === null) return { request, taken: this.#keep({ calls: 1, tokens: 0, usd: 0 }) };
    const { price = null } = model;
    if (budget.usd !== null && price === null) throw unpriced(model);
    const left = this.#left();
    const most = left.calls < 1 ? undefined : mostUsage(request, price, left);
    if (most === undefined) throw exceeded(model);
    const { outputTokens, tokens, usd } = most;
    const isLimited = budget.usd !== null || budget.tokens !== null;
    return {
      request: isLimited ? { ...request, maxOutputTokens: outputTokens } : request,
      taken: this.#keep({ calls: 1, tokens, usd }),
    };
  }

  #left(): Amount {
    const { settings, usage } = this.#state;
    const { modelCalls = null, tokens = null, usd = null } = settings.budget ?? {};
    const open = [...this.#open];
    const sum = (part: keyof Amount) => open.reduce((total, amount) => total + amount[part], 0);
    const rest = (limit: number | null, used: number) =>
      limit === null ? Number.POSITIVE_INFINITY : limit - used;
    return {
      calls: rest(modelCalls, usage.modelCalls + sum("calls")),
      tokens: rest(tokens, usage.inputTokens + usage.outputTokens + sum("tokens")),
      usd: rest(usd, (usage.usd ?? Number.POSITIVE_INFINITY) + sum("usd")),
    };
  }

  #keep(amount: Amount): Taken {
    this.#open.add(amount);
    return {
      used: ({ usage }) => {
        amount.tokens = usage.inputTokens + usage.outputTokens;
        amount.usd = usage.usd ?? 0;
      },
      settled: () => {
        this.#open.delete(amount);
      },
    };
  }
}

export type Taken = {
  /** The call has ended: the rest is given back. */
  used(result: Pick<ModelResult, "usage">): void;
  /** The core knows what it used. */
  settled(): void;
};

function exceeded({ name }: Model): ToolError {
  return new ToolError("budget.exceeded", `The budget does not allow another call of ${name}.`, {
    retryable: false,
    hint: "Give the run more, e.g. with --max-usd or --max-tokens, and resume it.",
  });
}

function unpriced({ name }: Model): ToolError {
  return new ToolError("budget.exceeded", `${name} has no known price, and money is limited.`, {
    retryable: false,
    hint: "Limit tokens instead, with --max-tokens, or use a model with a price.",
  });
}
