/** Data of one's own: a goal a line, with what should come of it. */

import { z } from "zod";
import type { JsonObject } from "../base/json.ts";
import { accept } from "../plan/accept-schema.ts";
import { parseExpression } from "../plan/cel.ts";
import type { CallGraph, Edge, Gold, PlanSample, ToolPool } from "./sample.ts";
import { type FoundIssue, schemaIssues } from "./suite-issues.ts";

const text = z.string().min(1);

const node = z.strictObject({
  tool: text,
  args: z.record(z.string(), z.json()).optional(),
  /** For people: that it is done for each of many, or only if. */
  forEach: z.boolean().optional(),
  when: z.boolean().optional(),
});

const expectation = z.strictObject({
  refused: z.literal(true).optional(),
  asks: z.literal(true).optional(),
  orRefused: z.literal(true).optional(),
  plan: z
    .strictObject({
      nodes: z.array(node),
      edges: z.array(z.tuple([z.int().min(0), z.int().min(0)])).optional(),
    })
    .optional(),
  answer: z.json().optional(),
  match: z
    .union([
      z.enum(["exact", "numeric", "contains"]),
      z.strictObject({ cel: text }),
      z.strictObject({ judge: accept }),
    ])
    .optional(),
  tolerance: z.number().min(0).optional(),
});

const goalSchema = z.strictObject({
  id: text,
  category: text.optional(),
  goal: text,
  expect: expectation,
  note: z.string().optional(),
});

/** Where goals name no category. */
const ONLY_CATEGORY = "all";

export type CheckedGoal = {
  /** Undefined where something is wrong. */
  readonly sample: PlanSample | undefined;
  readonly issues: readonly FoundIssue[];
};

export function checkGoal(value: unknown, pool: ToolPool | null): CheckedGoal {
  const checked = goalSchema.safeParse(value);
  if (!checked.success) {
    const about = { value, schema: goalSchema, whole: "The goal" };
    return { sample: undefined, issues: schemaIssues(checked.error, about) };
  }
  const { id, category = ONLY_CATEGORY, goal, expect } = checked.data;
  const issues = issuesOf(expect);
  if (issues.length > 0) return { sample: undefined, issues };
  const row = value as JsonObject;
  return { sample: { id, category, goal, pool, gold: goldOf(expect), row }, issues };
}

type Expectation = z.output<typeof expectation>;

function issuesOf(expect: Expectation): FoundIssue[] {
  const { refused, asks, plan, answer, match } = expect;
  const found = (steps: readonly (string | number)[], message: string, hint: string) => {
    return { steps: ["expect", ...steps], isKey: false, message, hint };
  };
  const kinds = [refused, asks, plan ?? answer ?? match].filter((one) => one !== undefined);
  if (kinds.length !== 1) {
    const what = kinds.length === 0 ? "says nothing" : "says two things that exclude each other";
    const hint = "Write one of refused, asks, or plan and answer.";
    return [found([], `expect ${what}.`, hint)];
  }
  const nodes = plan?.nodes.length ?? 0;
  const ofEdges = (plan?.edges ?? []).flatMap((edge, at) =>
    Math.max(...edge) < nodes
      ? []
      : [found(["plan", "edges", at], `There is no node ${Math.max(...edge)}.`, NODES)],
  );
  const problem =
    typeof match === "object" && "cel" in match ? parseExpression(match.cel) : undefined;
  if (problem === undefined || !("problem" in problem)) return ofEdges;
  const message = `match.cel is no expression: ${problem.problem}, at character ${problem.offset + 1}.`;
  return [...ofEdges, found(["match", "cel"], message, problem.hint)];
}

const NODES = "Nodes are numbered from 0, in the order in which they are listed.";

function goldOf({ plan, ...expect }: Expectation): Gold {
  if (plan === undefined) return expect as Gold;
  const nodes = plan.nodes.map(({ tool, args = {} }) => ({ tool, args: args as JsonObject }));
  const graph: CallGraph = { nodes, edges: (plan.edges ?? []) as readonly Edge[] };
  const hasArgs = nodes.some(({ args }) => Object.keys(args).length > 0);
  return { ...(expect as Gold), graph, hasArgs: hasArgs ? "some" : undefined };
}
