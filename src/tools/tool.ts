/**
 * Tools: what a subtask calls.
 *
 * A tool is a named, typed, described function. Whoever runs it (a driver) validates the
 * input before and the output after, gives it a signal, and ends it at its timeout, so a
 * tool has no wrapper of its own. A tool returns its output or throws; a thrown
 * `ToolError` says whether a retry makes sense.
 *
 * T1. `run` gets an input that its schema has accepted, with the schema's defaults applied.
 * T2. An output leaves as JSON; one that its schema refuses is a failure of the tool.
 * T3. `effects: "write"` without `idempotent` is never run again blindly after a crash.
 */

import type { AdmissionOptions, AdmissionPolicy } from "../base/admission.ts";
import type { Json, JsonObject } from "../base/json.ts";
import type { RetryOptions, RetryPolicy } from "../base/retry-policy.ts";
import type { Model, Models } from "../models/model.ts";

/**
 * What a call does to the world: nothing that could be noticed (`none`), looks (`read`),
 * or changes (`write`).
 */
export type Effects = "none" | "read" | "write";

/** A schema of the Standard Schema family, https://standardschema.dev, version 1. */
export interface Schema<Output = unknown> {
  readonly "~standard": {
    readonly version: 1;
    readonly vendor: string;
    readonly validate: (value: unknown) => SchemaResult<Output> | Promise<SchemaResult<Output>>;
    readonly types?: { readonly input: unknown; readonly output: Output } | undefined;
  };
}

export type SchemaResult<Output> =
  | { readonly value: Output; readonly issues?: undefined }
  | { readonly issues: readonly SchemaIssue[] };

export type SchemaIssue = {
  readonly message: string;
  readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[] | undefined;
};

/** The value that a schema's validation gives. */
export type OutputOf<S extends Schema> = NonNullable<S["~standard"]["types"]>["output"];

/** A plan that a tool has run, inside the run that calls it. */
export type WorkflowOrder = {
  /** As a plan file has it. */
  readonly plan: Json;
  readonly inputs: JsonObject;
  /** What it may use at most, beside its own limits and what is left of the budget of this run. */
  readonly budget?: WorkflowBudget | undefined;
  /** How much of the budget of this run it may use, 0 to 1. */
  readonly budgetShare?: number | undefined;
};

export type WorkflowBudget = {
  readonly usd?: number | undefined;
  readonly tokens?: number | undefined;
  readonly toolCalls?: number | undefined;
  readonly modelCalls?: number | undefined;
  readonly seconds?: number | undefined;
};

/** What a tool sees of the run that calls it. */
export interface ToolContext {
  readonly runId: string;
  readonly subtaskId: string;
  /** From 1. */
  readonly attempt: number;
  /** The same for every attempt of this subtask, also after a restart. */
  readonly idempotencyKey: string;
  /** Aborted at the timeout, on cancel, and when the run stops. */
  readonly signal: AbortSignal;
  /** Absolute path of the folder that file tools may touch. */
  readonly workspace: string;
  /** The models of this run; `undefined` when none is configured. */
  readonly models: Models | undefined;
  /**
   * A model by its name, `provider:model`, within the budget of this run.
   * @throws {InputError} `model.unknown`, `model.key_missing`, `model.price_unknown`
   */
  readonly modelNamed?: ((name: string) => Model) | undefined;
  /**
   * Run a plan as a run of its own, that is paused and cancelled with this one, and that every
   * attempt with the same idempotency key finds and goes on with.
   * @returns its output
   * @throws {ToolError} `workflow.failed`, and `budget.exceeded` when this run has too little left
   */
  readonly runWorkflow?: ((order: WorkflowOrder) => Promise<Json>) | undefined;
  /** A line for the log of this subtask. */
  log(message: string): void;
  /** How far the attempt is, 0 to 1, and what it does now. */
  progress(fraction: number, note?: string): void;
}

