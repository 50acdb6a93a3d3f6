/**
 * Whoever sees everything: follows what is stored, called and done, holds the invariants
 * against it, and counts what happened.
 */

import { parseDuration } from "../../src/base/duration.ts";
import { PlanwrightError } from "../../src/base/errors.ts";
import type { RunEvent } from "../../src/executor/core/event.ts";
import type { RunState } from "../../src/executor/core/state.ts";
import { verifyAudit } from "../../src/journal/audit-chain.ts";
import type { AuditRow, Lease, StoredEvent } from "../../src/journal/journal.ts";
import { difference } from "./difference.ts";
import {
  CALL_RULES,
  END_RULES,
  EVENT_RULES,
  START_RULES,
  STATE_RULES,
  WORK_RULES,
} from "./invariants.ts";
import { RunLedger } from "./ledger.ts";
import type { Call } from "./outside.ts";
import { ADVICE_RULES, type Question } from "./review-invariants.ts";
import type { Scenario } from "./scenario.ts";
import { attemptName } from "./start-record.ts";
import type { VirtualClock } from "./virtual-clock.ts";

export type Violation = {
  /** The rule that was broken, in its own words. */
  readonly rule: string;
  readonly detail: string;
};

/** An aborted call that does not end keeps its place at its tool for so long. */
const ABANDON_MS = 10_000;
/** Why a driver may let go of a run. */
const LEGITIMATE: ReadonlySet<string> = new Set([
  "journal.conflict",
  "journal.lease_lost",
  "journal.write_failed",
  "journal.locked",
]);

/** Faults that neither end a process nor hold it up. */
const HARMLESS: ReadonlySet<string> = new Set(["tool", "echo", "rivals"]);

/** Why subtasks end that are part of control flow. */
const FLOW_ENDS: ReadonlySet<string> = new Set(["item_failed", "route_not_taken"]);

const DECISIONS: ReadonlySet<string> = new Set([
  "approval.decided",
  "evaluation.decided",
  "dead_letter.resolved",
]);

export class Observer {
  readonly counts = new Map<string, number>();
  readonly trace: string[] = [];
  readonly calls: Call[] = [];
  /** What was changed in the world outside: tool and key of each. */
  readonly effects: string[] = [];
  /** The first one. */
  violation: Violation | undefined;
  readonly #isTraced: boolean;
  readonly #scenario: Scenario;
  readonly #clock: VirtualClock;
  readonly #ledgers: ReadonlyMap<string, RunLedger>;

  constructor(scenario: Scenario, clock: VirtualClock, isTraced: boolean) {
    const { runs } = scenario;
    this.#scenario = scenario;
    this.#clock = clock;
    this.#isTraced = isTraced;
    this.#ledgers = new Map(runs.map((script) => [script.runId, new RunLedger(script, scenario)]));
  }

  ledger(runId: string): RunLedger {
    const ledger = this.#ledgers.get(runId);
    if (ledger === undefined) throw new Error(`The scenario has no run ${runId}.`);
    return ledger;
  }

