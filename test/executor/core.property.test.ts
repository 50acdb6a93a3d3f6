import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import type { RetryPolicy } from "../../src/base/retry-policy.ts";
import type { ToolPolicy } from "../../src/executor/core/accepted-plan.ts";
import type { Effect } from "../../src/executor/core/effect.ts";
import type { RunEvent } from "../../src/executor/core/event.ts";
import { fold } from "../../src/executor/core/evolve.ts";
import type { AttemptOutcome, RunInput, Timer } from "../../src/executor/core/input.ts";
import { DEFAULT_SETTINGS } from "../../src/executor/core/settings.ts";
import { initialState, type RunState } from "../../src/executor/core/state.ts";
import { isFinal, isFinished } from "../../src/executor/core/status.ts";
import { step } from "../../src/executor/core/step.ts";
import { type Plan, planSchema } from "../../src/plan/schema.ts";
import { accepted } from "../builders.ts";

type Running = { readonly subtask: string; readonly attempt: number };
type World = {
  readonly plan: Plan;
  readonly policies: Readonly<Record<string, ToolPolicy>>;
  readonly concurrency: number;
  /** Of a plan that is made in the run: the subtasks that change between draft and plan. */
  readonly planned: readonly number[] | undefined;
  /** What happens next, drawn one by one; when they are used up everything succeeds. */
  readonly choices: readonly number[];
};

const KINDS = ["none", "read", "write", "idempotent"] as const;

/** How a subtask fans out, if it does: once, or for each element once more. */
const fanOuts = fc.record({
  count: fc.integer({ min: 0, max: 3 }),
  inner: fc.option(fc.integer({ min: 0, max: 2 }), { nil: undefined }),
  concurrency: fc.option(fc.integer({ min: 1, max: 3 }), { nil: undefined }),
  onItemError: fc.constantFrom("fail" as const, "skip" as const, "collect" as const),
});

function forEachOf(fanOut: typeof fanOuts extends fc.Arbitrary<infer T> ? T : never) {
  const { count, inner, concurrency, onItemError } = fanOut;
  const list = (length: number) => Array.from({ length }, (_, at) => at);
  const rule = { onItemError, ...(concurrency !== undefined && { concurrency }) };
  const within = inner === undefined ? {} : { forEach: { in: list(inner), ...rule } };
  return { in: list(count), ...rule, ...within };
}

/** What else a subtask does: it joins, is refined, or chooses what runs of those after it. */
const flows = fc.record({
  kind: fc.constantFrom("join" as const, "refine" as const, "route" as const),
  few: fc.integer({ min: 1, max: 3 }),
  within: fc.option(fc.constant("5ms"), { nil: undefined }),
});

function flowOf(
  { kind, few, within }: typeof flows extends fc.Arbitrary<infer T> ? T : never,
  { index, needs, tool }: { readonly index: number; readonly needs: number; readonly tool: string },
): object {
  if (kind === "join" && needs > 0) {
    return { join: { require: Math.min(few, needs), ...(within !== undefined && { within }) } };
  }
  if (kind === "refine" && tool !== "write") {
    const check = { tool: "none", input: { n: "${output.n}" } };
    const until = few === 1 ? "${check.n % 3 == 0}" : "${output.n % 3 == 0}";
    return { refine: { iterations: 3, until, ...(few === 1 && { check }) } };
  }
  if (kind !== "route") return {};
  const branches = { a: `s${index + 1}`, b: [`s${index + 1}`, `s${index + 2}`], c: [] };
  const by = "${output.n % 3 == 0 ? 'a' : output.n % 3 == 1 ? 'b' : 'c'}";
  return { route: { by, branches } };
}

/** Whether what comes right after it may stand in its branches, where nothing joins. */
function isRoute({ flow, fanOut }: { flow?: { kind: string } | undefined; fanOut?: unknown }) {
  return flow?.kind === "route" && fanOut === undefined;
}

