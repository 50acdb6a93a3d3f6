/** What a run's events say about what was judged and planned anew; see `ledger.ts`. */

import { canonicalJson, type Json } from "../../src/base/json.ts";
import type { RunEvent } from "../../src/executor/core/event.ts";
import type { Evaluation } from "../../src/plan/evaluation.ts";
import type { Plan } from "../../src/plan/schema.ts";
import { needsOf, rootOf } from "./needs.ts";
import { hashOf } from "./random.ts";
import type { EventOf } from "./rule.ts";

export type Judged = { readonly output: string; readonly evaluation: Evaluation };

/** Of a subtask, or an item, whose output is judged. */
export type OutputRecord = {
  phase: "evaluating" | "judged" | "ended";
  /** `seq` of the event with which the newest came. */
  request: number;
  output: Json;
  /** What it gave in all revisions, in order. */
  readonly judged: { readonly output: Json; readonly evaluation: Evaluation }[];
};

export class ReviewLedger {
  /** `seq` of the newest request for a revision, while there is one under way. */
  request: number | null = null;
  /** Revisions that were asked for since somebody last wanted work done again. */
  replans = 0;
  /** Whether there will be no further one. */
  isOver = false;
  /** Evaluations in a row that were no better than the best before. */
  misses = 0;
  /** What is being judged of the whole run. */
  evaluating: { readonly request: number; readonly output: string } | null = null;
  /** What the run gave that was judged, oldest first. */
  judged: Judged[] = [];
  /** Of these the one of the present plan. */
  newest: Judged | null = null;
  decision: EventOf<"evaluation.decided">["decision"] | null = null;
  readonly outputs = new Map<string, OutputRecord>();
  /** What has succeeded, as what: by id. */
  readonly finished = new Map<string, string>();
  /** All that was ever asked, of what subtask or the run: answers to these may come late. */
  /** `seq` of the newest event after which nobody is asked. */
  stopped = 0;
  /** Of these the requests that somebody has heard. */
  readonly heard = new Set<string>();
  /** `seq` of the newest event by which all is asked again. */
  resumed = 0;
  readonly asked: { readonly request: number; readonly subtask: string | null }[] = [];
  readonly revisions: { readonly request: number; readonly causes: number }[] = [];
  /** What had failed when the planner was asked last. */
  failed: ReadonlySet<string> = new Set();
  /** When answers were given, to the holder of which lease; and when it let go of the run. */
  readonly answers: { readonly token: number; readonly at: number }[] = [];
  readonly left = new Map<number, number>();
  /** Model calls that answers have told of. */
  modelCalls = 0;

  /** Whether what a subtask gave is being judged. */
  get isJudging(): boolean {
    return [...this.outputs.values()].some(({ phase }) => phase === "evaluating");
  }

  /** @param about the run for null, the subtask of a name, or a revision for so many causes */
  hear(about: string | number | null): { request: number; isFirst: boolean; isEarly: boolean } {
    const isSame = (one: { subtask?: unknown; causes?: unknown }) =>
      typeof about === "number" ? one.causes === about : one.subtask === about;
    const all = typeof about === "number" ? this.revisions : this.asked;
    const { request = 0 } = all.findLast(isSame) ?? {};
    const isFirst = !this.heard.has(`${request}`);
    // What it follows from may have been stored together with a pause.
    const cause = `${request} ${this.resumed}`;
    const isEarly = !this.heard.has(cause) && Math.max(request, this.resumed) < this.stopped;
    this.heard.add(`${request}`).add(cause);
    return { request, isFirst, isEarly };
  }

