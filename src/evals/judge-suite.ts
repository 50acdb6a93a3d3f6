/** What a suite of the kind `judge` says, and all that is wrong with it. */

import { z } from "zod";
import { isPlainObject, type Json } from "../base/json.ts";
import { type Accept, accept, acceptOf } from "../plan/accept-schema.ts";
import { checkPlan } from "../plan/check.ts";
import { parsePath } from "../plan/path.ts";
import { SUBTASK_ID } from "../plan/schema-parts.ts";
import type { JudgeExample, JudgeSuite, Label } from "./eval.ts";
import { type FoundIssue, schemaIssues } from "./suite-issues.ts";

/** From which score on something is good enough if nobody says. */
const THRESHOLD = 0.7;

const text = z.string().min(1);
const share = z.number().min(0).max(1);

const suiteSchema = z.strictObject({
  version: z.literal(1).optional(),
  kind: z.literal("judge"),
  name: text.optional(),
  goal: text.optional(),
  accept,
  threshold: share.optional(),
  minAgreement: share.optional(),
  minKappa: z.number().min(-1).max(1).optional(),
  // Each is checked for itself: one that is broken hides no other.
  examples: z.union([text, z.array(z.unknown()).min(1)]),
});

const subtask = z.string().regex(SUBTASK_ID, "is no id of a subtask");

const exampleSchema = z.strictObject({
  id: text.optional(),
  goal: text.optional(),
  output: z.json(),
  evidence: z.record(subtask, z.json()).optional(),
  label: z.enum(["pass", "fail"]).optional(),
  score: share.optional(),
  note: z.string().optional(),
});

/** A suite without its examples. */
export type SuiteHead = Omit<JudgeSuite, "kind" | "name" | "examples"> & {
  /** Null where it has none of its own. */
  readonly name: string | null;
  readonly goal: string | null;
};

export type CheckedHead = {
  readonly head: SuiteHead;
  /** Whether `accept` is of the right shape, for {@link checkCriteria}. */
  readonly isReadable: boolean;
  readonly issues: readonly FoundIssue[];
};

/** @returns all that is wrong, and what can be read all the same */
export function checkHead(value: unknown): CheckedHead {
  const checked = suiteSchema.safeParse(value);
  if (checked.success) {
    const { data } = checked;
    return { head: headOf(data), isReadable: true, issues: thresholdIssues(data) };
  }
  const issues = schemaIssues(checked.error, { value, schema: suiteSchema, whole: "The suite" });
  const own = accept.safeParse(isPlainObject(value) ? value["accept"] : undefined);
  const head = { ...salvage(value), accept: own.success ? own.data : [] };
  return { head, isReadable: own.success, issues };
}

type Written = z.output<typeof suiteSchema>;

function headOf({ name, goal, accept: written, threshold, ...minima }: Written): SuiteHead {
  return {
    name: name ?? null,
    goal: goal ?? null,
    accept: written,
    threshold: threshold ?? acceptOf(written).threshold ?? THRESHOLD,
    minAgreement: minima.minAgreement ?? null,
    minKappa: minima.minKappa ?? null,
  };
}

/** What examples are checked against when the suite itself is wrong. */
function salvage(value: unknown): Omit<SuiteHead, "accept"> {
  const written = isPlainObject(value) ? value : {};
  const { goal, threshold } = written;
  const inner = isPlainObject(written["accept"]) ? written["accept"]["threshold"] : undefined;
  const found = share.safeParse(threshold ?? inner ?? THRESHOLD);
  return {
    name: null,
    // A goal that is no text is an issue already.
    goal: goal === undefined ? null : String(goal),
    threshold: found.success ? found.data : Number.NaN,
    minAgreement: null,
    minKappa: null,
  };
}

/** @returns for two that differ */
function thresholdIssues({ accept: written, threshold }: Written): FoundIssue[] {
  const { threshold: own } = acceptOf(written);
  if (own === undefined || threshold === undefined || own === threshold) return [];
  const message = `The suite has two thresholds, ${threshold} and accept.threshold ${own}.`;
  return [{ steps: ["threshold"], isKey: false, message, hint: "Keep one of the two." }];
}

