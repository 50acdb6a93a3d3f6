/** Processes that wait at a barrier, and then all want something of one run. */

import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { moment } from "../../moment.ts";
import type { Answer, Order } from "./contender-process.ts";

export type Contest = {
  readonly answers: readonly [Answer, Answer];
  /** Milliseconds between the two beginnings, beyond what was wanted. */
  readonly skewMs: number;
};

export type Contender = { readonly argv: readonly string[]; readonly aheadMs?: number };

/** How long they have to get to the barrier; they wait there for the moment. */
const TO_BARRIER_MS = 15;

export class Contenders implements AsyncDisposable {
  readonly #children = new Map<string, ChildProcess>();

  /** @param offsetMs how much later the second begins */
  async meet(first: Contender, second: Contender, offsetMs: number): Promise<Contest> {
    const a = await this.#child("first", first);
    const b = await this.#child("second", second);
    const startAt = moment() + TO_BARRIER_MS;
    const answers = await Promise.all([
      answer(a, { startAt, argv: first.argv }),
      answer(b, { startAt: startAt + offsetMs, argv: second.argv }),
    ]);
    const skewMs = Math.abs(answers[1].begunAt - answers[0].begunAt - offsetMs);
    return { answers, skewMs };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const child of this.#children.values()) child.kill();
    await Promise.all(
      [...this.#children.values()].map(
        (child) => child.exitCode ?? child.signalCode ?? once(child, "exit"),
      ),
    );
  }

  /** Started when first needed, and kept: the start of a process takes longer than a contest. */
  async #child(role: string, { aheadMs = 0 }: Contender): Promise<ChildProcess> {
    const name = `${role} ${aheadMs}`;
    const running = this.#children.get(name);
    if (running !== undefined) return running;
    const program = join(import.meta.dirname, "contender-process.ts");
    const child = fork(program, [String(aheadMs)], { execArgv: [] });
    this.#children.set(name, child);
    await once(child, "message");
    return child;
  }
}

async function answer(child: ChildProcess, order: Order): Promise<Answer> {
  child.send(order);
  const [reply] = (await once(child, "message")) as [Answer];
  return reply;
}
