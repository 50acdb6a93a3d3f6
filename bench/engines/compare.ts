/** Engines side by side on one graph: each in its process, in rounds that go from one to the next. */

import type { Engine, TaskGraph } from "./engine.ts";
import { EngineHost, TIME_IS_UP } from "./engine-host.ts";
import type { EngineEntry } from "./engine-list.ts";
import type { Answer, Request } from "./engine-process.ts";

export type Comparison = {
  readonly dependencies: TaskGraph["dependencies"];
  /** By index, how long each subtask takes in milliseconds; left out, no time. */
  readonly sleepsMs?: readonly number[];
  readonly concurrency: number;
  /**
   * What an engine's turn in a round takes at least: so many runs, whose mean the round is, after
   * half as many that do not count. Those that take longer run once, and so do subtasks that take time.
   */
  readonly turnMs: number;
  /** Rounds before those that count; an engine that has used a quarter of its time skips them. */
  readonly warmUps: number;
  readonly rounds: number;
  /** What one engine may take in all; one round is tried in any case, for as long once more. */
  readonly limitMs: number;
};

const SHORTEST_MS = 0.01;

/** Of a run. */
export type Sample = { readonly wallMs: number; readonly cpuMs: number };

export type Measured = {
  readonly key: string;
  readonly name: string;
  readonly notes?: string;
  readonly isUnlimited?: boolean;
  /** What a program does once for a graph. */
  readonly prepareMs?: number;
  /** The first run in a new process. */
  readonly firstRunMs?: number;
  /** By round, warm-ups left out. */
  readonly samples: readonly Sample[];
  /** Of the process, all runs together. */
  readonly peakMegabytes?: number;
  readonly atOnce?: number;
  /** Why it was ended: what was wrong with a run, or how long it took. */
  readonly fault?: string;
};

export async function compare(
  entries: readonly EngineEntry[],
  comparison: Comparison,
): Promise<Measured[]> {
  const lanes: Lane[] = [];
  const { warmUps, rounds, limitMs } = comparison;
  try {
    for (const entry of entries) {
      const lane = new Lane(entry, comparison);
      lanes.push(lane);
      await lane.begin();
    }
    for (let round = 0; round < warmUps; round += 1) {
      for (const lane of lanes) if (lane.usedMs < limitMs / 4) await lane.takeRound();
    }
    for (const lane of lanes) lane.samples.length = 0;
    for (let round = 0; round < rounds; round += 1) {
      for (const lane of lanes) if (lane.hasTime()) await lane.takeRound();
    }
  } finally {
    for (const lane of lanes) lane.close();
  }
  return lanes.map((lane) => lane.measured());
}

class Lane {
  usedMs = 0;
  readonly samples: Sample[] = [];
  readonly #host = new EngineHost();
  readonly #key: string;
  readonly #comparison: Comparison;
  #engine: Pick<Engine, "name" | "notes" | "isUnlimited">;
  #seen: Partial<Measured> = {};
  #lastMs = Number.POSITIVE_INFINITY;

  constructor({ key }: EngineEntry, comparison: Comparison) {
    this.#key = key;
    this.#comparison = comparison;
    this.#engine = { name: key };
  }

  /** Up to the end of the first run. */
  async begin(): Promise<void> {
    const { dependencies, sleepsMs, concurrency, limitMs } = this.#comparison;
    const left = () => limitMs - this.usedMs;
    const loaded = await this.#ask({ type: "load", key: this.#key }, left());
    this.#engine = loaded.engine ?? this.#engine;
    // Without a limit there is nothing to be seen of how it is kept.
    if (sleepsMs !== undefined && this.#engine.isUnlimited === true) return;
    const graph = { dependencies, concurrency, ...(sleepsMs !== undefined && { sleepsMs }) };
    const prepared = await this.#ask({ type: "prepare", ...graph }, left());
    if (prepared.fault !== undefined) return;
    const first = await this.#ask({ type: "run", times: 1 }, left());
    const firstRunMs = first.fault === undefined ? first.wallMs : undefined;
    this.#lastMs = first.wallMs;
    this.#see({ prepareMs: prepared.wallMs, ...(firstRunMs !== undefined && { firstRunMs }) });
  }

  hasTime(): boolean {
    const { limitMs } = this.#comparison;
    const last = this.samples.at(-1)?.wallMs;
    return last === undefined || this.usedMs + last * this.#times() <= limitMs;
  }

  async takeRound(): Promise<void> {
    if (this.#seen.fault !== undefined || this.#seen.firstRunMs === undefined) return;
    const times = this.#times();
    // While others had their turn, what was hot has cooled down, and V8 has shrunk what was idle.
    const again = Math.ceil(times / 2);
    if (times > 1) await this.#ask({ type: "run", times: again }, this.#comparison.limitMs);
    const { wallMs, cpuMs, fault } = await this.#ask(
      { type: "run", times },
      this.#comparison.limitMs,
    );
    // Never none, which would be run for ever.
    this.#lastMs = Math.max(wallMs, SHORTEST_MS);
    if (fault === undefined) this.samples.push({ wallMs, cpuMs });
  }

  /** How often it runs in its turn, by what a run took last. */
  #times(): number {
    const { turnMs, sleepsMs } = this.#comparison;
    return sleepsMs === undefined ? Math.max(1, Math.ceil(turnMs / this.#lastMs)) : 1;
  }

  measured(): Measured {
    return { key: this.#key, ...this.#engine, ...this.#seen, samples: this.samples };
  }

  close(): void {
    this.#host.close();
  }

  async #ask(request: Request, limitMs: number): Promise<Answer> {
    const begun = performance.now();
    const answer = await this.#host.ask(request, limitMs);
    this.usedMs += performance.now() - begun;
    const { peakMegabytes, atOnce } = answer;
    const what = this.#seen.firstRunMs === undefined ? "until its first run ended" : "for a run";
    const tooLong = `over ${Math.round(this.#comparison.limitMs / 1000)} s ${what}`;
    const fault = answer.fault === TIME_IS_UP ? tooLong : answer.fault;
    this.#see({
      ...(fault !== undefined && { fault }),
      ...(peakMegabytes !== undefined && { peakMegabytes }),
      ...(atOnce !== undefined && { atOnce }),
    });
    return answer;
  }

  #see(seen: Partial<Measured>): void {
    this.#seen = { ...this.#seen, ...seen };
  }
}