/**
 * What is wrong with criteria whose schema is right: names, expressions, patterns. A plan's are
 * checked in the same way, so they are checked as those of a plan.
 * @param evidence ids of the subtasks whose outputs they may read
 */
export function checkCriteria(written: Accept, evidence: Iterable<string>): FoundIssue[] {
  const ids = [...new Set(evidence)];
  const subtasks = (ids.length > 0 ? ids : [NO_SUBTASK]).map((id) => ({ id, tool: id }));
  const plan = { goal: "Check it", accept: written, subtasks };
  const tools = { get: () => undefined, names: () => [] };
  // Its subtasks have no tools, of which nobody needs to hear.
  const { issues } = checkPlan(plan, { tools, maxSubtasks: subtasks.length });
  return issues.flatMap(({ code, path, message, hint }) => {
    const steps = parsePath(path);
    if (steps?.[0] !== "accept") return [];
    const isUnknown = code === "plan.unknown_reference" && !hint.startsWith("Did you mean");
    return [{ steps, isKey: false, message, hint: isUnknown ? REFERENCES : hint }];
  });
}

/** A plan has at least one. */
const NO_SUBTASK = "no_evidence_is_given";
const REFERENCES = "Name output, or a subtask of which an example has evidence.";

export type CheckedExample = {
  /** Undefined where something is wrong. */
  readonly example: JudgeExample | undefined;
  /** As it is written, also of one that is wrong. */
  readonly id: string;
  /** With paths inside the example. */
  readonly issues: readonly FoundIssue[];
};

/** @param n its number, from 1 */
export function checkExample(
  value: unknown,
  { head, n }: { readonly head: SuiteHead; readonly n: number },
): CheckedExample {
  const written = isPlainObject(value) ? value["id"] : undefined;
  const id = typeof written === "string" ? written : `#${n}`;
  const checked = exampleSchema.safeParse(value);
  if (!checked.success) {
    const about = { value, schema: exampleSchema, whole: "The example" };
    return { example: undefined, id, issues: schemaIssues(checked.error, about) };
  }
  const { goal = head.goal, output, evidence = {}, score = null, note = null } = checked.data;
  const { label, issues } = labelOf(checked.data, head.threshold);
  if (goal === null) {
    const hint = "Write goal here, or once for the suite.";
    issues.push({ steps: ["goal"], isKey: false, message: "The example has no goal.", hint });
  }
  if (label === undefined || goal === null || issues.length > 0) {
    return { example: undefined, id, issues };
  }
  const example = { id, goal, output: output as Json, evidence, label, score, note };
  return { example, id, issues };
}

/** What is written, else what follows from the score. */
function labelOf(
  { label, score }: { readonly label?: Label | undefined; readonly score?: number | undefined },
  threshold: number,
): { readonly label: Label | undefined; readonly issues: FoundIssue[] } {
  if (score === undefined) {
    if (label !== undefined) return { label, issues: [] };
    const message = "The example has neither label nor score.";
    const hint = "Write label: pass or fail, or score: a number from 0 to 1.";
    return { label, issues: [{ steps: ["label"], isKey: false, message, hint }] };
  }
  // Of a suite whose threshold cannot be read, that is said elsewhere.
  if (Number.isNaN(threshold)) return { label, issues: [] };
  const follows = score >= threshold ? "pass" : "fail";
  if (label === undefined || label === follows) return { label: follows, issues: [] };
  const message = `The label is ${label}, but by the threshold ${threshold} the score ${score} is a ${follows}.`;
  const hint = "Mend the one or the other, or leave the label out.";
  return { label, issues: [{ steps: ["label"], isKey: false, message, hint }] };
}

/** One of two examples that have the same id. */
export function duplicateIssue(id: string, first: string): FoundIssue {
  const message = `The id ${JSON.stringify(id)} is given twice; first ${first}.`;
  return { steps: ["id"], isKey: false, message, hint: "Give each example an id of its own." };
}
