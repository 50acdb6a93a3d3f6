/** What two processes want of one run at the same moment, and what may come of it. */

import type { PlanDraft } from "../../../src/index.ts";
import type { Answer } from "./contender-process.ts";
import type { Kind } from "./effect-plan.ts";
import { makeEffectPlan } from "./effect-plan.ts";

export type Scenario = {
  readonly name: string;
  /** How the two find the run: its process killed, at its end or waiting, under way, or no run. */
  readonly beginning: "interrupted" | "at rest" | "under way" | "none";
  makePlan(goal: string, seed: number): { readonly plan: PlanDraft; readonly kinds: Kinds };
  /** @param run its id; where there is none, its plan's file */
  commands(run: string, random: () => number): readonly [Command, Command];
  /** How much the clock of the second is ahead. */
  readonly aheadMs?: number;
  /** Milliseconds by which the second may begin later. */
  readonly latestMs: number;
  /** What is wrong with the answers, and with what the run then came to. */
  judge(outcomes: readonly [Outcome, Outcome], end: End): readonly string[];
};

type Command = readonly string[];
type Kinds = ReadonlyMap<string, Kind>;

/** What a process said: the code of its error, or the status of the run. */
export type Outcome = { readonly error: string } | { readonly error?: never; status: string };

/** What the run is in the end, after somebody has gone on with it if need be. */
export type End = {
  readonly status: string;
  /** About the approval that was asked for, or about the dead letter. */
  readonly decisions: readonly { readonly by: string; readonly decision: string }[];
  /** How often the subtask happened that they are about. */
  readonly happened: number;
};

export const ASKED = "send1";

const effectPlan = (goal: string, seed: number) => makeEffectPlan(goal, seed);

export const SCENARIOS: readonly Scenario[] = [
  {
    name: "resume against resume",
    beginning: "interrupted",
    makePlan: effectPlan,
    commands: (runId) => [
      ["resume", runId, "--quiet"],
      ["resume", runId, "--quiet"],
    ],
    latestMs: 4,
    judge: (outcomes) => exactlyOne(outcomes, ["run.owned", "run.finished"]),
  },
  {
    name: "resume against a stale view",
    beginning: "interrupted",
    // The one that is overtaken may be in the middle of an effect: the receiver of an
    // idempotent one would have to hold off two processes, which a file does not.
    makePlan: (goal, seed) => makeEffectPlan(goal, seed, { puts: false }),
    commands: (runId) => [
      ["resume", runId, "--quiet"],
      ["resume", runId, "--quiet"],
    ],
    // Long after the first one's lease, as it believes.
    aheadMs: 3_600_000,
    latestMs: 120,
    judge: (outcomes) =>
      exactlyOne(outcomes, ["journal.conflict", "journal.lease_lost", "run.owned", "run.finished"]),
  },
  {
    name: "two decisions, run waiting",
    beginning: "at rest",
    makePlan: (goal) => approvalPlan(goal, []),
    commands: twoDecisions,
    latestMs: 4,
    judge: judgeDecisions,
  },
  {
    name: "two decisions, run under way",
    beginning: "under way",
    makePlan: (goal, seed) => approvalPlan(goal, [holdMs(seed)]),
    commands: twoDecisions,
    latestMs: 4,
    judge: judgeDecisions,
  },
  {
    name: "two decisions about a dead letter",
    beginning: "at rest",
    makePlan: (goal) => {
      const subtasks = [{ id: ASKED, tool: "ship", input: { after: [] } }];
      return { plan: { goal, subtasks }, kinds: new Map([[ASKED, "send"]]) };
    },
    commands: (runId, random) => [decideLetter(runId, random), decideLetter(runId, random)],
    // The other one may be done with it by then.
    latestMs: 40,
    judge: (outcomes, end) => {
      const [decided, ...more] = end.decisions;
      if (decided === undefined || more.length > 0) return [`${end.decisions.length} decisions`];
      const happened = decided.decision === "retried" ? 1 : 0;
      const wrong = end.happened === happened ? [] : [`${decided.decision}: ${end.happened} times`];
      return [...wrong, ...exactlyOne(outcomes, ["run.owned", "dead_letter.unknown"])];
    },
  },
  {
    name: "two runs, one key of an effect",
    beginning: "none",
    makePlan: keyedPlan,
    commands: (file) => [
      ["run", file, "--quiet"],
      ["run", file, "--quiet"],
    ],
    latestMs: 20,
    judge: (outcomes, { happened }) => [
      ...outcomes.flatMap((outcome) => wasTold(outcome, [], "succeeded")),
      ...(happened === 1 ? [] : [`it happened ${happened} times`]),
    ],
  },
  {
    name: "cancel against resume",
    beginning: "interrupted",
    makePlan: (goal, seed) => {
      const { plan, kinds } = makeEffectPlan(goal, seed);
      return { plan: withHolds(plan, [holdMs(seed)]), kinds };
    },
    commands: (runId) => [
      ["cancel", runId],
      ["resume", runId, "--quiet"],
    ],
    latestMs: 30,
    judge: ([cancel, resume], { status }) => {
      if (cancel.error === undefined) {
        if (status !== "cancelled") return [`it is cancelled, says one, and ${status}`];
        return wasTold(resume, ["run.owned", "run.finished"], "cancelled");
      }
      if (status === "cancelled") return ["nobody says that it was cancelled"];
      return [...wasTold(cancel, ["run.owned", "run.finished"]), ...wasTold(resume, [], status)];
    },
  },
];

