/** From how a run has gone to another revision of its plan. */

import type { Issue } from "./base/errors.ts";
import { InputError, toErrorData } from "./base/errors.ts";
import type { AcceptedPlan } from "./executor/core/accepted-plan.ts";
import { type AdaptiveTimeouts, acceptPlan } from "./executor/drivers/accept-plan.ts";
import type { ReviseOrder, RevisionAnswer } from "./executor/drivers/driver.ts";
import type { Model } from "./models/model.ts";
import { type CheckedPlan, checkPlan } from "./plan/check.ts";
import { checkRevision } from "./plan/check-revision.ts";
import { compilePlan, resolveInputs } from "./plan/compile.ts";
import type { Feedback } from "./plan/evaluation.ts";
import { unchangedSubtasks } from "./plan/fingerprint.ts";
import type { Plan } from "./plan/schema.ts";
import type { CheckableTool, ToolLookup } from "./plan/tool-lookup.ts";
import type { Planner } from "./planner/planner.ts";
import type { ToolRegistry } from "./tools/tool.ts";

type Parts = {
  readonly planner: Planner;
  readonly tools: ToolRegistry;
  /** What the plan may name. */
  readonly lookup: ToolLookup;
  readonly maxSubtasks: number;
  readonly timeouts: AdaptiveTimeouts;
  readonly now: number;
  /** For orders that want one. */
  readonly stronger: Model | undefined;
};

/** What the executor's order for a revision comes to. */
export async function revisePlan(order: ReviseOrder, parts: Parts): Promise<RevisionAnswer> {
  const { goal, feedback, isStronger, signal } = order;
  const lookup = withGoneTools(parts.lookup, feedback);
  const check = (plan: unknown) =>
    checkPlan(plan, { tools: lookup, maxSubtasks: parts.maxSubtasks });
  const outcome = await parts.planner.revise({
    goal,
    feedback,
    tools: parts.tools.list(),
    now: parts.now,
    signal,
    meter: (model) => order.meter(model),
    check: (plan) => issuesOf(check(plan), parts.lookup, feedback),
    model: isStronger ? parts.stronger : undefined,
  });
  const { modelCalls } = outcome;
  const spent = modelCalls > 0 ? { usage: { ...outcome.usage, modelCalls } } : {};
  if (outcome.status === "planned") {
    const plan = withApprovals(outcome.plan, feedback.plan);
    return { type: "plan_revised", accepted: accept(check(plan), order, parts), ...spent };
  }
  const issues = outcome.status === "failed" ? outcome.issues : [ASKS];
  const error = toErrorData(new InputError(issues.length > 0 ? issues : [ASKS]));
  return { type: "revision_failed", error, ...spent };
}

/** What people wanted to say yes to, under whatever id it is done now. */
function withApprovals(revised: Plan, { subtasks }: Plan): Plan {
  const asked = new Map(
    subtasks.flatMap(({ tool, fallback = tool, approval = false }) =>
      approval === false ? [] : [[tool, approval] as const, [fallback, approval] as const],
    ),
  );
  return {
    ...revised,
    subtasks: revised.subtasks.map((one) => {
      const wanted = asked.get(one.tool) ?? asked.get(one.fallback ?? one.tool);
      const isSaid = one.approval !== undefined && one.approval !== false;
      const isOld = subtasks.some(({ id, tool }) => id === one.id && tool === one.tool);
      return wanted === undefined || isSaid || isOld ? one : { ...one, approval: wanted };
    }),
  };
}

/** Nobody is there to be asked while a run goes on. */
const ASKS: Issue = {
  code: "planner.failed",
  path: "",
  message: "The planner gave no revision.",
  hint: "Ask the goal again, and say more.",
};

function issuesOf(checked: CheckedPlan, tools: ToolLookup, feedback: Feedback): readonly Issue[] {
  if (checked.plan === undefined) return checked.issues;
  const { compiled } = checked;
  const unchanged = unchangedSubtasks(compilePlan(feedback.plan), compiled);
  const gone = checked.plan.subtasks.flatMap(({ tool }, index): Issue[] =>
    unchanged[index] === -1 && tools.get(tool) === undefined ? [goneTool(tool, index)] : [],
  );
  return [...gone, ...checkRevision(checked.plan, feedback)];
}

function goneTool(tool: string, index: number): Issue {
  return {
    code: "plan.unknown_tool",
    path: `subtasks[${index}].tool`,
    message: `The tool ${tool} is not there any more.`,
    hint: "Use another tool; only what has finished may name it.",
  };
}

/** What has finished stays, with a tool that may be gone since. */
function withGoneTools(tools: ToolLookup, { plan, subtasks }: Feedback): ToolLookup {
  const done = new Set(subtasks.filter(({ status }) => status === "succeeded").map(({ id }) => id));
  const used = new Set(plan.subtasks.filter(({ id }) => done.has(id)).map(({ tool }) => tool));
  return {
    ...tools,
    get: (name) => tools.get(name) ?? (used.has(name) ? GONE : undefined),
    names: () => tools.names(),
  };
}

/** Nothing is known of it any more. */
const GONE: CheckableTool = {
  inputSchema: {},
  outputSchema: {},
  input: { "~standard": { validate: () => ({}) } },
};

/** The check has said yes to it before. */
function accept(
  checked: CheckedPlan,
  { inputs, tools: known, feedback }: ReviseOrder,
  { tools, timeouts }: Parts,
): AcceptedPlan {
  if (checked.compiled === undefined) throw new InputError(checked.issues);
  const given = resolveInputs(checked.plan, inputs);
  const accepted = acceptPlan(checked.compiled, given, { tools, timeouts, known });
  return { ...accepted, revision: feedback.revision + 1 };
}
