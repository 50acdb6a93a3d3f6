/**
 * The world outside: what tools do to it, and what it remembers of that. It survives every
 * crash, so what it says about effects is what really happened.
 */

import { parseAdmission } from "../../src/base/admission.ts";
import { ToolError } from "../../src/base/errors.ts";
import type { Json, JsonObject } from "../../src/base/json.ts";
import { createRegistry } from "../../src/tools/registry.ts";
import type { Schema, Tool, ToolContext, ToolRegistry } from "../../src/tools/tool.ts";
import { hashOf } from "./random.ts";
import type { MISBEHAVIOURS, Scenario, ToolScript } from "./scenario.ts";
import type { VirtualClock } from "./virtual-clock.ts";

type Behaviour = (typeof MISBEHAVIOURS)[number] | "answers";

/** One call that reached the world. */
export type Call = {
  readonly machine: string;
  readonly tool: ToolScript;
  readonly runId: string;
  readonly subtask: string;
  readonly attempt: number;
  readonly key: string;
  /** As text. */
  readonly input: string;
  /** How long its machine had been up. */
  readonly age: number;
  /** Whether it had been told to stop before. */
  readonly isTooLate: boolean;
  /** When it was told to stop; virtual milliseconds, as all times here. */
  abortedAt: number | null;
  isUnderWay: boolean;
  /** Whether its work was done. */
  isDone: boolean;
};

/** A machine, as far as the calls that it makes need it. */
export type Caller = {
  readonly name: string;
  readonly isDead: boolean;
  /** How long it has been up. */
  readonly age: number;
  crash(): void;
  setTimer(delayMs: number, ring: () => void): () => void;
};

export type Watcher = {
  called(call: Call): void;
  done(call: Call): void;
  happened(what: string): void;
};

export class Outside {
  readonly #scenario: Scenario;
  readonly #clock: VirtualClock;
  readonly #watcher: Watcher;
  readonly #faults = new Map<string, Behaviour>();
  readonly #crashes = new Set<number>();
  #made = 0;

  constructor(scenario: Scenario, clock: VirtualClock, watcher: Watcher) {
    this.#scenario = scenario;
    this.#clock = clock;
    this.#watcher = watcher;
    for (const fault of scenario.faults) {
      if (fault.fault === "crash_at_call") this.#crashes.add(fault.call);
      if (fault.fault !== "tool") continue;
      this.#faults.set(`${fault.runId}/${fault.subtask}/${fault.attempt}`, fault.does);
    }
  }

  /** The tools as one machine calls them. */
  toolsFor(caller: Caller): ToolRegistry {
    return createRegistry(this.#scenario.tools.map((script) => this.#tool(script, caller)));
  }

  #tool(script: ToolScript, caller: Caller): Tool {
    const { name, effects, idempotent, approval, costUsd, timeoutMs, limits } = script;
    return {
      name,
      description: "What the scenario says.",
      input: ANYTHING,
      output: NO_GARBAGE,
      inputSchema: {},
      outputSchema: {},
      effects,
      idempotent,
      trust: "trusted",
      timeoutMs: timeoutMs ?? undefined,
      adaptiveTimeout: false,
      retry: undefined,
      admission: parseAdmission(limits),
      circuit: undefined,
      costUsd,
      approval,
      expectedMs: undefined,
      needsModel: false,
      run: (input, context) => this.#call(script, caller, input as JsonObject, context),
    };
  }

  #call(tool: ToolScript, caller: Caller, input: JsonObject, context: ToolContext): Promise<Json> {
    const { runId, subtaskId: subtask, attempt, idempotencyKey: key } = context;
    // A process that is gone calls nobody.
    if (caller.isDead) return new Promise(() => {});
    const call: Call = {
      machine: caller.name,
      tool,
      runId,
      subtask,
      attempt,
      key,
      input: JSON.stringify(input),
      age: caller.age,
      isTooLate: context.signal.aborted,
      abortedAt: null,
      isUnderWay: true,
      isDone: false,
    };
    this.#watcher.called(call);
    this.#made += 1;
    if (this.#crashes.has(this.#made)) {
      this.#watcher.happened("crash_at_call");
      caller.crash();
    }
    const behaviour = this.#faults.get(`${runId}/${subtask}/${attempt}`) ?? "answers";
    if (behaviour !== "answers") this.#watcher.happened(`tool ${behaviour}`);
    return this.#behave(call, behaviour, caller, context.signal);
  }

  #behave(call: Call, behaviour: Behaviour, caller: Caller, signal: AbortSignal): Promise<Json> {
    const { promise, resolve, reject } = Promise.withResolvers<Json>();
    const end = (settle: () => void) => {
      call.isUnderWay = false;
      settle();
    };
    const { lasts, works } = this.#times(call, behaviour);
    if (works) {
      // Under way to the other side: no crash of who asked holds it up.
      this.#clock.setTimer(lasts / 2, () => {
        call.isDone = true;
        this.#watcher.done(call);
      });
    }
    if (behaviour !== "hangs" && behaviour !== "is_stuck") {
      caller.setTimer(lasts, () => end(() => this.#answer(call, behaviour, resolve, reject)));
    }
    signal.addEventListener("abort", () => {
      call.abortedAt = this.#clock.elapsed;
      if (behaviour === "hangs" || behaviour === "is_late") return;
      end(() => reject(signal.reason as Error));
    });
    return promise;
  }

  #times({ runId, subtask, attempt }: Call, behaviour: Behaviour) {
    const chance = hashOf(this.#scenario.seed, runId, subtask, attempt);
    const works = !behaviour.startsWith("fails") && behaviour !== "is_stuck";
    const usual = chance % 4 === 0 ? 0 : chance % 250;
    return { works, lasts: behaviour === "is_late" ? 700 + (chance % 400) : usual };
  }

  /** What comes of one effect is always the same. */
  #findings(key: string): JsonObject {
    const number = (what: string, below: number) => hashOf(this.#scenario.seed, key, what) % below;
    return {
      n: number("n", 10),
      label: LABELS[number("label", LABELS.length)] ?? "",
      confidence: number("confidence", 11) / 10,
      list: Array.from({ length: number("rows", 4) }, (_, row) =>
        Array.from({ length: number(`row ${row}`, 3) }, (_, cell) => 10 * row + cell),
      ),
    };
  }

  #answer(
    { tool, subtask, attempt, key }: Call,
    behaviour: Behaviour,
    resolve: (output: Json) => void,
    reject: (error: Error) => void,
  ): void {
    const fail = (retryable: boolean | undefined, retryAfterMs?: number) =>
      reject(new ToolError("tool.failed", behaviour, { retryable, retryAfterMs }));
    switch (behaviour) {
      case "fails":
        return fail(undefined);
      case "fails_for_now":
        return fail(true);
      case "fails_until_later":
        return fail(true, 400);
      case "fails_for_good":
        return fail(false);
      case "answer_lost":
        // Only where that cannot repeat an effect does a tool say: try again.
        return fail(tool.effects !== "write" || tool.idempotent);
      case "answers_garbage":
        return resolve(GARBAGE);
      default:
        return resolve({ ...this.#findings(key), by: `${subtask}#${attempt}` });
    }
  }
}

const GARBAGE = "garbage";
const LABELS = ["a", "b", "c", "z"];

const ANYTHING: Schema = {
  "~standard": { version: 1, vendor: "simulation", validate: (value) => ({ value }) },
};

const NO_GARBAGE: Schema = {
  "~standard": {
    version: 1,
    vendor: "simulation",
    validate: (value) => (value === GARBAGE ? { issues: [{ message: "is garbage" }] } : { value }),
  },
};
