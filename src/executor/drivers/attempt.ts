import { type ErrorData, toErrorData } from "../../base/errors.ts";
import { formatPath, type Json, toJson } from "../../base/json.ts";
import type { Model, Models } from "../../models/model.ts";
import {
  issueSteps,
  type SchemaIssue,
  type SchemaResult,
  type Tool,
  type ToolContext,
  type WorkflowOrder,
} from "../../tools/tool.ts";
import type { Effect } from "../core/effect.ts";
import type { AttemptOutcome } from "../core/input.ts";
import type { RunSettings } from "../core/settings.ts";
import type { Listener, World } from "./driver.ts";
import type { EffectClaims } from "./effect-claims.ts";
import { InnerRun } from "./inner-run.ts";
import { Meter } from "./meter.ts";
import type { ModelBudget } from "./model-budget.ts";
import { stackOf } from "./stack.ts";

export type AttemptOrder = Extract<Effect, { readonly type: "start_attempt" }>;

export type AttemptSurroundings = {
  readonly world: World;
  readonly listener: Listener;
  readonly budget: ModelBudget;
  readonly claims: EffectClaims;
  /** Of the run that the attempt belongs to. */
  readonly settings: () => RunSettings;
};

/**
 * One try of one subtask: validate the input, call the tool, validate the output. Whoever
 * writes a tool writes none of this.
 */
export class Attempt implements ToolContext {
  readonly runId: string;
  readonly #order: AttemptOrder;
  readonly #world: World;
  readonly #listener: Listener;
  #controller: AbortController | undefined;
  readonly #meter: Meter;
  readonly #claims: EffectClaims;
  readonly #budget: ModelBudget;
  readonly #settings: () => RunSettings;
  #models: Models | undefined;
  #inner: InnerRun | undefined;

  constructor(
    runId: string,
    order: AttemptOrder,
    { world, listener, budget, claims, settings }: AttemptSurroundings,
  ) {
    this.runId = runId;
    this.#order = order;
    this.#world = world;
    this.#listener = listener;
    this.#claims = claims;
    this.#budget = budget;
    this.#settings = settings;
    this.#meter = new Meter(budget, world.models?.cheaper);
  }

  get subtaskId(): string {
    return this.#order.subtask;
  }

  get attempt(): number {
    return this.#order.attempt;
  }

  get idempotencyKey(): string {
    return this.#order.idempotencyKey;
  }

  get workspace(): string {
    return this.#world.workspace;
  }

  /** Made when first asked for: most tools that do nothing but compute never do. */
  get signal(): AbortSignal {
    this.#controller ??= new AbortController();
    return this.#controller.signal;
  }

  get models(): Models | undefined {
    if (this.#world.models !== undefined) {
      this.#models ??= this.#meter.measureAll(this.#world.models);
    }
    return this.#models;
  }

  /** The core knows how it ended. */
  settle(): void {
    this.#meter.settle();
  }

