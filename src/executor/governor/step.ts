/**
 * The governor: what calls of all runs of a process have to wait for, as a pure machine. It is
 * asked before a call, and told when the call has ended.
 *
 * G1. At no instant are more calls of a tool under way than its concurrency, or more units of
 *     a pool held than it has; no more start than the token bucket gives; a circuit that is
 *     half open has one probe under way.
 * G2. A ticket takes all that it needs at once, or nothing; so two pools cannot deadlock.
 * G3. Runs take turns, among all lanes that want some same thing; in the queue of a run the
 *     oldest goes first. What cannot go on holds up nobody else.
 * G4. None starves: what a lane wants is kept for it once it was passed over PATIENCE times.
 * G5. Waiting takes nothing. What was granted is given back when it is released, but for the
 *     token of the bucket.
 * G6. Each ticket ends by its release, granted or not. Whoever waits for a circuit that does
 *     not let it in is told so, once for each time it opened.
 * G7. Only what passed a closed circuit counts for it; while it is half open, only the probe.
 */

import type { AdmissionPolicy } from "../../base/admission.ts";
import { passBreaker } from "../../base/breaker.ts";
import { takeToken } from "../../base/token-bucket.ts";
import { forgetBreakers, judge, leaveCircuit, openCircuit, tellDelay } from "./circuits.ts";
import type { GovernorNews } from "./news.ts";
import { type Pick, pickNext, waitForCircuit, waitForTool, waitsForItself, wants } from "./pick.ts";
import { dropIfEmpty, giveTurns, joinQueue, leaveQueue, takeOldest } from "./queues.ts";
import { type GovernorState, initialTool, laneKey, type Ticket } from "./state.ts";

/** `at`: milliseconds since the epoch. */
export type GovernorInput = { readonly at: number } & (
  | {
      readonly type: "admission_requested";
      readonly ticket: string;
      readonly runId: string;
      readonly tool: string;
      /** What shares one breaker: the tool, or a part of what is behind it. */
      readonly circuit: string;
      readonly policy: AdmissionPolicy;
      /** Capacities of pools that are its step's own, and come into being with the first call. */
      readonly pools?: { readonly [pool: string]: number } | undefined;
    }
  /** `unknown`: nobody knows how the call would have ended, or it never ran. */
  | {
      readonly type: "admission_released";
      readonly ticket: string;
      readonly outcome: "ok" | "failed" | "unknown";
    }
  | { readonly type: "timer_rang" }
);

export type GovernorStep = {
  readonly news: readonly GovernorNews[];
  /** When to ring next, milliseconds since the epoch; null for never. */
  readonly wakeAt: number | null;
};

/** One input; the state is updated in place. */
export function stepGovernor(state: GovernorState, input: GovernorInput): GovernorStep {
  const news: GovernorNews[] = [];
  if (input.type === "admission_requested") enqueue(state, input, news);
  if (input.type === "admission_released") release(state, input, news);
  for (;;) {
    const pick = pickNext(state, input.at);
    if (pick === undefined) break;
    grant(state, pick, input.at, news);
  }
  if (input.type === "admission_requested") tellDelay(state, input.ticket, input.at, news);
  return { news, wakeAt: nextWake(state, input.at) };
}

function enqueue(
  state: GovernorState,
  request: Extract<GovernorInput, { readonly type: "admission_requested" }>,
  news: GovernorNews[],
): void {
  const { ticket: id, runId, tool, policy } = request;
  const { uses } = policy;
  for (const [pool, capacity] of Object.entries(request.pools ?? {})) {
    state.pools[pool] ??= { capacity, held: 0, isOwn: true };
  }
  state.tools[tool] ??= initialTool(policy);
  state.tools[tool].policy = policy;
  if (policy.breaker === null) forgetBreakers(state, tool, news);
  const circuit = openCircuit(state, tool, request.circuit);
  const key = laneKey(circuit, uses);
  state.tickets[id] = { runId, lane: key, tool, circuit, uses, status: "waiting" };
  state.lanes[key] ??= { tool, circuit, uses, queues: {}, waiting: 0, passedOver: 0 };
  joinQueue(state, state.lanes[key], runId, id);
}

function release(
  state: GovernorState,
  { ticket: id, outcome, at }: Extract<GovernorInput, { readonly type: "admission_released" }>,
  news: GovernorNews[],
): void {
  const ticket = state.tickets[id];
  if (ticket === undefined) return;
  delete state.tickets[id];
  if (ticket.status === "waiting") {
    leaveQueue(state, ticket);
  } else {
    giveBack(state, ticket);
    judge(state, ticket, outcome, at, news);
  }
  leaveCircuit(state, ticket.circuit);
}

function giveBack(state: GovernorState, { tool, uses }: Ticket): void {
  const owner = state.tools[tool];
  if (owner !== undefined) owner.underWay -= 1;
  for (const [name, units] of Object.entries(uses)) {
    const pool = state.pools[name];
    if (pool !== undefined) pool.held -= units;
  }
}

function grant(state: GovernorState, pick: Pick, at: number, news: GovernorNews[]): void {
  const { lane, key, runId } = pick;
  const id = takeOldest(state, lane, runId);
  const ticket = state.tickets[id];
  const tool = state.tools[lane.tool];
  if (ticket === undefined || tool === undefined) return;
  const { rate, breaker } = tool.policy;
  tool.underWay += 1;
  if (rate !== null) takeToken(tool.bucket, rate, at);
  for (const [name, units] of Object.entries(lane.uses)) {
    const pool = state.pools[name];
    if (pool !== undefined) pool.held += units;
  }
  const circuit = state.circuits[lane.circuit];
  if (breaker !== null && circuit !== undefined) passBreaker(circuit.breaker, breaker, at);
  ticket.status = circuit?.breaker.status === "half_open" ? "probing" : "granted";
  passOver(state, pick, at);
  lane.passedOver = 0;
  giveTurns(state, lane, runId);
  dropIfEmpty(state, lane, key, runId);
  news.push({ type: "admission_granted", ticket: id });
}

/** Others that want some of what was granted, and would be let in by their tool, were passed over. */
function passOver(state: GovernorState, pick: Pick, at: number): void {
  const taken = wants(pick.lane);
  for (const [key, lane] of Object.entries(state.lanes)) {
    if (key === pick.key || !wants(lane).some((one) => taken.includes(one))) continue;
    const isHeldUpByGrant = lane.tool === pick.lane.tool;
    if (waitForCircuit(state, lane, at) > 0 || waitsForItself(state, lane)) continue;
    if (isHeldUpByGrant || waitForTool(state, lane, at) === 0) lane.passedOver += 1;
  }
}

/** What waits for another call's end needs no ring. */
function nextWake(state: GovernorState, at: number): number | null {
  let wait = Number.POSITIVE_INFINITY;
  for (const lane of Object.values(state.lanes)) {
    const forTool = waitForTool(state, lane, at);
    if (forTool > 0) wait = Math.min(wait, forTool);
  }
  return wait === Number.POSITIVE_INFINITY ? null : at + wait;
}
