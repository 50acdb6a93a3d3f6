import type { JsonObject } from "../../base/json.ts";
import type { Tool } from "../../tools/tool.ts";
import type { Effect } from "../core/effect.ts";
import type { AttemptOutcome } from "../core/input.ts";
import type { News, PassageOutcome, World } from "./driver.ts";
import { type StepLimit, withStepLimit } from "./step-limit.ts";

/** How long an aborted call that does not end keeps its place from others. */
const ABANDON_MS = 10_000;

/**
 * What one run has asked of the process's governor.
 *
 * D1. A subtask has at most one ticket that waits or is granted; one whose attempt runs
 *     belongs to the attempt.
 * D2. Every ticket is given back: by its attempt's end, by withdrawal, or with the run.
 */
export class Admissions {
  readonly #runId: string;
  readonly #world: World;
  readonly #send: (news: News) => void;
  readonly #limitOf: (subtask: string) => StepLimit | undefined;
  readonly #tickets = new Map<string, string>();
  readonly #unwatch: () => void;

  /** @param limitOf what the plan itself says of a subtask */
  constructor(
    { runId, limitOf }: { runId: string; limitOf(subtask: string): StepLimit | undefined },
    world: World,
    send: (news: News) => void,
  ) {
    this.#runId = runId;
    this.#limitOf = limitOf;
    this.#world = world;
    this.#send = send;
    this.#unwatch = world.governor.watch(send);
  }

  request(order: Extract<Effect, { readonly type: "request_admission" }>): void {
    const { subtask, request, tool: name, input } = order;
    const tool = this.#world.tools.get(name);
    const onGrant = () => this.#send({ type: "admission_granted", subtask, request });
    const limit = this.#limitOf(subtask);
    // The tool was defined anew since the plan was accepted, and has no limits any more.
    if (tool === undefined || (tool.admission ?? limit) === undefined) return onGrant();
    const ticket = this.#world.governor.request({
      runId: this.#runId,
      tool: name,
      circuit: circuitOf(tool, input),
      policy: withStepLimit(limit, tool.admission),
      pools: limit && { [limit.pool]: limit.capacity },
      onGrant,
      onDelay: (until) => this.#send({ type: "admission_delayed", subtask, request, until }),
    });
    this.#tickets.set(subtask, ticket);
  }

  withdraw(subtask: string): void {
    const ticket = this.#tickets.get(subtask);
    if (ticket === undefined) return;
    this.#tickets.delete(subtask);
    this.#world.governor.release(ticket, "unknown");
  }

  /** The subtask's attempt starts. @returns what to tell of it; undefined where nobody asks */
  begin(subtask: string): Passage | undefined {
    const ticket = this.#tickets.get(subtask);
    if (ticket === undefined) return undefined;
    this.#tickets.delete(subtask);
    return new Passage(ticket, this.#world);
  }

  /** The run is over, or another process goes on with it. */
  close(): void {
    this.#unwatch();
    for (const subtask of [...this.#tickets.keys()]) this.withdraw(subtask);
  }
}

/** One admitted call, from its start to its end. */
export class Passage {
  readonly #ticket: string;
  readonly #world: World;
  #timedOut = false;
  #isOver = false;
  #disarm: (() => void) | undefined;

  constructor(ticket: string, world: World) {
    this.#ticket = ticket;
    this.#world = world;
  }

  /** The call was told to stop. */
  abort(reason: "timeout" | "cancelled"): void {
    this.#timedOut ||= reason === "timeout";
    const end = () => this.end({ status: "cancelled" });
    // Nobody waits for a place where the process has nothing else to do.
    this.#disarm ??= this.#world.clock.setTimer(ABANDON_MS, end, { keepsProcess: false });
  }

  end(outcome: AttemptOutcome): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#disarm?.();
    this.#world.governor.release(this.#ticket, this.#timedOut ? "failed" : verdictOn(outcome));
  }
}

/** Codes that say nothing about what is behind the tool. */
const OURS: ReadonlySet<string> = new Set([
  "budget.exceeded",
  "budget.day_exceeded",
  "tool.invalid_input",
  "tool.unknown",
  "tool.aborted",
]);

/** Whether what is behind the tool is up. One that answers that it will never do this is. */
function verdictOn(outcome: AttemptOutcome): PassageOutcome {
  if (outcome.status === "ok") return "ok";
  if (outcome.status !== "failed" || OURS.has(outcome.error.code)) return "unknown";
  return outcome.error.retryable === false ? "ok" : "failed";
}

function circuitOf(tool: Tool, input: JsonObject): string {
  try {
    return tool.circuit?.(input) ?? tool.name;
  } catch {
    // An input that the tool will refuse has no circuit of its own.
    return tool.name;
  }
}
