/**
 * What follows from an accepted plan and is not worth storing: its graph, its compiled
 * expressions, each subtask's policy and priority. A pure function of the plan, kept as
 * long as the plan's object lives.
 */

import { parseDuration } from "../../base/duration.ts";
import { parseRetry } from "../../base/retry-policy.ts";
import { type CompiledPlan, compilePlan } from "../../plan/compile.ts";
import type { CompiledFanOut } from "../../plan/compile-control-flow.ts";
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
  /** Per subtask that is refined by a check, with the check's tool. */
  readonly checkPolicies: ReadonlyMap<number, SubtaskPolicy>;
  /** Whether any subtask joins. */
  readonly hasJoins: boolean;
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
/** Of each plan the newest: many runs of one differ in nothing but their inputs. */
const newest = new WeakMap<AcceptedPlan["plan"], Program>();

/** The program of the run's plan. A run without a plan has no subtasks to ask about. */
export function programOf(state: RunState): Program {
  const { accepted } = state;
  if (accepted === null) throw new Error("The run has no plan yet.");
  return programFor(accepted);
}

export function programFor(accepted: AcceptedPlan): Program {
  let program = programs.get(accepted);
  if (program === undefined) {
    const like = newest.get(accepted.plan);
    const { tools, expectedMs } = like?.accepted ?? {};
    const isLike = tools === accepted.tools && expectedMs === accepted.expectedMs;
    program = like !== undefined && isLike ? { ...like, accepted } : makeProgram(accepted);
    programs.set(accepted, program);
    newest.set(accepted.plan, program);
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
    checkPolicies: new Map(
      accepted.plan.subtasks.flatMap((subtask, index) => {
        const tool = subtask.refine?.check?.tool;
        // Approval is asked of what is produced; a check asks where its own tool does.
        const { approval: _, ...limits } = subtask;
        return tool === undefined ? [] : [[index, policyFor(accepted, limits, tool)] as const];
      }),
    ),
    hasJoins: accepted.plan.subtasks.some(({ join }) => join !== undefined),
  };
}

/** What the subtask says goes before what its tool says. */
function policyFor(
  { tools }: AcceptedPlan,
  subtask: Pick<Subtask, "timeout" | "totalTimeout" | "retry" | "concurrency" | "approval">,
  tool: string,
): SubtaskPolicy {
  const policy = tools[tool];
  if (policy === undefined) throw new Error(`No policy for the tool ${tool}.`);
  const { timeout, totalTimeout, retry, concurrency, approval = false } = subtask;
  const own = [timeout, totalTimeout, retry, concurrency];
  const isPlain = own.every((one) => one === undefined);
  const isAdaptive = timeout === "adaptive" || (timeout === undefined && policy.adaptsTimeout);
  if (isPlain && !approval && !isAdaptive) return policy;
  return {
    ...policy,
    // A plan may ask for approval, and cannot do without what the tool asks for.
    needsAdmission: policy.needsAdmission || concurrency !== undefined,
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

/** Index of the plan's subtask: its own, or for an item that of what fans out. */
export function planIndexOf(subtask: SubtaskState, index: number): number {
  return subtask.item?.root ?? index;
}

/** What the plan says about a subtask. */
export function planned(program: Program, subtask: SubtaskState, index: number): Subtask {
  return program.accepted.plan.subtasks[planIndexOf(subtask, index)] as Subtask;
}

/** The policy of the tool that the subtask's next attempt calls. */
export function policyOf(program: Program, subtask: SubtaskState, index: number): SubtaskPolicy {
  const at = planIndexOf(subtask, index);
  const others = isChecking(subtask) ? program.checkPolicies : program.fallbackPolicies;
  const policies = isChecking(subtask) || subtask.usesFallback ? others : undefined;
  return policies?.get(at) ?? (program.policies[at] as SubtaskPolicy);
}

/** The tool that the subtask's next attempt calls. */
export function toolOf(program: Program, subtask: SubtaskState, index: number): string {
  const { tool, fallback = tool, refine } = planned(program, subtask, index);
  if (isChecking(subtask)) return refine?.check?.tool ?? tool;
  return subtask.usesFallback ? fallback : tool;
}

/** Whether the next attempt is about what the one before has produced. */
export function isChecking({ refine }: SubtaskState): boolean {
  return refine?.phase === "check";
}

/** How a subtask fans out; undefined where it does its work itself. */
export function fanOutOf(state: RunState, index: number): CompiledFanOut | undefined {
  const subtask = state.subtasks[index];
  if (subtask === undefined) return undefined;
  const compiled = programOf(state).compiled.subtasks[planIndexOf(subtask, index)];
  return compiled?.fanOuts?.[depthOf(state, subtask)];
}

/** How many fan-outs a subtask is inside of. */
function depthOf(state: RunState, { item }: SubtaskState): number {
  if (item === null) return 0;
  const parent = state.subtasks[item.of];
  return parent === undefined ? 1 : 1 + depthOf(state, parent);
}

/** Index of the subtask, or of the item (`id[3]`), of that name; -1 for none. */
export function findSubtask(state: RunState, id: string): number {
  if (state.accepted === null) return -1;
  const { indexOf } = programOf(state).compiled.graph;
  const found = indexOf.get(id);
  if (found !== undefined) return found;
  const bracket = id.indexOf("[");
  if (bracket === -1) return -1;
  let index = indexOf.get(id.slice(0, bracket)) ?? -1;
  for (const [, place] of id.slice(bracket).matchAll(/\[(\d+)\]/g)) {
    const items = state.subtasks[index]?.items;
    if (!items || Number(place) >= items.count) return -1;
    index = items.first + Number(place);
  }
  return index;
}

/** @throws {Error} for a name that nothing in the run has */
export function indexOfSubtask(state: RunState, id: string): number {
  const index = findSubtask(state, id);
  if (index === -1) throw new Error(`The run has no subtask ${id}.`);
  return index;
}

export function idOfSubtask(state: RunState, index: number): string {
  const item = state.subtasks[index]?.item ?? null;
  if (item !== null) return `${idOfSubtask(state, item.of)}[${item.at}]`;
  const id = programOf(state).compiled.graph.ids[index];
  if (id === undefined) throw new Error(`The plan has no subtask number ${index}.`);
  return id;
}

/** Whether the run has its plan; a draft is none yet. */
export function isPlanned({ accepted }: RunState): boolean {
  return accepted !== null && accepted.revision > 0;
}
