/** From goals to accepted plans: the planner that the options name, its tools and the checks. */

import type { Clock } from "./base/clock.ts";
import type { Issue } from "./base/errors.ts";
import { InputError, inputError, toErrorData } from "./base/errors.ts";
import type { Json, JsonObject } from "./base/json.ts";
import type { AcceptedPlan } from "./executor/core/accepted-plan.ts";
import { type AdaptiveTimeouts, acceptPlan } from "./executor/drivers/accept-plan.ts";
import type {
  PlanAnswer,
  PlanOrder,
  ReviseOrder,
  RevisionAnswer,
} from "./executor/drivers/driver.ts";
import { lowerGiven } from "./given-plan.ts";
import { innerIssues } from "./inner-plans.ts";
import type { Model, Models, ModelUsage } from "./models/model.ts";
import type { PlanOptions, PlanwrightOptions } from "./options.ts";
import { evaluatorIssues } from "./own-evaluators.ts";
import { type CheckedPlan, type CheckOptions, checkPlan } from "./plan/check.ts";
import { compilePlan, resolveInputs } from "./plan/compile.ts";
import type { Question } from "./plan/question.ts";
import type { Plan } from "./plan/schema.ts";
import type { Planner, PlannerPrompt, PlanOutcome, PlanRequest } from "./planner/planner.ts";
import { modelIssues } from "./prompted-models.ts";
import type { Timings } from "./timings.ts";
import type { Toolbox } from "./toolbox.ts";
import type { Tool, ToolRegistry } from "./tools/tool.ts";

const MAX_PLANNED_SUBTASKS = 200;
const MAX_GIVEN_SUBTASKS = 100_000;

/** Whether a planner made the plan, or somebody who may do more. */
type Origin = "planned" | "given";

export type PlanReport = { readonly planner: string; readonly usage: PlanUsage } & PlanVerdict;

/** What the planner asked of models. */
export type PlanUsage = ModelUsage & { readonly modelCalls: number };

type PlanVerdict =
  | { readonly status: "planned"; readonly plan: Plan }
  /** The planner must know something first; ask it again with the `clarifications`. */
  | { readonly status: "asks"; readonly questions: readonly Question[] }
  | {
      readonly status: "failed";
      readonly issues: readonly Issue[];
      /** The planner's newest proposal, for the user to mend. */
      readonly lastPlan: Json;
    };

type Parts = {
  readonly models: Models | undefined;
  readonly named: (name: string) => Model;
  readonly stronger: Model | undefined;
  readonly toolbox: Toolbox;
  readonly clock: Clock;
  readonly timings: Timings;
};

export class Planning {
  readonly #options: PlanwrightOptions;
  readonly #parts: Parts;
  #planner: Promise<Planner> | undefined;

  constructor(options: PlanwrightOptions, parts: Parts) {
    this.#options = options;
    this.#parts = parts;
  }

  /** `embedded`, or the name of the model that plans. */
  get plannerName(): string {
    return this.#parts.models?.planner.name ?? "embedded";
  }

