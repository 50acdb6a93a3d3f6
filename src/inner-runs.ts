/**
 * Runs inside attempts of other runs: a run of its own with events of its own, which says inside
 * which subtask it is. Its id follows from what it is begun for, so that whoever does the attempt
 * again, also in another process, goes on with it.
 */

import { createHash } from "node:crypto";
import { canonicalJson } from "./base/json.ts";
import type { Usage } from "./executor/core/consumption.ts";
import { outputOf } from "./executor/core/large-value.ts";
import { idOfSubtask } from "./executor/core/program.ts";
import type { Budget, RunSettings } from "./executor/core/settings.ts";
import type { RunState, SubtaskState } from "./executor/core/state.ts";
import { isFinished } from "./executor/core/status.ts";
import { initialUsage } from "./executor/core/usage.ts";
import type { InnerEnd, InnerOrder, News, World } from "./executor/drivers/driver.ts";
import { driveInProcess } from "./executor/drivers/in-process.ts";
import type { Planning } from "./planning.ts";
import { changing } from "./run-news.ts";
import { type HeldRun, LEASE_MS, type RunStore } from "./run-store.ts";
import { signed } from "./signature.ts";

type Parts = {
  readonly store: RunStore;
  readonly planning: Planning;
  readonly world: () => Promise<World>;
};

/** Begin the run that an attempt orders, or go on with it, until it ends or stands still. */
export async function runInside(order: InnerOrder, parts: Parts): Promise<InnerEnd> {
  const { store, world } = parts;
  const held = await store.claim(idOf(order));
  const { state, lease } = held;
  const journal = await store.open();
  const values = store.valuesIn(journal);
  const endOf = (ended: RunState, usage: Usage): InnerEnd => {
    return { state: ended, usage, output: () => outputOf(ended.runId, "the run", ended, values) };
  };
  const before = countedOf(state);
  if (isFinished(state.status) && subtasksToRedo(state).length === 0) {
    await journal.release(lease);
    return endOf(state, sinceThen(state.usage, before));
  }
  let first: readonly News[];
  try {
    first = await newsFor(held, order, parts);
  } catch (error) {
    await journal.release(lease);
    throw error;
  }
  const { models, modelNamed, progress, log } = order;
  const drive = driveInProcess({
    world: { ...(await world()), models, modelNamed },
    journal,
    lease,
    leaseMs: LEASE_MS,
    state,
    largeValues: store.largeValues,
    first: first.map(signed),
    listener: {
      events: (_events, { subtasks, unsettled, runId }) => {
        const done = subtasks.length - unsettled;
        if (subtasks.length > 0) progress(done / subtasks.length, runId);
      },
      log: (subtask, message) => log(`${subtask}: ${message}`),
    },
  });
  const by = `the run ${order.parent.runId}`;
  const pause = () => drive.send({ type: "pause_requested", by });
  const cancel = () => drive.send({ type: "cancel_requested", by });
  order.pausing.addEventListener("abort", pause);
  order.cancelling.addEventListener("abort", cancel);
  // They may have been asked for while it was taken up.
  if (order.pausing.aborted) pause();
  if (order.cancelling.aborted) cancel();
  const ended = await drive.ended;
  return endOf(ended, sinceThen(ended.usage, before));
}

/** What its parent has counted of it: what a failure, or a budget that was too small, had used. */
function countedOf({ status, reason, usage }: RunState): Usage {
  const isCounted = status === "failed" || (status === "waiting" && reason === "budget_exceeded");
  return isCounted ? { ...usage } : initialUsage();
}

/** Beside that of its parent in lists, and as long as it must be. */
function idOf({ parent, key, plan, inputs }: InnerOrder): string {
  const hash = createHash("sha256").update(`${key}\n${canonicalJson({ plan, inputs })}`);
  return `${parent.runId}-${hash.digest("hex").slice(0, 10)}`;
}

