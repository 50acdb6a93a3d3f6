/** How often which branch of a plan's routes was taken, over all runs of the plan. */

import type { BranchCount } from "../base/decision-memory.ts";
import type { Plan } from "../plan/schema.ts";

export type RouteReport = {
  readonly subtask: string;
  /** As the plan has them, then those that only other versions of it had. */
  readonly branches: readonly BranchReport[];
};

export type BranchReport = {
  readonly branch: string;
  readonly isDefault: boolean;
  readonly taken: number;
  /** Of these, in the present window of decisions. */
  readonly recent: number;
  /** Of all decisions of the route, 0 to 1; null before there is one. */
  readonly share: number | null;
};

/** @param counts of the plan */
export function routeReports(plan: Plan, counts: readonly BranchCount[]): RouteReport[] {
  return plan.subtasks.flatMap(({ id, route }) => {
    if (route === undefined) return [];
    const own = new Map(
      counts.flatMap((count) => (count.subtask === id ? [[count.branch, count] as const] : [])),
    );
    const total = [...own.values()].reduce((sum, { past, recent }) => sum + past + recent, 0);
    const names = new Set([...Object.keys(route.branches), ...own.keys()]);
    const branches = [...names].map((branch): BranchReport => {
      const { past = 0, recent = 0 } = own.get(branch) ?? {};
      const taken = past + recent;
      const share = total === 0 ? null : taken / total;
      return { branch, isDefault: branch === route.default, taken, recent, share };
    });
    return [{ subtask: id, branches }];
  });
}
