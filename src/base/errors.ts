/**
 * Errors, named by who must act: `InputError` (the user), `ModelError` and `ToolError`
 * (the other side), `JournalError` (the machine). Callers test `code`, never the message.
 *
 * `CODES` is the one table of codes with what the command line exits with and what the
 * HTTP server answers.
 */

type CodeEntry = { readonly exitCode: number; readonly httpStatus: number };

const BAD_INPUT: CodeEntry = { exitCode: 2, httpStatus: 400 };
const NOT_FOUND: CodeEntry = { exitCode: 2, httpStatus: 404 };
const CONFLICT: CodeEntry = { exitCode: 2, httpStatus: 409 };
const FAILED: CodeEntry = { exitCode: 1, httpStatus: 500 };
const UPSTREAM: CodeEntry = { exitCode: 1, httpStatus: 502 };
const UNUSABLE: CodeEntry = { exitCode: 2, httpStatus: 500 };

export const CODES = {
  "input.invalid": BAD_INPUT,
  "input.invalid_duration": BAD_INPUT,
  "input.missing": BAD_INPUT,
  "input.unknown": BAD_INPUT,
  "items.invalid": BAD_INPUT,
  "items.empty": BAD_INPUT,
  "items.changed": CONFLICT,
  "config.invalid": BAD_INPUT,
  "file.not_found": NOT_FOUND,
  "file.unreadable": BAD_INPUT,
  "file.unwritable": BAD_INPUT,
  "goal.empty": BAD_INPUT,
  "goal.not_understood": BAD_INPUT,
  "plan.syntax": BAD_INPUT,
  "plan.schema": BAD_INPUT,
  "plan.unknown_key": BAD_INPUT,
  "plan.duplicate_id": BAD_INPUT,
  "plan.cycle": BAD_INPUT,
  "plan.unknown_dependency": BAD_INPUT,
  "plan.unknown_reference": BAD_INPUT,
  "plan.unknown_field": BAD_INPUT,
  "plan.unknown_tool": BAD_INPUT,
  "plan.invalid_input": BAD_INPUT,
  "plan.too_large": BAD_INPUT,
  "plan.invalid_template": BAD_INPUT,
  "plan.invalid_output_schema": BAD_INPUT,
  "plan.invalid_handler": BAD_INPUT,
  "plan.recursion": BAD_INPUT,
  "plan.unknown_branch": BAD_INPUT,
  "plan.invalid_control_flow": BAD_INPUT,
  "plan.no_model": BAD_INPUT,
  "plan.drops_effect": BAD_INPUT,
  "plan.no_progress": BAD_INPUT,
  "plan.loses_criteria": BAD_INPUT,
  "suite.invalid": BAD_INPUT,
  "expression.syntax": BAD_INPUT,
  "expression.failed": FAILED,
  "route.unknown_branch": FAILED,
  "join.deadline": { exitCode: 1, httpStatus: 504 },
  "output.failed": FAILED,
  "planner.failed": FAILED,
  "tool.unknown": NOT_FOUND,
  "tool.duplicate": BAD_INPUT,
  "tool.invalid": BAD_INPUT,
  "tool.load_failed": BAD_INPUT,
  "tool.invalid_input": FAILED,
  "tool.invalid_output": FAILED,
  "tool.failed": UPSTREAM,
  "effect.open": { exitCode: 1, httpStatus: 409 },
  "effect.differs": { exitCode: 1, httpStatus: 409 },
  "subtask.timeout": { exitCode: 1, httpStatus: 504 },
  "tool.timeout": { exitCode: 1, httpStatus: 504 },
  "tool.aborted": FAILED,
  "tool.interrupted": FAILED,
  "tool.forbidden": FAILED,
  "tool.limit": FAILED,
  "model.unknown": BAD_INPUT,
  "model.key_missing": BAD_INPUT,
  "model.price_unknown": BAD_INPUT,
  "model.unavailable": { exitCode: 1, httpStatus: 503 },
  "model.rate_limited": { exitCode: 1, httpStatus: 503 },
  "model.rejected": UPSTREAM,
  "model.unauthorized": UPSTREAM,
  "model.refused": UPSTREAM,
  "model.truncated": UPSTREAM,
  "model.invalid_output": UPSTREAM,
  "model.timeout": { exitCode: 1, httpStatus: 504 },
  "model.aborted": FAILED,
  "model.not_recorded": FAILED,
  "approval.denied": FAILED,
  "approval.expired": { exitCode: 2, httpStatus: 409 },
  "approval.not_waiting": CONFLICT,
  "evaluation.not_waiting": CONFLICT,
  "evaluator.unknown": NOT_FOUND,
  "workflow.failed": FAILED,
  "workflow.suspended": FAILED,
  "budget.exceeded": { exitCode: 4, httpStatus: 402 },
  "budget.day_exceeded": { exitCode: 4, httpStatus: 402 },
  "batch.unknown": NOT_FOUND,
  "run.unknown": NOT_FOUND,
  "run.finished": CONFLICT,
  "run.no_plan": CONFLICT,
  "revision.unknown": NOT_FOUND,
  "subtask.unknown": NOT_FOUND,
  "dead_letter.unknown": NOT_FOUND,
  "dead_letter.undecided": FAILED,
  "notification.failed": UPSTREAM,
  "run.owned": CONFLICT,
  "run.timeout": FAILED,
  "journal.not_a_database": UNUSABLE,
  "journal.unusable": UNUSABLE,
  "journal.locked": { exitCode: 2, httpStatus: 503 },
  "journal.version": UNUSABLE,
  "journal.conflict": { exitCode: 1, httpStatus: 409 },
  "journal.corrupt": UNUSABLE,
  "journal.lease_lost": { exitCode: 1, httpStatus: 409 },
  "journal.write_failed": FAILED,
  "blob.missing": FAILED,
  "blob.damaged": FAILED,
  "internal.bug": FAILED,
} as const satisfies Record<string, CodeEntry>;