async function newsFor(
  { state }: HeldRun,
  order: InnerOrder,
  { planning }: Parts,
): Promise<News[]> {
  const { plan, inputs, parent, settings } = order;
  const by = `the run ${parent.runId}`;
  if (state.startedAt === null) {
    const accepted = await planning.accept(plan, inputs);
    const budget = budgetOf(order, accepted.plan.budget, initialUsage());
    const seconds = leastOf(order.budget?.seconds, accepted.plan.budget?.seconds);
    return [
      {
        type: "start_requested",
        goal: accepted.plan.goal,
        settings: {
          ...settings,
          budget,
          runTimeoutMs: seconds === null ? null : seconds * 1000,
          // What comes out of it is judged as the parent's; it does what its own plan says.
          review: reviewOf(settings, accepted.plan.budget?.replans),
        },
        plan: accepted,
        parent,
        by,
      },
    ];
  }
  const budget = budgetOf(order, state.accepted?.plan.budget, countedOf(state));
  const { approver, approvals, concurrency } = settings;
  const changes = { budget, approvals, concurrency, ...(approver !== null && { approver }) };
  const news: News = isFinished(state.status)
    ? { type: "restart_requested", subtasks: subtasksToRedo(state), by }
    : { type: "resume_requested", by };
  return [changing(news, changes)];
}

function reviewOf({ review }: RunSettings, maxReplans = 0): RunSettings["review"] {
  const { accept: _, ...rest } = review;
  return { ...rest, judgesGoal: false, asksPerson: false, maxReplans };
}

/**
 * What a run that did not succeed is done again from; of a loop over a list, those of its items.
 * An effect that may have happened is for a person to decide about, in the run itself.
 */
function subtasksToRedo(state: RunState): string[] {
  const { status, subtasks } = state;
  if (status === "succeeded" || status === "degraded") return [];
  return subtasks.flatMap(({ item, status: its, reason, items }, index) => {
    const isDone = its === "succeeded" || reason === "interrupted" || items !== null;
    // Of an item that ended well nothing is left to do, whatever became of its loop.
    const isLeftOut = item !== null && (its === "skipped" || isDropped(subtasks[index]));
    return isDone || isLeftOut ? [] : [idOfSubtask(state, index)];
  });
}

/** Whether its loop takes it up again by itself. */
function isDropped(item: SubtaskState | undefined): boolean {
  return item?.status === "cancelled" && item.reason === "item_failed";
}

type Limits = Partial<Readonly<Record<keyof Budget, number | undefined>>>;

/** The least of what its plan, its subtask and its parent allow; null where nobody limits it. */
function budgetOf(order: InnerOrder, own: Limits | undefined, counted: Usage): Budget | null {
  const { budget: given, budgetShare, settings, left } = order;
  const tokens = counted.inputTokens + counted.outputTokens;
  // What the parent has counted is not in what it has left, and is in what this one has used.
  const used = { ...counted, tokens, usd: counted.usd ?? 0 };
  const remaining = (key: keyof Budget) => {
    const rest = left?.[key] ?? undefined;
    return rest === undefined ? undefined : rest + used[key];
  };
  const least = (key: keyof Budget, isWhole: boolean) => {
    const total = settings.budget?.[key] ?? undefined;
    const share =
      budgetShare === undefined || total === undefined ? undefined : total * budgetShare;
    const whole = share === undefined || !isWhole ? share : Math.max(1, Math.floor(share));
    return leastOf(own?.[key], given?.[key], whole, remaining(key));
  };
  const budget = {
    usd: least("usd", false),
    tokens: least("tokens", true),
    toolCalls: least("toolCalls", true),
    modelCalls: least("modelCalls", true),
  };
  return Object.values(budget).every((limit) => limit === null) ? null : budget;
}

function leastOf(...limits: readonly (number | undefined)[]): number | null {
  const given = limits.filter((limit) => limit !== undefined);
  return given.length === 0 ? null : Math.min(...given);
}

/** What was used between two moments. */
export function sinceThen(usage: Readonly<Usage>, before: Readonly<Usage>): Usage {
  const usd = usage.usd === null || before.usd === null ? null : usage.usd - before.usd;
  return {
    inputTokens: usage.inputTokens - before.inputTokens,
    outputTokens: usage.outputTokens - before.outputTokens,
    cachedTokens: usage.cachedTokens - before.cachedTokens,
    usd,
    modelCalls: usage.modelCalls - before.modelCalls,
    toolCalls: usage.toolCalls - before.toolCalls,
  };
}
