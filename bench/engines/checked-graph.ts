/** Work that notices when an engine does it wrongly, and costs next to nothing. */

import type { TaskGraph } from "./engine.ts";

export type CheckedGraph = {
  readonly graph: TaskGraph;
  /** Before each run. */
  begin(): void;
  /** The most subtasks that were under way at once, in all runs; 0 where they take no time. */
  atOnce(): number;
  /** @returns what was wrong with the run, undefined if nothing was */
  faultOf(results: readonly number[]): string | undefined;
};

/**
 * @param sleepsMs by index, how long the work takes; left out, it takes no time and computes with
 *   its inputs, so that a wrong one, or two that changed places, show in the result
 */
export function checkedGraph(
  dependencies: TaskGraph["dependencies"],
  sleepsMs?: readonly number[],
): CheckedGraph {
  const calls = new Uint8Array(dependencies.length);
  const ended = new Uint8Array(dependencies.length);
  let tooEarly = 0;
  let underWay = 0;
  let most = 0;
  const enter = (index: number) => {
    calls[index] = (calls[index] ?? 0) + 1;
    for (const from of dependencies[index] ?? []) if (ended[from] !== 1) tooEarly += 1;
  };
  const compute = (index: number, inputs: readonly number[]) => {
    enter(index);
    ended[index] = 1;
    return resultOf(index, inputs);
  };
  const sleep = (index: number, ms: number) => {
    enter(index);
    underWay += 1;
    most = Math.max(most, underWay);
    const { promise, resolve } = Promise.withResolvers<number>();
    setTimeout(() => {
      ended[index] = 1;
      underWay -= 1;
      resolve(index);
    }, ms);
    return promise;
  };
  const expected: number[] = [];
  for (const [index, list] of dependencies.entries()) {
    const inputs = list.map((from) => expected[from] ?? Number.NaN);
    expected.push(sleepsMs === undefined ? resultOf(index, inputs) : index);
  }
  return {
    graph:
      sleepsMs === undefined
        ? { dependencies, work: compute }
        : {
            dependencies,
            expectedMs: sleepsMs,
            work: (index) => sleep(index, sleepsMs[index] ?? 0),
          },
    begin() {
      calls.fill(0);
      ended.fill(0);
      tooEarly = 0;
    },
    atOnce: () => most,
    faultOf(results) {
      const never = calls.filter((count) => count === 0).length;
      const again = calls.filter((count) => count > 1).length;
      const wrong = expected.filter((value, index) => results[index] !== value).length;
      const faults = [
        [never, "not worked"],
        [again, "worked more than once"],
        [tooEarly, "begun before a dependency had ended"],
        [wrong, "with another result"],
      ] as const;
      const found = faults.filter(([count]) => count > 0);
      if (found.length === 0) return undefined;
      return found.map(([count, what]) => `${count} ${what}`).join(", ");
    },
  };
}

function resultOf(index: number, inputs: readonly number[]): number {
  let sum = index;
  for (const [at, input] of inputs.entries()) sum += (at + 1) * input;
  return (sum % 1_000_003) + 1;
}
