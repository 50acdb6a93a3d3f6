/** Work that failed for good, with all that is needed to understand it and to decide about it. */

import type { ErrorData, Issue } from "../base/errors.ts";
import type { JsonObject } from "../base/json.ts";
import { editedInput } from "../executor/core/approval.ts";
import type { RunEvent, Versions } from "../executor/core/event.ts";
import { evolve } from "../executor/core/evolve.ts";
import { type LargeValues, NO_LARGE_VALUES } from "../executor/core/large-value.ts";
import { findSubtask, planIndexOf, programOf } from "../executor/core/program.ts";
import { inputTemplate } from "../executor/core/refine.ts";
import { scopeFor } from "../executor/core/scope.ts";
import { initialState, type RunState } from "../executor/core/state.ts";
import type { SubtaskReason } from "../executor/core/status.ts";

export type DeadLetter = DeadSubtask | DeadItem;

/** A subtask that failed for good. */
export type DeadSubtask = {
  readonly runId: string;
  readonly goal: string;
  readonly subtask: string;
  readonly description?: string;
  /** The plan's; each attempt says which one it called. */
  readonly tool: string;
  readonly reason: SubtaskReason;
  readonly error: ErrorData;
  /** When it was given up; milliseconds since the epoch. */
  readonly at: number;
  readonly attempts: readonly DeadAttempt[];
  /**
   * What the newest attempt was given, expressions resolved; what a person was asked about, if
   * none began; null where it could not be computed.
   */
  readonly input: JsonObject | null;
  /** What it depends on, and where the outputs are that its input could read. */
  readonly upstream: readonly UpstreamOutput[];
  /** The subtasks that were skipped because of it. */
  readonly skipped: readonly string[];
  /** Of the plan, then. */
  readonly revision: number;
  /** What drove the run then; null in journals that do not say. */
  readonly versions: Versions | null;
};

/** An item of a batch that cannot be run. */
export type DeadItem = {
  readonly batchId: string;
  readonly goal: string;
  /** From 1. */
  readonly item: number;
  readonly reason: "invalid";
  /** What is wrong with it first. */
  readonly error: ErrorData;
  /** All that is wrong with it, each with its place and its cure; none where nobody kept it. */
  readonly issues: readonly Issue[];
  /** When it was read; milliseconds since the epoch. */
  readonly at: number;
  /** The path of the batch's items; null where a program gave them. */
  readonly source: string | null;
  /** Of its file, from 1. */
  readonly line?: number;
  /** As its source has it. */
  readonly text: string;
  /** What read it. */
  readonly versions: Versions;
};

export type DeadAttempt = {
  readonly attempt: number;
  readonly tool: string;
  /** Whether the tool is the subtask's fallback. */
  readonly isFallback: boolean;
  readonly startedAt: number;
  /** Null where nobody knows. */
  readonly endedAt: number | null;
  readonly error: ErrorData | null;
  /** Where in the tool the error was thrown. */
  readonly stack?: string;
};

export type UpstreamOutput = {
  readonly subtask: string;
  /** Which gave the output; null where several did, or a person, or where there is none. */
  readonly attempt: number | null;
  /** Of the event that holds the output; null where there is none. */
  readonly seq: number | null;
};

/** What is left out lets everything pass. */
export interface DeadLetterFilter {
  /** Or of a batch: those of its items, and of their runs. */
  readonly runId?: string | undefined;
  /** The plan's tool, or one that was tried. Items that cannot be run have none. */
  readonly tool?: string | undefined;
  /** Of the error. */
  readonly code?: string | undefined;
  readonly reason?: DeadLetter["reason"] | undefined;
  /** Given up at this time or later; milliseconds since the epoch. */
  readonly since?: number | undefined;
}

/** What runs it is about is for who reads them to choose. */
export function matchesFilter(
  letter: DeadLetter,
  filter: Omit<DeadLetterFilter, "runId">,
): boolean {
  return (
    (filter.tool === undefined || toolsOf(letter).includes(filter.tool)) &&
    (filter.code ?? letter.error.code) === letter.error.code &&
    (filter.reason ?? letter.reason) === letter.reason &&
    (filter.since ?? letter.at) <= letter.at
  );
}

function toolsOf(letter: DeadLetter): string[] {
  return "item" in letter ? [] : [letter.tool, ...letter.attempts.map(({ tool }) => tool)];
}

/**
 * The dead letters of a run about which nobody has decided, in the order in which they came.
 * @param values where its large outputs are; left out, inputs that read such are not computed
 */
export function deadLettersOf(
  runId: string,
  events: readonly RunEvent[],
  values: LargeValues = NO_LARGE_VALUES,
): DeadSubtask[] {
  const open = openLetters(events);
  if (open.size === 0) return [];
  const stories = new Map([...open.keys()].map((id) => [id, new Story(id)]));
  const past = new Past(runId, values);
  for (const event of events) {
    if ("subtask" in event) stories.get(event.subtask)?.take(event, past);
    else if (event.type === "subtasks.reset") {
      for (const id of event.subtasks) stories.get(id)?.beginAnew();
    }
    past.take(event);
  }
  const { state } = past;
  return [...open.values()].map(({ subtask, reason, error, at }) => {
    const story = stories.get(subtask) as Story;
    const { tool = "", description } = subtaskOf(state, subtask) ?? {};
    return {
      runId,
      goal: state.goal,
      subtask,
      ...(description !== undefined && { description }),
      tool,
      reason,
      error,
      at,
      attempts: story.attempts,
      ...(story.given ?? circumstances(past, subtask, null)),
      skipped: skippedFor(state, subtask),
    };
  });
}

