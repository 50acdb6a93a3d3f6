/**
 * A cache of plans: the same goal for the same tools, prompt and model is not planned twice.
 *
 * K1. The key is a hash of all that a plan depends on but the time: goal, answers, prompt,
 *     tools and model. What changes any of it finds nothing.
 * K2. A plan that is found must still pass the check of who asks.
 */

import { createHash } from "node:crypto";
import { mkdir, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { isPlainObject, type Json } from "../base/json.ts";
import { NO_USAGE } from "../models/model.ts";
import { type Plan, planSchema } from "../plan/schema.ts";
import type { Planner, PlanRequest } from "./planner.ts";

export type CachedPlan = {
  readonly key: string;
  readonly goal: string;
  /** Who made it. */
  readonly planner: string;
  /** Milliseconds since the epoch. */
  readonly madeAt: number;
  readonly plan: Plan;
};

/** A planner that first looks into a folder. One that asks no model is given back as it is. */
export function cachePlans(planner: Planner, folder: string): Planner {
  const { prompt } = planner;
  if (prompt === undefined) return planner;
  return {
    name: planner.name,
    prompt,
    async plan(request) {
      const key = keyOf(planner.name, prompt(request), request);
      const known = await readCached(join(folder, `${key}.json`));
      if (known !== undefined && request.check(known.plan as Json).length === 0) {
        return { status: "planned", plan: known.plan, usage: NO_USAGE, modelCalls: 0 };
      }
      const outcome = await planner.plan(request);
      if (outcome.status === "planned") {
        const { goal, now } = request;
        await store(folder, { key, goal, planner: planner.name, madeAt: now, plan: outcome.plan });
      }
      return outcome;
    },
    // How a run has gone is its own.
    revise: (request) => planner.revise(request),
  };
}

/** All plans in the folder, newest first. Files that hold none are left out. */
export async function listCachedPlans(folder: string | undefined): Promise<CachedPlan[]> {
  if (folder === undefined) return [];
  const names = await readdir(folder).catch(() => []);
  const plans = await Promise.all(
    names.filter((name) => name.endsWith(".json")).map((name) => readCached(join(folder, name))),
  );
  return plans.filter((plan) => plan !== undefined).sort((a, b) => b.madeAt - a.madeAt);
}

/** Remove all plans of the folder. @returns how many there were */
export async function clearCachedPlans(folder: string | undefined): Promise<number> {
  if (folder === undefined) return 0;
  const plans = await listCachedPlans(folder);
  for (const { key } of plans) await rm(join(folder, `${key}.json`), { force: true });
  return plans.length;
}

function keyOf(
  name: string,
  { system, schema }: ReturnType<NonNullable<Planner["prompt"]>>,
  { goal, clarifications = [] }: PlanRequest,
): string {
  const all = [name, system.map(({ text }) => text), schema ?? null, goal, clarifications];
  return createHash("sha256").update(JSON.stringify(all)).digest("hex").slice(0, 32);
}

async function readCached(path: string): Promise<CachedPlan | undefined> {
  try {
    const value: unknown = JSON.parse(await readFile(path, "utf8"));
    if (!isPlainObject(value)) return undefined;
    return { ...(value as CachedPlan), plan: planSchema.parse(value["plan"]) };
  } catch {
    // Not there, or of another version: it is planned anew.
    return undefined;
  }
}

/** Whole or not at all; a cache that cannot be written is no reason to fail. */
async function store(folder: string, cached: CachedPlan): Promise<void> {
  const path = join(folder, `${cached.key}.json`);
  try {
    await mkdir(folder, { recursive: true });
    await writeFile(`${path}.${process.pid}`, `${JSON.stringify(cached, null, 2)}\n`);
    await rename(`${path}.${process.pid}`, path);
  } catch {
    await rm(`${path}.${process.pid}`, { force: true }).catch(() => undefined);
  }
}
