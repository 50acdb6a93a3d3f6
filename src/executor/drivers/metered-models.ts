import type { Model, Models } from "../../models/model.ts";
import type { ModelCallUsage } from "../core/consumption.ts";

/**
 * The models as one attempt sees them: every call it makes is counted, also those that it
 * does not wait for to the end of the attempt.
 */
export class MeteredModels implements Models {
  readonly planner: Model;
  readonly tools: Model;
  #usage: ModelCallUsage | undefined;

  constructor(models: Models) {
    this.planner = this.#meter(models.planner);
    this.tools = this.#meter(models.tools);
  }

  /** What was consumed so far; `undefined` when no model was called. */
  get usage(): ModelCallUsage | undefined {
    return this.#usage;
  }

  #meter(model: Model): Model {
    return {
      name: model.name,
      generate: (request) => {
        const stream = model.generate(request);
        stream.result.then(
          ({ usage }) => this.#add({ ...usage, modelCalls: 1 }),
          () => this.#add({ ...NOTHING, modelCalls: 1 }),
        );
        return stream;
      },
    };
  }

  #add(added: ModelCallUsage): void {
    const sum = this.#usage ?? NOTHING;
    this.#usage = {
      inputTokens: sum.inputTokens + added.inputTokens,
      outputTokens: sum.outputTokens + added.outputTokens,
      cachedTokens: sum.cachedTokens + added.cachedTokens,
      usd: sum.usd === null || added.usd === null ? null : sum.usd + added.usd,
      modelCalls: sum.modelCalls + added.modelCalls,
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