const worlds: fc.Arbitrary<World> = fc
  .record({
    nodes: fc.array(
      fc.record({
        from: fc.array(fc.record({ back: fc.integer({ min: 1, max: 6 }), settled: fc.boolean() }), {
          maxLength: 3,
        }),
        kind: fc.constantFrom(...KINDS),
        optional: fc.boolean(),
        when: fc.constantFrom(undefined, undefined, true, false, "${index != 1}"),
        fanOut: fc.option(fanOuts, { nil: undefined, freq: 3 }),
        flow: fc.option(flows, { nil: undefined, freq: 2 }),
      }),
      { minLength: 1, maxLength: 9 },
    ),
    concurrency: fc.integer({ min: 1, max: 4 }),
    planned: fc.option(fc.array(fc.nat(11), { maxLength: 2 }), { nil: undefined }),
    choices: fc.array(fc.nat(99), { maxLength: 60 }),
  })
  .map(({ nodes, concurrency, planned, choices }) => {
    const subtasks = nodes.map(({ from, kind, optional, when, fanOut, flow }, index) => {
      const earlier = new Map(from.map(({ back, settled }) => [index - back, settled]));
      const needs = [...earlier.keys()].filter((at) => at >= 0).length;
      const isMember = nodes.slice(Math.max(0, index - 2), index).some(isRoute);
      const isFree = flow !== undefined && (flow.kind !== "join" || !isMember);
      return {
        id: `s${index}`,
        tool: kind,
        ...(kind === "none" && { fallback: "read" }),
        optional,
        ...(when !== undefined && (typeof when === "boolean" || fanOut) && { when }),
        ...(fanOut !== undefined && { forEach: forEachOf(fanOut) }),
        ...(isFree &&
          flowOf(fanOut ? { ...flow, kind: "refine" } : flow, { index, needs, tool: kind })),
        dependsOn: [...earlier]
          .filter(([at]) => at >= 0)
          .map(([at, settled]) => ({ id: `s${at}`, on: settled ? "settled" : "success" })),
      };
    });
    const again: RetryPolicy = { attempts: 2, initialMs: 1, factor: 1, maxMs: 1 };
    const policy = (effects: ToolPolicy["effects"], idempotent = false): ToolPolicy => ({
      effects,
      idempotent,
      timeoutMs: null,
      retry: effects === "write" && !idempotent ? null : again,
      costUsd: 0,
      approval: false,
      needsAdmission: effects === "read",
      adaptsTimeout: false,
    });
    return {
      plan: planSchema.parse({ goal: "test", subtasks, output: "done" }),
      policies: {
        none: policy("none"),
        read: policy("read"),
        write: policy("write"),
        idempotent: policy("write", true),
      },
      concurrency,
      planned,
      choices,
    };
  });

/** The real core in a world that does its worst; every invariant is checked after every step. */
class Simulation {
  readonly events: RunEvent[] = [];
  state: RunState;
  readonly #world: World;
  #running: Running[] = [];
  #timers: Timer[] = [];
  /** Who asked to be admitted and has no answer yet. */
  #asking: { readonly subtask: string; readonly request: number }[] = [];
  readonly #starts = new Map<string, number>();
  /** Subtasks that the planner has written; undefined when nobody plans. */
  #written: number | undefined;
  #at = 0;

  constructor(world: World) {
    this.#world = world;
    this.state = initialState("run");
    const plan = accepted(world.plan, world.policies);
    const settings = { ...DEFAULT_SETTINGS, concurrency: world.concurrency };
    const source = world.planned === undefined ? plan : { planner: "test" };
    this.#feed({ type: "start_requested", at: 0, goal: "test", settings, plan: source });
  }

  run(): void {
    for (const choice of this.#world.choices) {
      if (isFinished(this.state.status)) break;
      this.#happen(choice);
    }
    for (let calm = 0; calm < 2000 && !isFinished(this.state.status); calm += 1) this.#calm();
    expect(isFinished(this.state.status)).toBe(true);
    if (this.#world.choices.length % 3 === 0) this.#again();
  }

  /** Somebody wants some of it done again. */
  #again(): void {
    if (!this.events.some(({ type }) => type === "plan.accepted")) return;
    const from = `s${this.#world.choices.length % this.#world.plan.subtasks.length}`;
    this.#starts.clear();
    this.#running = [];
    this.#asking = [];
    this.#feed({ ...this.#now(), type: "restart_requested", subtasks: [from], by: "test" });
    for (let calm = 0; calm < 2000 && !isFinished(this.state.status); calm += 1) this.#calm();
    expect(isFinished(this.state.status)).toBe(true);
  }

