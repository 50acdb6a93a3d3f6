/** Measuring: interleaved rounds, so that what the machine does meanwhile hits all alike. */

export type Case = { readonly name: string; run(): Promise<unknown> };
export type Sample = {
  readonly name: string;
  readonly median: number;
  readonly min: number;
  readonly max: number;
};

/** @returns per case the milliseconds of one run */
export async function measure(
  cases: readonly Case[],
  rounds: number,
  warmup = 3,
): Promise<Sample[]> {
  const times = new Map<string, number[]>(cases.map(({ name }) => [name, []]));
  for (let round = -warmup; round < rounds; round += 1) {
    for (const { name, run } of cases) {
      const begun = performance.now();
      await run();
      if (round >= 0) times.get(name)?.push(performance.now() - begun);
    }
  }
  return cases.map(({ name }) => {
    const sorted = (times.get(name) ?? []).sort((a, b) => a - b);
    const at = (share: number) => sorted[Math.round(share * (sorted.length - 1))] ?? Number.NaN;
    return { name, median: at(0.5), min: at(0), max: at(1) };
  });
}
