/** What a caller may set, and what is used where he does not. */

import type { AdmissionOptions } from "./base/admission.ts";
import type { Clock } from "./base/clock.ts";
import { InputError, type Issue, inputError } from "./base/errors.ts";
import type { Json, JsonObject } from "./base/json.ts";
import type { DayLimits } from "./day-budget.ts";
import type { OwnEvaluator } from "./evaluator/evaluator.ts";
import { requireEvaluators } from "./evaluator/require-evaluators.ts";
import {
  type ApprovalPolicy,
  type Budget,
  DEFAULT_SETTINGS,
  type DeadLetterSettings,
  NO_REVIEW,
  type ReviewSettings,
  type RunSettings,
  type SettingChanges,
} from "./executor/core/settings.ts";
import type { Journal } from "./journal/journal.ts";
import type { Model } from "./models/model.ts";
import type { TrafficLimits } from "./models/traffic.ts";
import { evaluatorIssues } from "./own-evaluators.ts";
import type { Accept } from "./plan/accept-schema.ts";
import { issuesOfAccept } from "./plan/check-accept.ts";
import type { Clarification } from "./plan/question.ts";
import type { PlanBudget } from "./plan/schema.ts";
import type { EmbeddedPlannerOptions } from "./planner/embedded/embedded-planner.ts";
import type { ModelPlannerOptions } from "./planner/model-planner.ts";
import { type RunListener, userName } from "./run.ts";
import type { Tool } from "./tools/tool.ts";

export interface PlanwrightOptions {
  /** For planning and for tools that ask a model, e.g. `anthropic:claude-sonnet-5-5`. @default none: the embedded planner */
  readonly model?: string | Model | undefined;
  /** @default `model` */
  readonly plannerModel?: string | Model | undefined;
  /**
   * Judges outputs; of several each does. Where one is named, goals that are asked are also judged
   * by whether they are reached. @default `model`, for what a plan accepts in plain words
   */
  readonly evaluatorModel?: string | Model | readonly (string | Model)[] | undefined;
  /** How what comes out is judged. */
  readonly evaluation?: EvaluationOptions | undefined;
  /** Evaluators of your own, named by `accept: [{ evaluator: NAME }]`. */
  readonly evaluators?: readonly OwnEvaluator[] | undefined;
  /**
   * Revisions that may follow a plan, because of what was judged or has failed.
   * @default 2 for goals; for plans what they say, else 0
   */
  readonly maxReplans?: number | undefined;
  /** What follows where replanning has not helped. @default the best there is is the result */
  readonly escalation?: EscalationOptions | undefined;
  /** Answers in the place of both once 80 % of a run's money or tokens are used. @default none */
  readonly cheaperModel?: string | Model | undefined;
  /** How much may be asked of each model a minute. @default as much as wanted */
  readonly modelLimits?: TrafficLimits | undefined;
  /** A file to which every request to a model and its answer is added. @default none */
  readonly record?: string | undefined;
  /** A file of recorded answers that are given instead of asking a model. @default none */
  readonly replay?: string | undefined;
  /** How a model is asked for plans. */
  readonly planner?: ModelPlannerOptions | undefined;
  /** What plans where no model is named. */
  readonly embeddedPlanner?: EmbeddedPlannerOptions | undefined;
  /** The folder of plans that were made before, to be used again. @default none */
  readonly planCache?: string | undefined;
  /** Whether subtasks that only look may start while a model still writes the plan. @default true */
  readonly startEarly?: boolean | undefined;
  /** Your own tools, beside the builtin ones. */
  readonly tools?: readonly Tool[] | undefined;
  /** Modules, or folders of modules, that export tools. */
  readonly toolPaths?: readonly string[] | undefined;
  /** Whether the builtin tools are offered. @default true */
  readonly builtinTools?: boolean | undefined;
  /** The folder that file tools may touch. @default the current folder */
  readonly workspace?: string | undefined;
  /** `sqlite:PATH` or `memory:`, or a journal of your own. @default "sqlite:.planwright/journal.db" */
  readonly journal?: string | Journal | undefined;
  /** Attempts of a run that may be under way at once. @default 16 */
  readonly concurrency?: number | undefined;
  /**
   * Units of each named resource that tools may use (`uses`), shared by all runs of this
   * Planwright: `{ gpu: 2 }`.
   * @default none
   */
  readonly pools?: Readonly<Record<string, number>> | undefined;
  /** Limits of tools by their names, in the place of those that the tools bring. */
  readonly toolLimits?: Readonly<Record<string, AdmissionOptions>> | undefined;
  /** Limit of one attempt in milliseconds, where neither subtask nor tool has its own. @default 300000 */
  readonly attemptTimeoutMs?: number | undefined;
  /** What a run may use at most. @default as much as it wants */
  readonly budget?: BudgetOptions | undefined;
  /**
   * Which subtasks a person must say yes to: those of which plan or tool say so (`declared`),
   * also all whose tools write (`writes`), or `all`.
   * @default "declared"
   */
  readonly approvals?: ApprovalPolicy | undefined;
  /** Say yes to all that asks for it, in the name of the user of this process. @default false */
  readonly autoApprove?: boolean | undefined;
  /** What all runs of the journal may use on one day of UTC. @default as much as they want */
  readonly dayBudget?: Pick<BudgetOptions, "usd" | "tokens"> | undefined;
  /** When somebody wants to hear that work failed for good. @default never */
  readonly deadLetters?: DeadLetterOptions | undefined;
  /**
   * Outputs whose JSON has more bytes than this are kept beside the journal, and are in it by
   * reference. @default 262144, 256 KiB
   */
  readonly largeValueBytes?: number | undefined;
  /** Limit of a run in seconds, from its start or its newest resume. @default none */
  readonly maxSeconds?: number | undefined;
  /** Let `http_fetch` reach loopback, private and link-local addresses. @default false */
  readonly allowPrivateHosts?: boolean | undefined;
  /** Where keys come from. @default process.env */
  readonly env?: Readonly<Record<string, string | undefined>> | undefined;
  readonly clock?: Clock | undefined;
}

