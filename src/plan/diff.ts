/** What changed from one plan to another: subtasks are the same when their ids are. */

import {
  canonicalJson,
  formatPath,
  isPlainObject,
  type Json,
  type PathStep,
} from "../base/json.ts";
import type { Plan, Subtask } from "./schema.ts";
import { fitWidth, oneLine } from "./text-width.ts";

/** A value that differs. Null stands also for a value that is not there. */
export type FieldChange = {
  /** E.g. `input.context.a`; inside lists changes are not followed. */
  readonly field: string;
  readonly before: Json;
  readonly after: Json;
};

export type PlanDiff = {
  /** Of the goal, the inputs, the output and what it must be like. */
  readonly plan: readonly FieldChange[];
  readonly added: readonly Subtask[];
  readonly removed: readonly Subtask[];
  readonly changed: readonly { readonly id: string; readonly fields: readonly FieldChange[] }[];
  /** Ids, in the order of the new plan. */
  readonly unchanged: readonly string[];
};

/** What changed from `before` to `after`. The order of subtasks is no difference. */
export function diffPlans(before: Plan, after: Plan): PlanDiff {
  const old = new Map(before.subtasks.map((subtask) => [subtask.id, subtask]));
  const ids = new Set(after.subtasks.map(({ id }) => id));
  const added: Subtask[] = [];
  const changed: { id: string; fields: FieldChange[] }[] = [];
  const unchanged: string[] = [];
  for (const subtask of after.subtasks) {
    const previous = old.get(subtask.id);
    if (previous === undefined) {
      added.push(subtask);
      continue;
    }
    const fields = changesOf(toComparable(previous), toComparable(subtask), []);
    if (fields.length > 0) changed.push({ id: subtask.id, fields });
    else unchanged.push(subtask.id);
  }
  return {
    plan: changesOf(planFields(before), planFields(after), []),
    added,
    removed: before.subtasks.filter(({ id }) => !ids.has(id)),
    changed,
    unchanged,
  };
}

export function isSamePlan({ plan, added, removed, changed }: PlanDiff): boolean {
  return plan.length + added.length + removed.length + changed.length === 0;
}

function planFields({ goal, inputs, output, accept }: Plan): Json {
  const own = { ...(output !== undefined && { output }), ...(accept && { accept }) };
  return { goal, inputs, ...own } as Json;
}

/** One form for dependencies that mean the same, in an order that means nothing. */
function toComparable(subtask: Subtask): Json {
  const dependsOn = subtask.dependsOn
    .map((item) => (typeof item === "object" && item.on === "success" ? item.id : item))
    .sort((a, b) => (canonicalJson(a) < canonicalJson(b) ? -1 : 1));
  return { ...subtask, dependsOn } as Json;
}

function changesOf(
  before: Json | undefined,
  after: Json | undefined,
  steps: readonly PathStep[],
): FieldChange[] {
  if (isPlainObject(before) && isPlainObject(after)) {
    const keys = new Set([...Object.keys(before), ...Object.keys(after)]);
    return [...keys].flatMap((key) =>
      changesOf(ownField(before, key), ownField(after, key), [...steps, key]),
    );
  }
  if (
    before !== undefined &&
    after !== undefined &&
    canonicalJson(before) === canonicalJson(after)
  ) {
    return [];
  }
  return [{ field: formatPath(steps), before: before ?? null, after: after ?? null }];
}

function ownField(record: Readonly<Record<string, unknown>>, key: string): Json | undefined {
  return Object.hasOwn(record, key) ? (record[key] as Json) : undefined;
}

/** The differences as lines for a terminal; an empty text when there are none. */
export function renderDiff(diff: PlanDiff): string {
  if (isSamePlan(diff)) return "";
  const { plan, added, removed, changed, unchanged } = diff;
  const kept = unchanged.length === 0 ? [] : [`= ${unchanged.length} unchanged`];
  const lines = [
    ...plan.map((change) => `~ ${renderChange(change)}`),
    ...removed.map((subtask) => `- ${renderSubtask(subtask)}`),
    ...added.map((subtask) => `+ ${renderSubtask(subtask)}`),
    ...changed.flatMap(({ id, fields }) => [
      `~ ${id}`,
      ...fields.map((change) => `    ${renderChange(change)}`),
    ]),
    ...kept,
  ];
  return `${lines.join("\n")}\n`;
}

function renderSubtask({ id, tool, description }: Subtask): string {
  return `${id}  ${tool}${description === undefined ? "" : `  ${oneLine(description)}`}`;
}

function renderChange({ field, before, after }: FieldChange): string {
  return `${field}: ${renderValue(before)} → ${renderValue(after)}`;
}

function renderValue(value: Json): string {
  return fitWidth(oneLine(JSON.stringify(value)), 60);
}
