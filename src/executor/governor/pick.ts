/**
 * Which lane goes on next. See step.ts for the rules; the letters are its.
 */

import { waitForBreaker } from "../../base/breaker.ts";
import { waitForToken } from "../../base/token-bucket.ts";
import type { GovernorState, Lane } from "./state.ts";

/** Passed over so often, a lane has what it wants kept for it. */
const PATIENCE = 16;

export type Pick = { readonly lane: Lane; readonly key: string; readonly runId: string };

/** @returns the queue of which the oldest ticket goes on; undefined where none can */
export function pickNext(state: GovernorState, at: number): Pick | undefined {
  const kept = new Set<string>();
  for (const [key, lane] of starving(state, at)) {
    const wanted = wants(lane);
    if (!wanted.some((one) => kept.has(one)) && canStart(state, lane, at)) {
      return { lane, key, runId: firstQueue(lane).runId };
    }
    // Pools stand idle for it only while nothing else holds it up.
    const isLetIn = waitForTool(state, lane, at) === 0;
    for (const one of isLetIn ? wanted : [toolKey(lane)]) kept.add(one);
  }
  let best: (Pick & { readonly turn: number }) | undefined;
  for (const [key, lane] of Object.entries(state.lanes)) {
    if (!canStart(state, lane, at)) continue;
    if (kept.size > 0 && wants(lane).some((one) => kept.has(one))) continue;
    const { runId, turn } = firstQueue(lane);
    if (best === undefined || turn < best.turn) best = { lane, key, runId, turn };
  }
  return best;
}

/** Milliseconds until the lane's tool and circuit let a call in; Infinity for an end of another call. */
export function waitForTool(state: GovernorState, lane: Lane, at: number): number {
  const tool = state.tools[lane.tool];
  if (tool === undefined) return 0;
  const { concurrency, rate } = tool.policy;
  if (concurrency !== null && tool.underWay >= concurrency) return Number.POSITIVE_INFINITY;
  const forToken = rate === null ? 0 : waitForToken(tool.bucket, rate, at);
  return Math.max(forToken, waitForCircuit(state, lane, at));
}

/** Milliseconds until the lane's circuit lets a call in; Infinity while a probe is under way. */
export function waitForCircuit(state: GovernorState, lane: Lane, at: number): number {
  const policy = state.tools[lane.tool]?.policy.breaker ?? null;
  const circuit = state.circuits[lane.circuit];
  if (policy === null || circuit === undefined) return 0;
  if (circuit.breaker.status === "half_open") return Number.POSITIVE_INFINITY;
  return waitForBreaker(circuit.breaker, policy, at);
}

/** Whether it is the lane's own calls that it waits for: nobody passes it over, nor need make room. */
export function waitsForItself(state: GovernorState, lane: Lane): boolean {
  return Object.entries(lane.uses).some(([name, units]) => {
    const pool = state.pools[name];
    return pool?.isOwn === true && pool.held + units > pool.capacity;
  });
}

/** What lanes may contend for: their tool, and pools. */
export function wants(lane: Lane): string[] {
  return [toolKey(lane), ...Object.keys(lane.uses).map((pool) => `pool ${pool}`)];
}

function toolKey(lane: Lane): string {
  return `tool ${lane.tool}`;
}

function canStart(state: GovernorState, lane: Lane, at: number): boolean {
  for (const [name, units] of Object.entries(lane.uses)) {
    const pool = state.pools[name];
    if (pool === undefined) throw new Error(`There is no resource pool "${name}".`);
    if (pool.held + units > pool.capacity) return false;
  }
  return waitForTool(state, lane, at) === 0;
}

/** Those passed over too often, the most often first; what waits for its circuit, or for itself, has no claim. */
function starving(state: GovernorState, at: number): (readonly [string, Lane])[] {
  return Object.entries(state.lanes)
    .filter(([, lane]) => lane.passedOver >= PATIENCE && !waitsForItself(state, lane))
    .filter(([, lane]) => waitForCircuit(state, lane, at) === 0)
    .sort(([, a], [, b]) => b.passedOver - a.passedOver || firstQueue(a).turn - firstQueue(b).turn);
}

/** The queue of a lane whose turn it is. */
function firstQueue(lane: Lane): { readonly runId: string; readonly turn: number } {
  let first: { readonly runId: string; readonly turn: number } | undefined;
  for (const runId in lane.queues) {
    const turn = lane.queues[runId]?.turn ?? 0;
    if (first === undefined || turn < first.turn) first = { runId, turn };
  }
  if (first === undefined) throw new Error("A lane without queues was not dropped.");
  return first;
}