  get modelNamed(): ((name: string) => Model) | undefined {
    const make = this.#world.modelNamed;
    return make && ((name) => this.#meter.measure(make(name)));
  }

  get runWorkflow(): ToolContext["runWorkflow"] {
    const begin = this.#world.runInside;
    return begin && ((order) => this.#runInside(order, begin));
  }

  #runInside(order: WorkflowOrder, begin: NonNullable<World["runInside"]>): Promise<Json> {
    const { models, modelNamed } = this.#world;
    const [meter, counts] = [this.#meter, false];
    this.#inner = new InnerRun(begin);
    const request = {
      ...order,
      parent: { runId: this.runId, subtask: this.subtaskId },
      key: this.idempotencyKey,
      settings: this.#settings(),
      left: this.#budget.left,
      // Its own run counts what they use; here it is only kept within the budget.
      models: models && meter.measureAll(models, { counts }),
      modelNamed: modelNamed && ((name: string) => meter.measure(modelNamed(name), { counts })),
      log: this.log,
      progress: this.progress,
    };
    return this.#inner.run(request, (usage) => meter.add(usage));
  }

  /** The run that stands still inside, so that nobody knows yet how this ends. */
  get suspendedBy(): string | undefined {
    return this.#inner?.standsStill;
  }

  /** Let what runs inside stand still; anything else goes on. */
  pause(): void {
    this.#inner?.pause();
  }

  // Not methods: tools take what they need out of the context, and call it alone.
  get log(): ToolContext["log"] {
    return (message) => this.#listener.log?.(this.#order.subtask, message);
  }

  get progress(): ToolContext["progress"] {
    return (fraction, note = "") =>
      this.#listener.progress?.(this.#order.subtask, Math.min(1, Math.max(0, fraction)), note);
  }

  /** @param isLost whether somebody else may go on with the run: then what runs inside is not ended */
  abort({ isLost = false } = {}): void {
    this.#controller ??= new AbortController();
    if (isLost) {
      this.#inner?.pause();
      // It is out of reach from now on: what follows here is for what else runs.
      this.#inner = undefined;
    }
    this.#inner?.cancel();
    this.#controller.abort();
  }

  get #isAborted(): boolean {
    return this.#controller?.signal.aborted ?? false;
  }

  /** How it ended; never rejects. */
  async run(): Promise<AttemptOutcome> {
    try {
      const { tool: name, input } = this.#order;
      const tool = this.#world.tools.get(name);
      if (tool === undefined) return { status: "failed", error: unknownTool(name) };
      // Awaiting only real promises saves turns of the microtask queue on every subtask.
      let accepted = tool.input["~standard"].validate(input);
      if (accepted instanceof Promise) accepted = await accepted;
      if (accepted.issues) return this.#fail(invalid(tool, "input", input, accepted));
      if (this.#order.effect !== undefined) {
        const claimed = await this.#claim(this.#order.effect, tool);
        if (claimed !== undefined) return claimed;
      }
      const unpaid = this.#isAborted ? undefined : await this.#pay(tool);
      if (unpaid !== undefined) return unpaid;
      // The journal was asked meanwhile; nothing is begun that was told to stop by then.
      if (this.#isAborted) return { status: "cancelled" };
      let given = tool.run(accepted.value, this);
      if (isThenable(given)) given = await given;
      let result = tool.output["~standard"].validate(given);
      if (result instanceof Promise) result = await result;
      if (result.issues) return this.#fail(invalid(tool, "output", given, result));
      return this.#withUsage({ status: "ok", output: toOutput(tool, result.value) });
    } catch (error) {
      if (this.#isAborted) return { status: "cancelled" };
      if (this.suspendedBy !== undefined) return { status: "uncertain" };
      return this.#fail(toErrorData(error, "tool.failed"), stackOf(error));
    }
  }

  /** @returns how it ends without a call of the tool; undefined where the effect is its to have */
  async #claim(
    effect: NonNullable<AttemptOrder["effect"]>,
    { idempotent: isIdempotent }: Tool,
  ): Promise<AttemptOutcome | undefined> {
    const { subtask, input } = this.#order;
    const answer = await this.#claims.claim({ subtask, effect, input, isIdempotent });
    if (answer.status === "claimed") return undefined;
    if (answer.status === "refused") return this.#fail(answer.error);
    const { output, reused } = answer;
    return { status: "ok", output, reused };
  }

  /** @returns how it ends where the day does not allow the call */
  async #pay({ costUsd }: Tool): Promise<AttemptOutcome | undefined> {
    if (costUsd === 0) return undefined;
    try {
      await this.#world.pay?.(costUsd);
      return undefined;
    } catch (error) {
      return { status: "failed", error: toErrorData(error, "tool.failed"), isUnpaid: true };
    }
  }

  #fail(error: ErrorData, stack?: string): AttemptOutcome {
    return this.#withUsage({ status: "failed", error, ...(stack !== undefined && { stack }) });
  }

  #withUsage(outcome: AttemptOutcome): AttemptOutcome {
    const { usage } = this.#meter;
    if (usage === undefined || outcome.status === "uncertain" || outcome.status === "cancelled") {
      return outcome;
    }
    return { ...outcome, usage };
  }
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof value === "object" && value !== null && "then" in value;
}

function toOutput(tool: Tool, value: unknown): Json {
  try {
    return toJson(value);
  } catch (cause) {
    throw new TypeError(`The output of ${tool.name} is not JSON: ${(cause as Error).message}`, {
      cause,
    });
  }
}

function unknownTool(name: string): ErrorData {
  return {
    code: "tool.unknown",
    message: `There is no tool ${name}.`,
    hint: "Give the tools that the plan was made with, e.g. with --tools.",
  };
}

function invalid(
  tool: Tool,
  side: "input" | "output",
  value: unknown,
  { issues }: Extract<SchemaResult<unknown>, { issues: readonly SchemaIssue[] }>,
): ErrorData {
  const list = issues.slice(0, 5).map((issue) => {
    const path = formatPath(issueSteps(issue));
    return path === "" ? issue.message : `${path}: ${issue.message}`;
  });
  const more = issues.length > 5 ? `; and ${issues.length - 5} more` : "";
  const [first] = issues;
  return {
    code: side === "input" ? "tool.invalid_input" : "tool.invalid_output",
    ...(side === "input" && { retryable: false }),
    path: formatPath([side, ...(first ? issueSteps(first) : [])]),
    message: `${tool.name} ${side === "input" ? "was given" : "gave"} an invalid ${side} (${typeOf(value)}): ${list.join("; ")}${more}`,
    hint:
      side === "input"
        ? "Mend the subtask's input, or the output that its expressions read."
        : "Mend the tool, or its output schema.",
  };
}

function typeOf(value: unknown): string {
  if (value === null) return "null";
  return Array.isArray(value) ? "array" : typeof value;
}
