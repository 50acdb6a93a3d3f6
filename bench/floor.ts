/**
 * The floor: the least that running a graph of functions can cost. No limits, journal,
 * checks, timeouts, or results kept beyond the run.
 */
export function runBare<T>(
  dependencies: readonly (readonly number[])[],
  work: (inputs: readonly T[]) => T | Promise<T>,
): Promise<T[]> {
  const results: Promise<T>[] = [];
  for (const list of dependencies) {
    results.push(Promise.all(list.map((index) => results[index] as Promise<T>)).then(work));
  }
  return Promise.all(results);
}
