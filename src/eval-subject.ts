/** Plans, and runs, the samples of a suite, each with the tools that the suite gives it. */

import { cp, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Clock } from "./base/clock.ts";
import { InputError, PlanwrightError, ToolError } from "./base/errors.ts";
import type { Json } from "./base/json.ts";
import { DayBudget } from "./day-budget.ts";
import { graphOfPlan } from "./evals/call-graph.ts";
import type { Judging } from "./evals/eval.ts";
import type {
  Judged,
  JudgeRequest,
  PlannerSuite,
  PlanSample,
  Prediction,
  Subject,
  Usage,
} from "./evals/sample.ts";
import { type MadeModels, makeModels } from "./make-models.ts";
import { NO_USAGE } from "./models/model.ts";
import type { PlanOptions, PlanwrightOptions } from "./options.ts";
import type { Plan } from "./plan/schema.ts";
import type { PlanReport } from "./planning.ts";
import type { RunResult } from "./projections/result.ts";
import type { Run } from "./run.ts";
import { RunStore } from "./run-store.ts";
import { describedTool } from "./tools/described-tool.ts";
import type { Tool, ToolRegistry } from "./tools/tool.ts";

/** What is needed of a Planwright that is made for a suite. */
export type Maker = (options: PlanwrightOptions) => {
  plan(goal: string, options?: PlanOptions): Promise<PlanReport>;
  ask(goal: string): Run;
  tools(): Promise<ToolRegistry>;
  readonly evaluations: Judging;
  close(): Promise<void>;
};

export type SubjectOptions = {
  /** `embedded`, or a model's name. @default what the options say */
  readonly model?: string | undefined;
  /** For all samples together; unknown prices are refused where money is limited. */
  readonly budget?: { readonly usd?: number | undefined; readonly tokens?: number | undefined };
};

const NOTHING: Usage = { ...NO_USAGE, modelCalls: 0 };

/** What would fail again with every sample. */
const FATAL = ["model.unauthorized", "model.not_recorded", "model.aborted"];

export async function openSubject(
  suite: PlannerSuite,
  { model, budget = {} }: SubjectOptions,
  parts: { readonly options: PlanwrightOptions; readonly clock: Clock; readonly make: Maker },
): Promise<Subject> {
  const chosen = model === undefined ? {} : chosenModel(model);
  const options = { ...parts.options, ...chosen, budget: { ...parts.options.budget, ...budget } };
  const limit = limitOf(budget, parts.clock);
  const made = makeModels(options, parts.clock, limit?.budget);
  const charge = limit?.charge ?? (async () => {});
  const own = ownOptions(options, made, suite);
  const tools = suite.run === "nothing" ? [] : await loadTools(own, parts.make);
  // The same tools for all samples: what a planner has read of them it need not read again.
  const shared = { ...own, tools, toolPaths: [], builtinTools: false };
  return new SuiteSubject(suite, shared, {
    made,
    charge,
    make: parts.make,
  });
}

/** Before anything is stored. @throws {InputError} for tools that cannot be loaded */
async function loadTools(options: PlanwrightOptions, make: Maker): Promise<readonly Tool[]> {
  const planwright = make(options);
  try {
    return (await planwright.tools()).list();
  } finally {
    await planwright.close();
  }
}

/** Whoever names a model means it to plan, too. */
function chosenModel(model: string): Partial<PlanwrightOptions> {
  return { model: model === "embedded" ? undefined : model, plannerModel: undefined };
}

/** As a day's budget is kept, on a day of its own that does not end. */
function limitOf(
  {
    usd = null,
    tokens = null,
  }: { readonly [unit in "usd" | "tokens"]?: number | null | undefined },
  clock: Clock,
) {
  if (usd === null && tokens === null) return undefined;
  const still: Clock = { now: () => 0, setTimer: clock.setTimer };
  const store = new RunStore("memory:", still);
  const charge = async (spent: Usage) => {
    const used = { usd: spent.usd ?? 0, tokens: spent.inputTokens + spent.outputTokens };
    const limits = { usd: null, tokens: null };
    await (await store.open()).reserveSpending({ day: "1970-01-01", ...used, limits });
  };
  return { budget: new DayBudget({ usd, tokens }, store, still), charge };
}

