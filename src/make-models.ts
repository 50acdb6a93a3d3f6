import type { Clock } from "./base/clock.ts";
import { createModel } from "./models/create-model.ts";
import type { Model, Models } from "./models/model.ts";
import type { PlanwrightOptions } from "./options.ts";

/**
 * The models that the options name; undefined when they name none.
 * @throws {InputError} `model.unknown`, `model.key_missing`
 */
export function makeModels(options: PlanwrightOptions, clock: Clock): Models | undefined {
  const { model, plannerModel, env = process.env } = options;
  const make = (named: string | Model) =>
    typeof named === "string" ? createModel(named, { env, clock }) : named;
  const main = model ?? plannerModel;
  if (main === undefined) return undefined;
  const tools = make(main);
  return { planner: plannerModel === undefined ? tools : make(plannerModel), tools };
}
