/**
 * What the orchestration benchmark takes for granted about tasks, models and their faults, in
 * numbers. The benchmark prints them, and how the result moves with each.
 *
 * Beyond numbers: every step is one call of a model, of which there are two providers, alike in
 * price, speed and faults. An error of a server takes half the time of a call; errors and refusals
 * cost nothing, a call that is given up what it has read and written. What a step is given does
 * not make its own answer poor, but the task. One task is done after the other, and calls side by
 * side do not slow each other. A valid plan of a model is the right one, but for `wrongPlans`, and its
 * revision names the steps that are poor. A token has four characters.
 */

export type Assumptions = { readonly [Name in keyof typeof ASSUMED]: number };

type Assumption = {
  readonly value: number;
  readonly meaning: string;
  /** Whether it may be halved and doubled; the others stand in {@link VARIANTS}. */
  readonly isScaled?: false;
};

const ASSUMED = {
  dependencies: {
    value: 0.5,
    meaning:
      "earlier steps that a step needs, as far as there are so many; the last needs all that is left over",
  },
  providerErrors: {
    value: 0.8,
    meaning: "of 100 calls, the server breaks; × the calibrated factor",
  },
  rateLimits: { value: 0.8, meaning: "of 100 calls, the server refuses for now; × the same" },
  malformed: { value: 1.2, meaning: "of 100 calls, the answer does not parse; × the same" },
  poor: {
    value: 2,
    meaning: "of 100 calls, the answer is poor, and a check can see it; × the same",
  },
  persistence: {
    value: 0.3,
    meaning: "chance that a fault, or slowness, comes again when the same is asked again",
  },
  refusalMs: { value: 50, meaning: "until a server refuses" },
  retryAfterMs: { value: 1_000, meaning: "what it then asks to wait" },
  firstTokenMs: { value: 350, meaning: "until a model begins to answer; × the calibrated factor" },
  tokenMs: { value: 7, meaning: "for each token of an answer; × the same" },
  readMs: {
    value: 0,
    meaning: "for each token that is read and is not in the provider's cache; × the same",
    isScaled: false,
  },
  noise: { value: 0.4, meaning: "sigma of the log-normal factor on the time of each call" },
  tailShare: { value: 0.02, meaning: "share of calls that are slow beyond that" },
  tailFactor: { value: 4, meaning: "least factor of those" },
  tailExponent: {
    value: 1.5,
    meaning: "of their Pareto distribution; up to 1 it would have no mean",
    isScaled: false,
  },
  instructionTokens: { value: 300, meaning: "what a step is told to do" },
  materialTokens: { value: 1_500, meaning: "what a step reads beside the outputs of others" },
  outputTokens: { value: 60, meaning: "what a step writes, on the average" },
  outputSigma: { value: 0.4, meaning: "sigma of the log-normal factor on that" },
  carried: {
    value: 1,
    meaning:
      "share of earlier instructions and material that a chain carries in its prompts, as one conversation does; earlier outputs it always carries",
    isScaled: false,
  },
  outputPrice: { value: 5, meaning: "price of an output token, by that of an input token" },
  hopMs: { value: 250, meaning: "until a mesh has decided who goes on, each time" },
  hopTokens: { value: 500, meaning: "what that reads" },
  falseAlarms: { value: 0.02, meaning: "share of good answers that the check takes for poor" },
  checkMs: { value: 0, meaning: "what the check of an answer takes", isScaled: false },
  checkTokens: { value: 0, meaning: "what it reads", isScaled: false },
  timeoutMs: { value: 3_000, meaning: "limit of an attempt in planwright" },
  othersTimeoutMs: {
    value: 600_000,
    meaning: "the same in a chain with retry and in a mesh: the default of the SDKs",
    isScaled: false,
  },
  realGraphs: {
    value: 0,
    meaning: "1 for the graphs of the tasks of AsyncHow in the place of drawn ones",
    isScaled: false,
  },
  seenPrice: {
    value: 1,
    meaning: "price of a token that the provider has in its cache, by that of a fresh one",
    isScaled: false,
  },
  misses: {
    value: 0,
    meaning: "share of poor answers that the check does not see",
    isScaled: false,
  },
  hard: { value: 0, meaning: "share of poor answers that no repetition mends", isScaled: false },
  wrongPlans: {
    value: 0,
    meaning: "share of tasks of which a model's plan is valid, and does not reach the goal",
    isScaled: false,
  },
} satisfies Readonly<Record<string, Assumption>>;

