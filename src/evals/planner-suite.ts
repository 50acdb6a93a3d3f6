/** What a suite of the kind `planner` says, and all that is wrong with it. */

import { z } from "zod";
import type { Json } from "../base/json.ts";
import { closest } from "../plan/closest.ts";
import { ADAPTERS } from "./adapters/all.ts";
import type { Adapter, PlannerSuite, Scorer, Threshold } from "./sample.ts";
import { PLAN_SCORERS } from "./scorers/plan-scores.ts";
import { SUCCESS_SCORERS } from "./scorers/success.ts";
import { type FoundIssue, schemaIssues } from "./suite-issues.ts";

const text = z.string().min(1);

const threshold = z.strictObject({
  scorer: text,
  category: text.optional(),
  atLeast: z.number().optional(),
  atMost: z.number().optional(),
});

const suiteSchema = z.strictObject({
  version: z.literal(1).optional(),
  kind: z.literal("planner"),
  name: text.optional(),
  data: z.union([
    text,
    z.strictObject({
      adapter: text,
      folder: text.optional(),
      files: z.array(text).min(1).optional(),
      reword: text.optional(),
    }),
  ]),
  workspace: text.optional(),
  run: z.enum(["nothing", "plan", "execute"]).optional(),
  refuse: z.enum(["unclear", "never"]).optional(),
  tools: z.union([text, z.array(text)]).optional(),
  // Names; a module may have scorers of its own beside them.
  scorers: z.array(z.unknown()).min(1).optional(),
  thresholds: z.union([z.array(threshold), z.record(text, z.number())]).optional(),
  repeat: z.int().min(1).max(100).optional(),
});

type Written = z.output<typeof suiteSchema>;

/** What suites with data of their own score that name no scorers. */
const USUAL: readonly string[] = ["success", "valid", "node_f1", "edge_f1", "parallelism", "time"];

/** What stands for Planwright's own tools. */
const BUILTIN = "builtin";

/** A suite without its samples. */
export type PlannerHead = Pick<
  PlannerSuite,
  "run" | "refuse" | "repeat" | "scorers" | "thresholds" | "builtinTools"
> & {
  readonly name: string | undefined;
  /** Undefined for data of one's own. */
  readonly adapter: Adapter | undefined;
  /** Below the suite's folder. */
  readonly folder: string;
  readonly dataFiles: readonly string[];
  /** A JSON file of other words for those of tools; undefined where they stay. */
  readonly reword: string | undefined;
  readonly workspace: string | undefined;
  /** Modules, and JSON files of descriptions. */
  readonly tools: readonly string[];
};

/** @returns all that is wrong; the suite only where nothing is */
export function checkPlannerHead(value: Json): {
  readonly head: PlannerHead | undefined;
  readonly issues: readonly FoundIssue[];
} {
  const checked = suiteSchema.safeParse(value);
  if (!checked.success) {
    const about = { value, schema: suiteSchema, whole: "The suite" };
    return { head: undefined, issues: schemaIssues(checked.error, about) };
  }
  const { data } = checked;
  const issues: FoundIssue[] = [];
  const adapter = adapterOf(data, issues);
  const run = data.run ?? runOf(adapter);
  const scorers = scorersOf(data, adapter, run, issues);
  const thresholds = thresholdsOf(data, scorers, issues);
  if (issues.length > 0) return { head: undefined, issues };
  const { data: source, refuse = "unclear", repeat = 1, workspace, name } = data;
  const tools = [data.tools ?? (adapter === undefined ? BUILTIN : [])].flat();
  const ofSource = typeof source === "string" ? { files: [source] } : source;
  return {
    head: {
      name,
      adapter,
      run,
      refuse,
      repeat,
      scorers,
      thresholds,
      tools: tools.filter((one) => one !== BUILTIN),
      workspace,
      builtinTools: tools.includes(BUILTIN),
      folder: ("folder" in ofSource ? ofSource.folder : undefined) ?? ".",
      reword: "reword" in ofSource ? ofSource.reword : undefined,
      dataFiles: ofSource.files ?? adapter?.files ?? [],
    },
    issues,
  };
}

