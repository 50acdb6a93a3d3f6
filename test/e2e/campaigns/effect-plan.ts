/**
 * Plans of 30 subtasks for the campaigns: reads, idempotent writes and writes that are not,
 * each after up to three before it.
 *
 * Nothing but a last look depends on a `send`, so that one which a person must decide about
 * holds up nothing, and doing it again repeats no other effect.
 */

import { seeded } from "../../../bench/graphs.ts";
import type { PlanDraft } from "../../../src/index.ts";

export type Kind = "look" | "put" | "send";

export type EffectPlan = {
  readonly plan: PlanDraft;
  readonly kinds: ReadonlyMap<string, Kind>;
  /** What a run of it must come to. */
  readonly output: number;
};

const SUBTASKS = 30;
const SENDS = 9;
const LAST_LOOKS = 3;

/**
 * @param goal tells the run from others in the journal
 * @param options.puts whether there are idempotent writes
 */
export function makeEffectPlan(goal: string, seed: number, { puts = true } = {}): EffectPlan {
  const random = seeded(seed);
  const below = (end: number) => Math.floor(random() * end);
  const counted: { id: string; n: number }[] = [];
  const kinds = new Map<string, Kind>();
  const subtasks: PlanDraft["subtasks"] = [];
  const add = (kind: Kind, more: Partial<PlanDraft["subtasks"][number]>) => {
    const id = `${kind}${kinds.size}`;
    kinds.set(id, kind);
    subtasks.push({ id, tool: kind, ...more });
    return id;
  };
  const chosen = () => [
    ...new Set(Array.from({ length: Math.min(3, counted.length) }, () => below(counted.length))),
  ];

  let sends = 0;
  const inside = SUBTASKS - LAST_LOOKS;
  for (let k = 0; k < inside; k += 1) {
    const before = chosen().flatMap((index) => counted[index] ?? []);
    const input = { after: before.map(({ id }) => `\${${id}.n}`) };
    // As likely as makes the number come out.
    if (random() < (SENDS - sends) / (inside - k)) {
      add("send", { input });
      sends += 1;
    } else {
      const n = before.reduce((total, one) => total + one.n, 1);
      counted.push({ id: add(random() < 0.6 && puts ? "put" : "look", { input }), n });
    }
  }
  const sent = [...kinds].filter(([, kind]) => kind === "send").map(([id]) => id);
  for (let k = 0; k < LAST_LOOKS; k += 1) {
    const id = sent[below(sent.length)] ?? "";
    add("look", { input: { after: [] }, dependsOn: [{ id, on: "settled" }] });
  }
  const output = counted.reduce((total, { n }) => total + n, 0);
  const terms = counted.map(({ id }) => `${id}.n`).join(" + ");
  return { plan: { goal, subtasks, output: `\${${terms}}` }, kinds, output };
}