  follow(event: RunEvent): void {
    if ("usage" in event) this.modelCalls += event.usage?.modelCalls ?? 0;
    switch (event.type) {
      case "output.produced":
        this.#followProduced(event);
        break;
      case "output.evaluated":
        this.#followEvaluated(event);
        break;
      case "output.kept":
        (this.outputs.get(event.subtask) as OutputRecord).phase = "ended";
        break;
      case "subtask.cancelled":
      case "subtask.skipped":
      case "subtask.failed": {
        const record = this.outputs.get(event.subtask);
        if (record !== undefined) record.phase = "ended";
        break;
      }
      case "evaluation.requested":
        this.evaluating = { request: event.seq, output: JSON.stringify(event.output) };
        this.asked.push({ request: event.seq, subtask: null });
        break;
      case "evaluation.completed": {
        const { output = "" } = this.evaluating ?? {};
        this.newest = { output, evaluation: event.evaluation };
        this.#count(event.evaluation, bestOf(this.judged)?.evaluation);
        this.judged.push(this.newest);
        this.evaluating = null;
        break;
      }
      case "evaluation.decided":
        this.decision = event.decision;
        break;
      case "run.resumed":
        this.resumed = event.seq;
        break;
      case "pause.requested":
      case "run.cancelled":
      case "run.completed":
        this.stopped = event.seq;
        break;
      case "replan.requested":
        if (this.request === null) this.replans += 1;
        this.request = event.seq;
        this.revisions.push({ request: event.seq, causes: event.causes.length });
        break;
      case "replan.ended":
        this.request = null;
        this.isOver = true;
        break;
      case "plan.revised":
        this.request = null;
        this.newest = null;
        break;
      case "subtasks.reset":
        for (const id of event.subtasks) this.#forget(id);
        this.#beginAnew();
        break;
      case "subtask.resolved":
        // What has the item goes on.
        this.finished.delete(rootOf(event.subtask));
        this.#beginAnew();
        break;
      case "run.reopened":
        this.#beginAnew();
        break;
      default:
    }
  }

  /** The plan does not have it any more, or in another form. */
  replace(id: string, isGone: boolean): void {
    this.finished.delete(id);
    for (const [name, record] of this.outputs) {
      if (rootOf(name) !== id) continue;
      record.phase = "ended";
      // Items are others then.
      if (isGone || name !== id) this.outputs.delete(name);
    }
  }

  #followProduced({ subtask, seq: request, output }: EventOf<"output.produced">): void {
    const { judged = [] } = this.outputs.get(subtask) ?? {};
    this.outputs.set(subtask, { phase: "evaluating", request, output, judged });
    this.asked.push({ request, subtask });
  }

  #followEvaluated({ subtask, evaluation }: EventOf<"output.evaluated">): void {
    const record = this.outputs.get(subtask) as OutputRecord;
    record.phase = "judged";
    if (rootOf(subtask) === subtask) this.#count(evaluation, bestOf(record.judged)?.evaluation);
    record.judged.push({ output: record.output, evaluation });
  }

  #count(evaluation: Evaluation, best: Evaluation | undefined): void {
    // The first of something is no better than anything.
    if (best === undefined) return;
    this.misses = isBetterThan(evaluation, best) ? 0 : this.misses + 1;
  }

  #forget(id: string): void {
    this.finished.delete(rootOf(id));
    for (const name of this.outputs.keys()) {
      if (name === id || name.startsWith(`${id}[`)) this.outputs.delete(name);
    }
  }

  #beginAnew(): void {
    const nothing = { request: null, evaluating: null, newest: null, decision: null };
    Object.assign(this, { ...nothing, replans: 0, misses: 0, isOver: false, judged: [] });
  }
}

/** What passes is better than all before, and what has a score than what has none. */
function isBetterThan(one: Evaluation, best: Evaluation | undefined): boolean {
  if (best === undefined || one.verdict === "pass") return true;
  return one.score !== null && (best.score === null || one.score > best.score);
}

/** The first of those that no later one is better than. */
export function bestOf<T extends { readonly evaluation: Evaluation }>(
  judged: readonly T[],
): T | undefined {
  let best: T | undefined;
  for (const one of judged) if (isBetterThan(one.evaluation, best?.evaluation)) best = one;
  return best;
}

const known = new WeakMap<Plan, ReadonlyMap<string, string>>();

/** Of each subtask of the plan all that its result depends on, as text. */
export function fingerprintsOf(plan: Plan): ReadonlyMap<string, string> {
  let found = known.get(plan);
  if (found === undefined) {
    found = findFingerprints(plan);
    known.set(plan, found);
  }
  return found;
}

const byText = (a: string, b: string) => (a < b ? -1 : 1);

function findFingerprints(plan: Plan): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  const subtasks = new Map(plan.subtasks.map((subtask) => [subtask.id, subtask]));
  const find = (id: string): string => {
    const subtask = subtasks.get(id);
    const done = found.get(id);
    if (done !== undefined || subtask === undefined) return done ?? "";
    const { tool, input, when = true, forEach, refine, route, join, accept } = subtask;
    const flow = { forEach, refine, route, join, accept };
    const needs = [...needsOf(plan, subtask)].map(
      ([need, on]) => `${need} ${on} ${hashOf(find(need))}`,
    );
    const text = canonicalJson([
      id,
      tool,
      input,
      when,
      flow,
      needs.toSorted(byText),
    ] as unknown as Json);
    found.set(id, text);
    return text;
  };
  for (const { id } of plan.subtasks) find(id);
  return found;
}