/** Tools of benchmarks are only described; schedules need no planner. */
function runOf(adapter: Adapter | undefined): PlannerSuite["run"] {
  if (adapter === undefined) return "execute";
  return adapter.name === "asynchow" ? "nothing" : "plan";
}

function adapterOf({ data }: Written, issues: FoundIssue[]): Adapter | undefined {
  if (typeof data === "string") return undefined;
  const found = ADAPTERS.find(({ name }) => name === data.adapter);
  if (found === undefined) {
    const names = ADAPTERS.map(({ name }) => name);
    const message = `There is no adapter ${JSON.stringify(data.adapter)}.`;
    issues.push(unknown(["data", "adapter"], message, data.adapter, names));
  }
  return found;
}

function scorersOf(
  { scorers: wanted }: Written,
  adapter: Adapter | undefined,
  run: PlannerSuite["run"],
  issues: FoundIssue[],
): Scorer[] {
  const known = [...(adapter?.scorers ?? []), ...PLAN_SCORERS, ...SUCCESS_SCORERS];
  const usual = adapter?.scorers.map(({ name }) => name) ?? USUAL;
  const isRun = run === "execute";
  const names = wanted ?? usual.filter((name) => isRun || !needsRun(known, name));
  return names.flatMap((one, at): Scorer[] => {
    if (isScorer(one)) return [one];
    const found = known.find(({ name }) => name === one);
    if (found === undefined) {
      const message = `There is no scorer ${JSON.stringify(one)}.`;
      const list = known.map(({ name }) => name);
      issues.push(unknown(["scorers", at], message, String(one), list));
      return [];
    }
    if (found.needsRun !== true || isRun) return [found];
    const message = `The scorer ${found.name} needs runs, and the suite only plans.`;
    const hint = "Write run: execute, or leave the scorer out.";
    issues.push({ steps: ["scorers", at], isKey: false, message, hint });
    return [];
  });
}

function needsRun(scorers: readonly Scorer[], name: string): boolean {
  return scorers.find((one) => one.name === name)?.needsRun === true;
}

function isScorer(value: unknown): value is Scorer {
  if (typeof value !== "object" || value === null) return false;
  const { name, score, better } = value as Partial<Scorer>;
  return (
    typeof name === "string" &&
    typeof score === "function" &&
    (better === "higher" || better === "lower")
  );
}

function thresholdsOf(
  { thresholds = [] }: Written,
  scorers: readonly Scorer[],
  issues: FoundIssue[],
): Threshold[] {
  if (!Array.isArray(thresholds)) {
    return Object.entries(thresholds).map(([name, bound]) => {
      const scorer = scored(name, ["thresholds", name], scorers, issues);
      const isLeast = scorer?.better !== "lower";
      const bounds = { atLeast: isLeast ? bound : null, atMost: isLeast ? null : bound };
      return { scorer: name, category: null, ...bounds };
    });
  }
  return thresholds.map(({ scorer, category = null, atLeast = null, atMost = null }, at) => {
    scored(scorer, ["thresholds", at, "scorer"], scorers, issues);
    if (atLeast === null && atMost === null) {
      const message = "The threshold has neither atLeast nor atMost.";
      const hint = "Write atLeast: 0.8, or atMost for what is better the lower it is.";
      issues.push({ steps: ["thresholds", at], isKey: false, message, hint });
    }
    return { scorer, category, atLeast, atMost };
  });
}

function scored(
  wanted: string,
  steps: FoundIssue["steps"],
  scorers: readonly Scorer[],
  issues: FoundIssue[],
): Scorer | undefined {
  const found = scorers.find(({ name }) => name === wanted);
  if (found === undefined) {
    const message = `The suite does not score ${JSON.stringify(wanted)}.`;
    const names = scorers.map(({ name }) => name);
    issues.push(unknown(steps, message, wanted, names));
  }
  return found;
}

function unknown(
  steps: FoundIssue["steps"],
  message: string,
  given: string,
  known: readonly string[],
): FoundIssue {
  const near = closest(given, known);
  const hint = near === undefined ? `There are ${known.join(", ")}.` : `Did you mean ${near}?`;
  return { steps, isKey: false, message, hint };
}