export interface EvaluationOptions {
  /** From this score on an output is good enough where the plan does not say, 0 to 1. @default 0.7 */
  readonly threshold?: number | undefined;
  /** How several judges become one. @default "mean" */
  readonly combine?: "mean" | "majority" | undefined;
}

export interface EscalationOptions {
  /** Plans where the first revision has not helped, and where only one is allowed. @default none */
  readonly model?: string | Model | undefined;
  /** Whether a person is asked in the end; until then the run waits. @default false */
  readonly person?: boolean | undefined;
}

export interface DeadLetterOptions {
  /** So many open dead letters of a run are an event, from 1. */
  readonly threshold: number;
  /** An http or https URL that is told of it, by POST. @default nobody */
  readonly webhook?: string | undefined;
}

/** Limits of a run; what is left out is not limited. */
export interface BudgetOptions {
  /** For models and for tools that say what a call costs. */
  readonly usd?: number | undefined;
  /** Of models, input and output together. */
  readonly tokens?: number | undefined;
  readonly toolCalls?: number | undefined;
  readonly modelCalls?: number | undefined;
}

export interface AskOptions {
  /** What the answer must be like: in plain words for a judge model, or rules. */
  readonly accept?: Accept | undefined;
  readonly listener?: RunListener | undefined;
}

export interface RunOptions {
  /** What the answer must be like, beside what the plan says. */
  readonly accept?: Accept | undefined;
  /** Values of the plan's inputs. */
  readonly inputs?: JsonObject | undefined;
  readonly listener?: RunListener | undefined;
}

