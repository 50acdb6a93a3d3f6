/**
 * Rules of the executor, each broken in one line: what a simulator is worth that does not
 * find them.
 */

export type Mutant = {
  readonly name: string;
  readonly file: string;
  /** Found exactly once in the file. */
  readonly text: string;
  readonly instead: string;
};

const CORE = "src/executor/core";
const DRIVERS = "src/executor/drivers";

export const MUTANTS: readonly Mutant[] = [
  {
    name: "effects before their events are durable",
    file: `${DRIVERS}/in-process.ts`,
    text: "for (const one of unsettled) one.settle();",
    instead: "for (const effect of effects.splice(0)) this.#perform(effect);",
  },
  {
    name: "a refused append is ignored",
    file: `${DRIVERS}/in-process.ts`,
    text: "await journal.append(lease, events, { ...more, release });",
    instead: "await journal.append(lease, events, { ...more, release }).catch(() => {});",
  },
  {
    name: "the journal does not fence",
    file: "src/journal/memory.ts",
    text: "return run?.token === token && run.lease !== null ? run : undefined;",
    instead: "return token > 0 ? run : undefined;",
  },
  {
    name: "the budget of calls ignores the next one",
    file: `${CORE}/budget.ts`,
    text: "usage.toolCalls + 1 > toolCalls",
    instead: "usage.toolCalls > toolCalls",
  },
  {
    name: "the budget of money ignores the next call",
    file: `${CORE}/budget.ts`,
    text: "spent + costUsd <= usd + EPSILON_USD",
    instead: "spent <= usd + EPSILON_USD",
  },
  {
    name: "an uncertain write is run again after a crash",
    file: `${CORE}/recovery.ts`,
    text: 'const rerun = policy.effects !== "write" || policy.idempotent;',
    instead: 'const rerun = policy.effects !== "write" || policy.idempotent || true;',
  },
  {
    name: "a write that timed out is tried again",
    file: `${CORE}/retry.ts`,
    text: 'if (effects !== "write" || idempotent) return false;',
    instead: "if (code !== null) return false;",
  },
  {
    name: "a timer of an older attempt ends the newer one",
    file: `${CORE}/timeout.ts`,
    text: 'subtask?.status === "running" && subtask.attempts === timer.attempt ?',
    instead: 'subtask?.status === "running" ?',
  },
  {
    name: "an answer of an older attempt counts",
    file: `${CORE}/decide.ts`,
    text: 'if (subtask?.status !== "running" || subtask.attempts !== attempt) return;',
    instead: 'if (subtask?.status !== "running" || attempt < 0) return;',
  },
  {
    name: "an approval for another revision counts",
    file: `${CORE}/approval.ts`,
    text: "approval?.revision === revision &&\n    approval.isOfFallback",
    instead: "approval !== null &&\n    approval.isOfFallback",
  },
  {
    name: "the input that a person gave is not what is done",
    file: `${CORE}/approval.ts`,
    text: "isAbout(subtask, revision, wanted)) return wanted;",
    instead: "isAbout(subtask, revision, wanted)) return input;",
  },
  {
    name: "the second of two decisions counts",
    file: `${CORE}/approval.ts`,
    text: "subtask === undefined || !awaitsApproval(subtask)",
    instead: "subtask === undefined || subtask.approval === null",
  },
  {
    name: "a decision made beforehand stands before its time",
    file: `${CORE}/approval.ts`,
    text: "if (expiry === null || expiry.at > turn.at) return false;",
    instead: "if (expiry === null) return false;",
  },
  {
    name: "an effect that a plan names is not claimed",
    file: `${DRIVERS}/attempt.ts`,
    text: "if (this.#order.effect !== undefined) {",
    instead: "if (this.#order.effect !== undefined && this.attempt < 0) {",
  },
  {
    name: "the time for all attempts is that of each",
    file: `${CORE}/total-timeout.ts`,
    text: "subtask.begunAt !== timer.since ||",
    instead: "",
  },
  {
    name: "who was told to stop while it waited calls its tool all the same",
    file: `${DRIVERS}/attempt.ts`,
    text: 'if (this.#isAborted) return { status: "cancelled" };\n      let given',
    instead: "let given",
  },
  {
    name: "decisions are not audited",
    file: `${DRIVERS}/audit.ts`,
    text: '"approval.decided",',
    instead: "",
  },
  {
    name: "what lies below a failure is not skipped",
    file: `${CORE}/settle.ts`,
    text: "if (needs(state, dependent, index)) skipBelow",
    instead: "if (needs(state, dependent, index) && index < 0) skipBelow",
  },
  {
    name: "a paused run starts new work",
    file: `${CORE}/lifecycle.ts`,
    text: "lifecycle.pausing ? CLOSED.paused : OPEN",
    instead: "OPEN",
  },
  {
    name: "what failed for good is no dead letter",
    file: `${CORE}/failure.ts`,
    text: 'emit(turn, { type: "dead_letter.added", subtask, reason, attempts, error });',
    instead: "void attempts;",
  },
  {
    name: "a retry's wait does not survive a restart",
    file: `${CORE}/effects.ts`,
    text: 'if (event.type === "run.resumed") setTimersAgain(state, effects);',
    instead: "",
  },
  {
    name: "every attempt has a key of its own",
    file: `${CORE}/restart.ts`,
    text: "const times = state.subtasks[index]?.timesRedone ?? 0;",
    instead: "const times = state.subtasks[index]?.attempts ?? 0;",
  },
  {
    name: "a run has a slot too many",
    file: `${CORE}/slots.ts`,
    text: "slots.used < slots.limit",
    instead: "slots.used <= slots.limit",
  },
  {
    name: "a tool has a place too many",
    file: "src/executor/governor/pick.ts",
    text: "tool.underWay >= concurrency",
    instead: "tool.underWay > concurrency",
  },
  {
    name: "a tool's rate is not kept",
    file: "src/executor/governor/step.ts",
    text: "if (rate !== null) takeToken(tool.bucket, rate, at);",
    instead: "",
  },
  {
    name: "a place at a tool is never given back",
    file: `${DRIVERS}/in-process.ts`,
    text: "passage?.end(outcome);",
    instead: "",
  },
  {
    name: "timers ring early when the clock is set back",
    file: `${DRIVERS}/timers.ts`,
    text: "if (at > now) {",
    instead: "if (at > now && at < 0) {",
  },
];
