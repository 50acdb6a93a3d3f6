/**
 * Two real processes that want something of one run at the same moment, again and again.
 *
 * X1. Exactly one gets it; the other is told so by the code of an error.
 * X2. No tool is called twice, and no call is lost.
 * X3. Nothing is left in the journal that nobody drives and that claims to run.
 */

import { mkdir, mkdtempDisposable, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { seeded } from "../../../bench/graphs.ts";
import { createPlanwright, type Planwright, type Run } from "../../../src/index.ts";
import { deadSubtasks } from "../../dead-subtasks.ts";
import {
  ASKED,
  type End,
  type Outcome,
  outcomeOf,
  SCENARIOS,
  type Scenario,
} from "./conflict-scenarios.ts";
import { Contenders } from "./contenders.ts";
import { hold, look, openHarbour, put, readEffects, send, ship } from "./effect-tools.ts";
import { violationsAtEnd, violationsOf } from "./run-check.ts";
import { planFile, startWorker, toolFlags } from "./worker.ts";

export type ConflictOptions = {
  /** Of every scenario. */
  readonly rounds: number;
  readonly seed: number;
};

export type ConflictReport = {
  readonly scenario: string;
  rounds: number;
  /** How often the first of the two got what it wanted. */
  firstWon: number;
  /** What the others were told, by code. */
  readonly told: Map<string, number>;
  /** By how many milliseconds the two missed the moment. */
  readonly skewsMs: number[];
  readonly violations: string[];
};

/** Interrupted runs are made in one go: many in a process that is then killed. */
const AT_ONCE = 25;
const EVENTS_BEFORE_KILL = 6;

type Case = {
  readonly goal: string;
  readonly folder: string;
  readonly plan: ReturnType<Scenario["makePlan"]>;
};

export async function runConflictCampaign(options: ConflictOptions): Promise<ConflictReport[]> {
  await using folder = await mkdtempDisposable(join(tmpdir(), "planwright-conflicts-"));
  await using contenders = new Contenders();
  const reports: ConflictReport[] = [];
  for (const [k, scenario] of SCENARIOS.entries()) {
    const place = join(folder.path, String(k));
    await mkdir(place);
    const journal = `sqlite:${join(place, "journal.db")}`;
    await using planwright = createPlanwright({ journal, builtinTools: false });
    const campaign = new ConflictCampaign(scenario, options, {
      place,
      journal,
      planwright,
      contenders,
    });
    await campaign.run();
    reports.push(campaign.report);
  }
  return reports;
}

type Surroundings = {
  readonly place: string;
  readonly journal: string;
  /** To look at runs. */
  readonly planwright: Planwright;
  readonly contenders: Contenders;
};

class ConflictCampaign {
  readonly report: ConflictReport;
  readonly #scenario: Scenario;
  readonly #options: ConflictOptions;
  readonly #around: Surroundings;
  readonly #random: () => number;

  constructor(scenario: Scenario, options: ConflictOptions, around: Surroundings) {
    this.#scenario = scenario;
    this.#options = options;
    this.#around = around;
    this.#random = seeded(options.seed);
    this.report = {
      scenario: scenario.name,
      rounds: 0,
      firstWon: 0,
      told: new Map(),
      skewsMs: [],
      violations: [],
    };
  }

  async run(): Promise<void> {
    let cases: Case[] = [];
    while (this.report.rounds < this.#options.rounds) {
      if (cases.length === 0) cases = await this.#makeCases();
      await this.#contest(cases.pop() as Case);
      this.report.rounds += 1;
    }
    // Those beyond the rounds were only made.
    const left = new Set(cases.map(({ goal }) => goal));
    for (const { goal, status, reason } of await this.#around.planwright.runs()) {
      if (
        !left.has(goal) &&
        (status === "running" || status === "planning" || reason === "interrupted")
      ) {
        this.report.violations.push(`${goal} is left as ${status}: ${reason}`);
      }
    }
  }

  async #makeCases(): Promise<Case[]> {
    const { place, journal } = this.#around;
    const count = Math.min(AT_ONCE, this.#options.rounds - this.report.rounds);
    const cases: Case[] = [];
    for (let k = 0; k < count; k += 1) {
      const number = this.report.rounds + k;
      const goal = `${this.#scenario.name} ${number}`;
      const folder = join(place, String(number));
      const plan = this.#scenario.makePlan(goal, this.#options.seed * 100_003 + number);
      await mkdir(folder);
      await writeFile(planFile(folder), JSON.stringify(plan.plan));
      cases.push({ goal, folder, plan });
    }
    if (this.#scenario.beginning === "interrupted") await interrupt(journal, place, cases);
    return cases;
  }

  async #contest(it: Case): Promise<void> {
    const { contenders, journal } = this.#around;
    const tools = [look, put, send, hold, ship];
    await using planwright = createPlanwright({ journal, workspace: it.folder, tools });
    const { runId, underWay } = await this.#begin(it, planwright);
    const { latestMs, aheadMs = 0 } = this.#scenario;
    const [first, second] = this.#scenario
      .commands(runId ?? planFile(it.folder), this.#random)
      .map((command) => [...command, "--json", ...toolFlags(it.folder, journal)]);
    // Half of them exactly together.
    const offset = this.#random() < 0.5 ? 0 : (this.#random() * 2 - 0.5) * latestMs;
    const { answers, skewMs } = await contenders.meet(
      { argv: first ?? [] },
      { argv: second ?? [], aheadMs },
      offset,
    );
    await underWay?.result();
    const outcomes = [outcomeOf(answers[0]), outcomeOf(answers[1])] as const;
    const end = await this.#endOf(runId, it, planwright);
    const wrong = [...this.#scenario.judge(outcomes, end), ...(await this.#lookAt(runId, it, end))];
    const said = JSON.stringify(outcomes);
    this.report.violations.push(...wrong.map((what) => `${it.goal} (${runId}) ${said}: ${what}`));
    this.#count(outcomes, skewMs);
  }

  /** The run as the two find it; `underWay` if it is driven meanwhile. */
  async #begin(
    { goal, folder, plan }: Case,
    planwright: Planwright,
  ): Promise<{ runId: string | undefined; underWay?: Run }> {
    const { beginning } = this.#scenario;
    if (beginning === "none") return { runId: undefined };
    if (beginning === "interrupted") {
      const run = (await planwright.runs()).find((one) => one.goal === goal);
      if (run === undefined) throw new Error(`There is no run of ${goal}.`);
      return { runId: run.runId };
    }
    const run = planwright.run(plan.plan);
    const runId = await run.id;
    if (beginning === "at rest") {
      await run.result();
      await openHarbour(folder);
      return { runId };
    }
    for await (const { type } of run.events()) if (type === "approval.requested") break;
    return { runId, underWay: run };
  }

  /** Go on with what the two have left, if it can go on. */
  async #endOf(runId: string | undefined, { folder }: Case, planwright: Planwright): Promise<End> {
    const countHappened = () =>
      readEffects(folder).filter(({ subtask }) => subtask === ASKED).length;
    if (runId === undefined) return { status: "none", decisions: [], happened: countHappened() };
    let { status } = await planwright.show(runId);
    if (status === "waiting" || status === "paused") {
      ({ status } = await planwright.resume(runId).result());
    }
    const decisions: { by: string; decision: string }[] = [];
    for (const event of await planwright.events(runId)) {
      if (event.type === "approval.decided") {
        decisions.push({ by: event.by, decision: event.decision });
      } else if (event.type === "dead_letter.resolved") {
        decisions.push({ by: event.by, decision: event.resolution });
      }
    }
    return { status, decisions, happened: countHappened() };
  }

  async #lookAt(
    runId: string | undefined,
    { folder, plan }: Case,
    { status }: End,
  ): Promise<string[]> {
    if (runId === undefined) return [];
    const { planwright } = this.#around;
    const events = await planwright.events(runId);
    const traces = { kinds: plan.kinds, events, effects: readEffects(folder) };
    if (status === "cancelled") return violationsOf(traces);
    const letters = deadSubtasks(await planwright.deadLetters({ runId }));
    return violationsAtEnd(
      traces,
      letters.map(({ subtask }) => subtask),
    );
  }

  #count(outcomes: readonly Outcome[], skewMs: number): void {
    const { report } = this;
    if (outcomes[0]?.error === undefined) report.firstWon += 1;
    report.skewsMs.push(skewMs);
    for (const { error } of outcomes) {
      if (error !== undefined) report.told.set(error, (report.told.get(error) ?? 0) + 1);
    }
  }
}

/** Begin the runs in one process, and kill it. */
async function interrupt(journal: string, place: string, cases: readonly Case[]): Promise<void> {
  let events = 0;
  const jobs = cases.map(({ folder }) => ({ command: "run" as const, folder }));
  const { child, ended } = startWorker(journal, jobs, {
    codeCache: join(place, "code-cache"),
    onEvent: () => {
      events += 1;
      if (events === cases.length * EVENTS_BEFORE_KILL) child.kill("SIGKILL");
    },
  });
  const { wasKilled, said } = await ended;
  if (!wasKilled) throw new Error(`It ended by itself: ${said}`);
}