export interface PlanOptions {
  /** What the planner asked before, and the answers. */
  readonly clarifications?: readonly Clarification[] | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface DecideOptions {
  readonly decision: "approved" | "denied";
  /** Who decides, for the record. @default the user of this process */
  readonly by?: string | undefined;
  /** Why, for the record. */
  readonly note?: string | undefined;
  /** Another input for the tool, in the place of the one that was asked about. */
  readonly input?: JsonObject | undefined;
}

export interface DecideEvaluationOptions {
  readonly decision: "accepted" | "rejected";
  /** Who decides, for the record. @default the user of this process */
  readonly by?: string | undefined;
  /** Why, for the record. */
  readonly note?: string | undefined;
}

export interface RestartOptions {
  /** Ids of the subtasks to begin with. @default all of the run */
  readonly from?: readonly string[] | undefined;
  readonly listener?: RunListener | undefined;
}

export interface ResolveOptions {
  /** What the subtask came to; its tool's schema must take it. */
  readonly output: Json;
  /** Who says so, for the record. @default the user of this process */
  readonly by?: string | undefined;
  /** How he knows, for the record. */
  readonly note?: string | undefined;
  readonly listener?: RunListener | undefined;
}

export interface ResumeOptions {
  /** To the questions of the planner, by their ids; every one needs an answer. */
  readonly answers?: Readonly<Record<string, string>> | undefined;
  readonly listener?: RunListener | undefined;
}

/** The settings of a run. @throws {InputError} `input.invalid` */
export function settingsOf(options: PlanwrightOptions): RunSettings {
  const { concurrency, attemptTimeoutMs, maxSeconds } = options;
  requirePositive("largeValueBytes", options.largeValueBytes, Number.isInteger);
  requirePositive("concurrency", concurrency, Number.isInteger);
  requirePositive("attemptTimeoutMs", attemptTimeoutMs, Number.isFinite);
  requirePositive("maxSeconds", maxSeconds, Number.isFinite);
  return {
    ...DEFAULT_SETTINGS,
    ...(concurrency !== undefined && { concurrency }),
    ...(attemptTimeoutMs !== undefined && { attemptTimeoutMs }),
    ...(maxSeconds !== undefined && { runTimeoutMs: maxSeconds * 1000 }),
    budget: budgetOf(options.budget),
    approvals: approvalsOf(options),
    approver: options.autoApprove ? userName() : null,
    deadLetters: deadLettersOf(options),
    review: reviewOf(options),
  };
}

/** Revisions that may follow the plan of a goal, where nobody says. */
const USUAL_REPLANS = 2;

/** The settings of a run of a goal. @throws {InputError} for criteria that make no sense */
export function settingsForGoal(
  settings: RunSettings,
  options: PlanwrightOptions,
  accept: Accept | undefined,
): RunSettings {
  const { maxReplans = USUAL_REPLANS, evaluatorModel } = options;
  const issues = accept === undefined ? [] : issuesOfWanted(accept, options);
  if (issues.length > 0) throw new InputError(issues);
  const judgesGoal = evaluatorModel !== undefined;
  const review = { ...settings.review, maxReplans, judgesGoal, ...(accept && { accept }) };
  return { ...settings, review };
}

function issuesOfWanted(accept: Accept, options: PlanwrightOptions): readonly Issue[] {
  const issues = issuesOfAccept(accept);
  return issues.length > 0 ? issues : evaluatorIssues({ subtasks: [], accept }, options);
}

/** @throws {InputError} `input.invalid` */
function reviewOf(options: PlanwrightOptions): ReviewSettings {
  const { evaluation, escalation, maxReplans = 0 } = options;
  requireEvaluators(options.evaluators);
  const { threshold = NO_REVIEW.threshold } = evaluation ?? {};
  if (!(threshold >= 0 && threshold <= 1)) {
    const [message, path] = [`evaluation.threshold is ${threshold}.`, "evaluation.threshold"];
    throw inputError("input.invalid", message, "Give a number from 0 to 1.", path);
  }
  if (!(Number.isInteger(maxReplans) && maxReplans >= 0)) {
    const hint = "Give a whole number, 0 for none.";
    throw inputError("input.invalid", `maxReplans is ${maxReplans}.`, hint, "maxReplans");
  }
  return {
    ...NO_REVIEW,
    threshold,
    maxReplans,
    hasStrongerPlanner: escalation?.model !== undefined,
    asksPerson: escalation?.person ?? false,
  };
}

/** What of the settings somebody has set, for runs that began with others. */
export function changesOf(options: PlanwrightOptions, settings: RunSettings): SettingChanges {
  const { budget, approver, approvals, concurrency, runTimeoutMs } = settings;
  return {
    ...(budget !== null && { budget }),
    ...(approver !== null && { approver }),
    ...(options.approvals !== undefined && { approvals }),
    ...(options.concurrency !== undefined && { concurrency }),
    ...(runTimeoutMs !== null && { runTimeoutMs }),
  };
}

/** The settings of a run of a plan, which says itself what it may use where nobody else does. */
export function settingsFor(
  settings: RunSettings,
  budget: PlanBudget | undefined,
  { maxReplans = budget?.replans ?? 0 }: Pick<PlanwrightOptions, "maxReplans">,
): RunSettings {
  if (budget === undefined) return settings;
  const { seconds, replans: _, ...limits } = budget;
  const given = settings.budget;
  const own = {
    usd: given?.usd ?? limits.usd ?? null,
    tokens: given?.tokens ?? limits.tokens ?? null,
    toolCalls: given?.toolCalls ?? limits.toolCalls ?? null,
    modelCalls: given?.modelCalls ?? limits.modelCalls ?? null,
  };
  const isLimited = Object.values(own).some((limit) => limit !== null);
  const timeout = settings.runTimeoutMs ?? (seconds === undefined ? null : seconds * 1000);
  return {
    ...settings,
    budget: isLimited ? own : null,
    runTimeoutMs: timeout,
    review: { ...settings.review, maxReplans },
  };
}

/** @throws {InputError} `input.invalid` */
function deadLettersOf({ deadLetters }: PlanwrightOptions): DeadLetterSettings | null {
  if (deadLetters === undefined) return null;
  const { threshold, webhook } = deadLetters;
  requirePositive("deadLetters.threshold", threshold, Number.isInteger);
  const isWeb = webhook === undefined || /^https?:$/.test(URL.parse(webhook)?.protocol ?? "");
  if (isWeb) return { threshold, notify: webhook !== undefined };
  const [what, path] = ["deadLetters.webhook is no http or https URL.", "deadLetters.webhook"];
  throw inputError("input.invalid", what, "Write a full URL, e.g. https://example.com/hook.", path);
}

const APPROVALS: readonly string[] = ["declared", "writes", "all"] satisfies ApprovalPolicy[];

/** @throws {InputError} `input.invalid` */
function approvalsOf({
  approvals = DEFAULT_SETTINGS.approvals,
}: PlanwrightOptions): ApprovalPolicy {
  if (APPROVALS.includes(approvals)) return approvals;
  const hint = "Write declared, writes or all.";
  throw inputError("input.invalid", `approvals is ${String(approvals)}.`, hint, "approvals");
}

/** @throws {InputError} `input.invalid` */
export function poolsOf({ pools = {} }: PlanwrightOptions): Readonly<Record<string, number>> {
  for (const [pool, units] of Object.entries(pools)) {
    requirePositive(`pools.${pool}`, units, Number.isInteger);
  }
  return pools;
}

/** @throws {InputError} `input.invalid` */
function budgetOf(options: BudgetOptions | undefined): Budget | null {
  const { usd, tokens, toolCalls, modelCalls } = options ?? {};
  requirePositive("budget.usd", usd, Number.isFinite);
  requirePositive("budget.tokens", tokens, Number.isInteger);
  requirePositive("budget.toolCalls", toolCalls, Number.isInteger);
  requirePositive("budget.modelCalls", modelCalls, Number.isInteger);
  if ([usd, tokens, toolCalls, modelCalls].every((limit) => limit === undefined)) return null;
  return {
    usd: usd ?? null,
    tokens: tokens ?? null,
    toolCalls: toolCalls ?? null,
    modelCalls: modelCalls ?? null,
  };
}

/** @throws {InputError} `input.invalid` */
export function dayLimitsOf({ dayBudget }: PlanwrightOptions): DayLimits | undefined {
  const { usd, tokens } = dayBudget ?? {};
  requirePositive("dayBudget.usd", usd, Number.isFinite);
  requirePositive("dayBudget.tokens", tokens, Number.isInteger);
  if (usd === undefined && tokens === undefined) return undefined;
  return { usd: usd ?? null, tokens: tokens ?? null };
}

function requirePositive(
  name: string,
  value: number | undefined,
  isKind: (value: number) => boolean,
): void {
  if (value === undefined || (value > 0 && isKind(value))) return;
  const kind = isKind === Number.isInteger ? "a whole number" : "a number";
  throw inputError("input.invalid", `${name} is ${value}.`, `Give ${kind} greater than 0.`, name);
}