/** Models are shared, so that limits and recordings hold for all samples together. */
function ownOptions(
  options: PlanwrightOptions,
  { models, judges, stronger }: MadeModels,
  suite: PlannerSuite,
): PlanwrightOptions {
  const { toolPaths = [], evaluatorModel, escalation } = options;
  return {
    ...options,
    model: models?.tools,
    plannerModel: models?.planner,
    cheaperModel: models?.cheaper,
    evaluatorModel: evaluatorModel === undefined ? undefined : judges,
    escalation: { ...escalation, model: stronger, person: false },
    record: undefined,
    replay: undefined,
    planCache: undefined,
    embeddedPlanner: { refuse: suite.refuse },
    dayBudget: undefined,
    deadLetters: undefined,
    maxSeconds: options.maxSeconds,
    budget: { toolCalls: options.budget?.toolCalls },
    journal: "memory:",
    toolPaths: [...toolPaths, ...suite.toolPaths],
    builtinTools: suite.builtinTools,
    autoApprove: true,
  };
}

class SuiteSubject implements Subject {
  readonly name: string;
  readonly judge: Subject["judge"];
  readonly charge: Subject["charge"];
  readonly #suite: PlannerSuite;
  readonly #options: PlanwrightOptions;
  readonly #make: Maker;
  /** By pool, its tools. */
  readonly #described = new Map<string, Promise<Tool[]>>();
  /** By pool, who plans with it. */
  readonly #planners = new Map<string, Promise<ReturnType<Maker>>>();

  constructor(
    suite: PlannerSuite,
    options: PlanwrightOptions,
    parts: {
      readonly made: MadeModels;
      readonly charge: Subject["charge"];
      readonly make: Maker;
    },
  ) {
    const { made, charge, make } = parts;
    const { models, judges } = made;
    this.charge = charge;
    this.#suite = suite;
    this.#options = options;
    this.#make = make;
    this.name = models?.planner.name ?? "embedded";
    this.judge = judges.length === 0 ? undefined : (request) => this.#judge(request);
  }

  async predict(sample: PlanSample, signal: AbortSignal): Promise<Prediction> {
    const began = performance.now();
    const seconds = () => (performance.now() - began) / 1000;
    try {
      const found =
        this.#suite.run === "execute"
          ? await this.#run(sample, signal)
          : await this.#plan(sample, signal);
      return { ...found, seconds: seconds() };
    } catch (error) {
      return { ...failed(error, signal), seconds: seconds() };
    }
  }

  async close(): Promise<void> {
    for (const planner of await Promise.allSettled(this.#planners.values())) {
      if (planner.status === "fulfilled") await planner.value.close();
    }
  }

  async #plan(sample: PlanSample, signal: AbortSignal): Promise<Unmeasured> {
    const key = sample.pool?.key ?? "";
    let planner = this.#planners.get(key);
    if (planner === undefined) {
      planner = this.#toolsOf(sample).then((tools) => this.#make({ ...this.#options, tools }));
      this.#planners.set(key, planner);
    }
    const report = await (await planner).plan(sample.goal, { signal });
    return { ...ofReport(report, sample), executed: null, usage: report.usage };
  }

