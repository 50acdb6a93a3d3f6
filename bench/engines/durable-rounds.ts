/** Rounds through engines in processes of their own, of which only one works at a time. */

import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import type { Answer, DurableSample, Footprint, Job, Order } from "./durable-process.ts";
import { startQuietly } from "./quiet-process.ts";

export type RoundsOptions = {
  readonly engines: readonly string[];
  readonly graph: Job["graph"];
  readonly rounds: number;
  /** Turns of each process before its first round, as long as they take no quarter of its limit. */
  readonly warmup: number;
  /** Of one engine on this graph, all in all. */
  readonly limitMs: number;
  readonly folder: string;
};

/** What an engine came to on a graph. */
export type Measured = {
  readonly engine: string;
  /** Of the engine, for people. */
  readonly name: string;
  readonly first: DurableSample | null;
  readonly samples: readonly DurableSample[];
  readonly footprint: Footprint | null;
  /** Why there is no more. */
  readonly ended: string | null;
};

type Member = {
  readonly engine: string;
  readonly child: ChildProcess;
  readonly samples: DurableSample[];
  name: string;
  usedMs: number;
  first: DurableSample | null;
  footprint: Footprint | null;
  ended: string | null;
};

const PROCESS = join(import.meta.dirname, "durable-process.ts");

/** @returns by engine, in their order */
export async function goRound(options: RoundsOptions): Promise<Measured[]> {
  const { engines, rounds, limitMs } = options;
  const members = engines.map((engine) => begin(engine, options));
  try {
    for (const member of members) await open(member, options);
    for (let round = 0; round < rounds; round += 1) {
      for (const member of members) await takeTurn(member, limitMs);
    }
    for (const member of members) {
      if (member.child.exitCode !== null || member.child.signalCode !== null) continue;
      member.footprint = (await tell(member, "close", limitMs + 30_000))?.footprint ?? null;
    }
  } finally {
    for (const { child } of members) child.kill("SIGKILL");
  }
  return members.map(({ child: _, usedMs: __, ...measured }) => measured);
}

function begin(engine: string, { graph, folder }: RoundsOptions): Member {
  const job: Job = { engine, graph, folder: join(folder, engine) };
  const child = startQuietly(PROCESS, [JSON.stringify(job)]);
  child.stderr?.resume();
  const nothing = { usedMs: 0, first: null, footprint: null, ended: null };
  return { engine, name: engine, child, samples: [], ...nothing };
}

async function open(member: Member, { warmup, limitMs }: RoundsOptions): Promise<void> {
  member.name = (await tell(member, "load", limitMs))?.name ?? member.engine;
  if (member.ended !== null) return;
  member.first = (await tell(member, "open", limitMs))?.sample ?? null;
  for (let turn = 0; turn < warmup; turn += 1) {
    if (member.ended !== null || 4 * member.usedMs > limitMs) return;
    await tell(member, "run", limitMs);
  }
}

async function takeTurn(member: Member, limitMs: number): Promise<void> {
  const { first, samples, usedMs } = member;
  // What would not come to an end within the limit is not begun.
  const expectedMs = samples.at(-1)?.ms ?? first?.ms ?? 0;
  if (usedMs + expectedMs > limitMs) member.ended ??= `over ${limitMs / 1000} s`;
  if (member.ended !== null) return;
  const answer = await tell(member, "run", limitMs);
  if (answer?.sample !== undefined) samples.push(answer.sample);
}

/** @returns undefined when it has ended, or was ended at the limit */
async function tell(member: Member, order: Order, limitMs: number): Promise<Answer | undefined> {
  const { child, engine } = member;
  const over = new AbortController();
  const begun = performance.now();
  const timer = setTimeout(() => child.kill("SIGKILL"), Math.max(1, limitMs - member.usedMs));
  const gone = once(child, "exit", { signal: over.signal }).then(([code, signal]) => {
    const isLate = performance.now() - begun + member.usedMs >= limitMs;
    member.ended = isLate ? `over ${limitMs / 1000} s` : `its process ended: ${signal ?? code}`;
    return undefined;
  });
  gone.catch(() => {});
  try {
    child.send(order);
    const answered = once(child, "message", { signal: over.signal });
    answered.catch(() => {});
    const answer = await Promise.race([answered.then(([one]) => one as Answer), gone]);
    const wrong = answer?.sample?.problem ?? null;
    if (wrong !== null) member.ended = `WRONG: ${wrong}`;
    if (answer?.failed !== undefined) member.ended = answer.failed;
    return answer;
  } finally {
    clearTimeout(timer);
    over.abort();
    member.usedMs += performance.now() - begun;
    if (order !== "run") console.error(`  ${engine}: ${order}`);
  }
}
