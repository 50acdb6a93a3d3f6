/**
 * The one file that knows every room and wires them. Nothing is opened before it is needed: a
 * plan is checked before the journal is touched, so bad input leaves no trace.
 */

import { readAuditTrail, verifyAuditTrail } from "./audit.ts";
import { type Clock, systemClock } from "./base/clock.ts";
import type { Issue } from "./base/errors.ts";
import type { Json } from "./base/json.ts";
import { Batches } from "./batches.ts";
import { type Begin, beginIn } from "./begin-run.ts";
import { CachedPlans } from "./cached-plans.ts";
import { Control } from "./control.ts";
import { DayBudget } from "./day-budget.ts";
import { DeadLetters, type DecidedBatch, type DecidedRun } from "./dead-letters.ts";
import { EvalSuites } from "./eval-suites.ts";
import { Evaluations } from "./evaluations.ts";
import type { RunEvent } from "./executor/core/event.ts";
import type { RunSettings } from "./executor/core/settings.ts";
import type { RunState } from "./executor/core/state.ts";
import type { News } from "./executor/drivers/driver.ts";
import { withAccept } from "./given-plan.ts";
import { History } from "./history.ts";
import type { AuditVerdict } from "./journal/audit-chain.ts";
import type { AuditRow } from "./journal/journal.ts";
import { Judging } from "./judging.ts";
import { makeModels } from "./make-models.ts";
import { ANTHROPIC_KEY } from "./models/anthropic.ts";
import { COMPATIBLE_KEY } from "./models/openai-chat.ts";
import { OPENAI_KEY } from "./models/openai-responses.ts";
import {
  type AskOptions,
  type DecideOptions,
  dayLimitsOf,
  type PlanOptions,
  type PlanwrightOptions,
  type ResolveOptions,
  type RestartOptions,
  type ResumeOptions,
  type RunOptions,
  settingsFor,
  settingsForGoal,
  settingsOf,
} from "./options.ts";
import type { PlanDraft } from "./plan/schema.ts";
import type { PlannerPrompt } from "./planner/planner.ts";
import { Planning, type PlanReport } from "./planning.ts";
import type { RouteReport } from "./projections/branches.ts";
import type { DeadLetter, DeadLetterFilter } from "./projections/dead-letters.ts";
import type { RunResult } from "./projections/result.ts";
import { requireAnswers, requireGoal, requireSubtasks } from "./requirements.ts";
import { GarbageCollector } from "./retention.ts";
import { type Run, type RunListener, userName } from "./run.ts";
import { type ListedRun, RunStore } from "./run-store.ts";
import { Timings } from "./timings.ts";
import type { ToolPage } from "./tool-page.ts";
import { Toolbox } from "./toolbox.ts";
import type { ToolRegistry } from "./tools/tool.ts";
import type { LoadedPlan } from "./workflow-files.ts";
import { Worlds } from "./worlds.ts";

/** Where runs are kept unless said otherwise, below the current folder. */
export const DEFAULT_JOURNAL = "sqlite:.planwright/journal.db";

/** The environment variables that hold keys of model providers. */
export const KEY_VARIABLES: readonly string[] = [ANTHROPIC_KEY, OPENAI_KEY, COMPATIBLE_KEY];

export type { Batch, BatchProgress, BatchReport, BatchResult } from "./batch.ts";
export type { DecidedBatch, DecidedRun } from "./dead-letters.ts";
export type { PlanOptions, PlanwrightOptions, ResumeOptions, RunOptions } from "./options.ts";
export type { PlannerPrompt } from "./planner/planner.ts";
export type { PlanReport } from "./planning.ts";
export type { ListedRun } from "./run-store.ts";
export type { ToolPage } from "./tool-page.ts";
export type { LoadedPlan } from "./workflow-files.ts";

