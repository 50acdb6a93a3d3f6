/** Who judges what comes out: rules, evaluators of the user's own, and the models that the options name. */

import type { Evaluated, EvaluationRequest, Evaluator } from "./evaluator/evaluator.ts";
import type { EvaluateOrder } from "./executor/drivers/driver.ts";
import type { MadeModels } from "./make-models.ts";
import type { PlanwrightOptions } from "./options.ts";
import type { Evaluation } from "./plan/evaluation.ts";
import type { Toolbox } from "./toolbox.ts";

export class Judging {
  readonly #options: PlanwrightOptions;
  readonly #judges: MadeModels["judges"];
  readonly #toolbox: Toolbox;
  #evaluator: Promise<Evaluator> | undefined;

  constructor(
    options: PlanwrightOptions,
    { judges }: Pick<MadeModels, "judges">,
    toolbox: Toolbox,
  ) {
    this.#options = options;
    this.#judges = judges;
    this.#toolbox = toolbox;
  }

  /** What the executor's order for an evaluation comes to. */
  async answer(order: EvaluateOrder): Promise<Evaluation> {
    const tools = await this.#toolbox.open();
    const evidence = order.evidence.map((one) => {
      // Of a tool that is gone nobody knows.
      return { ...one, isWritten: one.tool !== "" && (tools.get(one.tool)?.needsModel ?? true) };
    });
    return (await this.evaluate({ ...order, evidence })).evaluation;
  }

  /** @throws {ModelError} when the signal aborts or the budget does not allow it */
  async evaluate(request: EvaluationRequest): Promise<Evaluated> {
    this.#evaluator ??= this.#open();
    return (await this.#evaluator).evaluate(request);
  }

  /** Loaded when there is something to judge. */
  async #open(): Promise<Evaluator> {
    const { createEvaluator } = await import("./evaluator/create-evaluator.ts");
    const { evaluation, evaluators: own } = this.#options;
    const { combine } = evaluation ?? {};
    return createEvaluator({ judges: this.#judges, combine, own, clock: this.#options.clock });
  }
}
