/**
 * What the orchestration benchmark takes for granted about tasks, models and their faults. All of
 * it is here, each with its reason, and the benchmark shows how the result moves with each.
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
      "earlier steps that a step needs, on the average; the last needs all that is left over",
  },
  providerErrors: { value: 0.8, meaning: "of 100 calls, before calibration, the server breaks" },
  rateLimits: { value: 0.8, meaning: "of 100 calls, the server refuses for now" },
  malformed: { value: 1.2, meaning: "of 100 calls, the answer does not parse" },
  poor: { value: 2, meaning: "of 100 calls, the answer is poor, and a check can see it" },
  persistence: {
    value: 0.3,
    meaning: "chance that a fault comes again when the same is asked again",
  },
  retryAfterMs: { value: 1_000, meaning: "what a server that refuses asks to wait" },
  firstTokenMs: { value: 350, meaning: "until a model begins to answer, before calibration" },
  tokenMs: { value: 7, meaning: "for each token of an answer" },
  noise: { value: 0.4, meaning: "sigma of the log-normal factor on the time of each call" },
  tailShare: { value: 0.02, meaning: "share of calls that are slow beyond that" },
  tailFactor: { value: 4, meaning: "least factor of those; Pareto with exponent 1.5" },
  instructionTokens: { value: 300, meaning: "what a step is told to do" },
  materialTokens: { value: 1_500, meaning: "what a step reads beside the outputs of others" },
  outputTokens: {
    value: 60,
    meaning: "what a step writes, on the average (log-normal, sigma 0.4)",
  },
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
  timeoutMs: { value: 3_000, meaning: "limit of an attempt in planwright; the others have none" },
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
    meaning: "share of plans by a model that are valid, and do not reach the goal",
    isScaled: false,
  },
} satisfies Readonly<Record<string, Assumption>>;

export const NAMES = Object.keys(ASSUMED) as readonly (keyof Assumptions)[];

export const BASE = Object.fromEntries(
  NAMES.map((name) => [name, ASSUMED[name].value]),
) as Assumptions;

export const meaningOf = (name: keyof Assumptions): string => ASSUMED[name].meaning;

const mayBeScaled = (name: keyof Assumptions) => !("isScaled" in ASSUMED[name]);

/** What is changed, and how: each assumption halved and doubled, and some that have no half. */
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
  { name: "a chain carries half of what it read", changed: { carried: 0.5 } },
  { name: "a chain carries outputs only", changed: { carried: 0 } },
  { name: "prompts in the provider's cache cost a tenth", changed: { seenPrice: 0.1 } },
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
    { name: "none: all at once, then the answer", changed: { dependencies: 0 } },
    { name: "0.25 earlier ones", changed: { dependencies: 0.25 } },
    { name: "0.5 earlier ones (base)", changed: {} },
    { name: "1", changed: { dependencies: 1 } },
    { name: "2", changed: { dependencies: 2 } },
    { name: "all: a chain", changed: { dependencies: 9 } },
    { name: "what it needs in AsyncHow", changed: { realGraphs: 1 } },
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