export class Planwright {
  /** Old runs and large values that nobody needs any more, to be looked at and removed. */
  readonly garbage: GarbageCollector;
  /** One plan for many items: begun, taken up again, and looked back at. */
  readonly batches: Batches;
  /** Outputs that are judged, and runs that were judged and planned anew. */
  readonly evaluations: Evaluations;
  /** The plans of `planCache`. */
  readonly cachedPlans: CachedPlans;
  readonly #options: PlanwrightOptions;
  readonly #clock: Clock;
  readonly #settings: RunSettings;
  readonly #store: RunStore;
  readonly #toolbox: Toolbox;
  readonly #planning: Planning;
  readonly #worlds: Worlds;
  readonly #timings: Timings;
  readonly #history: History;
  readonly #deadLetters: DeadLetters;
  readonly #control: Control;
  readonly #begin: Begin;

  constructor(options: PlanwrightOptions) {
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
    this.#settings = settingsOf(options);
    this.#store = new RunStore(options.journal ?? DEFAULT_JOURNAL, this.#clock, options);
    this.garbage = new GarbageCollector(this.#store, this.#clock);
    const limits = dayLimitsOf(options);
    const dayBudget = limits && new DayBudget(limits, this.#store, this.#clock);
    const made = makeModels(options, this.#clock, dayBudget);
    this.#toolbox = new Toolbox(options, { hasModel: made.models !== undefined });
    this.#timings = new Timings(this.#store, options.attemptTimeoutMs);
    this.#planning = new Planning(options, {
      ...made,
      toolbox: this.#toolbox,
      clock: this.#clock,
      timings: this.#timings,
    });
    const judging = new Judging(options, made, this.#toolbox);
    this.#worlds = new Worlds(options, {
      clock: this.#clock,
      made,
      judging,
      toolbox: this.#toolbox,
      planning: this.#planning,
      store: this.#store,
      dayBudget,
    });
    this.#history = new History(this.#store, this.#clock);
    const [settings, store, clock] = [this.#settings, this.#store, this.#clock];
    const [history, toolbox] = [this.#history, this.#toolbox];
    this.#begin = beginIn({ options, settings, store, clock, worlds: this.#worlds });
    const parts = { options, store, history, toolbox, clock, begin: this.#begin };
    this.batches = new Batches({
      ...parts,
      planning: this.#planning,
      settings,
      workspace: options.workspace ?? ".",
      world: () => this.#worlds.open(),
    });
    this.#deadLetters = new DeadLetters({ ...parts, items: this.batches.invalidItems });
    this.#control = new Control(parts);
    const suites = new EvalSuites(options, store, clock, (own) => new Planwright(own));
    const control = this.#control;
    this.evaluations = new Evaluations({ judging, history, control, settings, suites });
    this.cachedPlans = new CachedPlans(options.planCache);
  }

  /** `embedded`, or the name of the model that plans. */
  get plannerName(): string {
    return this.#planning.plannerName;
  }

  /** Plan a goal and run the plan. */
  ask(goal: string, options: AskOptions = {}): Run {
    return this.#begin(options.listener, async () => {
      const text = requireGoal(goal);
      const settings = settingsForGoal(this.#settings, this.#options, options.accept);
      await this.tools();
      const first: News = {
        type: "start_requested",
        goal: text,
        settings,
        plan: { planner: this.plannerName },
      };
      return { ...(await this.#store.create()), first: [first] };
    });
  }

  /** Plan a goal and run nothing. @throws {ModelError} when the model fails for good */
  async plan(goal: string, options: PlanOptions = {}): Promise<PlanReport> {
    return this.#planning.report(requireGoal(goal), options);
  }

  /**
   * What a model would be asked for a plan of this goal; nobody is asked.
   * @throws {InputError} `model.unknown` when the embedded planner plans
   */
  async planPrompt(goal: string): Promise<PlannerPrompt> {
    return this.#planning.prompt(requireGoal(goal));
  }

  /** Run a plan. It is checked first: a plan with issues is refused as a whole. */
  run(plan: PlanDraft | Json, options: RunOptions = {}): Run {
    return this.#begin(options.listener, async () => {
      const wanted = withAccept(plan, options.accept);
      const accepted = await this.#planning.accept(wanted, options.inputs ?? {});
      const first: News = {
        type: "start_requested",
        goal: accepted.plan.goal,
        settings: settingsFor(this.#settings, accepted.plan.budget, this.#options),
        plan: accepted,
      };
      return { ...(await this.#store.create()), first: [first] };
    });
  }

  /** Every issue of a plan; none when it can run. Nothing is run. */
  async validate(plan: unknown): Promise<readonly Issue[]> {
    return this.#planning.validate(plan);
  }

  /**
   * Go on with a run that was paused or interrupted, or answer what its planner asked.
   * Finished subtasks keep their results.
   * @throws {InputError} from `result()`: `run.unknown`, `run.finished`, `run.owned`, and
   *   `input.unknown` or `input.missing` for answers that are not the run's questions'
   */
  resume(runId: string, options: ResumeOptions = {}): Run {
    const { answers, listener } = options;
    return this.#begin(listener, async () => {
      await this.tools();
      const resume = { type: "resume_requested" } as const;
      if (answers === undefined) return { ...(await this.#store.takeOver(runId)), first: [resume] };
      const held = await this.#store.takeOver(runId, ({ questions }) => {
        requireAnswers(questions.open, answers);
      });
      const answer = { type: "questions_answered", answers, by: userName() } as const;
      return { ...held, first: [resume, answer] };
    });
  }

  /**
   * Say yes or no to a subtask that waits for it. The first decision stands. A run that no
   * process drives keeps it; `resume` goes on.
   * @throws {InputError} `run.unknown`, `run.finished`, `subtask.unknown`,
   *   `approval.not_waiting`, `approval.expired`
   */
  async decide(runId: string, subtask: string, options: DecideOptions): Promise<void> {
    await this.#control.decide(runId, subtask, options);
  }

  /**
   * Do a run again: all of it, or from these subtasks on. What does not follow from them
   * keeps its results.
   * @throws {InputError} from `result()`: `run.unknown`, `run.owned`, `run.no_plan`,
   *   `subtask.unknown`
   */
  restart(runId: string, options: RestartOptions = {}): Run {
    const { from: subtasks = null, listener } = options;
    return this.#reopen(runId, { type: "restart_requested", subtasks, by: userName() }, listener);
  }

  /**
   * What failed for good and nobody has decided about: subtasks, newest run first, and items of
   * batches that cannot be run, newest batch first.
   * @throws {InputError} `run.unknown`
   */
  deadLetters(filter: DeadLetterFilter = {}): Promise<DeadLetter[]> {
    return this.#deadLetters.list(filter);
  }

  /**
   * Try dead letters of a run again, and all that follows from them.
   * @param options.from all of the run's when left out
   * @throws {InputError} from `result()`: `dead_letter.unknown`, and as {@link restart}
   */
  retryDeadLetters(runId: string, options: RestartOptions = {}): Run {
    return this.#deadLetters.retry(runId, options);
  }

  /**
   * Try the dead letters of all runs again, one run after the other, as they are asked for. Those
   * whose effect may have happened are left out unless the filter has the reason `interrupted`;
   * items that cannot be run are given again by {@link Batches.invalidItems}.
   */
  retryAllDeadLetters(
    filter: DeadLetterFilter = {},
    options: { readonly listener?: RunListener | undefined } = {},
  ): AsyncGenerator<DecidedRun> {
    return this.#deadLetters.retryAll(filter, options.listener);
  }

  /**
   * Say what a dead letter came to. It is not run again; what was skipped because of it is run.
   * @throws {InputError} from `result()`: `dead_letter.unknown`, `input.invalid` for an output
   *   that its tool could not have given, and as {@link restart}
   */
  resolveDeadLetter(runId: string, subtask: string, options: ResolveOptions): Run {
    return this.#deadLetters.resolve(runId, subtask, options);
  }

  /**
   * Decide that a dead letter is left as it is.
   * @param note why, for the record
   * @throws {InputError} `run.unknown`, `dead_letter.unknown`
   */
  async discardDeadLetter(runId: string, subtask: string, note: string): Promise<void> {
    await this.#deadLetters.discard(runId, [subtask], note).result();
  }

  /** Leave the dead letters of all runs and batches as they are, one after the other. */
  discardAllDeadLetters(
    filter: DeadLetterFilter,
    note: string,
  ): AsyncGenerator<DecidedRun | DecidedBatch> {
    return this.#deadLetters.discardAll(filter, note);
  }

  /**
   * Ask the process that drives a run to pause it: what runs may finish, nothing new starts.
   * @returns whether there is one; a run without a process stands still already
   * @throws {InputError} `run.unknown`, `run.finished`
   */
  async pause(runId: string): Promise<boolean> {
    return this.#control.pause(runId);
  }

  /**
   * End a run. One that another process drives is told; any other is ended here.
   * @returns what it came to, or undefined when its process was told
   * @throws {InputError} `run.unknown`, `run.finished`
   */
  async cancel(runId: string): Promise<RunResult | undefined> {
    return this.#control.cancel(runId);
  }

  /** Runs, newest first. */
  runs(options: { readonly limit?: number } = {}): Promise<ListedRun[]> {
    return this.#history.runs(options);
  }

  /** What people decided about runs, and what they were shown, in the order in which they did. */
  async auditTrail(): Promise<readonly AuditRow[]> {
    return readAuditTrail(this.#store);
  }

  /** Whether the audit trail is as it was written. @param options.expect a hash noted before */
  async verifyAudit(options: { readonly expect?: string | undefined } = {}): Promise<AuditVerdict> {
    return verifyAuditTrail(this.#store, options);
  }

  /** What a run came to, or has come to so far. @throws {InputError} `run.unknown` */
  show(runId: string): Promise<RunResult> {
    return this.#history.show(runId);
  }

  /**
   * How the routes of a plan have decided, in all its runs.
   * @param id of one of these runs, or of a batch; @default the newest
   * @throws {InputError} `run.unknown`, `run.no_plan`
   */
  branches(id?: string): Promise<RouteReport[]> {
    return this.#history.branches(id);
  }

  /** The events of a run. @throws {InputError} `run.unknown` */
  events(runId: string): Promise<RunEvent[]> {
    return this.#history.events(runId);
  }

  /** The registry. @throws {InputError} for tools that cannot be loaded */
  tools(): Promise<ToolRegistry> {
    return this.#toolbox.open();
  }

  /** Every tool as data. @throws {InputError} for tools that cannot be loaded */
  async describeTools(): Promise<ToolPage[]> {
    const [{ describeTool }, tools] = await Promise.all([import("./tool-page.ts"), this.tools()]);
    return Promise.all(tools.list().map((tool) => describeTool(tool, this.#timings)));
  }

  /** One tool as data. @throws {InputError} `tool.unknown` */
  async describeTool(name: string): Promise<ToolPage> {
    const [{ describeTool }, tool] = await Promise.all([
      import("./tool-page.ts"),
      this.#toolbox.find(name),
    ]);
    return describeTool(tool, this.#timings);
  }

  /** Let go of the journal. Runs under way must have ended. */
  close(): Promise<void> {
    return this.#store.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #reopen(runId: string, news: News, listener?: RunListener): Run {
    return this.#begin(listener, async () => {
      await this.tools();
      const check = (state: RunState) => requireSubtasks(state, news);
      const held = await this.#store.takeOver(runId, check, { mayBeFinished: true });
      return { ...held, first: [news] };
    });
  }
}

/** @throws {InputError} for options that make no sense, an unknown model, a missing key */
export function createPlanwright(options: PlanwrightOptions = {}): Planwright {
  return new Planwright(options);
}

/**
 * Read a plan file with the files that it names: templates, schemas, functions, other plans.
 * What it gives as `value` is a plan to run or validate.
 * @throws {InputError} `file.not_found`, `file.unreadable`, `plan.syntax`
 */
export async function loadPlan(file: string): Promise<LoadedPlan> {
  return (await import("./workflow-files.ts")).loadPlanFile(file);
}
