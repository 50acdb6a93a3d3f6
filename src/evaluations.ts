/** What is judged: an output that somebody has, and runs that were judged. */

import { InputError } from "./base/errors.ts";
import type { Json } from "./base/json.ts";
import type { Control } from "./control.ts";
import type { EvalSuites } from "./eval-suites.ts";
import type { Evaluated } from "./evaluator/evaluator.ts";
import type { RunSettings } from "./executor/core/settings.ts";
import type { History } from "./history.ts";
import type { Judging } from "./judging.ts";
import type { DecideEvaluationOptions } from "./options.ts";
import type { Accept } from "./plan/accept-schema.ts";
import { issuesOfAccept } from "./plan/check-accept.ts";
import { compileTemplates } from "./plan/compile.ts";
import { resolveCriteria } from "./plan/compile-accept.ts";
import type { RunResult } from "./projections/result.ts";
import type { Revision } from "./projections/revisions.ts";

export interface EvaluateRequest {
  readonly goal: string;
  readonly output: Json;
  /** What the output must be like: in plain words for a judge model, or rules. */
  readonly accept: Accept;
  /** What the output is made of, by the names that it is known by. */
  readonly evidence?: Readonly<Record<string, Json>> | undefined;
}

type Parts = {
  readonly judging: Judging;
  readonly history: History;
  readonly control: Control;
  readonly settings: RunSettings;
  readonly suites: EvalSuites;
};

export class Evaluations {
  /** Suites by which planners are measured. */
  readonly suites: EvalSuites;
  readonly #parts: Parts;

  constructor(parts: Parts) {
    this.#parts = parts;
    this.suites = parts.suites;
  }

  /**
   * Judge an output by rules, evaluators and judge models; no run is needed or made.
   * @throws {InputError} for criteria that make no sense, each with its place
   * @throws {ModelError} when the signal aborts
   */
  async evaluate(
    request: EvaluateRequest,
    { signal = new AbortController().signal }: { readonly signal?: AbortSignal | undefined } = {},
  ): Promise<Evaluated> {
    const { goal, output, accept, evidence = {} } = request;
    const { judging, settings } = this.#parts;
    const issues = issuesOfAccept(accept, Object.keys(evidence));
    if (issues.length > 0) throw new InputError(issues);
    const { accept: compiled } = compileTemplates({
      version: 1,
      goal,
      inputs: {},
      subtasks: [],
      accept,
    });
    const criteria = compiled && resolveCriteria(compiled, () => ({ ...evidence, output }));
    return judging.evaluate({
      goal,
      subtask: null,
      output,
      criteria: criteria ?? [],
      threshold: compiled?.threshold ?? settings.review.threshold,
      judgesGoal: false,
      evidence: Object.entries(evidence).map(([subtask, given]) => {
        return { subtask, tool: "", description: "", output: given };
      }),
      signal,
    });
  }

  /**
   * Accept what came out of a run although it was judged too poor, or do not. The run ends with
   * the best that there is.
   * @throws {InputError} `run.unknown`, `run.finished`, `evaluation.not_waiting`
   */
  decide(runId: string, options: DecideEvaluationOptions): Promise<RunResult> {
    return this.#parts.control.decideEvaluation(runId, options);
  }

  /**
   * The revisions of a run's plan, oldest first: why each was made, how it was judged, and what
   * it has used. @throws {InputError} `run.unknown`
   */
  revisions(runId: string): Promise<readonly Revision[]> {
    return this.#parts.history.revisions(runId);
  }
}