export type ErrorCode = keyof typeof CODES;

/** An error as data: what stands in events, results and `--json`. */
export type ErrorData = {
  readonly code: ErrorCode;
  readonly message: string;
  readonly hint?: string;
  /** Where in the plan or input, e.g. `subtasks[2].input.url`. */
  readonly path?: string;
  /** Whether trying again may help, where the error says. */
  readonly retryable?: boolean;
  /** Milliseconds to wait before that. */
  readonly retryAfterMs?: number;
};

type ErrorOptions = { readonly hint?: string | undefined; readonly cause?: unknown };

export class PlanwrightError extends Error {
  readonly code: ErrorCode;
  /** What to do about it, in one sentence. */
  readonly hint: string | undefined;

  constructor(code: ErrorCode, message: string, options: ErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = new.target.name;
    this.code = code;
    this.hint = options.hint;
  }
}

/** One thing that is wrong with an input, its place and its cure. */
export type Issue = {
  readonly code: ErrorCode;
  /** Path inside the input, e.g. `subtasks[2].input.url`; empty for the whole. */
  readonly path: string;
  readonly message: string;
  readonly hint: string;
  /** From 1, for inputs that are files. */
  readonly line?: number;
  readonly column?: number;
  readonly file?: string;
};

/** The user must act: every issue of the input, at least one. */
export class InputError extends PlanwrightError {
  readonly issues: readonly Issue[];

  constructor(issues: readonly Issue[], options: { readonly cause?: unknown } = {}) {
    const [first] = issues;
    if (first === undefined) throw new TypeError("An InputError needs at least one issue.");
    const more = issues.length > 1 ? ` (and ${issues.length - 1} more)` : "";
    super(first.code, first.message + more, { hint: first.hint, cause: options.cause });
    this.issues = issues;
  }
}

type RemoteOptions = ErrorOptions & {
  /** Whether trying again may help. @default unknown: it is tried again only where that is asked for */
  readonly retryable?: boolean | undefined;
  /** Milliseconds to wait before trying again, when the other side said so. */
  readonly retryAfterMs?: number | undefined;
};

class RemoteError extends PlanwrightError {
  /** Undefined where nobody knows. */
  readonly retryable: boolean | undefined;
  readonly retryAfterMs: number | undefined;

  constructor(code: ErrorCode, message: string, options: RemoteOptions = {}) {
    super(code, message, options);
    this.retryable = options.retryable;
    this.retryAfterMs = options.retryAfterMs;
  }
}

/** A model or its provider failed; unless it says otherwise, trying again is useless. */
export class ModelError extends RemoteError {
  constructor(code: ErrorCode, message: string, options: RemoteOptions = {}) {
    super(code, message, { retryable: false, ...options });
  }
}

/** A tool failed; tools throw this to say whether a retry makes sense. */
export class ToolError extends RemoteError {}

/** The journal cannot be read or written, or this process may not write it now. */
export class JournalError extends PlanwrightError {}

/** One issue as an error, for checks that stop at the first. */
export function inputError(code: ErrorCode, message: string, hint: string, path = ""): InputError {
  return new InputError([{ code, path, message, hint }]);
}

/** Any thrown value as error data; what is not ours gets the code given. */
export function toErrorData(error: unknown, code: ErrorCode = "internal.bug"): ErrorData {
  if (error instanceof PlanwrightError) {
    const path = error instanceof InputError ? error.issues[0]?.path : undefined;
    return {
      code: error.code,
      message: error.message,
      ...(error.hint === undefined ? {} : { hint: error.hint }),
      ...(path ? { path } : {}),
      ...(error instanceof RemoteError &&
        error.retryable !== undefined && { retryable: error.retryable }),
      ...(error instanceof RemoteError &&
        error.retryAfterMs !== undefined && { retryAfterMs: error.retryAfterMs }),
    };
  }
  return { code, message: error instanceof Error ? error.message : String(error) };
}
