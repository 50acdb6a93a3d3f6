/**
 * What the runs of one process share, as plain JSON.
 *
 * A call waits as a ticket. Tickets that want the very same things (the same tool, circuit
 * and units of pools) share a lane; in a lane each run has a queue. So what is asked of ten
 * thousand tickets is asked once.
 */

import type { AdmissionPolicy } from "../../base/admission.ts";
import { type BreakerState, initialBreaker } from "../../base/breaker.ts";
import { type BucketState, initialBucket } from "../../base/token-bucket.ts";

export type GovernorState = {
  /** By name. */
  readonly pools: { [pool: string]: PoolState };
  /** By name; the policy is that of the newest request. */
  readonly tools: { [tool: string]: ToolState };
  /** By `circuitKey`. */
  readonly circuits: { [circuit: string]: CircuitState };
  /** Those in which somebody waits, by `laneKey`. */
  readonly lanes: { [lane: string]: Lane };
  /** Those that wait or were granted. */
  readonly tickets: { [ticket: string]: Ticket };
  /** Counts the turns that were given to queues. */
  turns: number;
};

export type PoolState = {
  readonly capacity: number;
  held: number;
  /** Of one step of a plan: nobody else uses it. */
  readonly isOwn?: true;
};

export type ToolState = {
  policy: AdmissionPolicy;
  /** Calls that were granted and have not ended. */
  underWay: number;
  readonly bucket: BucketState;
};

export type CircuitState = {
  readonly tool: string;
  readonly circuit: string;
  breaker: BreakerState;
  /** Tickets that wait for it or passed it. */
  tickets: number;
};

export type Lane = {
  readonly tool: string;
  /** Key of its circuit. */
  readonly circuit: string;
  readonly uses: AdmissionPolicy["uses"];
  /** By run. */
  readonly queues: { [runId: string]: Queue };
  /** Tickets that wait in it. */
  waiting: number;
  /** Grants of what it wants to other lanes, since it could have gone on itself. */
  passedOver: number;
};

export type Queue = {
  /** Its place among the queues: lower goes first. */
  turn: number;
  /** Oldest first; those that were given back while they waited are still in it. */
  tickets: string[];
  /** How many of them wait. */
  waiting: number;
};

export type Ticket = {
  readonly runId: string;
  readonly lane: string;
  readonly tool: string;
  /** Key of its circuit. */
  readonly circuit: string;
  readonly uses: AdmissionPolicy["uses"];
  /** `probing`: granted, and it decides whether its circuit closes. */
  status: "waiting" | "granted" | "probing";
};

/** @param pools units of each resource pool */
export function initialGovernor(pools: { readonly [pool: string]: number }): GovernorState {
  return {
    pools: Object.fromEntries(
      Object.entries(pools).map(([name, capacity]) => [name, { capacity, held: 0 }]),
    ),
    tools: {},
    circuits: {},
    lanes: {},
    tickets: {},
    turns: 0,
  };
}

export function initialTool(policy: AdmissionPolicy): ToolState {
  return { policy, underWay: 0, bucket: initialBucket() };
}

export function initialCircuit(tool: string, circuit: string): CircuitState {
  return { tool, circuit, breaker: initialBreaker(), tickets: 0 };
}

export function circuitKey(tool: string, circuit: string): string {
  return JSON.stringify([tool, circuit]);
}

export function laneKey(circuit: string, uses: AdmissionPolicy["uses"]): string {
  return JSON.stringify([circuit, Object.entries(uses).sort(([a], [b]) => (a < b ? -1 : 1))]);
}
