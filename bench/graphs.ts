/** Seeded graphs to measure with. */

/** Numbers in [0, 1) that are the same for the same seed (mulberry32). */
export function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

export type Layered = {
  readonly dependencies: readonly (readonly number[])[];
};

/** Subtasks in layers; each reads the outputs of up to three of the layer before, by expressions. */
export function layered(count: number, layers: number, seed = 1): Layered {
  const random = seeded(seed);
  const width = Math.ceil(count / layers);
  const dependencies: number[][] = [];
  for (let index = 0; index < count; index += 1) {
    const layer = Math.floor(index / width);
    const chosen = new Set<number>();
    for (let k = 0; layer > 0 && k < 3; k += 1) {
      chosen.add((layer - 1) * width + Math.floor(random() * width));
    }
    dependencies.push([...chosen]);
  }
  return { dependencies };
}

export function chain(count: number): Layered {
  const dependencies = Array.from({ length: count }, (_, index) =>
    index === 0 ? [] : [index - 1],
  );
  return { dependencies };
}

/** One, then as many as are wanted, then one that reads the outputs of all of these. */
export function fanOut(width: number): Layered {
  const all = Array.from({ length: width }, (_, index) => index + 1);
  const dependencies = [[], ...all.map(() => [0]), all];
  return { dependencies };
}

export type Timed = {
  readonly durations: readonly number[];
  readonly dependencies: readonly (readonly number[])[];
};

/** A random graph whose subtasks take Pareto-distributed time: many short, few very long. */
export function heavyTailed(count: number, seed: number): Timed {
  const random = seeded(seed);
  const dependencies: number[][] = [];
  const durations: number[] = [];
  for (let index = 0; index < count; index += 1) {
    const chosen = new Set<number>();
    if (index > 20) {
      for (let k = Math.floor(random() * 3); k > 0; k -= 1)
        chosen.add(Math.floor(random() * index));
    }
    dependencies.push([...chosen]);
    durations.push(Math.min(1_200, Math.round(18 / (1 - random()) ** (1 / 1.2))));
  }
  return { durations, dependencies };
}
