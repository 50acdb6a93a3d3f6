/** Multi-step tasks, drawn from a seed. */

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Random } from "../../test/simulation/random.ts";
import type { Assumptions } from "./assumptions.ts";

const FEWEST_STEPS = 5;
const MOST_STEPS = 9;
/** Lin et al., Graph-enhanced Large Language Models in Asynchronous Plan Reasoning, ICML 2024. */
const REAL_TASKS = join(import.meta.dirname, "../../evals/asynchow/async.jsonl");

/** By step, the indices of the steps whose outputs it needs, all smaller than its own. */
type Needs = readonly (readonly number[])[];

export type Task = { readonly number: number; readonly needs: Needs };

/** A task of 5 to 9 steps; the same for the same seed and number. */
export function drawTask(seed: number, number: number, assumptions: Assumptions): Task {
  const random = new Random(seed * 1_000_003 + number);
  const { dependencies, realGraphs } = assumptions;
  if (realGraphs === 0) return { number, needs: drawNeeds(random, dependencies) };
  realNeeds ??= readRealNeeds();
  return { number, needs: random.pick(realNeeds) };
}

/**
 * Each step needs so many of the earlier ones, drawn evenly; the last one makes the answer, out of
 * all that no other step has used.
 */
function drawNeeds(random: Random, dependencies: number): Needs {
  const count = random.int(FEWEST_STEPS, MOST_STEPS);
  const needs: number[][] = [];
  for (let step = 0; step < count - 1; step += 1) {
    const wanted = Math.floor(dependencies) + (random.chance(dependencies % 1) ? 1 : 0);
    const earlier = needs.map((_, at) => ({ at, place: random.next() }));
    const chosen = earlier.sort((a, b) => a.place - b.place).slice(0, wanted);
    needs.push(chosen.map(({ at }) => at).sort((a, b) => a - b));
  }
  const used = new Set(needs.flat());
  needs.push(needs.map((_, step) => step).filter((step) => !used.has(step)));
  return needs;
}

let realNeeds: readonly Needs[] | undefined;

function readRealNeeds(): Needs[] {
  const rows = readFileSync(REAL_TASKS, "utf8").trim().split("\n");
  return rows.flatMap((row) => {
    const { steps, gold } = JSON.parse(row) as {
      readonly steps: readonly string[];
      readonly gold: { readonly edges: readonly (readonly [number, number])[] };
    };
    if (steps.length < FEWEST_STEPS || steps.length > MOST_STEPS) return [];
    return [inOrder(steps.length, gold.edges)];
  });
}

/** Numbered anew, so that what a step needs stands before it. */
function inOrder(count: number, edges: readonly (readonly [number, number])[]): Needs {
  const order: number[] = [];
  while (order.length < count) {
    const isReady = (step: number) =>
      !order.includes(step) && edges.every(([from, to]) => to !== step || order.includes(from));
    const next = Array.from({ length: count }, (_, step) => step).find(isReady);
    if (next === undefined) throw new Error("A task of AsyncHow has a cycle.");
    order.push(next);
  }
  return order.map((step) =>
    edges.flatMap(([from, to]) => (to === step ? [order.indexOf(from)] : [])),
  );
}

/** Of the longest path, in steps. */
export function depthOf({ needs }: Task): number {
  const depths: number[] = [];
  for (const list of needs) depths.push(1 + Math.max(0, ...list.map((at) => depths[at] ?? 0)));
  return Math.max(...depths);
}
