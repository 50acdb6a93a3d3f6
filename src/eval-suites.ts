/** Suites by which planners are measured: who plans them, and where their results are kept. */

import type { Clock } from "./base/clock.ts";
import { EvalRecords } from "./eval-records.ts";
import type { RunSuiteOptions, SuiteOutcome } from "./eval-run.ts";
import type { Maker, SubjectOptions } from "./eval-subject.ts";
import type { PlannerSuite, Subject } from "./evals/sample.ts";
import type { ReadOptions, Suite } from "./evals/suite-file.ts";
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

  /**
   * Read a suite: a file, or a folder with a `suite.yaml`.
   * @param options.data the folder of the whole data of public benchmarks
   * @throws {InputError} `suite.invalid`, `file.not_found`; all that is wrong, with its place
   */
  async read(path: string, options: Pick<ReadOptions, "data"> = {}): Promise<Suite> {
    const { readSuite } = await import("./evals/suite-file.ts");
    return readSuite(path, { ...options, importModule: this.importModule });
  }

  /**
   * Try a suite with one planner. Every try is kept in the journal and in a file as it comes.
   * @throws {InputError} for a model that is unknown, a baseline of other data, a file that cannot be written
   */
  async run(suite: PlannerSuite, options: RunSuiteOptions = {}): Promise<SuiteOutcome> {
    // Opened before anything is stored: a model may be unknown, or have no key.
    const subject = await this.subject(suite, options);
    try {
      return await (await import("./eval-run.ts")).runSuite(suite, subject, this.records, options);
    } finally {
      await subject.close();
    }
  }

  /** Imports a suite that is a module, and may import `planwright`. @throws {InputError} `tool.load_failed` */
  async importModule(absolute: string, path: string): Promise<object> {
    return (await import("./tools/load.ts")).importModule(absolute, path);
  }
}
