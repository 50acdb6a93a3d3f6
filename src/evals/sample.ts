/**
 * Evals of planners: samples with a gold plan or a gold answer, what a planner made of them, and
 * how the two are compared. Types only.
 *
 * N1. A score of one sample is a share, part and whole. What a suite scores is the sum of the
 *     parts over the sum of the wholes: with wholes of 1 that is a mean (macro), with counts it is
 *     pooled (micro).
 * N2. A score that is not defined for a sample is null, and counts nowhere.
 * N3. A refusal, an empty answer and an invalid plan are wrong answers, not missing ones. A rule
 *     of a benchmark that leaves them out stands under the benchmark's name, a strict one beside it.
 */

import type { Json, JsonObject } from "../base/json.ts";
import type { ModelUsage } from "../models/model.ts";
import type { Accept } from "../plan/accept-schema.ts";
import type { Plan } from "../plan/schema.ts";

/** A tool that is only described. */
export type SuiteTool = {
  /** As the suite's source has it. */
  readonly name: string;
  /** As planners get it: snake_case, and unique in its pool. */
  readonly plannerName: string;
  readonly description: string;
  /** JSON Schema of an object. */
  readonly input: JsonObject;
  readonly output: JsonObject;
};

/** What a planner may choose from; null for the tools that Planwright itself is given. */
export type ToolPool = { readonly key: string; readonly tools: readonly SuiteTool[] };

/** `[from, to]`: the second needs the result of the first, or comes after it. */
export type Edge = readonly [from: number, to: number];

/**
 * A call. Values are JSON in which an object `{ "$ref": 2, "path": "field" }` stands for what node
 * 2 gave (its whole, where the path is empty), and `{ "$text": ["Sum: {}", reference] }` for a text
 * put together.
 */
export type CallNode = { readonly tool: string; readonly args: JsonObject };

export type CallGraph = {
  readonly nodes: readonly CallNode[];
  readonly edges: readonly Edge[];
};

/** How an answer is held against the expected one. */
export type Match =
  | "exact"
  | "numeric"
  | "contains"
  | { readonly cel: string }
  | { readonly judge: Accept };

/** What should come out. What is undefined is not asked about. */
export type Gold = {
  readonly graph?: CallGraph | undefined;
  /** Whether `graph` says all parameters, or only those that matter; undefined for none. */
  readonly hasArgs?: "all" | "some" | undefined;
  readonly refused?: true | undefined;
  readonly asks?: true | undefined;
  /** Beside `asks`: a refusal will do as well. */
  readonly orRefused?: true | undefined;
  readonly answer?: Json | undefined;
  readonly match?: Match | undefined;
  /** Of a number, absolute; @default 1e-6 of its size */
  readonly tolerance?: number | undefined;
};

export type PlanSample = {
  readonly id: string;
  /** Scores are also told for each category. */
  readonly category: string;
  readonly goal: string;
  readonly pool: ToolPool | null;
  readonly gold: Gold;
  /** As it is written, for scorers of its source. */
  readonly row: JsonObject;
};

export type Usage = ModelUsage & { readonly modelCalls: number };

/** What a run of the plan came to. */
export type Executed = {
  readonly status: string;
  readonly output: Json;
  readonly problem: string | null;
};

/** What a planner made of a sample. */
export type Prediction = {
  /**
   * `refused`: it said that it cannot; `invalid`: its plan had mistakes to the end; `failed`:
   * there was no answer, e.g. because the model could not be reached.
   */
  readonly status: "planned" | "asks" | "refused" | "invalid" | "failed";
  readonly graph: CallGraph | null;
  readonly plan: Plan | null;
  /** Why there is no plan. */
  readonly problem: string | null;
  readonly executed: Executed | null;
  readonly usage: Usage;
  /** Of planning, and of running if it was run. */
  readonly seconds: number;
};

/** See N1. */
export type Share = readonly [part: number, whole: number];

export type Scorer = {
  /** `taskbench.node_f1`: benchmark and measure; those of any suite have no dot. */
  readonly name: string;
  /** What it says, and where its definition stands. */
  readonly about: string;
  readonly better: "higher" | "lower";
  /** @default "share" */
  readonly unit?: "share" | "usd" | "seconds" | "ratio";
  /** Needs a run of the plan. @default false */
  readonly needsRun?: boolean;
  score(
    sample: PlanSample,
    prediction: Prediction,
    tools: ScorerTools,
  ): Share | null | Promise<Share | null>;
};

/** What scorers may ask. */
export type ScorerTools = {
  /** Whether the output meets the criteria; undefined where nobody judges. */
  readonly judge?: (request: JudgeRequest) => Promise<boolean>;
};

export type JudgeRequest = {
  readonly goal: string;
  readonly output: Json;
  readonly accept: Accept;
};

export type Judged = { readonly holds: boolean; readonly usage: Usage };

/** A minimum or a maximum of a score. */
export type Threshold = {
  readonly scorer: string;
  /** Null for all samples together. */
  readonly category: string | null;
  readonly atLeast: number | null;
  readonly atMost: number | null;
};

/** Goals with what should come of them, for a planner to be held against. */
export type PlannerSuite = {
  readonly kind: "planner";
  readonly name: string;
  /**
   * `plan`: plan each goal; `execute`: run the plan, too; `nothing`: the scorers need no planner.
   */
  readonly run: "nothing" | "plan" | "execute";
  /** What the embedded planner does about a goal that it does not understand. */
  readonly refuse: "unclear" | "never";
  /** Times that each sample is planned. */
  readonly repeat: number;
  /** At least one. */
  readonly scorers: readonly Scorer[];
  readonly thresholds: readonly Threshold[];
  /** Modules with tools. */
  readonly toolPaths: readonly string[];
  readonly builtinTools: boolean;
  /** The folder of which each run gets a copy as its workspace; null for an empty one. */
  readonly workspace: string | null;
  readonly samples: readonly PlanSample[];
};

/** Who plans, and runs. */
export interface Subject {
  /** `embedded`, or the model's name. */
  readonly name: string;
  /** @throws what ends the whole: an abort, a budget that is used up, a key that is refused */
  predict(sample: PlanSample, signal: AbortSignal): Promise<Prediction>;
  /** Whether the output meets the criteria; undefined where nobody judges. */
  readonly judge?: ((request: JudgeRequest) => Promise<Judged>) | undefined;
  /** Count what was spent before, in an eval that is gone on with. */
  charge(usage: Usage): Promise<void>;
  close(): Promise<void>;
}

/** Reads the data of one source. */
export type Adapter = {
  readonly name: string;
  /** Below the folder of the data, where a suite names none. */
  readonly files: readonly string[];
  /** What a suite scores that names no scorers. */
  readonly scorers: readonly Scorer[];
  /**
   * A line as a sample.
   * @throws {Error} with a sentence, for what is not as the source has it
   */
  read(row: JsonObject, data: AdapterData): PlanSample;
};

/** Files beside the data. */
export type AdapterData = {
  /** The pool of a file of tools, read once. @throws {Error} for a file that cannot be read */
  pool(path: string, read: (tools: Json) => readonly SuiteTool[]): ToolPool;
};
