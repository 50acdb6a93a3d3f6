/**
 * What routes decide, over all runs of the journal.
 *
 * K1. What a model has decided for an input is decided for the same input again, for a while,
 *     without asking it, where there is the same to choose from. The plan may want this always, or
 *     never (`cache`).
 * K2. Every branch that is taken is counted, once, with the event that says so.
 * K3. What is remembered helps, and is not needed: where it cannot be read, the tool is called.
 */

import { createHash } from "node:crypto";
import {
  DECISIONS_STAND_MS,
  type KeptDecision,
  type TakenBranch,
} from "../../base/decision-memory.ts";
import { totalOf, WINDOW } from "../../base/distribution-shift.ts";
import { canonicalJson } from "../../base/json.ts";
import type { AppendedWith, Journal } from "../../journal/journal.ts";
import type { Plan } from "../../plan/schema.ts";
import type { Deciding, Effect } from "../core/effect.ts";
import type { RunEvent } from "../core/event.ts";
import type { AttemptOutcome, BranchHistory } from "../core/input.ts";
import type { RunState } from "../core/state.ts";
import type { DriveOptions, World } from "./driver.ts";

type Order = Extract<Effect, { readonly type: "start_attempt" }>;
type Ok = Extract<AttemptOutcome, { readonly status: "ok" }>;

export class Decisions {
  readonly #journal: Journal;
  readonly #world: Pick<World, "clock" | "models">;
  readonly #state: RunState;
  /** By subtask: what its route has just decided. */
  readonly #fresh = new Map<string, KeptDecision>();
  readonly #full = new Set<string>();

  constructor({ journal, world, state }: Pick<DriveOptions, "journal" | "world" | "state">) {
    this.#journal = journal;
    this.#world = world;
    this.#state = state;
  }

  /** How the attempt ends, whether its tool is called or not. */
  run(order: Order, attempt: () => Promise<AttemptOutcome>): Promise<AttemptOutcome> {
    // Not every subtask shall pay for another promise.
    return order.decides === undefined ? attempt() : this.#decide(order, order.decides, attempt);
  }

  async #decide(
    order: Order,
    { cache }: Deciding,
    attempt: () => Promise<AttemptOutcome>,
  ): Promise<AttemptOutcome> {
    // What an attempt before had decided was of no use: another tool decides now, perhaps.
    this.#fresh.delete(order.subtask);
    const key = cache === false ? "" : this.#keyOf(order);
    const known = cache === false ? undefined : await this.#find(key);
    const outcome = known ?? (await attempt());
    if (outcome.status !== "ok") return outcome;
    const isWorthKeeping = cache ?? (outcome.usage?.modelCalls ?? 0) > 0;
    if (known === undefined && isWorthKeeping) {
      const { subtask } = order;
      const at = this.#world.clock.now();
      this.#fresh.set(subtask, { key, subtask, at, output: outcome.output });
    }
    return this.#withHistory(order.subtask, outcome);
  }

  /** What goes into the journal together with the events. */
  take(events: readonly RunEvent[]): Pick<AppendedWith, "decisions" | "branches"> {
    const decisions: KeptDecision[] = [];
    const branches: TakenBranch[] = [];
    for (const event of events) {
      if (event.type !== "route.decided") continue;
      const { subtask, branch } = event;
      const fresh = this.#fresh.get(subtask);
      if (fresh !== undefined) decisions.push(fresh);
      this.#fresh.delete(subtask);
      const plan = this.#planKey();
      if (plan === undefined) continue;
      branches.push({ plan, subtask, branch, closesWindow: this.#full.delete(subtask) });
    }
    return { decisions, branches };
  }

  #keyOf({ tool, input, decides }: Order): string {
    const model = this.#world.models?.tools.name ?? null;
    return digestOf([tool, input, model, decides?.between ?? null]);
  }

  async #find(key: string): Promise<Ok | undefined> {
    const found = await this.#journal.findDecision(key).catch(() => undefined);
    if (found === undefined || found.at < this.#world.clock.now() - DECISIONS_STAND_MS) {
      return undefined;
    }
    const { output, runId, subtask } = found;
    return { status: "ok", output, reused: { runId, subtask } };
  }

  async #withHistory(subtask: string, outcome: Ok): Promise<Ok> {
    const plan = this.#planKey();
    if (plan === undefined) return outcome;
    const own = await this.#journal.readBranches(plan, subtask).catch(() => []);
    const branches: BranchHistory = {
      past: Object.fromEntries(own.map(({ branch, past }) => [branch, past])),
      recent: Object.fromEntries(own.map(({ branch, recent }) => [branch, recent])),
    };
    if (totalOf(branches.recent) + 1 >= WINDOW) this.#full.add(subtask);
    return { ...outcome, branches };
  }

  #planKey(): string | undefined {
    const { accepted } = this.#state;
    return accepted === null ? undefined : planKey(accepted.plan);
  }
}

const keys = new WeakMap<Plan, string>();

/** What the branches of a plan are counted under: its own id, or for one without, all of it. */
export function planKey(plan: Plan): string {
  if (plan.workflow !== undefined) return `workflow:${plan.workflow.id}`;
  let key = keys.get(plan);
  if (key === undefined) {
    key = `plan:${digestOf(plan)}`;
    keys.set(plan, key);
  }
  return key;
}

function digestOf(value: unknown): string {
  return createHash("sha256")
    .update(canonicalJson(value as never))
    .digest("hex");
}