  #calm(): void {
    this.#happen(this.#asking.length > 0 ? 97 : 99);
  }

  #happen(choice: number): void {
    if (this.state.status === "paused" && choice % 5 > 0) return this.#resume();
    if (choice < 6) return this.#crash();
    if (choice < 9) return this.#feed({ ...this.#now(), type: "pause_requested", by: "test" });
    if (choice < 11) return this.#feed({ ...this.#now(), type: "cancel_requested", by: "test" });
    if (choice < 20) return this.#ring(choice);
    if (this.#asking.length > 0 && choice % 3 > 0) return this.#admit(choice);
    if (this.#written !== undefined && choice % 2 === 1) return this.#write(choice);
    const index = choice % Math.max(1, this.#running.length);
    const attempt = this.#running[index];
    if (attempt === undefined) return this.#ring(choice);
    const late = choice % 13 === 0;
    if (!late) this.#running.splice(index, 1);
    this.#feed({ ...this.#now(), type: "attempt_ended", ...attempt, outcome: outcomeOf(choice) });
  }

  /** The process lets somebody start, tells him to wait, or tells one who has his answer. */
  #admit(choice: number): void {
    const at = choice % this.#asking.length;
    const asking = this.#asking[at] ?? { subtask: "", request: 0 };
    if (choice % 5 === 1) {
      return this.#feed({
        ...this.#now(),
        type: "admission_delayed",
        ...asking,
        until: this.#at + 5,
      });
    }
    this.#asking.splice(at, 1);
    this.#feed({ ...this.#now(), type: "admission_granted", ...asking });
    // One that is told twice.
    if (choice % 7 === 0) this.#feed({ ...this.#now(), type: "admission_granted", ...asking });
  }

  /** The planner writes a subtask more, or is done: with the plan, or at its wits' end. */
  #write(choice: number): void {
    const { plan, policies, planned = [] } = this.#world;
    const written = (this.#written ?? 0) + 1;
    this.#written = written;
    if (written <= plan.subtasks.length && choice % 5 > 0) {
      const subtasks = plan.subtasks
        .slice(0, written)
        .map((subtask, at) => (planned.includes(at) ? { ...subtask, input: { old: 1 } } : subtask));
      const draft = { ...accepted({ ...plan, subtasks }, policies), revision: 0 };
      return this.#feed({ ...this.#now(), type: "plan_drafted", draft });
    }
    this.#written = undefined;
    if (choice % 7 === 0) {
      const error = { code: "planner.failed", message: "no plan" } as const;
      const answer = { error, issues: [], lastPlan: null } as const;
      return this.#feed({ ...this.#now(), type: "plan_failed", ...answer });
    }
    this.#feed({ ...this.#now(), type: "plan_made", accepted: accepted(plan, policies) });
  }

  #now() {
    this.#at += 1;
    return { at: this.#at };
  }

  #ring(choice: number): void {
    const [timer] = this.#timers.splice(choice % Math.max(1, this.#timers.length), 1);
    if (timer) this.#feed({ ...this.#now(), type: "timer_rang", timer });
  }

  /** The process dies: what is not in the journal is gone, also what was under way. */
  #crash(): void {
    this.#running = [];
    this.#timers = [];
    this.#written = undefined;
    this.#resume();
  }

  #resume(): void {
    this.#asking = [];
    this.state = fold("run", structuredClone(this.events));
    this.#feed({ ...this.#now(), type: "resume_requested" });
  }

  #feed(input: RunInput): void {
    const { events, effects } = step(this.state, input);
    this.events.push(...events);
    this.#check(events);
    for (const effect of effects) this.#perform(effect);
  }

  #perform(effect: Effect): void {
    if (effect.type === "set_timer") this.#timers.push(effect.timer);
    if (effect.type === "request_admission") {
      const { subtask: asks, request } = effect;
      expect(this.#asking.map(({ subtask }) => subtask)).not.toContain(asks);
      this.#asking.push({ subtask: asks, request });
    }
    if (effect.type === "withdraw_admission") {
      this.#asking = this.#asking.filter(({ subtask }) => subtask !== effect.subtask);
    }
    if (effect.type === "request_plan") this.#written = 0;
    if (effect.type === "abort_planning") this.#written = undefined;
    if (effect.type !== "start_attempt") return;
    const { subtask, attempt, tool } = effect;
    this.#running.push({ subtask, attempt });
    const starts = (this.#starts.get(subtask) ?? 0) + 1;
    this.#starts.set(subtask, starts);
    if (tool === "write") expect(starts, `${subtask} is performed once`).toBe(1);
    const isDraft = this.state.status === "planning";
    if (isDraft) expect(["none", "read"], `${subtask} runs before its plan`).toContain(tool);
  }

  #check(news: readonly RunEvent[]): void {
    const { state } = this;
    expect(state.slots.used).toBeLessThanOrEqual(this.#world.concurrency);
    expect(state.slots.used).toBe(state.subtasks.filter((s) => s.status === "running").length);
    expect(state.unsettled).toBe(state.subtasks.filter((s) => !isFinal(s.status)).length);
    expect(fold("run", this.events)).toStrictEqual(state);
    expect(JSON.parse(JSON.stringify(state))).toStrictEqual(state);
    for (const event of news) if (event.type === "attempt.started") this.#checkStart(event.subtask);
    this.#checkAdmissions(news);
    this.#checkQueue();
    if (isFinished(state.status)) this.#checkEnd();
  }

  /** A tool with limits is called once for every time that it was granted. */
  #checkAdmissions(news: readonly RunEvent[]): void {
    for (const event of news) {
      if (event.type !== "attempt.started" || event.tool !== "read") continue;
      const before = this.events.slice(0, event.seq - 1);
      const isOf = (one: RunEvent) => "subtask" in one && one.subtask === event.subtask;
      const granted = before.findLastIndex((one) => one.type === "admission.granted" && isOf(one));
      const started = before.findLastIndex((one) => one.type === "attempt.started" && isOf(one));
      const resumed = before.findLastIndex((one) => one.type === "run.resumed");
      expect(granted, `${event.subtask} was admitted`).toBeGreaterThan(Math.max(started, resumed));
    }
  }

  /** A dumb twin of the dependency rule. */
  #checkStart(id: string): void {
    const [root] = id.split("[");
    const subtask = this.#world.plan.subtasks.find((candidate) => candidate.id === root);
    // Who joins starts before all of them have ended.
    if (subtask?.join !== undefined) return;
    for (const dependency of subtask?.dependsOn ?? []) {
      const { id: name, on } =
        typeof dependency === "string" ? { id: dependency, on: "success" } : dependency;
      const status = this.state.subtasks[Number(name.slice(1))]?.status ?? "pending";
      expect(
        on === "settled" ? isFinal(status) : status === "succeeded",
        `${id} after ${name}`,
      ).toBe(true);
    }
  }

  #checkQueue(): void {
    const { ready, subtasks } = this.state;
    for (const [place, index] of ready.entries()) expect(subtasks[index]?.readyAt).toBe(place);
    const queued = subtasks.filter((subtask) => subtask.readyAt !== -1).length;
    expect(queued).toBe(ready.length);
  }

  /** No result is older than what it was made from. */
  #checkFreshness(): void {
    const isStart = ({ type }: RunEvent) => type === "attempt.started" || type === "items.expanded";
    const startOf = (id: string) =>
      this.events.findLastIndex(
        (event) => isStart(event) && "subtask" in event && event.subtask.split("[")[0] === id,
      );
    for (const [at, { id, dependsOn, join }] of this.#world.plan.subtasks.entries()) {
      const { status } = this.state.subtasks[at] ?? {};
      if (status !== "succeeded" || join !== undefined) continue;
      for (const dependency of dependsOn) {
        const name = typeof dependency === "string" ? dependency : dependency.id;
        expect(startOf(id), `${id} is newer than ${name}`).toBeGreaterThan(startOf(name));
      }
    }
  }

  #checkEnd(): void {
    if (this.events.some(({ type }) => type === "plan.accepted")) this.#checkFreshness();
    for (const { status, reason } of this.state.subtasks) {
      expect(isFinal(status)).toBe(true);
      expect(reason === null).toBe(status === "succeeded");
    }
    const failures = this.events.filter(
      (event) => event.type === "subtask.failed" && event.reason !== "item_failed",
    ).length;
    expect(this.events.filter(({ type }) => type === "dead_letter.added")).toHaveLength(failures);
    expect(this.events.map(({ seq }) => seq)).toEqual(this.events.map((_, index) => index + 1));
  }
}

