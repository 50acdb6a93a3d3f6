/**
 * What follows from an accepted plan and is not worth storing: its graph, its compiled
 * expressions, each subtask's policy and priority. A pure function of the plan, kept as
 * long as the plan's object lives.
 */

import { parseDuration } from "../../base/duration.ts";
import { parseRetry } from "../../base/retry-policy.ts";
import { type CompiledPlan, compilePlan } from "../../plan/compile.ts";
import type { Scope, Template } from "../../plan/expressions.ts";
import { remainingPath } from "../../plan/graph.ts";
import type { Subtask } from "../../plan/schema.ts";
import type { AcceptedPlan, ToolPolicy } from "./accepted-plan.ts";
import type { RunState, SubtaskState } from "./state.ts";

export type Program = {
  readonly accepted: AcceptedPlan;
  readonly compiled: CompiledPlan;
  /** Per subtask; the greater starts first. */
  readonly priority: Float64Array;
  /** Per subtask, with its tool. */
  readonly policies: readonly SubtaskPolicy[];
  /** Per subtask that has one, with its fallback. */
  readonly fallbackPolicies: ReadonlyMap<number, SubtaskPolicy>;
};

/** What the subtask and its tool say together. */
export type SubtaskPolicy = ToolPolicy & {
  /** Limit of all attempts and the waits between them. */
  readonly totalTimeoutMs?: number;
  /** What is decided when nobody has said anything for so long. */
  readonly approvalExpiry?: ApprovalExpiry;
};

export type ApprovalExpiry = {
  readonly timeoutMs: number;
  readonly decision: "approved" | "denied";
};

const programs = new WeakMap<AcceptedPlan, Program>();

/** The program of the run's plan. A run without a plan has no subtasks to ask about. */
export function programOf(state: RunState): Program {
  const { accepted } = state;
  if (accepted === null) throw new Error("The run has no plan yet.");
  return programFor(accepted);
}

export function programFor(accepted: AcceptedPlan): Program {
  let program = programs.get(accepted);
  if (program === undefined) {
    program = makeProgram(accepted);
    programs.set(accepted, program);
  }
  return program;
}

function makeProgram(accepted: AcceptedPlan): Program {
  const compiled = compilePlan(accepted.plan);
  return {
    accepted,
    compiled,
    priority: remainingPath(compiled.graph, (index) => accepted.expectedMs[index] ?? undefined),
    policies: accepted.plan.subtasks.map((subtask) => policyFor(accepted, subtask, subtask.tool)),
    fallbackPolicies: new Map(
      accepted.plan.subtasks.flatMap((subtask, index) =>
        subtask.fallback === undefined
          ? []
          : [[index, policyFor(accepted, subtask, subtask.fallback)] as const],
      ),
    ),
  };
}

/** What the subtask says goes before what its tool says. */
function policyFor({ tools }: AcceptedPlan, subtask: Subtask, tool: string): SubtaskPolicy {
  const policy = tools[tool];
  if (policy === undefined) throw new Error(`No policy for the tool ${tool}.`);
  const { timeout, totalTimeout, retry, approval = false } = subtask;
  const isPlain = [timeout, totalTimeout, retry].every((one) => one === undefined);
  const isAdaptive = timeout === "adaptive" || (timeout === undefined && policy.adaptsTimeout);
  if (isPlain && !approval && !isAdaptive) return policy;
  return {
    ...policy,
    // A plan may ask for approval, and cannot do without what the tool asks for.
    approval: policy.approval || approval !== false,
    ...(typeof approval === "object" && { approvalExpiry: expiryOf(approval) }),
    ...(timeout !== undefined && !isAdaptive && { timeoutMs: parseDuration(timeout) }),
    ...(isAdaptive && { timeoutMs: policy.adaptiveMs ?? policy.timeoutMs }),
    ...(totalTimeout !== undefined && { totalTimeoutMs: parseDuration(totalTimeout) }),
    ...(retry !== undefined && { retry: parseRetry(retry) }),
  };
}

function expiryOf(approval: Extract<Subtask["approval"], object>): ApprovalExpiry {
  const decision = approval.default === "approve" ? "approved" : "denied";
  return { timeoutMs: parseDuration(approval.timeout), decision };
}

/** The policy of the tool that the subtask's next attempt calls. */
export function policyOf(
  program: Program,
  { usesFallback }: SubtaskState,
  index: number,
): SubtaskPolicy {
  const policies = usesFallback ? program.fallbackPolicies : undefined;
  return policies?.get(index) ?? (program.policies[index] as SubtaskPolicy);
}

/** The tool that the subtask's next attempt calls. */
export function toolOf(program: Program, { usesFallback }: SubtaskState, index: number): string {
  const subtask = program.accepted.plan.subtasks[index] as Subtask;
  return (usesFallback ? subtask.fallback : undefined) ?? subtask.tool;
}

export function fallbackOf(program: Program, index: number): string | undefined {
  return program.accepted.plan.subtasks[index]?.fallback;
}

export function indexOfSubtask(program: Program, id: string): number {
  const index = program.compiled.graph.indexOf.get(id);
  if (index === undefined) throw new Error(`The plan has no subtask ${id}.`);
  return index;
}

export function idOfSubtask(program: Program, index: number): string {
  const id = program.compiled.graph.ids[index];
  if (id === undefined) throw new Error(`The plan has no subtask number ${index}.`);
  return id;
}

/** What the expressions of a template may see: outputs of subtasks (null without one) and inputs. */
export function scopeFor(state: RunState, program: Program, template: Template): Scope {
  const scope: Record<string, Scope[string]> = Object.create(null);
  for (const name of template.references) {
    const index = program.compiled.graph.indexOf.get(name);
    // A subtask may be called `inputs`; the plan's inputs then are out of sight.
    if (index === undefined) scope[name] = program.accepted.inputs;
    else scope[name] = state.subtasks[index]?.output ?? null;
  }
  return scope;
}
