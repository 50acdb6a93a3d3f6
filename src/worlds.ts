/** What the runs of a Planwright may reach: one world, opened when the first of them begins. */

import { resolve } from "node:path";
import type { Clock } from "./base/clock.ts";
import type { DayBudget } from "./day-budget.ts";
import type { World } from "./executor/drivers/driver.ts";
import { GovernorHost } from "./executor/drivers/governor-host.ts";
import { isGone } from "./journal/owner.ts";
import type { Judging } from "./judging.ts";
import type { MadeModels } from "./make-models.ts";
import { type PlanwrightOptions, poolsOf } from "./options.ts";
import type { Planning } from "./planning.ts";
import type { RunStore } from "./run-store.ts";
import type { Toolbox } from "./toolbox.ts";
import { webhookOf } from "./webhook.ts";

type Parts = {
  readonly clock: Clock;
  readonly made: MadeModels;
  readonly toolbox: Toolbox;
  readonly planning: Planning;
  readonly judging: Judging;
  readonly store: RunStore;
  readonly dayBudget: DayBudget | undefined;
};

export class Worlds {
  readonly #options: PlanwrightOptions;
  readonly #parts: Parts;
  readonly #governor: GovernorHost;
  readonly #workspace: string;

  /** @throws {InputError} `input.invalid` for pools that make no sense */
  constructor(options: PlanwrightOptions, parts: Parts) {
    this.#options = options;
    this.#parts = parts;
    this.#workspace = resolve(options.workspace ?? ".");
    this.#governor = new GovernorHost(parts.clock, poolsOf(options));
  }

  /** @throws {InputError} for tools that cannot be loaded */
  async open(): Promise<World> {
    const { clock, made, toolbox, planning, judging, store, dayBudget } = this.#parts;
    const notify = webhookOf(this.#options);
    return {
      tools: await toolbox.open(),
      models: made.models,
      modelNamed: made.named,
      workspace: this.#workspace,
      clock,
      governor: this.#governor,
      isGone,
      pay: dayBudget?.pay,
      plan: (order) => planning.answer(order),
      revise: (order) => planning.revise(order),
      evaluate: (order) => judging.answer(order),
      runInside: async (order) => {
        const { runInside } = await import("./inner-runs.ts");
        return runInside(order, { store, planning, world: () => this.open() });
      },
      ...(notify && { notify }),
    };
  }
}