  happened(what: string): void {
    this.counts.set(what, (this.counts.get(what) ?? 0) + 1);
    if (this.#isTraced) this.#note(what);
  }

  acquired({ runId, owner, token }: Lease): void {
    this.ledger(runId).token = token;
    if (this.#isTraced) this.#note(`${owner} takes ${runId}`);
  }

  /** @param state the driver's own, which follows from the events */
  stored(lease: Lease, events: readonly StoredEvent[], state: RunState | undefined): void {
    const run = this.ledger(lease.runId);
    if (lease.token !== run.token) {
      this.#break("only who holds the newest lease writes", `${lease.owner} has an older one`);
    }
    for (const stored of events) {
      const event = JSON.parse(JSON.stringify(stored)) as RunEvent;
      if (this.#isTraced) this.#note(`${lease.owner} stores ${describe(event)}`);
      if (event.type === "attempt.started") this.#check(START_RULES, event, run);
      this.#check(EVENT_RULES, event, run);
      run.follow(event);
      for (const what of whatHappens(event)) this.happened(what);
    }
    this.#check(STATE_RULES, run);
    // The plan is the largest part, and only events about plans change it.
    const isPlan = events.some(({ type }) => type.startsWith("plan."));
    const pick = (one: RunState) => (isPlan ? one : { ...one, accepted: null });
    const found = state && difference(pick(state), pick(run.shadow));
    if (found !== undefined) this.#break("the state is the fold of the journal, as JSON", found);
  }

  /** @param error why; undefined when the run has ended or stands still */
  released({ runId, owner, token }: Lease, error: unknown): void {
    const code = error instanceof PlanwrightError ? error.code : String(error);
    if (error === undefined) {
      this.ledger(runId).review.left.set(token, this.#clock.elapsed);
      if (this.#isTraced) this.#note(`${owner} leaves ${runId}`);
      return;
    }
    this.happened(`drive ends by ${code}`);
    if (LEGITIMATE.has(code)) return;
    const cause = error instanceof Error && error.cause ? `: ${String(error.cause)}` : "";
    this.#break("no driver meets a bug", `${code}${cause}`);
  }

  /** Somebody is asked, by who may have lost the run without knowing. */
  advised({ runId, owner, token }: Lease, question: Question): void {
    const run = this.ledger(runId);
    const { asks, order } = question;
    const about = asks === "evaluate" ? (order.subtask ?? "the run") : order.feedback.trigger;
    if (this.#isTraced) this.#note(`${owner} asks ${runId} ${asks} ${about}`);
    const heard = run.review.hear(asks === "revise" ? order.feedback.causes.length : order.subtask);
    if (token === run.token) this.#check(ADVICE_RULES, { ...question, ...heard }, run);
  }

  /** Whoever was asked has used a model, and says so to who asked. */
  answered({ runId, token }: Lease): void {
    this.ledger(runId).review.answers.push({ token, at: this.#clock.elapsed });
  }

  called(call: Call): void {
    this.calls.push(call);
    if (this.#isTraced) this.#note(`${call.machine} calls ${describeCall(call)}`);
    this.#check(CALL_RULES, call, this.ledger(call.runId), this.calls);
    this.#checkPlaces(call);
    this.#checkRate(call);
  }

  done(call: Call): void {
    if (call.tool.effects === "write") this.effects.push(`${call.tool.name} ${call.key}`);
    if (this.#isTraced) this.#note(`done: ${describeCall(call)}`);
    this.#check(WORK_RULES, call, this.ledger(call.runId), this.calls);
    this.#checkNamedEffect(call);
  }

  /** Everything has come to rest. */
  ended(runId: string, stored: readonly StoredEvent[], owner: string | undefined): void {
    const run = this.ledger(runId);
    this.#check(END_RULES, run, stored);
    this.#checkUsage(run);
    if (owner !== undefined) this.#break("no run has an owner once it has ended", owner);
  }

  /** Everything has come to rest, and this is the trail of who decided what. */
  audited(trail: readonly AuditRow[], stored: ReadonlyMap<string, readonly StoredEvent[]>): void {
    const { valid, problem } = verifyAudit(trail, { events: (runId) => stored.get(runId) });
    if (!valid) this.#break("the audit trail is sound", `${problem?.n}: ${problem?.what}`);
    const recorded = new Set(trail.map(({ runId, record }) => `${runId} ${record["seq"]}`));
    for (const [runId, events] of stored) {
      const missing = events.find(
        ({ type, seq }) => DECISIONS.has(type) && !recorded.has(`${runId} ${seq}`),
      );
      if (missing === undefined) continue;
      this.#break("every decision is in the audit trail", `${runId} ${missing.seq}`);
    }
  }

  /** Where no process is cut off all is counted that was said before it had let go of the run. */
  #checkUsage({ review: { answers, left, modelCalls } }: RunLedger): void {
    if (this.#scenario.faults.some(({ fault }) => !HARMLESS.has(fault))) return;
    const heard = answers.filter(({ token, at }) => at < (left.get(token) ?? 0)).length;
    if (modelCalls >= heard) return;
    this.#break("what was used counts, whoever waits for the answer", `${modelCalls} of ${heard}`);
  }

  /** What all runs share: an effect that plans name by a key. */
  #checkNamedEffect({ runId, key, tool }: Call): void {
    if (key.startsWith(`${runId}/`) || tool.effects !== "write" || tool.idempotent) return;
    const isSame = (one: Call) => one.key === key && one.tool === tool && one.isDone;
    const times = this.calls.filter(isSame).length;
    let wanted = 1;
    for (const run of this.#ledgers.values()) {
      for (const { effectKeys, timesReset, timesReleased } of run.subtasks.values()) {
        if (effectKeys.has(key)) wanted += timesReset + timesReleased;
      }
    }
    if (times <= wanted) return;
    this.#break("an effect that plans name happens once, in whichever run", `${key}: ${times}`);
  }

  /** What all runs of a machine share. */
  #checkPlaces({ machine, tool: { name, limits } }: Call): void {
    const underWay = this.calls.filter(
      (one) =>
        one.machine === machine &&
        one.isUnderWay &&
        (one.abortedAt === null || this.#clock.elapsed - one.abortedAt < ABANDON_MS),
    );
    const atTool = underWay.filter(({ tool }) => tool.name === name).length;
    if (atTool > (limits.concurrency ?? Number.POSITIVE_INFINITY)) {
      this.#break("no tool has more calls under way than it allows", `${name} has ${atTool}`);
    }
    for (const pool of Object.keys(limits.uses ?? {})) {
      const held = underWay.reduce((sum, { tool }) => sum + (tool.limits.uses?.[pool] ?? 0), 0);
      if (held <= (this.#scenario.pools[pool] ?? 0)) continue;
      this.#break("no pool gives more than it has", `${held} of ${pool} are held`);
    }
  }

  /** A token bucket that was full when the machine started. */
  #checkRate({ machine, tool: { name, limits }, age }: Call): void {
    const { rateLimit } = limits;
    // Who sets the clock forward fills the bucket.
    const isJumping = this.#scenario.faults.some(({ fault }) => fault === "clock_jump");
    if (rateLimit === undefined || isJumping) return;
    const { calls, per } = rateLimit;
    const most = calls + (age / parseDuration(per)) * calls;
    const made = this.calls.filter((one) => one.machine === machine && one.tool.name === name);
    if (made.length <= most) return;
    this.#break("no tool is called more often than its rate", `${made.length} in ${age} ms`);
  }

  #check<Given extends readonly unknown[]>(
    rules: Readonly<Record<string, (...given: Given) => string | undefined>>,
    ...given: Given
  ): void {
    for (const rule in rules) {
      const detail = rules[rule]?.(...given);
      if (detail !== undefined) this.#break(rule, detail);
    }
  }

  #break(rule: string, detail: string): void {
    if (this.#isTraced) this.#note(`VIOLATION ${rule}: ${detail}`);
    this.violation ??= { rule, detail };
  }

  #note(what: string): void {
    this.trace.push(`${String(this.#clock.elapsed).padStart(6)} ${what}`);
  }
}

/** What is worth counting. */
function whatHappens(event: RunEvent): string[] {
  switch (event.type) {
    case "run.completed":
      return [`run ${event.status}`];
    case "items.expanded":
      return [event.subtask.includes("[") ? "loop within a loop" : "loop"];
    case "items.collected":
      return ["loop collected"];
    case "join.closed":
      return [`join ${event.reason}`];
    case "route.decided":
      return [`route ${event.instead ?? "decided"}`];
    case "iterations.ended":
      return [`refinement ${event.isAccepted ? "accepted" : event.error ? "broken off" : "ended"}`];
    case "output.evaluated":
    case "evaluation.completed":
      return [
        `${event.type === "output.evaluated" ? "output" : "run"} judged ${event.evaluation.verdict}`,
      ];
    case "output.kept":
      return [event.isAccepted ? "output accepted" : "output kept"];
    case "evaluation.decided":
      return [`evaluation ${event.decision}`];
    case "replan.requested":
      return [`replan for ${event.trigger}`];
    case "replan.ended":
      return [`replan ended by ${event.reason}`];
    case "plan.revised":
    case "answer.ignored":
      return [event.type];
    case "dead_letter.resolved":
      return [`dead letter ${event.resolution}`];
    case "subtask.failed":
    case "subtask.skipped":
      return FLOW_ENDS.has(event.reason) ? [event.reason] : [];
    default:
      return [];
  }
}

function describe({ type, runId, ...rest }: RunEvent): string {
  const shown = [
    ...["subtask", "attempt", "reason", "status", "cause", "rerun", "tool", "subtasks"],
    ...["trigger", "kept", "revision", "blame", "decision", "output"],
    ...["count", "missing", "branch", "iteration", "isAccepted", "score", "best"],
  ];
  const more = Object.entries(rest)
    .filter(([name]) => shown.includes(name))
    .map(([name, value]) => ` ${name}=${JSON.stringify(value)}`);
  const { evaluation } = rest as { evaluation?: { verdict: string; score: number | null } };
  if (evaluation) more.push(` ${evaluation.verdict} ${evaluation.score}`);
  const { error } = rest as { error?: { code: string } | null };
  return `${runId} ${rest.seq} ${type}${more.join("")}${error ? ` error=${error.code}` : ""}`;
}

function describeCall({ runId, subtask, attempt, tool, key }: Call): string {
  return `${runId} ${attemptName(subtask, attempt)} ${tool.name} key=${key}`;
}
