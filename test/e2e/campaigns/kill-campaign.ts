/**
 * Runs whose processes are killed with SIGKILL at random moments, and taken up again until
 * they have ended; then a person decides about the dead letters, and may be killed at that too.
 *
 * K1. Every run ends, with the output that it must have.
 * K2. Every idempotent effect is there exactly once.
 * K3. Any other is there at most once; where nobody knows, there is a dead letter. After the
 *     person has looked and decided, every one is there exactly once, too.
 */

import { mkdir, mkdtempDisposable, readFile, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { seeded } from "../../../bench/graphs.ts";
import { createPlanwright, type Planwright } from "../../../src/index.ts";
import { deadSubtasks } from "../../dead-subtasks.ts";
import { type EffectPlan, makeEffectPlan } from "./effect-plan.ts";
import { readEffects } from "./effect-tools.ts";
import {
  answeredByKey,
  type Phase,
  phasesOf,
  type Traces,
  violationsAtEnd,
  violationsOf,
} from "./run-check.ts";
import { type Job, planFile, startWorker, verifyAudit } from "./worker.ts";

export type KillOptions = {
  readonly runs: number;
  /** There are more runs than asked for if these did not live through enough kills. */
  readonly kills: number;
  readonly seed: number;
};

export type KillReport = {
  runs: number;
  processes: number;
  kills: number;
  /** A process that is killed may drive several. */
  runsHit: number;
  resumes: number;
  readonly phases: Map<Phase, number>;
  /** Of idempotent tools, and of others. */
  puts: number;
  sends: number;
  duplicates: number;
  /** Attempts that were run again although their effect had happened, and were told so. */
  answeredByKey: number;
  /** Dead letters of which the person found that it had happened, and that it had not. */
  discarded: number;
  retried: number;
  /** What `planwright audit verify` has checked. */
  auditRecords: number;
  readonly violations: string[];
};

/** Runs that share a process, alone through the command line or in a group. */
const GROUP_SIZES = [1, 4];
/** Kills of one process after the other; then it is let go on. */
const KILLS_IN_A_ROW = 4;
/** A run that needs more processes than this does not end. */
const MOST_PROCESSES = 40;
const LANES = 2;

type Subject = {
  readonly goal: string;
  readonly folder: string;
  readonly plan: EffectPlan;
  runId: string | undefined;
};

export async function runKillCampaign(options: KillOptions): Promise<KillReport> {
  await using folder = await mkdtempDisposable(join(tmpdir(), "planwright-kills-"));
  const journal = `sqlite:${join(folder.path, "journal.db")}`;
  await using planwright = createPlanwright({ journal, builtinTools: false });
  const campaign = new KillCampaign(options, planwright, { journal, folder: folder.path });
  await Promise.all(Array.from({ length: LANES }, () => campaign.work()));
  await campaign.checkJournal();
  return campaign.report;
}

class KillCampaign {
  readonly report: KillReport = {
    runs: 0,
    processes: 0,
    kills: 0,
    runsHit: 0,
    resumes: 0,
    phases: new Map(),
    puts: 0,
    sends: 0,
    duplicates: 0,
    answeredByKey: 0,
    discarded: 0,
    retried: 0,
    auditRecords: 0,
    violations: [],
  };
  readonly #options: KillOptions;
  readonly #planwright: Planwright;
  readonly #places: { readonly journal: string; readonly folder: string };
  readonly #random: () => number;
  #groups = 0;
  #begun = 0;
  /** How long a process takes to its first event; from the processes so far. */
  #startMs = 300;

  constructor(
    options: KillOptions,
    planwright: Planwright,
    places: { readonly journal: string; readonly folder: string },
  ) {
    this.#options = options;
    this.#planwright = planwright;
    this.#places = places;
    this.#random = seeded(options.seed);
  }

  /** One group of runs after the other, from their start to their end. */
  async work(): Promise<void> {
    while (this.#begun < this.#options.runs || this.report.kills < this.#options.kills) {
      const wanted = GROUP_SIZES[this.#groups % GROUP_SIZES.length] ?? 1;
      this.#groups += 1;
      const left = Math.max(1, this.#options.runs - this.#begun);
      const numbers = Array.from({ length: Math.min(wanted, left) }, () => this.#begun++);
      const subjects = await Promise.all(numbers.map((number) => this.#makeSubject(number)));
      await this.#bringToEnd(subjects);
    }
  }

  /** Nothing in the journal is left over. */
  async checkJournal(): Promise<void> {
    for (const { runId, status, reason, goal } of await this.#planwright.runs()) {
      if (status === "succeeded" || status === "failed") continue;
      this.report.violations.push(`${goal} (${runId}) is listed as ${status}: ${reason}`);
    }
    for (const { runId, subtask } of deadSubtasks(await this.#planwright.deadLetters())) {
      this.report.violations.push(`${runId}: ${subtask} is still a dead letter`);
    }
    const { valid, records, problem } = await verifyAudit(this.#places.journal);
    this.report.auditRecords = records;
    if (!valid) this.report.violations.push(`record ${problem?.n} of the audit: ${problem?.what}`);
  }

  async #makeSubject(number: number): Promise<Subject> {
    const goal = `run ${number} of seed ${this.#options.seed}`;
    const folder = join(this.#places.folder, String(number));
    const plan = makeEffectPlan(goal, this.#options.seed * 100_003 + number);
    await mkdir(folder);
    await writeFile(planFile(folder), JSON.stringify(plan.plan));
    return { goal, folder, plan, runId: undefined };
  }

  async #bringToEnd(subjects: readonly Subject[]): Promise<void> {
    let killsInARow = 0;
    for (let round = 0; ; round += 1) {
      const jobs: Job[] = [];
      for (const subject of subjects) jobs.push(...(await this.#nextJob(subject)));
      if (jobs.length === 0) break;
      if (round === MOST_PROCESSES) {
        this.report.violations.push(`${subjects[0]?.goal} and those beside it do not end`);
        break;
      }
      const mayKill = killsInARow < KILLS_IN_A_ROW && this.report.kills < this.#options.kills;
      const wasKilled = await this.#do(jobs, mayKill);
      killsInARow = wasKilled ? killsInARow + 1 : 0;
      for (const subject of subjects) await this.#look(subject, wasKilled && isIn(jobs, subject));
    }
    for (const subject of subjects) await this.#count(subject);
  }

  /** What a person would do next with a run; none when there is nothing left to do. */
  async #nextJob(subject: Subject): Promise<Job[]> {
    const { folder, runId } = subject;
    if (runId === undefined) return [{ command: "run", folder }];
    const { status, reason, output } = await this.#planwright.show(runId);
    if (status === "paused") {
      this.report.resumes += 1;
      return [{ command: "resume", runId, folder }];
    }
    const letters = deadSubtasks(await this.#planwright.deadLetters({ runId }));
    const open = letters.map(({ subtask }) => subtask);
    const wrong = violationsAtEnd(await this.#tracesOf(subject), open);
    if (status !== (open.length > 0 ? "failed" : status)) wrong.push(`it is ${status}: ${reason}`);
    if (output !== subject.plan.output) wrong.push(`its output is ${output}`);
    this.#blame(subject, wrong);
    const happened = new Set(readEffects(folder).map(({ subtask }) => subtask));
    for (const subtask of open.filter((id) => happened.has(id))) {
      await this.#planwright.discardDeadLetter(runId, subtask, "it has happened");
      this.report.discarded += 1;
    }
    const subtasks = open.filter((id) => !happened.has(id));
    this.report.retried += subtasks.length;
    return subtasks.length === 0 ? [] : [{ command: "retry", runId, subtasks, folder }];
  }

  /** @returns whether its process was killed before it was done */
  async #do(jobs: readonly Job[], mayKill: boolean): Promise<boolean> {
    const begun = performance.now();
    const aim = mayKill ? this.#aim(jobs) : undefined;
    let events = 0;
    const { child, ended } = startWorker(this.#places.journal, jobs, {
      codeCache: join(this.#places.folder, "code-cache"),
      onEvent: () => {
        events += 1;
        if (events === 1) this.#startMs = performance.now() - begun;
        if (events === aim?.events) void sleep(aim.delayMs).then(() => child.kill("SIGKILL"));
      },
    });
    if (aim?.events === 0) void sleep(aim.delayMs).then(() => child.kill("SIGKILL"));
    this.report.processes += 1;
    const { wasKilled, said } = await ended;
    if (wasKilled) this.report.kills += 1;
    else await this.#checkDone(jobs, said);
    return wasKilled;
  }

  async #checkDone(jobs: readonly Job[], said: string): Promise<void> {
    const runs = await this.#planwright.runs();
    for (const { folder } of jobs) {
      const { goal } = JSON.parse(await readFile(planFile(folder), "utf8")) as { goal: string };
      if (runs.find((run) => run.goal === goal)?.finishedAt) continue;
      this.report.violations.push(`${goal} was left by its process: ${said}`);
    }
  }

  /** After so many events and milliseconds; 0 events is since the process was started. */
  #aim(jobs: readonly Job[]): { readonly events: number; readonly delayMs: number } {
    const random = this.#random;
    // The start takes longer than the run, and little can happen in it but at its end.
    if (random() < 0.2) return { events: 0, delayMs: this.#startMs * (0.8 + 0.25 * random()) };
    const most = jobs.reduce((sum, { command }) => sum + (command === "retry" ? 6 : 62), 0);
    return { events: 1 + Math.floor(random() * most), delayMs: random() * 12 };
  }

  /** What has come of it in the journal and outside, after a process has ended. */
  async #look(subject: Subject, wasKilled: boolean): Promise<void> {
    const runs = await this.#planwright.runs();
    subject.runId ??= runs.find(({ goal }) => goal === subject.goal)?.runId;
    const traces = await this.#tracesOf(subject);
    this.#blame(subject, violationsOf(traces));
    const run = runs.find(({ runId }) => runId === subject.runId);
    if (run?.status === "running" || run?.status === "planning") {
      this.#blame(subject, [`it is ${run.status} without a process`]);
    }
    if (!wasKilled) return;
    this.report.runsHit += 1;
    const { phases } = this.report;
    for (const phase of phasesOf(traces)) phases.set(phase, (phases.get(phase) ?? 0) + 1);
  }

  async #count(subject: Subject): Promise<void> {
    const traces = await this.#tracesOf(subject);
    const { kinds } = traces;
    const happened = (kind: string) =>
      traces.effects.filter(({ subtask }) => kinds.get(subtask) === kind).length;
    const wanted = (kind: string) => [...kinds.values()].filter((one) => one === kind).length;
    for (const kind of ["put", "send"]) {
      if (happened(kind) === wanted(kind)) continue;
      this.#blame(subject, [`of ${wanted(kind)} ${kind} ${happened(kind)} happened`]);
    }
    this.report.runs += 1;
    this.report.puts += happened("put");
    this.report.sends += happened("send");
    this.report.duplicates +=
      traces.effects.length - new Set(traces.effects.map(({ subtask }) => subtask)).size;
    this.report.answeredByKey += answeredByKey(traces);
  }

  async #tracesOf({ runId, folder, plan }: Subject): Promise<Traces> {
    const events = runId === undefined ? [] : await this.#planwright.events(runId);
    return { events, kinds: plan.kinds, effects: readEffects(folder) };
  }

  #blame({ goal, runId }: Subject, wrong: readonly string[]): void {
    this.report.violations.push(...wrong.map((what) => `${goal} (${runId}): ${what}`));
  }
}

function isIn(jobs: readonly Job[], { folder }: Subject): boolean {
  return jobs.some((job) => job.folder === folder);
}