function outcomeOf(choice: number): AttemptOutcome {
  if (choice < 30) return { status: "failed", error: { code: "tool.failed", message: "broken" } };
  if (choice < 33) return { status: "cancelled" };
  if (choice < 36) return { status: "uncertain" };
  return { status: "ok", output: { n: choice } };
}

describe("the core, whatever happens", () => {
  beforeAll(() => {
    const forbidden = () => {
      throw new Error("The core must not ask for time or chance.");
    };
    vi.spyOn(Date, "now").mockImplementation(forbidden);
    vi.spyOn(Math, "random").mockImplementation(forbidden);
  });
  afterAll(() => vi.restoreAllMocks());

  it("ends every run, every subtask in one final status, and its state is the fold of its events", () => {
    const runs = Number(process.env["PLANWRIGHT_PROPERTY_RUNS"] ?? 500);
    fc.assert(
      fc.property(worlds, (world) => new Simulation(world).run()),
      { numRuns: runs, seed: Number(process.env["PLANWRIGHT_PROPERTY_SEED"] ?? 1) },
    );
  });

  it("says the same twice: equal inputs give equal events", () => {
    fc.assert(
      fc.property(worlds, (world) => {
        const [first, second] = [new Simulation(world), new Simulation(world)];
        first.run();
        second.run();
        expect(first.events).toStrictEqual(second.events);
      }),
      { numRuns: 50, seed: 2 },
    );
  });
});
