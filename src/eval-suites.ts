/** Suites by which planners are measured: who plans them, and where their results are kept. */

import type { Clock } from "./base/clock.ts";
import { EvalRecords } from "./eval-records.ts";
import type { Maker, SubjectOptions } from "./eval-subject.ts";
import type { PlannerSuite, Subject } from "./evals/sample.ts";
import type { PlanwrightOptions } from "./options.ts";
import type { RunStore } from "./run-store.ts";

export class EvalSuites {
  readonly records: EvalRecords;
  readonly #parts: {
    readonly options: PlanwrightOptions;
    readonly clock: Clock;
    readonly make: Maker;
  };

  constructor(options: PlanwrightOptions, store: RunStore, clock: Clock, make: Maker) {
    this.records = new EvalRecords(store, clock);
    this.#parts = { options, clock, make };
  }

  /**
   * Who plans the samples of a suite, with tools of the suite's.
   * @throws {InputError} for a model that is unknown, has no key or no price
   */
  async subject(suite: PlannerSuite, options: SubjectOptions = {}): Promise<Subject> {
    const { openSubject } = await import("./eval-subject.ts");
    return openSubject(suite, options, this.#parts);
  }

  /** Imports a suite that is a module, and may import `planwright`. @throws {InputError} `tool.load_failed` */
  async importModule(absolute: string, path: string): Promise<object> {
    return (await import("./tools/load.ts")).importModule(absolute, path);
  }
}
