import { ToolError } from "../../base/errors.ts";
import type { Json } from "../../base/json.ts";
import type { WorkflowOrder } from "../../tools/tool.ts";
import type { RunState } from "../core/state.ts";
import type { InnerEnd, InnerOrder } from "./driver.ts";

/** All of an order but how the run is stopped. */
type InnerRequest = Omit<InnerOrder, "pausing" | "cancelling">;

/** The run inside an attempt, as the attempt holds it. */
export class InnerRun {
  readonly #pausing = new AbortController();
  readonly #cancelling = new AbortController();
  readonly #begin: (order: InnerOrder) => Promise<InnerEnd>;
  #standsStill: string | undefined;

  constructor(begin: (order: InnerOrder) => Promise<InnerEnd>) {
    this.#begin = begin;
  }

  /** The id of the run, once it stands still: then nobody knows yet how the attempt ends. */
  get standsStill(): string | undefined {
    return this.#standsStill;
  }

  pause(): void {
    this.#pausing.abort();
  }

  cancel(): void {
    this.#cancelling.abort();
  }

  /** @throws {ToolError} `workflow.failed`, `workflow.suspended`, `budget.exceeded` */
  async run(request: InnerRequest, count: (usage: InnerEnd["usage"]) => void): Promise<Json> {
    const { signal: pausing } = this.#pausing;
    const { signal: cancelling } = this.#cancelling;
    const { state, usage, output } = await this.#begin({ ...request, pausing, cancelling });
    const isOwnLimit = hasOwnLimit(request, state);
    const isForMore = state.status === "waiting" && state.reason === "budget_exceeded";
    if (state.status === "paused" || (state.status === "waiting" && !isForMore)) {
      this.#standsStill = state.runId;
      if (!pausing.aborted) request.log(`Inside stands still: \`planwright show ${state.runId}\``);
      throw new ToolError("workflow.suspended", `The run ${state.runId} stands still.`);
    }
    count(usage);
    if (state.status === "succeeded" || state.status === "degraded") return output();
    if (isForMore && !isOwnLimit) throw exceeded(state);
    throw failed(state);
  }
}

/** Whether it is limited by more than what its parent has left. */
function hasOwnLimit({ budget, budgetShare }: WorkflowOrder, { accepted }: RunState): boolean {
  return (budget ?? budgetShare ?? accepted?.plan.budget) !== undefined;
}

function exceeded({ runId }: RunState): ToolError {
  return new ToolError("budget.exceeded", `The budget does not allow to go on with ${runId}.`, {
    retryable: false,
    hint: "Give the run more, e.g. with --max-usd or --max-tokens, and resume it.",
  });
}

function failed({ runId, status, goal, error }: RunState): ToolError {
  const why =
    status === "waiting"
      ? "used up its budget"
      : status === "cancelled"
        ? "was cancelled"
        : `failed: ${error?.message ?? "nobody knows why"}`;
  return new ToolError("workflow.failed", `The workflow "${goal}" ${why}`, {
    hint: `\`planwright show ${runId}\` shows what it did.`,
  });
}