type Added = Extract<RunEvent, { readonly type: "dead_letter.added" }>;
type SubtaskEvent = Extract<RunEvent, { readonly subtask: string }>;

function openLetters(events: readonly RunEvent[]): Map<string, Added> {
  const open = new Map<string, Added>();
  for (const event of events) {
    if (event.type === "dead_letter.added") open.set(event.subtask, event);
    else if (event.type === "dead_letter.resolved") open.delete(event.subtask);
  }
  return open;
}

/** The run as it was before some event. */
class Past {
  readonly state: RunState;
  readonly values: LargeValues;
  readonly outputs = new Map<string, Omit<UpstreamOutput, "subtask">>();
  versions: Versions | null = null;

  constructor(runId: string, values: LargeValues) {
    this.state = initialState(runId);
    this.values = values;
  }

  take(event: RunEvent): void {
    evolve(this.state, event);
    if ("versions" in event && event.versions !== undefined) this.versions = event.versions;
    if (event.type === "subtask.succeeded") {
      this.outputs.set(event.subtask, { attempt: event.attempt, seq: event.seq });
    } else if (GIVES_OUTPUT.has(event.type) && "subtask" in event) {
      this.outputs.set(event.subtask, { attempt: null, seq: event.seq });
    } else if (event.type === "subtasks.reset") {
      for (const id of event.subtasks) this.outputs.delete(id);
    }
  }
}

/** Beside the success of an attempt. */
const GIVES_OUTPUT: ReadonlySet<string> = new Set<RunEvent["type"]>([
  "items.collected",
  "iterations.ended",
  "output.kept",
  "subtask.resolved",
]);

type Circumstances = Pick<DeadSubtask, "input" | "upstream" | "revision" | "versions">;

/** What happened to one subtask. */
class Story {
  readonly attempts: DeadAttempt[] = [];
  given: Circumstances | undefined;
  readonly #subtask: string;

  constructor(subtask: string) {
    this.#subtask = subtask;
  }

  beginAnew(): void {
    this.given = undefined;
  }

  take(event: SubtaskEvent, past: Past): void {
    switch (event.type) {
      case "approval.requested":
        this.given = circumstances(past, this.#subtask, event.input);
        break;
      case "attempt.started": {
        this.given = circumstances(past, this.#subtask, inputOf(past, this.#subtask));
        const { attempt, tool, at: startedAt } = event;
        const planned = subtaskOf(past.state, this.#subtask);
        const isFallback = tool === planned?.fallback && tool !== planned.tool;
        this.attempts.push({ attempt, tool, isFallback, startedAt, endedAt: null, error: null });
        break;
      }
      case "attempt.failed": {
        const { at: endedAt, error, stack } = event;
        this.#endAttempt({ endedAt, error, ...(stack !== undefined && { stack }) });
        break;
      }
      case "attempt.cancelled":
      case "iteration.produced":
      case "output.produced":
      case "subtask.succeeded":
        this.#endAttempt({ endedAt: event.at });
        break;
      case "iteration.checked":
        if (event.attempt !== undefined) this.#endAttempt({ endedAt: event.at });
        break;
      case "dead_letter.added":
        this.given ??= circumstances(past, this.#subtask, null);
        break;
      default:
    }
  }

  #endAttempt(end: Partial<DeadAttempt>): void {
    const last = this.attempts.pop();
    if (last !== undefined) this.attempts.push({ ...last, ...end });
  }
}

function circumstances(
  { state, outputs, versions }: Past,
  id: string,
  input: JsonObject | null,
): Circumstances {
  const { graph } = programOf(state).compiled;
  const needs = graph.dependencies[planIndex(state, id)] ?? [];
  const upstream = needs.map(({ index }) => {
    const subtask = graph.ids[index] ?? "";
    return { subtask, ...(outputs.get(subtask) ?? { attempt: null, seq: null }) };
  });
  return { input, upstream, revision: state.accepted?.revision ?? 0, versions };
}

/** What an attempt that starts now is given, as the core computes it. */
function inputOf({ state, values }: Past, id: string): JsonObject | null {
  const program = programOf(state);
  const index = findSubtask(state, id);
  const subtask = state.subtasks[index];
  if (subtask === undefined) return null;
  const edited = editedInput(subtask, program.accepted.revision);
  if (edited !== undefined) return edited;
  const { template } = inputTemplate(state, index);
  try {
    return template.evaluate(scopeFor(state, template, values, index)) as JsonObject;
  } catch {
    return null;
  }
}

/** Index of the plan's subtask that a subtask of the run belongs to. */
function planIndex(state: RunState, id: string): number {
  const index = findSubtask(state, id);
  const subtask = state.subtasks[index];
  return subtask === undefined ? -1 : planIndexOf(subtask, index);
}

function subtaskOf(state: RunState, id: string) {
  return state.accepted?.plan.subtasks[planIndex(state, id)];
}

function skippedFor(state: RunState, id: string): string[] {
  return programOf(state).compiled.graph.ids.filter((_, index) => isBelow(state, index, id));
}

/** Whether the subtask was skipped because of the other one, directly or further down. */
function isBelow(state: RunState, index: number, id: string): boolean {
  const { graph } = programOf(state).compiled;
  for (let at = index, steps = 0; steps <= graph.ids.length; steps++) {
    const cause = state.subtasks[at]?.cause ?? null;
    if (cause === null) return false;
    if (cause === id) return true;
    at = findSubtask(state, cause);
  }
  return false;
}
