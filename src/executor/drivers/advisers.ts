/** Who is asked beside the tools: the planner, and the evaluator. */

import { PlanwrightError, toErrorData } from "../../base/errors.ts";
import type { Model } from "../../models/model.ts";
import type { Evaluation } from "../../plan/evaluation.ts";
import type { AcceptedPlan } from "../core/accepted-plan.ts";
import type { ModelCallUsage } from "../core/consumption.ts";
import type { Effect } from "../core/effect.ts";
import type { News, World } from "./driver.ts";
import { Meter } from "./meter.ts";
import type { ModelBudget } from "./model-budget.ts";

type Order<T extends Effect["type"]> = Extract<Effect, { readonly type: T }>;

/** How long is waited for what somebody has used who was told to stop. */
const PATIENCE_MS = 1_000;

export class Advisers {
  readonly #world: World;
  readonly #budget: ModelBudget;
  readonly #tell: (news: News, meter: Meter) => void;
  /** Who was asked and has not answered yet, also those of whom nobody waits for an answer. */
  readonly #asked = new Set<AbortSignal>();
  #planning: AbortController | undefined;
  #revising: AbortController | undefined;
  readonly #evaluating = new Set<AbortController>();

  /** @param tell hears every answer, with who has metered what it used */
  constructor(world: World, budget: ModelBudget, tell: (news: News, meter: Meter) => void) {
    this.#world = world;
    this.#budget = budget;
    this.#tell = tell;
  }

  /** Whether somebody has yet to say what he has used, who was told to stop. */
  get isBusy(): boolean {
    return this.#asked.size > 0;
  }

  plan({ goal, clarifications }: Order<"request_plan">, onDraft: (draft: AcceptedPlan) => void) {
    const planning = new AbortController();
    this.#planning = planning;
    const meter = this.#meter();
    const order = {
      goal,
      clarifications,
      signal: planning.signal,
      onDraft,
      meter: (model: Model) => meter.measure(model),
    };
    this.#asked.add(planning.signal);
    this.#world.plan(order).then(
      (answer) => this.#answer(answer, meter, planning.signal),
      (error: unknown) => {
        const failure = { error: toErrorData(error), issues: [], lastPlan: null };
        const news = { type: "plan_failed", ...failure, ...usedBy(meter) } as const;
        this.#answer(news, meter, planning.signal);
      },
    );
  }

  /** @param order takes the place of one that is on its way: more is known by now */
  revise({ type: _, request, ...order }: Order<"request_revision">): void {
    this.#revising?.abort();
    const revising = new AbortController();
    this.#revising = revising;
    const { signal } = revising;
    const meter = this.#meter();
    const asked = { ...order, signal, meter: (model: Model) => meter.measure(model) };
    this.#asked.add(signal);
    const answered = this.#world.revise?.(asked) ?? Promise.reject(nobody("plans"));
    answered.then(
      (answer) => this.#answer({ ...answer, request }, meter, signal),
      (error: unknown) => {
        const failure = { type: "revision_failed", request, error: toErrorData(error) } as const;
        this.#answer({ ...failure, ...usedBy(meter) }, meter, signal);
      },
    );
  }

  evaluate({ type: _, request, ...order }: Order<"evaluate">): void {
    const evaluating = new AbortController();
    this.#evaluating.add(evaluating);
    const { signal } = evaluating;
    const meter = this.#meter();
    const asked = { ...order, signal, meter: (model: Model) => meter.measure(model) };
    const { subtask, threshold } = order;
    const answer = (evaluation: Evaluation) => {
      this.#evaluating.delete(evaluating);
      const news = { type: "evaluated", request, subtask, evaluation } as const;
      this.#answer({ ...news, ...usedBy(meter) }, meter, signal);
    };
    this.#asked.add(signal);
    const judged = this.#world.evaluate?.(asked) ?? Promise.reject(nobody("judges"));
    judged.then(answer, (error: unknown) => {
      answer(notJudged(threshold, toErrorData(error).message));
    });
  }

  abortPlanning(): void {
    this.#abort(this.#planning ? [this.#planning] : []);
  }

  /** What was asked is asked again, or never. */
  abortReview(): void {
    this.#abort([...this.#evaluating, ...(this.#revising ? [this.#revising] : [])]);
    this.#evaluating.clear();
  }

  /** Nobody is told of anything any more. */
  close(): void {
    this.#asked.clear();
    for (const one of [...this.#evaluating, this.#revising, this.#planning]) one?.abort();
  }

  #abort(controllers: readonly AbortController[]): void {
    for (const controller of controllers) controller.abort();
    const signals = controllers.map(({ signal }) => signal);
    if (signals.some((signal) => this.#asked.has(signal))) this.#giveUp(signals);
  }

  /** The answer to what was given up says nothing, but what it has used. */
  #answer(news: News, meter: Meter, signal: AbortSignal): void {
    // He was waited for long enough.
    if (!this.#asked.delete(signal)) return;
    const given: News = { type: "answer_ignored", ...usedBy(meter) };
    this.#tell(signal.aborted ? given : news, meter);
  }

  /** Who does not stop when he is told to is not waited for longer. */
  #giveUp(signals: readonly AbortSignal[]): void {
    this.#world.clock.setTimer(PATIENCE_MS, () => {
      const isWaiting = signals.some((signal) => this.#asked.has(signal));
      for (const signal of signals) this.#asked.delete(signal);
      if (isWaiting) this.#tell({ type: "answer_ignored" }, this.#meter());
    });
  }

  #meter(): Meter {
    return new Meter(this.#budget, this.#world.models?.cheaper);
  }
}

function usedBy({ usage }: Meter): { readonly usage?: ModelCallUsage } {
  return usage === undefined ? {} : { usage };
}

function nobody(does: string): PlanwrightError {
  return new PlanwrightError("planner.failed", `This process knows nobody who ${does}.`);
}

/** Nobody could judge it, which says nothing about it. */
function notJudged(threshold: number, message: string): Evaluation {
  return {
    score: null,
    verdict: "none",
    threshold,
    checks: [],
    reasons: [],
    blame: [],
    confidence: null,
    flags: [{ code: "not_judged", message }],
  };
}
