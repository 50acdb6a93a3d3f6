import {
  type BranchCount,
  DECISIONS_STAND_MS,
  type Decision,
  type DecisionMemory,
} from "../base/decision-memory.ts";
import { WINDOW } from "../base/distribution-shift.ts";
import type { AppendedWith } from "./journal.ts";
import { textOf } from "./text.ts";

/** What routes have decided, over all runs of a journal in memory. */
export class MemoryDecisions implements DecisionMemory {
  readonly #decisions = new Map<string, Omit<Decision, "output"> & { readonly text: string }>();
  /** By plan, then by subtask. */
  readonly #branches = new Map<string, Map<string, BranchCount[]>>();

  async findDecision(key: string): Promise<Decision | undefined> {
    const found = this.#decisions.get(key);
    if (found === undefined) return undefined;
    const { text, ...decision } = found;
    return { ...decision, output: JSON.parse(text) };
  }

  async readBranches(plan: string, subtask?: string): Promise<BranchCount[]> {
    const inOrder = (a: BranchCount, b: BranchCount) =>
      a.subtask === b.subtask ? order(a.branch, b.branch) : order(a.subtask, b.subtask);
    const counts = this.#branches.get(plan);
    const found = subtask === undefined ? counts?.values() : [counts?.get(subtask) ?? []];
    return structuredClone([...(found ?? [])].flat()).sort(inOrder);
  }

  /** Check what an append brings along. @returns what writes it, and cannot fail */
  prepare(runId: string, { decisions = [], branches = [] }: AppendedWith): () => void {
    const texts = decisions.map(({ output }) => textOf(output));
    return () => {
      for (const [index, { key, subtask, at }] of decisions.entries()) {
        this.#decisions.set(key, { runId, subtask, at, text: texts[index] ?? "null" });
        this.#forget(at - DECISIONS_STAND_MS);
      }
      for (const branch of branches) this.#count(branch);
    };
  }

  #forget(before: number): void {
    for (const [key, { at }] of this.#decisions) if (at < before) this.#decisions.delete(key);
  }

  #count({
    plan,
    subtask,
    branch,
    closesWindow = false,
  }: NonNullable<AppendedWith["branches"]>[number]): void {
    const ofPlan = this.#branches.get(plan) ?? new Map<string, BranchCount[]>();
    this.#branches.set(plan, ofPlan);
    const counts = ofPlan.get(subtask) ?? [];
    ofPlan.set(subtask, counts);
    const at = counts.findIndex((one) => one.branch === branch);
    const { past = 0, recent = 0 } = counts[at] ?? {};
    counts[at === -1 ? counts.length : at] = { subtask, branch, past, recent: recent + 1 };
    const total = counts.reduce((sum, one) => sum + one.recent, 0);
    if (!closesWindow || total < WINDOW) return;
    for (const [index, one] of counts.entries()) {
      counts[index] = { ...one, past: one.past + one.recent, recent: 0 };
    }
  }
}

/** As SQLite sorts: by code points. */
function order(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}
