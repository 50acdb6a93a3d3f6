/**
 * The governor of a process: the pure machine with a clock, and with runs that it answers.
 *
 * H1. Every ticket is told once that it is granted, unless it was given back before.
 * H2. What is under way here ends with `release`, and only with it.
 */

import type { Clock } from "../../base/clock.ts";
import type { GovernorNews } from "../governor/news.ts";
import { type GovernorState, initialGovernor } from "../governor/state.ts";
import { type GovernorInput, stepGovernor } from "../governor/step.ts";
import type { AdmissionOrder, BreakerNews, Governor, PassageOutcome } from "./driver.ts";

type WithoutTime<T> = T extends unknown ? Omit<T, "at"> : never;

export class GovernorHost implements Governor {
  readonly #clock: Clock;
  readonly #state: GovernorState;
  readonly #orders = new Map<string, AdmissionOrder>();
  readonly #watchers = new Set<(news: BreakerNews) => void>();
  #tickets = 0;
  #disarm: (() => void) | undefined;

  /** @param pools units of each resource pool */
  constructor(clock: Clock, pools: { readonly [name: string]: number }) {
    this.#clock = clock;
    this.#state = initialGovernor(pools);
  }

  request(order: AdmissionOrder): string {
    this.#tickets += 1;
    const ticket = String(this.#tickets);
    this.#orders.set(ticket, order);
    const { runId, tool, circuit, policy, pools } = order;
    this.#feed({ type: "admission_requested", ticket, runId, tool, circuit, policy, pools });
    return ticket;
  }

  release(ticket: string, outcome: PassageOutcome): void {
    this.#orders.delete(ticket);
    this.#feed({ type: "admission_released", ticket, outcome });
  }

  watch(watcher: (news: BreakerNews) => void): () => void {
    this.#watchers.add(watcher);
    return () => this.#watchers.delete(watcher);
  }

  #feed(input: WithoutTime<GovernorInput>): void {
    const at = this.#clock.now();
    const { news, wakeAt } = stepGovernor(this.#state, { ...input, at } as GovernorInput);
    this.#disarm?.();
    this.#disarm =
      wakeAt === null
        ? undefined
        : this.#clock.setTimer(Math.max(0, wakeAt - at), () => this.#feed({ type: "timer_rang" }));
    for (const one of news) this.#tell(one);
  }

  #tell(news: GovernorNews): void {
    switch (news.type) {
      case "admission_granted":
        this.#orders.get(news.ticket)?.onGrant();
        break;
      case "admission_delayed":
        this.#orders.get(news.ticket)?.onDelay(news.until);
        break;
      case "breaker_opened":
      case "breaker_closed":
        for (const watcher of this.#watchers) watcher(news);
        break;
      default:
        news satisfies never;
    }
  }
}
