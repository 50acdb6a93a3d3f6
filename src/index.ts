/** What planwright offers, name by name. */

export type { Clock } from "./base/clock.ts";
export type {
  BranchCount,
  Decision,
  DecisionMemory,
  KeptDecision,
  TakenBranch,
} from "./base/decision-memory.ts";
export {
  type ErrorCode,
  type ErrorData,
  InputError,
  type Issue,
  JournalError,
  ModelError,
  PlanwrightError,
  ToolError,
} from "./base/errors.ts";
export type { Json, JsonObject } from "./base/json.ts";
export type { DurationCount } from "./base/quantile-sketch.ts";
export type {
  Batch,
  BatchListener,
  BatchProgress,
  BatchReport,
  BatchResult,
  ItemCounts,
  ItemResult,
} from "./batch.ts";
export type { ItemsOptions, ResumeItemsOptions } from "./batches.ts";
export type { RunSuiteOptions, SuiteOutcome } from "./eval-run.ts";
export type { EvalSuites } from "./eval-suites.ts";
export type {
  CallGraph,
  PlanSample,
  Prediction,
  Scorer,
  ScorerTools,
  Share,
} from "./evals/sample.ts";
export type { EvaluateRequest, Evaluations } from "./evaluations.ts";
export type {
  Evaluated,
  OwnEvaluator,
  OwnRequest,
  OwnVerdict,
} from "./evaluator/evaluator.ts";
export type { RunEvent, Versions } from "./executor/core/event.ts";
export type { QualityFlag } from "./executor/core/quality-flag.ts";
export type {
  RunReason,
  RunStatus,
  SubtaskReason,
  SubtaskStatus,
} from "./executor/core/status.ts";
export type { InvalidItems, RetryItemOptions } from "./invalid-items.ts";
export type { ItemsGiven } from "./item-source.ts";
export type {
  AppendedWith,
  AuditEntry,
  AuditRow,
  BlobRow,
  BlobStore,
  BlobUse,
  ClaimAnswer,
  EffectClaim,
  EffectEnd,
  EffectHolder,
  ItemPlace,
  ItemRow,
  Journal,
  Lease,
  ListedKind,
  Retention,
  RunRequest,
  RunRow,
  Spending,
  StoredEvent,
} from "./journal/journal.ts";
export type {
  Model,
  ModelRequest,
  ModelResult,
  ModelStream,
  Models,
  ModelUsage,
} from "./models/model.ts";
export type {
  AskOptions,
  DecideEvaluationOptions,
  EscalationOptions,
  EvaluationOptions,
} from "./options.ts";
export type { Accept, CriterionRule } from "./plan/accept-schema.ts";
export type { FieldChange, PlanDiff } from "./plan/diff.ts";
export type { CheckResult, Evaluation, EvaluationFlag, Evidence } from "./plan/evaluation.ts";
export { type Plan, type PlanDraft, planJsonSchema, type Subtask } from "./plan/schema.ts";
export {
  createPlanwright,
  type DecidedBatch,
  type DecidedRun,
  type ListedRun,
  type LoadedPlan,
  loadPlan,
  type PlanReport,
  type Planwright,
  type PlanwrightOptions,
  type RunOptions,
} from "./planwright.ts";
export type {
  FailureReport,
  ItemsReport,
  Percentiles,
  StepReport,
} from "./projections/batch-report.ts";
export type { BranchReport, RouteReport } from "./projections/branches.ts";
export type {
  DeadAttempt,
  DeadItem,
  DeadLetter,
  DeadLetterFilter,
  DeadSubtask,
  UpstreamOutput,
} from "./projections/dead-letters.ts";
export type { RefinedItem, RefinedReport } from "./projections/refined-items.ts";
export type {
  AwaitedApproval,
  AwaitedReview,
  Iterations,
  RunResult,
  RunUsage,
  SubtaskResult,
} from "./projections/result.ts";
export type { Revision } from "./projections/revisions.ts";
export type { Collected, Garbage, GarbageCollector, GarbageOptions, OldRun } from "./retention.ts";
export type { Run, RunListener } from "./run.ts";
export type { ToolField, ToolPage } from "./tool-page.ts";
export { defineTool } from "./tools/define-tool.ts";
export type { Handler } from "./tools/handler.ts";
export type {
  Effects,
  Schema,
  Tool,
  ToolContext,
  ToolDefinition,
  ToolRegistry,
  WorkflowOrder,
} from "./tools/tool.ts";
