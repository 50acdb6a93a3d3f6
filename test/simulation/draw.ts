/** Scenarios drawn from a seed. */

import { DEFAULT_SETTINGS, type RunSettings } from "../../src/executor/core/settings.ts";
import { type Plan, planSchema } from "../../src/plan/schema.ts";
import { drawAftermath } from "./draw-aftermath.ts";
import { type DraftSubtask, numberOf, withBranches, withFlow, workOf } from "./draw-flow.ts";
import { withReview } from "./draw-review.ts";
import { Random } from "./random.ts";
import {
  type Act,
  type Fault,
  MISBEHAVIOURS,
  type PlanningScript,
  type RunScript,
  type Scenario,
  type ToolScript,
  WRITE_FAULTS,
} from "./scenario.ts";

/** Until when people act and faults happen. */
const UNREST_MS = 5_000;
const POOLS = { gpu: 2, line: 1 };
/** So many seeds have one that spends: many subtasks side by side under little money. */
const SPREE_EVERY = 40;
/** And so many one of which much fails, and is decided about one by one. */
const AFTERMATH_EVERY = 5;

export function drawScenario(seed: number): Scenario {
  return withReview(drawUnreviewed(seed));
}

function drawUnreviewed(seed: number): Scenario {
  const random = new Random(seed);
  const tools = drawTools(random);
  if (seed % AFTERMATH_EVERY === 1) {
    const bare = tools.map((tool) => ({ ...tool, limits: {} }));
    return { seed, tools: bare, pools: POOLS, ...drawAftermath(random) };
  }
  const count = random.chance(0.25) ? random.int(2, 3) : 1;
  const runs =
    seed % SPREE_EVERY === 0
      ? [spree(random)]
      : Array.from({ length: count }, (_, at) => drawRun(random, `r${at + 1}`, tools));
  return {
    seed,
    tools,
    pools: POOLS,
    runs,
    faults: drawFaults(random, runs),
    acts: drawActs(random, runs),
  };
}

const TOOLS: readonly Omit<ToolScript, "limits" | "timeoutMs">[] = [
  { name: "think", effects: "none", idempotent: false, approval: false, costUsd: 0 },
  { name: "look", effects: "read", idempotent: false, approval: false, costUsd: 0.01 },
  { name: "put", effects: "write", idempotent: true, approval: false, costUsd: 0 },
  { name: "pay", effects: "write", idempotent: false, approval: false, costUsd: 0.02 },
  { name: "mail", effects: "write", idempotent: false, approval: true, costUsd: 0 },
  { name: "spare", effects: "write", idempotent: true, approval: false, costUsd: 0.01 },
];

function drawTools(random: Random): ToolScript[] {
  return TOOLS.map((tool) => ({
    ...tool,
    timeoutMs: random.chance(0.5) ? random.int(300, 600) : null,
    limits: random.chance(0.3) ? drawLimits(random) : {},
  }));
}

function drawLimits(random: Random): ToolScript["limits"] {
  return {
    ...(random.chance(0.5) && { concurrency: random.int(1, 2) }),
    ...(random.chance(0.3) && { rateLimit: { calls: random.int(1, 3), per: "500ms" } }),
    ...(random.chance(0.4) && { breaker: { consecutive: random.int(1, 3), reset: "1s" } }),
    ...(random.chance(0.4) && {
      uses: random.pick([{ gpu: 1 }, { line: 1 }, { gpu: 2, line: 1 }]),
    }),
  };
}

function drawRun(random: Random, runId: string, tools: readonly ToolScript[]): RunScript {
  const size = random.chance(0.15) ? random.int(9, 12) : random.int(1, 8);
  const drawn: DraftSubtask[] = [];
  while (drawn.length < size) drawn.push(drawSubtask(random, drawn, tools));
  const subtasks = withBranches(random, drawn);
  const output = random.chance(0.7) ? { output: "done" } : {};
  const plan = planSchema.parse({ goal: runId, subtasks, ...output });
  const planning = random.chance(0.2) ? drawPlanning(random, plan) : null;
  return { runId, plan, settings: drawSettings(random), planning };
}

function drawSubtask(
  random: Random,
  before: readonly DraftSubtask[],
  tools: readonly ToolScript[],
): DraftSubtask {
  const plain = drawPlain(random, before, tools);
  return random.chance(0.35) ? withFlow(random, plain, before) : plain;
}

function drawPlain(
  random: Random,
  before: readonly DraftSubtask[],
  tools: readonly ToolScript[],
): DraftSubtask {
  const at = before.length;
  const tool = random.pick(tools).name;
  const needs = new Set<number>();
  if (at > 0)
    for (let need = random.int(0, 3); need > 0; need -= 1) needs.add(random.int(0, at - 1));
  const read = at > 0 && random.chance(0.3) ? random.pick(before) : undefined;
  return {
    id: `s${at}`,
    tool,
    input: read === undefined ? { n: at } : { n: `\${${numberOf(read)}}` },
    ...(tool !== "mail" && random.chance(0.1) && { input: { n: 0 }, idempotencyKey: tool }),
    dependsOn: [...needs].map((need) => ({
      id: `s${need}`,
      on: random.chance(0.25) ? ("settled" as const) : ("success" as const),
    })),
    optional: random.chance(0.2),
    ...(random.chance(0.15) && { when: drawCondition(random, before) }),
    ...(random.chance(0.15) && { approval: drawApproval(random) }),
    ...(random.chance(0.3) && { retry: { attempts: random.int(2, 3), initial: "100ms" } }),
    ...(random.chance(0.2) && { timeout: `${random.int(200, 500)}ms` }),
    ...(random.chance(0.1) && { totalTimeout: `${random.int(200, 1_200)}ms` }),
    ...(random.chance(0.15) && tool !== "spare" && { fallback: "spare" }),
  };
}

