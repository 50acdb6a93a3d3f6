/** What must be true of a run and its effects, however often its process was killed. */

import type { RunEvent } from "../../../src/index.ts";
import type { Kind } from "./effect-plan.ts";
import type { EffectLine } from "./effect-tools.ts";

/** A run as its journal and the world outside know it. */
export type Traces = {
  readonly kinds: ReadonlyMap<string, Kind>;
  readonly events: readonly RunEvent[];
  readonly effects: readonly EffectLine[];
};

/** What is wrong at any time, while the run goes on too. */
export function violationsOf(traces: Traces): string[] {
  return [...violationsOutside(traces), ...violationsInside(traces)];
}

function violationsOutside({ events, effects }: Traces): string[] {
  const started = new Set(
    events.flatMap((event) =>
      event.type === "attempt.started" ? [`${event.subtask} ${event.attempt}`] : [],
    ),
  );
  const early = effects.filter(({ subtask, attempt }) => !started.has(`${subtask} ${attempt}`));
  const twice = [...Map.groupBy(effects, ({ subtask }) => subtask)].filter(
    ([, lines]) => lines.length > 1,
  );
  return [
    ...twice.map(([subtask, lines]) => `${subtask} happened ${lines.length} times`),
    ...early.map(({ subtask }) => `${subtask} happened before its event`),
  ];
}

function violationsInside({ kinds, events, effects }: Traces): string[] {
  const happened = new Set(effects.map(({ subtask }) => subtask));
  const succeeded = new Set<string>();
  const found: string[] = [];
  for (const event of events) {
    if (event.type === "subtasks.reset") {
      for (const id of event.subtasks) succeeded.delete(id);
    } else if (event.type === "attempt.started" && succeeded.has(event.subtask)) {
      found.push(`${event.subtask} ran again after its success`);
    } else if (event.type === "subtask.succeeded") succeeded.add(event.subtask);
  }
  for (const id of succeeded) {
    if (writes(kinds.get(id)) && !happened.has(id)) found.push(`${id} succeeded without effect`);
  }
  return found;
}

/** What is wrong when the run has ended. @param deadLetters the subtasks that nobody has decided about */
export function violationsAtEnd(traces: Traces, deadLetters: readonly string[]): string[] {
  const found = violationsOf(traces);
  const ends = endsOf(traces.events);
  for (const [id, kind] of traces.kinds) {
    const end = ends.get(id);
    if (end === "subtask.succeeded") continue;
    if (kind !== "send") found.push(`${id} did not succeed: ${end}`);
    else if (end !== "subtask.failed") found.push(`${id} has no end: ${end}`);
  }
  for (const id of deadLetters) {
    if (ends.get(id) !== "subtask.failed")
      found.push(`${id} is a dead letter, and ${ends.get(id)}`);
  }
  return found;
}

/** The newest end of every subtask that has one and was not done again since. */
function endsOf(events: readonly RunEvent[]): Map<string, RunEvent["type"]> {
  const ends = new Map<string, RunEvent["type"]>();
  for (const event of events) {
    switch (event.type) {
      case "subtask.succeeded":
      case "subtask.failed":
      case "subtask.skipped":
      case "subtask.cancelled":
        ends.set(event.subtask, event.type);
        break;
      case "subtasks.reset":
        for (const id of event.subtasks) ends.delete(id);
        break;
      default:
    }
  }
  return ends;
}

/** Idempotent attempts that were run again although their effect had happened. */
export function answeredByKey({ kinds, events, effects }: Traces): number {
  const by = new Map(effects.map(({ subtask, attempt }) => [subtask, attempt]));
  return events.filter(
    (event) =>
      event.type === "subtask.succeeded" &&
      kinds.get(event.subtask) === "put" &&
      by.get(event.subtask) !== event.attempt,
  ).length;
}

/** Where a kill hit a run. */
export const PHASES = [
  "before its first event",
  "between attempts",
  "in attempts: before the effect",
  "in attempts: after the effect, before its event",
  "in attempts: repeated, its effect had happened before",
  "in attempts: that only look",
  "after its last event",
] as const;
export type Phase = (typeof PHASES)[number];

/** @returns one for each attempt under way, or the one of the run */
export function phasesOf({ kinds, events, effects }: Traces): Phase[] {
  const last = events.at(-1);
  if (last === undefined) return ["before its first event"];
  if (last.type === "run.completed") return ["after its last event"];
  const by = new Map(effects.map(({ subtask, attempt }) => [subtask, attempt]));
  const phases = underWay(events).map(({ subtask, attempt }): Phase => {
    if (kinds.get(subtask) === "look") return "in attempts: that only look";
    if (!by.has(subtask)) return "in attempts: before the effect";
    return by.get(subtask) === attempt
      ? "in attempts: after the effect, before its event"
      : "in attempts: repeated, its effect had happened before";
  });
  return phases.length > 0 ? phases : ["between attempts"];
}

function underWay(events: readonly RunEvent[]): { subtask: string; attempt: number }[] {
  const open = new Map<string, { subtask: string; attempt: number }>();
  for (const event of events) {
    if (event.type === "attempt.started") open.set(event.subtask, event);
    else if ("subtask" in event) open.delete(event.subtask);
  }
  return [...open.values()];
}

function writes(kind: Kind | undefined): boolean {
  return kind === "put" || kind === "send";
}
