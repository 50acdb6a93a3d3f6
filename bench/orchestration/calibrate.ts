/** The fault model, set once by what was published of the plain linear chain. */

import type { Assumptions, Scales } from "./assumptions.ts";
import { type Measured, measureOf } from "./measure.ts";
import { type Trial, tryWay } from "./ways.ts";

/** What a task of the linear chain came to, as published. */
export const PUBLISHED_LINEAR = { success: 0.682, usd: 0.41, ms: 4_200 } as const;

const ROUNDS = 14;
const TIME_ROUNDS = 3;

/**
 * Faults, times and prices are scaled until the linear chain comes out as published. The draws stay
 * the same, so that success falls as the chances of faults rise.
 */
export async function calibrate(
  given: Pick<Trial, "seed" | "tasks"> & { readonly assumptions: Assumptions },
): Promise<Scales> {
  const linear = async (scales: Scales): Promise<Measured> =>
    measureOf(await tryWay("linear", { ...given, scales }));
  let [low, high] = [0, 8];
  for (let round = 0; round < ROUNDS; round += 1) {
    const middle = (low + high) / 2;
    const { success } = await linear({ faults: middle, time: 1, usd: 1 });
    if (success > PUBLISHED_LINEAR.success) low = middle;
    else high = middle;
  }
  let scales: Scales = { faults: (low + high) / 2, time: 1, usd: 1 };
  // A refusal takes the same time at all scales, so that one round would not do.
  for (let round = 0; round < TIME_ROUNDS; round += 1) {
    const { ms, usd } = await linear(scales);
    const { faults, time, usd: price } = scales;
    scales = {
      faults,
      time: time * (PUBLISHED_LINEAR.ms / ms),
      usd: price * (PUBLISHED_LINEAR.usd / usd),
    };
  }
  return scales;
}