function drawCondition(random: Random, before: readonly DraftSubtask[]): boolean | string {
  if (before.length === 0 || random.chance(0.5)) return random.chance(0.5);
  return `\${${numberOf(random.pick(before))} % 2 == 0}`;
}

function drawApproval(random: Random): NonNullable<DraftSubtask["approval"]> {
  if (random.chance(0.5)) return true;
  const decision = random.pick(["approve", "deny"] as const);
  return { timeout: `${random.int(100, 3_000)}ms`, default: decision };
}

function drawPlanning(random: Random, plan: Plan): PlanningScript {
  return {
    asks: random.chance(0.3),
    changes: random.chance(0.4) ? random.int(0, plan.subtasks.length - 1) : null,
    fails: random.chance(0.05),
  };
}

function drawSettings(random: Random): RunSettings {
  const limit = (value: number) => (random.chance(0.5) ? value : null);
  return {
    ...DEFAULT_SETTINGS,
    concurrency: random.int(1, 4),
    attemptTimeoutMs: 800,
    cancelGraceMs: 500,
    approvals: random.pick(["declared", "declared", "declared", "declared", "writes", "all"]),
    deadLetters: random.chance(0.3) ? { threshold: random.int(1, 3), notify: true } : null,
    runTimeoutMs: random.chance(0.1) ? random.int(500, 8_000) : null,
    budget: random.chance(0.3)
      ? {
          toolCalls: limit(random.int(1, 12)),
          usd: limit(random.int(1, 12) / 100),
          modelCalls: null,
          tokens: null,
        }
      : null,
  };
}

/** 64 subtasks of $0.02 side by side, under $0.50. */
function spree(random: Random): RunScript {
  const subtasks = Array.from({ length: 64 }, (_, at) => ({ id: `s${at}`, tool: "pay" }));
  const budget = { toolCalls: null, usd: 0.5, modelCalls: null, tokens: null };
  const settings = { ...drawSettings(random), concurrency: random.int(1, 64), budget };
  const plan = planSchema.parse({ goal: "r1", subtasks, output: "done" });
  return { runId: "r1", plan, settings, planning: null };
}

/** Soon rather than late: most runs do not take long. */
function drawTime(random: Random): number {
  return Math.round(UNREST_MS * random.next() ** 2);
}

function drawFaults(random: Random, runs: readonly RunScript[]): Fault[] {
  const faults: Fault[] = runs.flatMap((run) => drawToolFaults(random, run));
  const times = (most: number) => (random.chance(0.6) ? random.int(0, most) : 0);
  for (let left = times(3); left > 0; left -= 1) {
    const write = random.int(1, 12);
    faults.push({ fault: "write", write, does: random.pick(WRITE_FAULTS), ms: random.int(1, 900) });
  }
  for (let left = times(1); left > 0; left -= 1) {
    const does = random.pick(["refused", "slow"] as const);
    faults.push({ fault: "upkeep", call: random.int(1, 8), does, ms: random.int(1, 900) });
  }
  for (let left = times(2); left > 0; left -= 1) {
    faults.push({ fault: "crash", at: drawTime(random) });
  }
  if (random.chance(0.25)) faults.push({ fault: "lag", ms: random.pick([10, 100, 1_000]) });
  if (random.chance(0.2)) faults.push({ fault: "crash_at_call", call: random.int(1, 12) });
  for (let left = times(1); left > 0; left -= 1) {
    const ms = random.chance(0.5) ? random.int(10, 2_000) : random.int(14_000, 20_000);
    faults.push({ fault: "stall", at: drawTime(random), ms });
  }
  for (let left = times(1); left > 0; left -= 1) {
    const ms = random.pick([-60_000, -1_000, -10, 100, 1_000, 16_000, 3_600_000]);
    faults.push({ fault: "clock_jump", at: drawTime(random), ms });
  }
  for (let left = times(1); left > 0; left -= 1) {
    faults.push({ fault: "rivals", at: drawTime(random), runId: random.pick(runs).runId });
  }
  for (let left = times(3); left > 0; left -= 1) {
    faults.push({ fault: "echo", at: drawTime(random), runId: random.pick(runs).runId });
  }
  return faults;
}

function drawToolFaults(random: Random, { runId, plan }: RunScript): Fault[] {
  // In some runs nearly all goes well, in others hardly anything does.
  const misfortune = random.pick([0, 0.1, 0.3, 0.6]);
  return plan.subtasks
    .flatMap(workOf)
    .flatMap(({ subtask, attempts }) =>
      Array.from({ length: attempts }, (_, at) => at + 1).flatMap((attempt): Fault[] =>
        random.chance(misfortune)
          ? [{ fault: "tool", runId, subtask, attempt, does: random.pick(MISBEHAVIOURS) }]
          : [],
      ),
    );
}

const ACTS: readonly Act["does"][] = [
  "pause",
  "pause",
  "resume",
  "cancel",
  "restart",
  "restart_from",
  "restart_from",
  "retry_dead_letters",
  "retry_dead_letters",
  "discard",
  "resolve",
  "decide",
  "decide",
];

function drawActs(random: Random, runs: readonly RunScript[]): Act[] {
  const count = random.chance(0.5) ? random.int(1, 4) : 0;
  return Array.from({ length: count }, () => {
    const { runId, plan } = random.pick(runs);
    const subtask = random.pick(plan.subtasks).id;
    return { at: drawTime(random), runId, does: random.pick(ACTS), subtask };
  });
}
