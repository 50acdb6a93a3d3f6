import {
  type BranchCount,
  DECISIONS_STAND_MS,
  type Decision,
  type DecisionMemory,
} from "../base/decision-memory.ts";
import { WINDOW } from "../base/distribution-shift.ts";
import type { Json } from "../base/json.ts";
import type { AppendedWith } from "./journal.ts";
import { SqliteAcrossRuns } from "./sqlite-across-runs.ts";
import { hasDecisions, prepareDecisions } from "./sqlite-decision-tables.ts";
import { textOf } from "./text.ts";

type DecisionRow = {
  readonly run_id: string;
  readonly subtask: string;
  readonly at: number;
  readonly output: string;
};

/** What routes have decided, over all runs in a SQLite file. */
export class SqliteDecisions extends SqliteAcrossRuns implements DecisionMemory {
  async findDecision(key: string): Promise<Decision | undefined> {
    return this.file.use(() => {
      const row = this.#statements()?.findDecision.get(key) as DecisionRow | undefined;
      if (row === undefined) return undefined;
      const { run_id: runId, subtask, at, output } = row;
      return { runId, subtask, at, output: this.file.parse<Json>(output) };
    });
  }

  async readBranches(plan: string, subtask?: string): Promise<BranchCount[]> {
    return this.file.use(() => {
      const sql = this.#statements();
      const found =
        subtask === undefined
          ? sql?.readBranches.all(plan)
          : sql?.readBranchesOf.all(plan, subtask);
      const rows = (found ?? []) as unknown as BranchCount[];
      return rows.map(({ subtask, branch, past, recent }) => ({ subtask, branch, past, recent }));
    });
  }

  /** The part of an append that belongs here, within its transaction. */
  protected keepDecisions(runId: string, { decisions = [], branches = [] }: AppendedWith): void {
    // Most appends bring nothing, and shall cost nothing for it.
    if (decisions.length + branches.length === 0) return;
    const sql = this.#statements();
    for (const { key, subtask, at, output } of decisions) {
      sql?.keepDecision.run(key, runId, subtask, at, textOf(output));
      sql?.forgetDecisions.run(at - DECISIONS_STAND_MS);
    }
    for (const { plan, subtask, branch, closesWindow = false } of branches) {
      sql?.countBranch.run(plan, subtask, branch);
      if (closesWindow) sql?.closeWindow.run(plan, subtask, WINDOW);
    }
  }

  #statements() {
    return this.file.later(hasDecisions, prepareDecisions);
  }
}
