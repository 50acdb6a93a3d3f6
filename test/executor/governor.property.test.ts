/** The governor's rules, under schedules that no one would write by hand. */

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { AdmissionPolicy } from "../../src/base/admission.ts";
import { DEFAULT_BREAKER } from "../../src/base/breaker.ts";
import type { GovernorNews } from "../../src/executor/governor/news.ts";
import { initialGovernor } from "../../src/executor/governor/state.ts";
import { type GovernorInput, stepGovernor } from "../../src/executor/governor/step.ts";

const POOLS = { gpu: 4, disk: 1 };
const BREAKER = { ...DEFAULT_BREAKER, consecutive: 2, resetMs: 50 };
const FREE: AdmissionPolicy = { concurrency: null, rate: null, breaker: null, uses: {} };

/** What each tool is limited by. */
const TOOLS: Readonly<Record<string, AdmissionPolicy>> = {
  small: { ...FREE, uses: { gpu: 1 } },
  large: { ...FREE, uses: { gpu: 4 } },
  two_pools: { ...FREE, uses: { gpu: 2, disk: 1 } },
  narrow: { ...FREE, concurrency: 2 },
  slow: { ...FREE, rate: { calls: 3, perMs: 100, burst: 2 } },
  shaky: { ...FREE, concurrency: 3, breaker: BREAKER },
  all: {
    concurrency: 2,
    rate: { calls: 5, perMs: 50, burst: 1 },
    breaker: BREAKER,
    uses: { gpu: 1, disk: 1 },
  },
};

type Order = { readonly runId: string; readonly tool: string; readonly circuit: string };
type WithoutTime<T> = T extends unknown ? Omit<T, "at"> : never;

/** The runs of a process, as the governor sees them, with their own account of what it gave. */
class Process {
  state = initialGovernor(POOLS);
  at = 1_000_000;
  wakeAt: number | null = null;
  readonly waiting = new Map<string, Order>();
  readonly granted = new Map<string, Order>();
  readonly news: GovernorNews[] = [];
  readonly starts: { readonly tool: string; readonly at: number }[] = [];
  readonly open = new Map<string, number>();
  /** Tickets granted while their circuit was half open. */
  readonly probes = new Set<string>();
  #tickets = 0;

  request(order: Order): string {
    this.#tickets += 1;
    const ticket = `t${this.#tickets}`;
    this.waiting.set(ticket, order);
    const policy = TOOLS[order.tool] ?? FREE;
    this.feed({ type: "admission_requested", ticket, ...order, policy });
    return ticket;
  }

  release(ticket: string, outcome: "ok" | "failed" | "unknown"): void {
    this.waiting.delete(ticket);
    this.granted.delete(ticket);
    this.probes.delete(ticket);
    this.feed({ type: "admission_released", ticket, outcome });
  }

  ring(): void {
    this.feed({ type: "timer_rang" });
  }

  feed(input: WithoutTime<GovernorInput>): void {
    const { news, wakeAt } = stepGovernor(this.state, { ...input, at: this.at } as GovernorInput);
    this.wakeAt = wakeAt;
    for (const one of news) this.#take(one);
    this.#check();
    this.state = JSON.parse(JSON.stringify(this.state));
  }

