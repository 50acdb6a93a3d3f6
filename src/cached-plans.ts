import type { CachedPlan } from "./planner/plan-cache.ts";

/** The plans that were kept to be used again. */
export class CachedPlans {
  readonly #folder: string | undefined;

  /** @param folder none where plans are not kept */
  constructor(folder: string | undefined) {
    this.#folder = folder;
  }

  /** Newest first. */
  async list(): Promise<CachedPlan[]> {
    return (await import("./planner/plan-cache.ts")).listCachedPlans(this.#folder);
  }

  /** Forget them. @returns how many there were */
  async clear(): Promise<number> {
    return (await import("./planner/plan-cache.ts")).clearCachedPlans(this.#folder);
  }
}