export const NAMES = Object.keys(ASSUMED) as readonly (keyof Assumptions)[];

export const BASE = Object.fromEntries(
  NAMES.map((name) => [name, ASSUMED[name].value]),
) as Assumptions;

export const meaningOf = (name: keyof Assumptions): string => ASSUMED[name].meaning;

const mayBeScaled = (name: keyof Assumptions) => !("isScaled" in ASSUMED[name]);

/** Each assumption halved and doubled, and those changed that have no half, or no double. */
export const VARIANTS: readonly {
  readonly name: string;
  readonly changed: Partial<Assumptions>;
}[] = [
  ...NAMES.filter(mayBeScaled).flatMap((name) =>
    [0.5, 2].map((factor) => ({
      name: `${name} × ${factor}`,
      changed: { [name]: BASE[name] * factor },
    })),
  ),
  { name: "tailExponent 1.2", changed: { tailExponent: 1.2 } },
  { name: "tailExponent 3", changed: { tailExponent: 3 } },
  { name: "a chain carries half of what it read", changed: { carried: 0.5 } },
  { name: "a chain carries outputs only", changed: { carried: 0 } },
  { name: "prompts in the provider's cache cost a tenth", changed: { seenPrice: 0.1 } },
  { name: "no limit of time in planwright", changed: { timeoutMs: 600_000 } },
  { name: "the same limit in retry and mesh", changed: { othersTimeoutMs: 3_000 } },
  { name: "reading takes 0.05 ms a token", changed: { readMs: 0.05 } },
  {
    name: "a check takes 250 ms and reads 500 tokens",
    changed: { checkMs: 250, checkTokens: 500 },
  },
  {
    name: "a check reads all again, 500 ms",
    changed: { checkMs: 500, checkTokens: 1_860 },
  },
  { name: "the check misses 5 %", changed: { misses: 0.05 } },
  { name: "the check misses 20 %", changed: { misses: 0.2 } },
  { name: "5 % of poor answers stay poor", changed: { hard: 0.05 } },
  { name: "20 % of poor answers stay poor", changed: { hard: 0.2 } },
  { name: "1 % of a model's plans are wrong", changed: { wrongPlans: 0.01 } },
  { name: "5 % of a model's plans are wrong", changed: { wrongPlans: 0.05 } },
];

/** How much of a task may be done at once. */
export const SHAPES: readonly { readonly name: string; readonly changed: Partial<Assumptions> }[] =
  [
    { name: "needs none: all at once, then the answer", changed: { dependencies: 0 } },
    {
      name: "needs none, and all calls are alike",
      changed: { dependencies: 0, noise: 0, tailShare: 0, outputSigma: 0 },
    },
    { name: "needs 0.25 earlier ones", changed: { dependencies: 0.25 } },
    { name: "needs 0.5 (base)", changed: {} },
    { name: "needs 1", changed: { dependencies: 1 } },
    { name: "needs 2", changed: { dependencies: 2 } },
    { name: "needs all: a chain", changed: { dependencies: 9 } },
    { name: "needs what it does in AsyncHow", changed: { realGraphs: 1 } },
  ];

/** What is calibrated once, so that the plain linear chain comes out as published. */
export type Scales = {
  /** On the chances of all faults. */
  readonly faults: number;
  /** On the times of all calls. */
  readonly time: number;
  /** Of one input token. */
  readonly usd: number;
};
