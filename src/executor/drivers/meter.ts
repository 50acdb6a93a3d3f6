import { toErrorData } from "../../base/errors.ts";
import type { Model, Models } from "../../models/model.ts";
import type { ModelCallUsage } from "../core/consumption.ts";
import type { ModelBudget, Taken } from "./model-budget.ts";

/**
 * Models as one attempt, or one planning, sees them: every call is within the budget and is
 * counted, also those that nobody waits for to the end.
 */
export class Meter {
  readonly #budget: ModelBudget;
  readonly #cheaper: Model | undefined;
  readonly #taken: Taken[] = [];
  #usage: ModelCallUsage | undefined;

  /** @param cheaper answers in the place of the others once most of the budget is used */
  constructor(budget: ModelBudget, cheaper: Model | undefined) {
    this.#budget = budget;
    this.#cheaper = cheaper;
  }

  /** What was consumed so far; `undefined` when no model was called. */
  get usage(): ModelCallUsage | undefined {
    return this.#usage;
  }

  /** The core knows the usage. */
  settle(): void {
    for (const taken of this.#taken) taken.settled();
  }

  /**
   * @param options.counts whether what is used is counted here; else it is only kept free
   * @throws {ToolError} from `generate`: `budget.exceeded`
   */
  measure(model: Model, { counts = true } = {}): Model {
    return {
      name: model.name,
      ...(model.price !== undefined && { price: model.price }),
      generate: (asked) => {
        const answering = (this.#budget.isLow ? this.#cheaper : undefined) ?? model;
        const { request, taken } = this.#budget.take(answering, asked);
        this.#taken.push(taken);
        const stream = answering.generate(request);
        stream.result.then(
          ({ usage }) => {
            taken.used({ usage });
            if (counts) this.#add({ ...usage, modelCalls: 1 });
          },
          (error: unknown) => {
            taken.used({ usage: NOTHING });
            // What the day does not allow was not asked.
            const wasAsked = toErrorData(error).code !== "budget.day_exceeded";
            if (wasAsked && counts) this.#add({ ...NOTHING, modelCalls: 1 });
          },
        );
        return stream;
      },
    };
  }

  measureAll({ planner, tools }: Models, options = {}): Models {
    return { planner: this.measure(planner, options), tools: this.measure(tools, options) };
  }

  /** Count what somebody else has measured. */
  add(added: ModelCallUsage): void {
    this.#add(added);
  }

  #add(added: ModelCallUsage): void {
    const sum = this.#usage ?? NOTHING;
    this.#usage = {
      ...sum,
      inputTokens: sum.inputTokens + added.inputTokens,
      outputTokens: sum.outputTokens + added.outputTokens,
      cachedTokens: sum.cachedTokens + added.cachedTokens,
      usd: sum.usd === null || added.usd === null ? null : sum.usd + added.usd,
      modelCalls: sum.modelCalls + added.modelCalls,
      ...(added.toolCalls !== undefined && {
        toolCalls: (sum.toolCalls ?? 0) + added.toolCalls,
      }),
    };
  }
}

const NOTHING: ModelCallUsage = {
  inputTokens: 0,
  outputTokens: 0,
  cachedTokens: 0,
  usd: 0,
  modelCalls: 0,
};
