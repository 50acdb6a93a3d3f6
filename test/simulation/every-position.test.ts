/** One plan with every kind of control flow, and a process that dies at every place of it. */

import { describe, expect, it } from "vitest";
import { DEFAULT_SETTINGS, NO_REVIEW } from "../../src/executor/core/settings.ts";
import { type PlanDraft, planSchema } from "../../src/plan/schema.ts";
import type { Fault, Scenario, ToolScript, WRITE_FAULTS } from "./scenario.ts";
import { type Report, simulate } from "./simulation.ts";

/** @param tool that is called for all that changes the world */
function planWith(tool: "put" | "pay"): PlanDraft {
  const own = { iteration: "${iteration}", feedback: "${feedback}" };
  return {
    goal: "everything",
    subtasks: [
      { id: "source", tool: "look" },
      { id: "skipped", tool: "look", when: "${source.n < 0}" },
      {
        id: "rows",
        tool,
        input: { of: "${cell}" },
        forEach: {
          in: "${source.list + [[7, 8], [9]]}",
          concurrency: 2,
          onItemError: "collect",
          forEach: { in: "${item}", as: "cell", concurrency: 1 },
        },
      },
      {
        id: "odd",
        tool: "think",
        input: { of: "${item}" },
        when: "${index % 2 == 1}",
        forEach: { in: "${rows}", onItemError: "skip" },
      },
      {
        id: "triage",
        tool: "think",
        route: {
          by: "${output.n % 2 == 0 ? 'a' : 'b'}",
          branches: { a: ["left", "pages"], b: ["right", "pages"], c: [] },
          default: "c",
          threshold: 0,
        },
      },
      { id: "left", tool },
      { id: "right", tool },
      {
        id: "pages",
        tool,
        input: { of: "${item}", ...own },
        forEach: { in: [1, 2], concurrency: 1 },
        refine: {
          iterations: 2,
          check: { tool: "look", input: { n: "${output.n}" } },
          until: "${false}",
          score: "${check.n}",
        },
      },
      { id: "either", tool, input: { seen: "${[left, right]}" }, join: { require: "any" } },
      {
        id: "draft",
        tool,
        input: own,
        refine: { iterations: 3, check: { tool }, until: "${iteration == 2}" },
      },
      { id: "stuck", tool: "look", optional: true, timeout: "3s" },
      {
        id: "quorum",
        tool,
        input: { seen: "${[stuck, source]}", of: "${item}" },
        join: { within: "800ms", atLeast: 1 },
        forEach: "${[source.n, source.n + 1]}",
      },
      {
        id: "end",
        tool: "look",
        dependsOn: [
          { id: "skipped", on: "settled" },
          { id: "stuck", on: "settled" },
        ],
        input: { all: "${[rows, odd, pages, either, draft, quorum]}" },
      },
    ],
    output: {
      ...{ rows: "${rows}", odd: "${odd}", pages: "${pages}", either: "${either}" },
      ...{ draft: "${draft}", quorum: "${quorum}", end: "${end}" },
    },
  };
}

/** What one subtask gives is judged, and what comes out; the first time that is too poor. */
const REVIEWED: PlanDraft = {
  goal: "something good",
  subtasks: [
    { id: "source", tool: "look", accept: ["It is good."] },
    { id: "kept", tool: "put", input: { n: "${source.n}" } },
    {
      id: "each",
      tool: "look",
      input: { of: "${item}" },
      forEach: [1, 2],
      accept: ["It is good."],
    },
    { id: "last", tool: "look", input: { n: "${source.n}", all: "${each}" } },
  ],
  output: "${last}",
  accept: ["It is good."],
};

function reviewedScenario(...faults: readonly Fault[]): Scenario {
  const review = { ...NO_REVIEW, threshold: 0.5, maxReplans: 1 };
  const settings = { ...DEFAULT_SETTINGS, concurrency: 4, review };
  const { runs: _, ...rest } = scenarioWith("put", ...faults);
  const plan = planSchema.parse(REVIEWED);
  return { ...rest, seed: REVIEWED_SEED, runs: [{ runId: "r1", plan, settings, planning: null }] };
}

/** With which the first output is poor, and what the planner makes of it is good. */
const REVIEWED_SEED = 1_350;

function toolScript(name: string, effects: ToolScript["effects"], idempotent: boolean): ToolScript {
  return { name, effects, idempotent, approval: false, costUsd: 0, timeoutMs: null, limits: {} };
}

const STUCK: readonly Fault[] = [1, 2, 3, 4].map((attempt) => ({
  fault: "tool",
  runId: "r1",
  subtask: "stuck",
  attempt,
  does: "is_stuck",
}));

function scenarioWith(tool: "put" | "pay", ...faults: readonly Fault[]): Scenario {
  const plan = planSchema.parse(planWith(tool));
  const settings = { ...DEFAULT_SETTINGS, concurrency: 4 };
  return {
    seed: 3,
    tools: [
      toolScript("think", "none", false),
      toolScript("look", "read", false),
      toolScript("put", "write", true),
      toolScript("pay", "write", false),
    ],
    pools: {},
    runs: [{ runId: "r1", plan, settings, planning: null }],
    faults: [...STUCK, ...faults],
    acts: [],
  };
}

