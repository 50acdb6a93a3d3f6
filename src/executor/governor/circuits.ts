/** The circuits of tools, each with its breaker. See step.ts for the rules; the letters are its. */

import { forgetPassage, initialBreaker, tellBreaker } from "../../base/breaker.ts";
import type { GovernorNews } from "./news.ts";
import { waitForCircuit } from "./pick.ts";
import { circuitKey, type GovernorState, initialCircuit, type Ticket } from "./state.ts";

/** So many are remembered; a tool may have one for each host that it was ever given. */
const CIRCUITS = 1000;

/** One ticket more is for a circuit. @returns its key */
export function openCircuit(state: GovernorState, tool: string, name: string): string {
  const key = circuitKey(tool, name);
  if (state.circuits[key] === undefined) {
    forgetCircuits(state);
    state.circuits[key] = initialCircuit(tool, name);
  }
  state.circuits[key].tickets += 1;
  return key;
}

/** One ticket less is for a circuit. */
export function leaveCircuit(state: GovernorState, key: string): void {
  const circuit = state.circuits[key];
  if (circuit !== undefined) circuit.tickets -= 1;
}

/** Where there are too many, those go that are closed and that nobody uses. */
function forgetCircuits(state: GovernorState): void {
  const all = Object.entries(state.circuits);
  if (all.length < CIRCUITS) return;
  const idle = all.filter(
    ([, { breaker, tickets }]) => breaker.status === "closed" && tickets === 0,
  );
  // Those that failed last are worth most.
  const healthy = idle.filter(([, { breaker }]) => breaker.failures === 0);
  for (const [key] of healthy.length > 0 ? healthy : idle) delete state.circuits[key];
}

/** The tool has no breaker any more. */
export function forgetBreakers(state: GovernorState, tool: string, news: GovernorNews[]): void {
  for (const circuit of Object.values(state.circuits)) {
    if (circuit.tool !== tool || circuit.breaker.status === "closed") continue;
    circuit.breaker = initialBreaker();
    news.push({ type: "breaker_closed", tool, circuit: circuit.circuit });
  }
}

/** Tell the circuit how a call through it ended. */
export function judge(
  state: GovernorState,
  { tool, circuit: key, status }: Ticket,
  outcome: "ok" | "failed" | "unknown",
  at: number,
  news: GovernorNews[],
): void {
  const circuit = state.circuits[key];
  const policy = state.tools[tool]?.policy.breaker ?? null;
  if (circuit === undefined || policy === null) return;
  const { breaker } = circuit;
  const before = breaker.status;
  if ((before === "half_open") !== (status === "probing")) return;
  if (outcome === "unknown") return forgetPassage(breaker, at);
  tellBreaker(breaker, policy, outcome === "ok", at);
  const about = { tool, circuit: circuit.circuit };
  if (before === "half_open" && breaker.status === "closed") {
    news.push({ type: "breaker_closed", ...about });
  }
  if (before !== "open" && breaker.status === "open") {
    news.push({ type: "breaker_opened", ...about, until: breaker.probeAt });
    for (const [id, ticket] of waitingFor(state, key)) {
      if (ticket.status !== "waiting") continue;
      news.push({ type: "admission_delayed", ticket: id, until: breaker.probeAt });
    }
  }
}

function* waitingFor(state: GovernorState, circuit: string): Iterable<[string, Ticket]> {
  for (const lane of Object.values(state.lanes)) {
    if (lane.circuit !== circuit) continue;
    for (const queue of Object.values(lane.queues)) {
      for (const id of queue.tickets) {
        const ticket = state.tickets[id];
        if (ticket !== undefined) yield [id, ticket];
      }
    }
  }
}

/** Who asks while its circuit is open is told so. */
export function tellDelay(
  state: GovernorState,
  id: string,
  at: number,
  news: GovernorNews[],
): void {
  const ticket = state.tickets[id];
  const lane = ticket?.status === "waiting" ? state.lanes[ticket.lane] : undefined;
  if (lane === undefined) return;
  const wait = waitForCircuit(state, lane, at);
  const resetMs = state.tools[lane.tool]?.policy.breaker?.resetMs ?? 0;
  const isOpen = state.circuits[lane.circuit]?.breaker.status !== "closed" && wait > 0;
  if (isOpen) {
    news.push({ type: "admission_delayed", ticket: id, until: at + Math.min(wait, resetMs) });
  }
}
