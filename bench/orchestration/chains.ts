/** The ways that need no engine: a chain of prompts, and a mesh of agents. */

import type { Task } from "./tasks.ts";
import { type Call, type Fate, ServerError, type World } from "./world.ts";

/** What came of a task. */
export type Delivery = {
  /** Whether there is an answer, right or wrong. */
  readonly isDelivered: boolean;
  /** Whether it is made of good answers only. */
  readonly isGood: boolean;
};

const NOTHING: Delivery = { isDelivered: false, isGood: false };

/** Of what servers refuse, as the SDKs of providers have it; what does not parse is asked again at once. */
const ATTEMPTS = 3;
const INITIAL_MS = 500;
const JITTER = 0.25;

/** What one step gave; undefined where it failed for good. */
type Output = { readonly tokens: number; readonly isGood: boolean };

/**
 * Step after step in one conversation; the first error ends it. Poor answers are not seen.
 * @param attempts of each call; with one there is no retry
 */
async function runChain(world: World, task: Task, attempts: number): Promise<Delivery> {
  const { instructionTokens, materialTokens, carried } = world.assumptions;
  const prompt = instructionTokens + materialTokens;
  const outputs: Output[] = [];
  let history = 0;
  for (const step of task.needs.keys()) {
    const input = { inputTokens: prompt + history, seenTokens: history };
    const fate = await ask(world, { task: task.number, step, provider: 0, ...input }, attempts);
    if (fate === undefined) return NOTHING;
    outputs.push({ tokens: fate.outputTokens, isGood: fate.fault !== "poor" });
    history += prompt * carried + fate.outputTokens;
  }
  return { isDelivered: true, isGood: outputs.every(({ isGood }) => isGood) };
}

export const linear = (world: World, task: Task): Promise<Delivery> => runChain(world, task, 1);

export const linearWithRetry = (world: World, task: Task): Promise<Delivery> =>
  runChain(world, task, ATTEMPTS);

/**
 * Agents that are woken by events: what a step needs has come, somebody decides who does it, and he
 * does it, with retries. There is no plan, and nobody looks at the whole.
 */
export async function mesh(world: World, task: Task): Promise<Delivery> {
  const { instructionTokens, materialTokens, hopMs, hopTokens } = world.assumptions;
  const outputs: Promise<Output | undefined>[] = [];
  for (const [step, needs] of task.needs.entries()) {
    const work = async (): Promise<Output | undefined> => {
      const inputs = await Promise.all(needs.map((at) => outputs[at]));
      const given = inputs.filter((input) => input !== undefined);
      if (given.length < inputs.length) return undefined;
      world.bill(hopTokens, 0, 0);
      await world.sleep(hopMs);
      const read = given.reduce((sum, { tokens }) => sum + tokens, 0);
      const inputTokens = instructionTokens + materialTokens + read;
      const call = { task: task.number, step, provider: 0, inputTokens };
      const fate = await ask(world, call, ATTEMPTS);
      return fate && { tokens: fate.outputTokens, isGood: fate.fault !== "poor" };
    };
    outputs.push(work());
  }
  const all = await Promise.all(outputs);
  const isDelivered = all.every((output) => output !== undefined);
  return { isDelivered, isGood: all.every((output) => output?.isGood) };
}

/** Every step as soon as what it needs is there, each asked once, for a world in which nothing fails. */
export async function asReady(world: World, task: Task): Promise<Delivery> {
  const { instructionTokens, materialTokens } = world.assumptions;
  const outputs: Promise<number>[] = [];
  for (const [step, needs] of task.needs.entries()) {
    const work = async () => {
      const read = (await Promise.all(needs.map((at) => outputs[at]))) as number[];
      const inputTokens = read.reduce((a, b) => a + b, instructionTokens + materialTokens);
      return (await world.ask({ task: task.number, step, provider: 0, inputTokens })).outputTokens;
    };
    outputs.push(work());
  }
  await Promise.all(outputs);
  return { isDelivered: true, isGood: true };
}

/** @returns undefined when the last attempt failed, too */
async function ask(world: World, call: Call, attempts: number): Promise<Fate | undefined> {
  for (let attempt = 1; ; attempt += 1) {
    const backoffMs = INITIAL_MS * 2 ** (attempt - 1) * (1 - JITTER * world.jitter());
    let waitMs = 0;
    try {
      const fate = await (attempts === 1 ? world.ask(call) : askWithin(world, call));
      if (fate.fault !== "malformed") return fate;
    } catch (error) {
      const isRefused = error instanceof ServerError && error.status === 429;
      waitMs = isRefused ? world.assumptions.retryAfterMs : backoffMs;
    }
    if (attempt === attempts) return undefined;
    await world.sleep(waitMs);
  }
}

/** @throws {ServerError} and what says that the time is up */
async function askWithin(world: World, call: Call): Promise<Fate> {
  const limit = new AbortController();
  const abort = () => limit.abort(new Error("The time is up."));
  const cancel = world.clock.setTimer(world.assumptions.othersTimeoutMs, abort);
  try {
    return await world.ask({ ...call, signal: limit.signal });
  } finally {
    cancel();
  }
}