/** What came of it; which attempt it was that gave an output is left out. */
function endOf({ runs, effects, violation }: Report) {
  const { status = "", output = null, subtasks = [] } = runs.get("r1") ?? {};
  return {
    status,
    output: JSON.stringify(output).replaceAll(/#\d+/g, ""),
    subtasks: subtasks.map((one) => [one.status, one.branch, one.join?.missing ?? null]),
    // An idempotent one may be asked for again: it is the same one, by its key.
    effects: [...new Set(effects)].toSorted((a, b) => a.localeCompare(b)),
    violation,
  };
}

const write = (at: number, does: (typeof WRITE_FAULTS)[number]): Fault => {
  return { fault: "write", write: at, does, ms: 0 };
};

/** A process that dies, by what is counted when it happens: with the write or call of a number. */
const DEATHS = {
  "write crash_before": (at) => [write(at, "crash_before")],
  "write crash_after": (at) => [write(at, "crash_after")],
  "write torn": (at) => [write(at, "torn"), write(at + 1, "crash_after")],
  "write confirmation_lost": (at) => [write(at, "confirmation_lost")],
  crash_at_call: (at) => [{ fault: "crash_at_call", call: at }],
} as const satisfies Readonly<Record<string, (at: number) => readonly Fault[]>>;
type Death = keyof typeof DEATHS;

/** What came of the plan with a death at each place, from the first to the last. */
async function* everywhere(death: Death, scenario: (...faults: readonly Fault[]) => Scenario) {
  // Before its first event is stored nobody knows what a run is to do.
  const isUnbegun = death === "write crash_before" || death === "write torn";
  for (let at = isUnbegun ? 2 : 1; ; at += 1) {
    const report = await simulate(scenario(...DEATHS[death](at)));
    if (!report.counts.has(death)) return;
    yield { at, report };
  }
}

const putting = (...faults: readonly Fault[]) => scenarioWith("put", ...faults);
const paying = (...faults: readonly Fault[]) => scenarioWith("pay", ...faults);

describe("every kind of control flow in one plan", () => {
  it("is all there, and ends", async () => {
    const report = await simulate(scenarioWith("put"));
    expect(endOf(report)).toMatchObject({ status: "degraded", violation: undefined });
    expect(Object.fromEntries(report.counts)).toMatchObject({
      ...{ loop: 4, "loop within a loop": 3, "loop collected": 7 },
      ...{ "route decided": 1, route_not_taken: 1, "join enough": 1, "join deadline": 1 },
      ...{ "refinement accepted": 1, "refinement ended": 2 },
    });
  });

  const deaths = Object.keys(DEATHS) as Death[];

  it.each(deaths)("comes to the same wherever its process dies: %s", async (death) => {
    const expected = endOf(await simulate(scenarioWith("put")));
    let places = 0;
    for await (const { at, report } of everywhere(death, putting)) {
      expect(endOf(report), `${death} ${at}`).toEqual(expected);
      places += 1;
    }
    expect(places).toBeGreaterThan(20);
  });

  it.each(deaths)("repeats no effect that cannot be repeated: %s", async (death) => {
    const expected = endOf(await simulate(scenarioWith("pay")));
    for await (const { at, report } of everywhere(death, paying)) {
      const { violation, output, effects } = endOf(report);
      expect(violation, `${death} ${at}`).toBeUndefined();
      expect(effects, `${death} ${at}`).toHaveLength(report.effects.length);
      expect(expected.effects).toEqual(expect.arrayContaining(effects));
      // What did not come to the same waits for a person to say whether it happened.
      const isSame = output === expected.output;
      expect(isSame || (report.runs.get("r1")?.openDeadLetters ?? 0) > 0, `${at}`).toBe(true);
    }
  });
});

describe("a plan that is judged and made anew", () => {
  it("is all there, and ends", async () => {
    const report = await simulate(reviewedScenario());
    expect(endOf(report)).toMatchObject({ status: "succeeded", violation: undefined });
    expect(Object.fromEntries(report.counts)).toMatchObject({
      ...{ "output judged pass": 3, "run judged fail": 1, "replan for low_score": 1 },
      ...{ "plan.revised": 1, "run judged pass": 1 },
    });
  });

  const deaths = Object.keys(DEATHS) as Death[];

  it.each(deaths)("comes to the same wherever its process dies: %s", async (death) => {
    const expected = endOf(await simulate(reviewedScenario()));
    let places = 0;
    for await (const { at, report } of everywhere(death, reviewedScenario)) {
      expect(endOf(report), `${death} ${at}`).toEqual(expected);
      expect(report.counts.get("plan.revised"), `${death} ${at}`).toBe(1);
      places += 1;
    }
    expect(places).toBeGreaterThan(death === "crash_at_call" ? 4 : 8);
  });
});