  #take(news: GovernorNews): void {
    this.news.push(news);
    if (news.type === "breaker_opened") this.open.set(`${news.tool} ${news.circuit}`, news.until);
    if (news.type === "breaker_closed") this.open.delete(`${news.tool} ${news.circuit}`);
    if (news.type === "admission_delayed") expect(this.waiting.has(news.ticket)).toBe(true);
    if (news.type !== "admission_granted") return;
    const order = this.waiting.get(news.ticket);
    if (order === undefined) throw new Error(`${news.ticket} was granted, and did not wait.`);
    this.waiting.delete(news.ticket);
    this.granted.set(news.ticket, order);
    this.starts.push({ tool: order.tool, at: this.at });
    const circuit = `${order.tool} ${order.circuit}`;
    const until = this.open.get(circuit);
    if (until === undefined) return;
    for (const other of this.probes) {
      const { tool, circuit: name } = this.granted.get(other) ?? order;
      expect(`${tool} ${name}`, "a second probe").not.toBe(circuit);
    }
    this.probes.add(news.ticket);
  }

  /** G1. */
  #check(): void {
    const held: Record<string, number> = { gpu: 0, disk: 0 };
    const underWay: Record<string, number> = {};
    for (const { tool } of this.granted.values()) {
      underWay[tool] = (underWay[tool] ?? 0) + 1;
      for (const [pool, units] of Object.entries(TOOLS[tool]?.uses ?? {})) {
        held[pool] = (held[pool] ?? 0) + units;
      }
    }
    for (const [pool, capacity] of Object.entries(POOLS)) {
      expect(held[pool], pool).toBeLessThanOrEqual(capacity);
    }
    for (const [tool, calls] of Object.entries(underWay)) {
      const most = TOOLS[tool]?.concurrency ?? Number.POSITIVE_INFINITY;
      expect(calls, tool).toBeLessThanOrEqual(most);
    }
  }

  /** No more starts in any stretch of time than the bucket gives. */
  checkRates(): void {
    for (const [tool, { rate }] of Object.entries(TOOLS)) {
      if (rate === null) continue;
      const times = this.starts.filter((start) => start.tool === tool).map(({ at }) => at);
      for (const [first, from] of times.entries()) {
        for (let last = first; last < times.length; last += 1) {
          const span = (times[last] ?? 0) - from;
          const most = rate.burst + (span * rate.calls) / rate.perMs;
          expect(last - first + 1, `${tool} in ${span} ms`).toBeLessThanOrEqual(most + 1e-6);
        }
      }
    }
  }
}

const order = fc.record({
  runId: fc.constantFrom("a", "b", "c"),
  tool: fc.constantFrom(...Object.keys(TOOLS)),
  circuit: fc.constantFrom("x", "y"),
});

const action = fc.oneof(
  { weight: 5, arbitrary: fc.record({ do: fc.constant("request" as const), order }) },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant("release" as const),
      which: fc.nat(),
      outcome: fc.constantFrom("ok" as const, "failed" as const, "unknown" as const),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("withdraw" as const), which: fc.nat() }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant("pass" as const), ms: fc.nat(80) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("ring" as const) }) },
);

type Action = typeof action extends fc.Arbitrary<infer T> ? T : never;

function perform(process: Process, one: Action): void {
  if (one.do === "request") process.request(one.order);
  if (one.do === "ring") process.ring();
  if (one.do === "pass") {
    process.at += one.ms;
    if (process.wakeAt !== null && process.wakeAt <= process.at) process.ring();
  }
  if (one.do !== "release" && one.do !== "withdraw") return;
  const tickets = [...(one.do === "release" ? process.granted : process.waiting).keys()];
  const ticket = tickets[one.which % Math.max(1, tickets.length)];
  if (ticket !== undefined) process.release(ticket, one.do === "release" ? one.outcome : "unknown");
}

/** All calls end well from now on, and time passes. */
function drain(process: Process): void {
  for (let round = 0; round < 10_000; round += 1) {
    const [ticket] = process.granted.keys();
    if (ticket !== undefined) process.release(ticket, "ok");
    else if (process.waiting.size === 0) return;
    else if (process.wakeAt === null) throw new Error("Tickets wait for nothing.");
    else {
      process.at = Math.max(process.at, process.wakeAt);
      process.ring();
    }
  }
  throw new Error(`${process.waiting.size} tickets were never granted.`);
}