/** An effect with a key of the plan's, and time for one run to wait for the other. */
function keyedPlan(goal: string) {
  const retry = { attempts: 30, initial: "20ms", max: "100ms" };
  const effect = { tool: "send", input: { after: [] }, idempotencyKey: goal, retry };
  const plan = { goal, subtasks: [{ id: ASKED, ...effect }], output: `\${${ASKED}.n}` };
  return { plan, kinds: new Map([[ASKED, "send"]] as const) };
}

/** Shorter and longer than the time after which a process hears what it is told. */
function holdMs(seed: number): number {
  return (seed * 7919) % 900;
}

/** Somebody must say yes to one that writes; others keep the run going meanwhile. */
function approvalPlan(goal: string, holds: readonly number[]) {
  const subtasks: PlanDraft["subtasks"] = [
    { id: "put0", tool: "put", input: { after: [] } },
    { id: ASKED, tool: "send", input: { after: ["${put0.n}"] }, approval: true },
    { id: "put2", tool: "put", input: { after: ["${put0.n}"] } },
  ];
  const kinds: Kinds = new Map([
    ["put0", "put"],
    [ASKED, "send"],
    ["put2", "put"],
  ]);
  return { plan: withHolds({ goal, subtasks }, holds), kinds };
}

function withHolds(plan: PlanDraft, holds: readonly number[]): PlanDraft {
  const more = holds.map((ms, k) => ({ id: `hold${k}`, tool: "hold", input: { ms } }));
  return { ...plan, subtasks: [...plan.subtasks, ...more] };
}

function twoDecisions(runId: string, random: () => number): readonly [Command, Command] {
  const decide = (by: string) => {
    const verb = random() < 0.7 ? "approve" : "deny";
    return [verb, runId, ASKED, "--by", by, "--note", `says ${by}`];
  };
  return [decide("ada"), decide("bo")];
}

function decideLetter(runId: string, random: () => number): Command {
  return random() < 0.7
    ? ["dead-letters", "retry", runId, ASKED, "--quiet"]
    : ["dead-letters", "discard", runId, ASKED, "--reason", "not wanted"];
}

function judgeDecisions(outcomes: readonly [Outcome, Outcome], end: End): string[] {
  const wrong = exactlyOne(outcomes, ["run.owned", "run.finished", "approval.not_waiting"]);
  if (wrong.length > 0) return wrong;
  const [decided, ...more] = end.decisions;
  if (decided === undefined || more.length > 0)
    return [`there are ${end.decisions.length} decisions`];
  const winner = outcomes[0].error === undefined ? "ada" : "bo";
  if (decided.by !== winner) return [`${winner} was told yes, and the record says ${decided.by}`];
  const wanted = decided.decision === "approved" ? 1 : 0;
  return end.happened === wanted ? [] : [`it is ${decided.decision}, and happened ${end.happened}`];
}

function exactlyOne([a, b]: readonly [Outcome, Outcome], conflicts: readonly string[]): string[] {
  if (a.error === undefined && b.error === undefined) return ["both were told that they won"];
  if (a.error !== undefined && b.error !== undefined) return [`nobody won: ${a.error}, ${b.error}`];
  return wasTold(a.error === undefined ? b : a, conflicts);
}

/** One of these errors, or this status. */
function wasTold(
  { error, ...rest }: Outcome,
  errors: readonly string[],
  status?: string,
): string[] {
  if (error !== undefined) return errors.includes(error) ? [] : [`it was told ${error}`];
  const said = "status" in rest ? rest.status : "nothing";
  return said === status ? [] : [`it was told ${said}`];
}

/** The outcome that a process printed. */
export function outcomeOf({ code, json, stderr }: Answer): Outcome {
  const { error, status } = (json ?? {}) as {
    readonly error?: { readonly code?: string };
    readonly status?: string;
  };
  if (error?.code !== undefined && status === undefined) return { error: error.code };
  if (status !== undefined) return { status };
  return code === 0 ? { status: "done" } : { error: `no answer: ${stderr}` };
}
