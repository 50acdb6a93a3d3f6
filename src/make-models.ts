import type { Clock } from "./base/clock.ts";
import { inputError } from "./base/errors.ts";
import type { DayBudget } from "./day-budget.ts";
import { createModel } from "./models/create-model.ts";
import type { Model, Models } from "./models/model.ts";
import { recordModel, replayModel } from "./models/recorded.ts";
import type { PlanwrightOptions } from "./options.ts";

/** Money cannot be limited where nobody knows what is spent. */
function requirePrice({ name, price = null }: Model): void {
  if (price !== null) return;
  throw inputError(
    "model.price_unknown",
    `${name} has no known price, and money is limited.`,
    "Limit tokens instead (--max-tokens), or use a model with a price.",
  );
}

function aloneCheaper(): Error {
  const hint = "Name the model that answers before, with --model, or leave it out.";
  return inputError(
    "input.invalid",
    "A cheaper model is named, and no model.",
    hint,
    "cheaperModel",
  );
}

/** What the options say about models. */
export type MadeModels = {
  /** Those that they name; undefined when they name none. */
  readonly models: Models | undefined;
  /** Who judges outputs; none where no model is named. */
  readonly judges: readonly Model[];
  /** Plans where replanning has not helped; undefined where none is named. */
  readonly stronger: Model | undefined;
  /**
   * One by its name, made when first wanted, in the same way as those.
   * @throws {InputError} `model.unknown`, `model.key_missing`, `model.price_unknown`
   */
  readonly named: (name: string) => Model;
};

/**
 * The models that the options name, and how to get others.
 * @throws {InputError} `model.unknown`, `model.key_missing`, `file.unwritable` for a recording
 *   that cannot be made, `file.not_found` and `file.unreadable` for one that cannot be read
 */
export function makeModels(
  options: PlanwrightOptions,
  clock: Clock,
  dayBudget: DayBudget | undefined,
): MadeModels {
  const { model, plannerModel, cheaperModel, record, replay } = options;
  const { env = process.env, modelLimits: limits } = options;
  if (replay !== undefined) {
    const recorded = replayModel(replay);
    const models = { planner: recorded, tools: recorded };
    return { models, judges: [recorded], stronger: undefined, named: () => recorded };
  }
  const make = (named: string | Model) => {
    const made = typeof named === "string" ? createModel(named, { env, clock, limits }) : named;
    const isLimited = options.budget?.usd !== undefined || options.dayBudget?.usd !== undefined;
    if (isLimited) requirePrice(made);
    const limited = dayBudget === undefined ? made : dayBudget.limit(made);
    // As it was asked, not as a budget let it pass: a replay has no budget to keep.
    return record === undefined ? limited : recordModel(limited, record, env);
  };
  const made = new Map<string, Model>();
  const named = (name: string) => {
    const known = made.get(name) ?? make(name);
    made.set(name, known);
    return known;
  };
  const { evaluatorModel, escalation } = options;
  const judges = [evaluatorModel ?? []].flat().map(make);
  const stronger = escalation?.model === undefined ? undefined : make(escalation.model);
  const main = model ?? plannerModel;
  if (main === undefined) {
    if (cheaperModel !== undefined) throw aloneCheaper();
    return { models: undefined, judges, stronger, named };
  }
  const tools = make(main);
  const models = {
    planner: plannerModel === undefined ? tools : make(plannerModel),
    tools,
    ...(cheaperModel !== undefined && { cheaper: make(cheaperModel) }),
  };
  return { models, judges: judges.length > 0 ? judges : [tools], stronger, named };
}