  async #run(sample: PlanSample, signal: AbortSignal): Promise<Unmeasured> {
    const workspace = await mkdtemp(join(tmpdir(), "planwright-eval-"));
    const { workspace: files } = this.#suite;
    const tools = await this.#toolsOf(sample);
    const planwright = this.#make({ ...this.#options, tools, workspace });
    try {
      if (files !== null) await cp(files, workspace, { recursive: true });
      const run = planwright.ask(sample.goal);
      const cancel = () => run.cancel();
      signal.addEventListener("abort", cancel, { once: true });
      const result = await run.result();
      signal.removeEventListener("abort", cancel);
      signal.throwIfAborted();
      return ofRun(result, sample);
    } finally {
      await planwright.close();
      await rm(workspace, { recursive: true, force: true });
    }
  }

  async #toolsOf({ pool }: PlanSample): Promise<readonly Tool[]> {
    const { tools: own = [] } = this.#options;
    if (pool === null) return own;
    let tools = this.#described.get(pool.key);
    if (tools === undefined) {
      tools = Promise.all(
        pool.tools.map(({ plannerName, description, input, output }) =>
          describedTool({ name: plannerName, description, input, output }),
        ),
      );
      this.#described.set(pool.key, tools);
    }
    return [...own, ...(await tools)];
  }

  async #judge(request: JudgeRequest): Promise<Judged> {
    const planwright = this.#make(this.#options);
    try {
      const { evaluation, usage, modelCalls } = await planwright.evaluations.evaluate(request);
      return { holds: evaluation.verdict === "pass", usage: { ...usage, modelCalls } };
    } finally {
      await planwright.close();
    }
  }
}

type Unmeasured = Omit<Prediction, "seconds">;
type Planned = Pick<Prediction, "status" | "plan" | "graph" | "problem">;

/** @throws what would fail again with every sample, and what uses up a budget */
function failed(error: unknown, signal: AbortSignal): Unmeasured {
  if (signal.aborted || !(error instanceof PlanwrightError)) throw error;
  const { code, message, hint } = error;
  if (error instanceof InputError || FATAL.includes(code)) throw error;
  if (code.startsWith("budget.")) throw usedUp(error);
  const status = code === "model.refused" ? "refused" : "failed";
  const problem = hint === undefined ? message : `${message} ${hint}`;
  return { status, plan: null, graph: null, problem, executed: null, usage: NOTHING };
}

function usedUp(cause: unknown): ToolError {
  const hint = "Go on with --resume and a higher limit.";
  const message = "The budget of this eval is used up.";
  return new ToolError("budget.exceeded", message, { retryable: false, hint, cause });
}

function ofReport(report: PlanReport, sample: PlanSample): Planned {
  if (report.status === "planned") return ofPlan(report.plan, sample);
  const none = { plan: null, graph: null } as const;
  if (report.status === "asks") {
    const problem = report.questions.map(({ question }) => question).join(" ");
    return { ...none, status: "asks", problem };
  }
  const isRefusal = report.issues.every(({ code }) => code === "goal.not_understood");
  const problem = report.issues.map(({ message }) => message).join(" ");
  return { ...none, status: isRefusal ? "refused" : "invalid", problem };
}

function ofPlan(plan: Plan, { pool }: PlanSample): Planned {
  const names = new Map(pool?.tools.map(({ plannerName, name }) => [plannerName, name]));
  const graph = graphOfPlan(plan, (tool) => names.get(tool) ?? tool);
  return { status: "planned", plan, graph, problem: null };
}

/** @throws {ToolError} `budget.exceeded`; {ModelError} for what would fail again with every sample */
function ofRun(result: RunResult, sample: PlanSample): Unmeasured {
  const { status, error, plan, questions = [], output, usage } = result;
  const code = error?.code ?? "";
  if (code.startsWith("budget.")) throw usedUp(error);
  if (FATAL.includes(code))
    throw new PlanwrightError(code as "model.aborted", error?.message ?? "");
  const { inputTokens, outputTokens, cachedTokens, usd, modelCalls } = usage;
  const spent = { inputTokens, outputTokens, cachedTokens, usd, modelCalls };
  const executed = { status, output: (output ?? null) as Json, problem: error?.message ?? null };
  if (plan !== null) {
    const { subtasks } = plan;
    const whole: Plan = { version: 1, goal: sample.goal, inputs: {}, subtasks: [...subtasks] };
    return { ...ofPlan(whole, sample), executed, usage: spent };
  }
  const problem = questions.map(({ question }) => question).join(" ") || executed.problem;
  return {
    status: questions.length > 0 ? "asks" : statusOf(code),
    plan: null,
    graph: null,
    problem,
    executed: null,
    usage: spent,
  };
}

function statusOf(code: string): Prediction["status"] {
  if (code === "goal.not_understood" || code === "model.refused") return "refused";
  return code.startsWith("plan") ? "invalid" : "failed";
}
