/**
 * The floor: the least that running a graph of functions can cost. No limits, journal,
 * checks, timeouts, or results kept beyond the run.
 */
export function runBare<T>(
  dependencies: readonly (readonly number[])[],
  work: (inputs: readonly T[], index: number) => T | Promise<T>,
): Promise<T[]> {
  const results: Promise<T>[] = [];
  for (const [index, list] of dependencies.entries()) {
    const inputs = Promise.all(list.map((from) => results[from] as Promise<T>));
    results.push(inputs.then((values) => work(values, index)));
  }
  return Promise.all(results);
}
