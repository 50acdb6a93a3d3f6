/**
 * What all runs of a journal may spend on one day of UTC, whichever processes drive them.
 *
 * Y1. What may be spent is reserved in the journal before it is, so that it fits whoever
 *     spends at the same moment; what was not spent is given back afterwards.
 * Y2. What a process that is gone had reserved stays spent: perhaps it was.
 */

import type { Clock } from "./base/clock.ts";
import { ToolError } from "./base/errors.ts";
import { type Model, type ModelRequest, type ModelResult, mostUsage } from "./models/model.ts";
import { relay, TextStream } from "./models/stream.ts";
import type { RunStore } from "./run-store.ts";

export type DayLimits = { readonly usd: number | null; readonly tokens: number | null };

type Amount = { readonly usd: number; readonly tokens: number };

const NOTHING: Amount = { usd: 0, tokens: 0 };
const ENDLESS: Amount = { usd: Number.POSITIVE_INFINITY, tokens: Number.POSITIVE_INFINITY };

export class DayBudget {
  readonly #limits: DayLimits;
  readonly #store: RunStore;
  readonly #clock: Clock;

  constructor(limits: DayLimits, store: RunStore, clock: Clock) {
    this.#limits = limits;
    this.#store = store;
    this.#clock = clock;
  }

  /** Pay for a call of a tool. @throws {ToolError} `budget.day_exceeded` when it does not fit */
  readonly pay = async (usd: number): Promise<void> => {
    const fits = await this.#reserve(this.#today(), { usd, tokens: 0 });
    if (!fits) throw this.#exceeded();
  };

  /** The model, asked only for what the day allows. Fails with `budget.day_exceeded`. */
  limit(model: Model): Model {
    return {
      name: model.name,
      ...(model.price !== undefined && { price: model.price }),
      generate: (request) => {
        const out = new TextStream();
        this.#ask(model, request, out).then(
          (result) => out.finish(result),
          (error: unknown) => out.fail(error),
        );
        return out;
      },
    };
  }

  async #ask(model: Model, request: ModelRequest, out: TextStream): Promise<ModelResult> {
    const day = this.#today();
    const { allowed, reserved } = await this.#allow(day, model, request);
    let spent = NOTHING;
    try {
      const result = await relay(model.generate(allowed), out);
      const { inputTokens, outputTokens, usd } = result.usage;
      spent = { usd: usd ?? 0, tokens: inputTokens + outputTokens };
      return result;
    } finally {
      const [usd, tokens] = [spent.usd - reserved.usd, spent.tokens - reserved.tokens];
      await (await this.#store.open()).settleSpending({ day, usd, tokens });
    }
  }

  /** Reserve the most that a request may use: with less output where only that fits. */
  async #allow(day: string, model: Model, request: ModelRequest) {
    const { price = null } = model;
    // What is left is looked up only where not all fits.
    for (const left of [async () => ENDLESS, () => this.#left(day)]) {
      const most = mostUsage(request, price, await left());
      if (most === undefined) break;
      const { outputTokens, tokens, usd } = most;
      const reserved = { usd, tokens };
      if (await this.#reserve(day, reserved)) {
        return { allowed: { ...request, maxOutputTokens: outputTokens }, reserved };
      }
    }
    throw this.#exceeded();
  }

  async #reserve(day: string, amount: Amount): Promise<boolean> {
    const journal = await this.#store.open();
    return journal.reserveSpending({ day, ...amount, limits: this.#limits });
  }

  async #left(day: string): Promise<Amount> {
    const { usd, tokens } = await (await this.#store.open()).readSpending(day);
    return {
      usd: (this.#limits.usd ?? ENDLESS.usd) - usd,
      tokens: (this.#limits.tokens ?? ENDLESS.tokens) - tokens,
    };
  }

  #today(): string {
    return new Date(this.#clock.now()).toISOString().slice(0, 10);
  }

  #exceeded(): ToolError {
    const { usd, tokens } = this.#limits;
    const limits = [
      usd === null ? [] : `$${usd}`,
      tokens === null ? [] : `${tokens} tokens`,
    ].flat();
    const what = `The budget of the day is used up: ${limits.join(" and ")} for all runs.`;
    return new ToolError("budget.day_exceeded", what, {
      retryable: false,
      hint: "Resume the run tomorrow (UTC), or raise the limit, e.g. with --max-usd-per-day.",
    });
  }
}