/** What {@link defineTool} takes. */
export interface ToolDefinition<Input extends Schema = Schema, Output extends Schema = Schema>
  extends AdmissionOptions {
  /** `snake_case`, at most 64 characters. */
  readonly name: string;
  /** One to three sentences for planner and people: what it does and what it gives. */
  readonly description: string;
  readonly input: Input;
  readonly output: Output;
  run(input: OutputOf<Input>, context: ToolContext): OutputOf<Output> | Promise<OutputOf<Output>>;
  /** @default "write", the careful assumption about a tool that does not say */
  readonly effects?: Effects;
  /** Whether calls with one idempotency key happen once however often they are sent. @default false */
  readonly idempotent?: boolean;
  /** Whether its output is the user's own, or from outside and may try to give orders. @default "trusted" */
  readonly trust?: "trusted" | "untrusted";
  /**
   * The JSON Schema of what a call gives, where that follows from its input: narrower than
   * `output`, and kept by the tool itself. Of an input as the plan has it, `${expressions}` too.
   * @default that of `output`
   */
  outputSchemaFor?(input: JsonObject): JsonObject | undefined;
  /**
   * Limit of one attempt, e.g. `30s`; `adaptive`: from how long its calls took before.
   * @default the run's
   */
  readonly timeout?: string;
  /**
   * What follows when an attempt fails with an error that does not say itself whether to
   * try again. @default none; errors that say so are tried again twice
   */
  readonly retry?: RetryOptions;
  /**
   * What of an input, before its validation, decides which breaker it shares, e.g. the host
   * of a URL. @default one breaker for the tool
   */
  circuit?(input: JsonObject): string;
  /** Whether a person must say yes to every call, with its exact input before them. @default false */
  readonly approval?: boolean;
  /** What one call costs in USD; counted, and taken from the run's budget before the call. @default 0 */
  readonly costUsd?: number;
  /** Expected milliseconds of one attempt, for scheduling only; of an input known before the run. */
  readonly expectedMs?: number | ((input: JsonObject) => number);
  /** Whether it asks `context.models`; such a tool is not offered when there is no model. @default false */
  readonly needsModel?: boolean;
}

/** A tool as the registry holds it: defaults applied, schemas also as JSON Schema. */
export interface Tool {
  readonly name: string;
  readonly description: string;
  readonly input: Schema;
  readonly output: Schema;
  /** Draft 2020-12. */
  readonly inputSchema: JsonObject;
  readonly outputSchema: JsonObject;
  /** What a call with this input gives; `undefined` where that is `outputSchema`. */
  readonly outputSchemaFor?: ((input: JsonObject) => JsonObject | undefined) | undefined;
  readonly effects: Effects;
  readonly idempotent: boolean;
  readonly trust: "trusted" | "untrusted";
  /** Milliseconds; `undefined` leaves it to the run's default. */
  readonly timeoutMs: number | undefined;
  /** Whether how long its calls took before decides, where that is known. */
  readonly adaptiveTimeout: boolean;
  readonly retry: RetryPolicy | undefined;
  /** What all runs of a process are asked before a call; `undefined` where nothing is. */
  readonly admission: AdmissionPolicy | undefined;
  /** Named by the part of the input that its breaker is for; `undefined` for one of the whole tool. */
  readonly circuit: ((input: JsonObject) => string) | undefined;
  readonly costUsd: number;
  readonly approval: boolean;
  readonly expectedMs: number | ((input: JsonObject) => number) | undefined;
  readonly needsModel: boolean;
  run(input: unknown, context: ToolContext): unknown;
}

/** What the rooms that only need to know tools (planner, checks) see of one. */
export type ToolDescription = Pick<
  Tool,
  "name" | "description" | "inputSchema" | "outputSchema" | "effects" | "input" | "needsModel"
>;

/** Tools by name. */
export interface ToolRegistry {
  get(name: string): Tool | undefined;
  /** In order of registration. */
  list(): readonly Tool[];
}

/**
 * A schema's verdict on a value.
 * @returns the accepted value, or every issue with its path below `path`
 */
export async function validate<Output>(
  schema: Schema<Output>,
  value: unknown,
): Promise<SchemaResult<Output>> {
  return schema["~standard"].validate(value);
}

/** The steps of a schema issue's path, as our paths have them. */
export function issueSteps(issue: SchemaIssue): (string | number)[] {
  return (issue.path ?? []).map((step) => {
    const key = typeof step === "object" ? step.key : step;
    return typeof key === "symbol" ? String(key) : key;
  });
}
