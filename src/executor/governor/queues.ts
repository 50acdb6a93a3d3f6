/** The queues of runs in lanes. See step.ts for the rules; the letters are its. */

import { wants } from "./pick.ts";
import type { GovernorState, Lane, Ticket } from "./state.ts";

export function joinQueue(state: GovernorState, lane: Lane, runId: string, ticket: string): void {
  lane.queues[runId] ??= { turn: nextTurn(state), tickets: [], waiting: 0 };
  const queue = lane.queues[runId];
  queue.tickets.push(ticket);
  queue.waiting += 1;
  lane.waiting += 1;
}

/** A ticket that waited was given back. */
export function leaveQueue(state: GovernorState, { lane: key, runId }: Ticket): void {
  const lane = state.lanes[key];
  const queue = lane?.queues[runId];
  if (lane === undefined || queue === undefined) return;
  queue.waiting -= 1;
  lane.waiting -= 1;
  // Looking for it in the queue would cost much where all of a long queue are given back.
  if (queue.tickets.length > 2 * queue.waiting + 16) {
    queue.tickets = queue.tickets.filter((id) => state.tickets[id] !== undefined);
  }
  dropIfEmpty(state, lane, key, runId);
}

/** The oldest ticket of the queue that still waits; it leaves the queue. */
export function takeOldest(state: GovernorState, lane: Lane, runId: string): string {
  const queue = lane.queues[runId];
  for (;;) {
    const id = queue?.tickets.shift();
    if (queue === undefined || id === undefined)
      throw new Error("A queue without tickets was not dropped.");
    if (state.tickets[id] === undefined) continue;
    queue.waiting -= 1;
    lane.waiting -= 1;
    return id;
  }
}

/** The run goes behind all others in every lane that wants some of the same; last in this one. */
export function giveTurns(state: GovernorState, served: Lane, runId: string): void {
  const taken = wants(served);
  const others = Object.values(state.lanes)
    .filter((lane) => lane !== served && wants(lane).some((one) => taken.includes(one)))
    .flatMap((lane) => lane.queues[runId] ?? [])
    .sort((a, b) => a.turn - b.turn);
  for (const queue of others) queue.turn = nextTurn(state);
  const own = served.queues[runId];
  if (own !== undefined) own.turn = nextTurn(state);
}

function nextTurn(state: GovernorState): number {
  state.turns += 1;
  return state.turns;
}

export function dropIfEmpty(state: GovernorState, lane: Lane, key: string, runId: string): void {
  if (lane.queues[runId]?.waiting === 0) delete lane.queues[runId];
  if (lane.waiting === 0) delete state.lanes[key];
}