describe("the governor", () => {
  it("keeps every limit at every instant, and grants all in the end", () => {
    fc.assert(
      fc.property(fc.array(action, { maxLength: 120 }), (actions) => {
        const process = new Process();
        for (const one of actions) perform(process, one);
        drain(process);
        process.checkRates();
        expect(process.state.lanes).toEqual({});
        expect(process.state.tickets).toEqual({});
        expect(Object.values(process.state.pools).map(({ held }) => held)).toEqual([0, 0]);
        expect(Object.values(process.state.tools).every((tool) => tool.underWay === 0)).toBe(true);
        expect(Object.values(process.state.circuits).every((one) => one.tickets === 0)).toBe(true);
      }),
      { numRuns: 1500 },
    );
  });

  it("comes to an end also when its clock is set back", () => {
    const jump = fc.integer({ min: -1_000_000, max: 1000 });
    fc.assert(
      fc.property(fc.array(fc.tuple(action, fc.option(jump)), { maxLength: 60 }), (actions) => {
        const process = new Process();
        for (const [one, ms] of actions) {
          process.at += ms ?? 0;
          perform(process, one);
        }
        const from = process.at;
        process.ring();
        drain(process);
        // Nothing waits for the time at which the clock once was.
        expect(process.at - from).toBeLessThan(60 * 100);
      }),
      { numRuns: 500 },
    );
  });

  it("gives the same for the same inputs, and leaves what is grantable waiting at no time", () => {
    fc.assert(
      fc.property(fc.array(action, { maxLength: 80 }), (actions) => {
        const [one, other] = [new Process(), new Process()];
        for (const each of actions) {
          perform(one, each);
          perform(other, each);
        }
        expect(one.news).toEqual(other.news);
        const granted = one.granted.size;
        one.ring();
        expect(one.granted.size).toBe(granted);
      }),
      { numRuns: 300 },
    );
  });

  it("never passes a lane over more often than its patience and the number of lanes", () => {
    const steps = fc.array(
      fc.record({ order, which: fc.nat(), outcome: fc.constantFrom("ok" as const) }),
      { minLength: 60, maxLength: 150 },
    );
    fc.assert(
      fc.property(steps, (all) => {
        const process = new Process();
        for (const { order: wanted, which } of all) {
          process.request(wanted);
          process.request({ ...wanted, tool: "small" });
          const tickets = [...process.granted.keys()];
          const ticket = tickets[which % Math.max(1, tickets.length)];
          if (ticket !== undefined) process.release(ticket, "ok");
          process.at += 7;
          process.ring();
          const lanes = Object.values(process.state.lanes);
          const worst = Math.max(0, ...lanes.map(({ passedOver }) => passedOver));
          expect(worst).toBeLessThanOrEqual(16 + 2 * lanes.length);
        }
      }),
      { numRuns: 40 },
    );
  });
});

describe("turns", () => {
  const NARROW: AdmissionPolicy = { ...FREE, concurrency: 1 };

  /** Grants one after the other, each ended before the next. @returns the runs in their order */
  function serve(requests: readonly (readonly [runId: string, tool: string])[], policy = NARROW) {
    const state = initialGovernor({ gpu: 1 });
    const runs = new Map<string, string>();
    const granted: string[] = [];
    const queue: string[] = [];
    const feed = (input: WithoutTime<GovernorInput>) => {
      for (const news of stepGovernor(state, { ...input, at: 0 } as GovernorInput).news) {
        if (news.type === "admission_granted") queue.push(news.ticket);
      }
    };
    for (const [index, [runId, tool]] of requests.entries()) {
      const ticket = String(index);
      runs.set(ticket, runId);
      feed({ type: "admission_requested", ticket, runId, tool, circuit: tool, policy });
    }
    for (let ticket = queue.shift(); ticket !== undefined; ticket = queue.shift()) {
      granted.push(runs.get(ticket) ?? "");
      feed({ type: "admission_released", ticket, outcome: "ok" });
    }
    return granted.join("");
  }

  it("are taken by runs, however much one of them asks", () => {
    const many = Array.from({ length: 6 }, () => ["a", "t"] as const);
    expect(serve([...many, ["b", "t"], ["b", "t"], ["c", "t"]])).toBe("aabcabaaa");
  });

  it("are taken by runs also where several tools want one pool", () => {
    const wanted = ["t", "u", "v", "t", "u", "v"].map((tool) => ["a", tool] as const);
    const policy = { ...FREE, uses: { gpu: 1 } };
    const order = serve([...wanted, ["b", "t"], ["b", "u"], ["b", "v"]], policy);
    expect(order).toBe("aabababaa");
  });
});