  /** Ask the planner once. @throws {ModelError} when the model fails for good */
  async ask(
    order: Pick<PlanRequest, "goal" | "clarifications" | "signal" | "onDraft" | "meter">,
  ): Promise<PlanOutcome> {
    const { clock, toolbox } = this.#parts;
    const tools = await toolbox.open();
    const check = (plan: unknown) => this.#check(plan, "planned");
    return (await this.#openPlanner()).plan({
      ...order,
      tools: tools.list(),
      now: clock.now(),
      check: (plan) => check(plan).issues,
    });
  }

  /** Ask the planner once, and run nothing. @throws {ModelError} when the model fails for good */
  async report(goal: string, options: PlanOptions): Promise<PlanReport> {
    const { clarifications = [], signal = new AbortController().signal } = options;
    const outcome = await this.ask({ goal, clarifications, signal });
    const usage = { ...outcome.usage, modelCalls: outcome.modelCalls };
    const about = { planner: this.plannerName, usage };
    if (outcome.status === "planned") return { status: "planned", plan: outcome.plan, ...about };
    if (outcome.status === "asks") {
      return { status: "asks", questions: outcome.questions, ...about };
    }
    const { issues, lastPlan = null } = outcome;
    return { status: "failed", issues, lastPlan, ...about };
  }

  /** What the executor's order for a plan comes to. */
  async answer({
    goal,
    clarifications,
    signal,
    onDraft: tell,
    meter,
  }: PlanOrder): Promise<PlanAnswer> {
    const tools = await this.#parts.toolbox.open();
    const timeouts = await this.#adaptiveTimeouts(
      tools.list().filter((tool) => tool.adaptiveTimeout),
    );
    const onDraft = (plan: Plan) => {
      tell({ ...acceptPlan(compilePlan(plan), {}, { tools, timeouts }), revision: 0 });
    };
    const isEarly = this.#options.startEarly !== false;
    const outcome = await this.ask({
      goal,
      clarifications,
      signal,
      meter,
      ...(isEarly && { onDraft }),
    });
    const { modelCalls } = outcome;
    const spent = modelCalls > 0 ? { usage: { ...outcome.usage, modelCalls } } : {};
    if (outcome.status === "planned") {
      const accepted = this.#accept(outcome.plan, {}, "planned", timeouts);
      return { type: "plan_made", accepted: await accepted, ...spent };
    }
    if (outcome.status === "asks") {
      return { type: "plan_questioned", questions: outcome.questions, ...spent };
    }
    const { issues, lastPlan = null } = outcome;
    const error = toErrorData(new InputError(issues));
    return { type: "plan_failed", error, issues, lastPlan, ...spent };
  }

  /** What the executor's order for a revision comes to. */
  async revise(order: ReviseOrder): Promise<RevisionAnswer> {
    const { clock, toolbox, stronger } = this.#parts;
    const tools = await toolbox.open();
    const origin = order.isGiven ? "given" : "planned";
    const [{ revisePlan }, planner, timeouts] = await Promise.all([
      import("./revising.ts"),
      this.#openPlanner(),
      this.#adaptiveTimeouts(tools.list().filter((tool) => tool.adaptiveTimeout)),
    ]);
    const checks = this.#checksFor(origin);
    const parts = { planner, tools, lookup: checks.tools, timeouts, now: clock.now(), stronger };
    return revisePlan(order, { ...parts, maxSubtasks: checks.maxSubtasks });
  }

  /** What a model would be asked for a plan of this goal. @throws {InputError} `model.unknown` */
  async prompt(goal: string): Promise<PlannerPrompt> {
    const { clock, toolbox } = this.#parts;
    const tools = (await toolbox.open()).list();
    const prompt = (await this.#openPlanner()).prompt?.({ goal, tools, now: clock.now() });
    if (prompt !== undefined) return prompt;
    throw inputError(
      "model.unknown",
      "The embedded planner sends no prompt.",
      "Name the model that shall plan, e.g. --model anthropic:MODEL.",
    );
  }

  /** A plan that somebody gave, ready to run. @throws {InputError} every issue that it has */
  accept(plan: unknown, inputs: JsonObject): Promise<AcceptedPlan> {
    return this.#accept(plan, inputs, "given");
  }

  /** A plan that runs more than once, each time with inputs of its own. @throws {InputError} */
  async acceptWithoutInputs(plan: unknown): Promise<AcceptedPlan> {
    return this.#accept(plan, undefined, "given");
  }

  /** Every issue of a plan that somebody gave. */
  async validate(plan: unknown): Promise<readonly Issue[]> {
    await this.#parts.toolbox.open();
    return this.#examine(plan, "given", { withKeys: false }).issues;
  }

  async #accept(
    plan: unknown,
    inputs: JsonObject | undefined,
    origin: Origin,
    known?: AdaptiveTimeouts,
  ): Promise<AcceptedPlan> {
    const tools = await this.#parts.toolbox.open();
    const { checked, issues } = this.#examine(plan, origin, { withKeys: true });
    if (checked.compiled === undefined || issues.length > 0) throw new InputError(issues);
    const given = inputs && resolveInputs(checked.plan, inputs);
    const timeouts = known ?? (await this.#adaptiveTimeouts(toolsOf(checked.plan, tools)));
    return acceptPlan(checked.compiled, given ?? {}, { tools, timeouts });
  }

  /** Of those whose limit depends on how long they took before. */
  async #adaptiveTimeouts(tools: readonly Tool[]): Promise<AdaptiveTimeouts> {
    const timeouts = new Map<string, number>();
    for (const tool of tools) {
      const ms = await this.#parts.timings.adaptiveTimeoutMs(tool);
      if (ms !== undefined) timeouts.set(tool.name, ms);
    }
    return timeouts;
  }

  /** What somebody gave may hold all that workflow files may; what a planner made may not. */
  #examine(given: unknown, origin: Origin, options: { readonly withKeys: boolean }) {
    if (origin === "planned") {
      const checked = this.#check(given, origin);
      return { checked, issues: checked.issues };
    }
    const { plan, issues, toFile } = lowerGiven(given);
    const checked = this.#check(plan, origin);
    const others: readonly Issue[] = [
      ...checked.issues,
      ...modelIssues(plan, this.#parts, options),
      ...(checked.plan ? evaluatorIssues(checked.plan, this.#options) : []),
      ...innerIssues(plan, (inner) => this.#examine(inner, origin, options).issues),
    ];
    const placed = others.map((issue) => ({ ...issue, path: toFile(issue.path) }));
    return { checked, issues: [...issues, ...placed] };
  }

  /** The toolbox has to be open. */
  #check(plan: unknown, origin: Origin): CheckedPlan {
    return checkPlan(plan, this.#checksFor(origin));
  }

  #checksFor(origin: Origin): CheckOptions {
    const { toolbox } = this.#parts;
    return origin === "planned"
      ? { tools: toolbox.offered, maxSubtasks: MAX_PLANNED_SUBTASKS }
      : { tools: toolbox, maxSubtasks: MAX_GIVEN_SUBTASKS };
  }

  #openPlanner(): Promise<Planner> {
    this.#planner ??= makePlanner(this.#parts.models, this.#options);
    return this.#planner;
  }
}

/** The tools of the subtasks that let the durations decide. */
function toolsOf({ subtasks }: Plan, tools: ToolRegistry): Tool[] {
  const named = subtasks.flatMap(({ tool, fallback = tool, refine, timeout }) =>
    [tool, fallback, refine?.check?.tool ?? tool]
      .map((name) => tools.get(name))
      .flatMap((one) =>
        one !== undefined && (timeout === "adaptive" || one.adaptiveTimeout) ? [one] : [],
      ),
  );
  return [...new Set(named)];
}

/** Loaded when there is a goal: running a plan or looking back needs no planner. */
async function makePlanner(
  models: Models | undefined,
  { planner: options, embeddedPlanner, planCache }: PlanwrightOptions,
): Promise<Planner> {
  if (models !== undefined) {
    const { createModelPlanner } = await import("./planner/model-planner.ts");
    const planner = createModelPlanner(models.planner, options);
    if (planCache === undefined) return planner;
    return (await import("./planner/plan-cache.ts")).cachePlans(planner, planCache);
  }
  const { createEmbeddedPlanner } = await import("./planner/embedded/embedded-planner.ts");
  return createEmbeddedPlanner(embeddedPlanner);
}
