/** The revisions of a run's plan: why each was made, how it was judged, and what it has used. */

import type { Usage } from "../executor/core/consumption.ts";
import type { RunEvent } from "../executor/core/event.ts";
import type { ReplanCause, ReplanEnd } from "../executor/core/review-event.ts";
import { evolveUsage, initialUsage } from "../executor/core/usage.ts";
import { diffPlans, type PlanDiff } from "../plan/diff.ts";
import type { Evaluation, ReplanTrigger } from "../plan/evaluation.ts";
import type { Plan } from "../plan/schema.ts";

/** A revision of a plan, and what came of it. */
export type Revision = {
  /** From 1. */
  readonly revision: number;
  readonly plan: Plan;
  /** Why it took the place of the one before; left out for the first. */
  readonly because?: {
    readonly trigger: ReplanTrigger;
    readonly causes: readonly ReplanCause[];
    readonly blame: readonly string[];
    readonly isStronger: boolean;
  };
  /** From the one before; left out for the first. */
  readonly diff?: PlanDiff;
  /** Ids of the subtasks that went on as they were; `diff.unchanged` has also what runs again for what it depends on. */
  readonly kept: readonly string[];
  /** What was judged under it, in order; `subtask` is null for what came out of the run. */
  readonly evaluations: readonly {
    readonly subtask: string | null;
    readonly evaluation: Evaluation;
  }[];
  /** What was used from the request for it, or from the start, to the request for the next. */
  readonly usage: Readonly<Usage>;
  /** Why it is the last one, where another was thought of. */
  readonly ended?: { readonly reason: ReplanEnd; readonly message?: string };
  /** What a person said, who was asked about what came of it. */
  readonly decision?: {
    readonly decision: "accepted" | "rejected";
    readonly by: string;
    /** May be empty. */
    readonly note: string;
  };
};

type Mutable<T> = { -readonly [K in keyof T]: T[K] };
type Open = Omit<Mutable<Revision>, "evaluations" | "usage"> & {
  evaluations: Revision["evaluations"][number][];
  usage: Usage;
};

/** @param events of one run, from its first; a draft of a plan is no revision */
export function revisionsOf(events: Iterable<RunEvent>): readonly Revision[] {
  const story: Story = { revisions: [], because: undefined, usage: initialUsage() };
  for (const event of events) {
    // Who asks for a revision begins to pay for it.
    if (event.type === "replan.requested" && !story.because) story.usage = initialUsage();
    evolveUsage(story.usage, event);
    follow(story, event);
  }
  return story.revisions;
}

type Story = {
  readonly revisions: Open[];
  /** Why another is asked for. */
  because: Revision["because"];
  /** Of the newest, or of that which is asked for. */
  usage: Usage;
};

function follow(story: Story, event: RunEvent): void {
  const { revisions } = story;
  const present = revisions.at(-1);
  switch (event.type) {
    case "plan.accepted":
    case "plan.revised":
      revisions.push(begun(story, event));
      story.because = undefined;
      break;
    case "replan.requested": {
      const { trigger, causes, blame, isStronger } = event;
      story.because = { trigger, causes, blame, isStronger };
      break;
    }
    case "replan.ended":
      if (present) end(story, present, event);
      break;
    case "output.evaluated": {
      const { subtask, evaluation } = event;
      // Of ten thousand items each has its own.
      if (!subtask.endsWith("]")) present?.evaluations.push({ subtask, evaluation });
      break;
    }
    case "evaluation.completed":
      present?.evaluations.push({ subtask: null, evaluation: event.evaluation });
      break;
    case "evaluation.decided": {
      const { decision, by, note, revision } = event;
      // It is about the best there is, which need not be the newest.
      const one = revisions.findLast((past) => past.revision === revision);
      if (one) one.decision = { decision, by, note };
      break;
    }
    default:
  }
}

type EventOf<T extends RunEvent["type"]> = Extract<RunEvent, { readonly type: T }>;

function begun(
  { revisions, because, usage }: Story,
  event: EventOf<"plan.accepted" | "plan.revised">,
): Open {
  const { plan, revision } = event.accepted;
  const before = revisions.at(-1);
  const kept = event.type === "plan.revised" ? event.kept : [];
  return {
    revision,
    plan,
    kept,
    evaluations: [],
    usage,
    ...(before && { diff: diffPlans(before.plan, plan) }),
    ...(because && { because }),
  };
}

/** What was paid for a revision that did not come is paid by the one that stays. */
function end(story: Story, present: Open, { reason, error }: EventOf<"replan.ended">): void {
  present.ended = { reason, ...(error && { message: error.message }) };
  if (story.because) present.usage = sumOf(present.usage, story.usage);
  story.usage = present.usage;
  story.because = undefined;
}

function sumOf(a: Usage, b: Usage): Usage {
  return {
    inputTokens: a.inputTokens + b.inputTokens,
    outputTokens: a.outputTokens + b.outputTokens,
    cachedTokens: a.cachedTokens + b.cachedTokens,
    modelCalls: a.modelCalls + b.modelCalls,
    toolCalls: a.toolCalls + b.toolCalls,
    usd: a.usd === null || b.usd === null ? null : a.usd + b.usd,
  };
}
