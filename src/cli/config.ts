/** The configuration file: flags that a folder's user need not repeat. */

import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { z } from "zod";
import { InputError, type Issue, inputError } from "../base/errors.ts";
import { formatPath, type PathStep } from "../base/json.ts";
import { closest } from "../plan/closest.ts";
import { type ParsedPlan, parsePlanText } from "../plan/files.ts";
import { planSchema } from "../plan/schema.ts";
import type { SetupFlags } from "./flags.ts";

const text = z.string().min(1);

const planPart = planSchema.pick({ subtasks: true, output: true });

/** What the numbers must be is said by the library. */
const toolLimits = z.strictObject({
  concurrency: z.number().optional(),
  rateLimit: z
    .strictObject({ calls: z.number(), per: text, burst: z.number().optional() })
    .optional(),
  breaker: z
    .strictObject({
      consecutive: z.number().optional(),
      rate: z.number().optional(),
      minimum: z.number().optional(),
      window: text.optional(),
      reset: text.optional(),
    })
    .optional(),
  uses: z.union([z.array(text), z.record(text, z.number())]).optional(),
});

const configSchema = z.strictObject({
  model: text.optional(),
  plannerModel: text.optional(),
  cheaperModel: text.optional(),
  evaluatorModel: z.union([text, z.array(text).min(1)]).optional(),
  escalationModel: text.optional(),
  escalateToPerson: z.boolean().optional(),
  threshold: z.number().min(0).max(1).optional(),
  combineJudges: z.enum(["mean", "majority"]).optional(),
  maxReplans: z.int().nonnegative().optional(),
  modelLimits: z
    .strictObject({
      requestsPerMinute: z.number().positive().optional(),
      tokensPerMinute: z.number().positive().optional(),
    })
    .optional(),
  tools: z.union([text.transform((path) => [path]), z.array(text)]).optional(),
  planner: z
    .strictObject({
      instructions: text.optional(),
      examples: z.array(z.strictObject({ goal: text, plan: planPart })).optional(),
      maxRepairs: z.int().nonnegative().optional(),
    })
    .optional(),
  plannerTools: z.int().positive().optional(),
  planCache: z.boolean().optional(),
  workspace: text.optional(),
  journal: text.optional(),
  allowPrivateHosts: z.boolean().optional(),
  maxSeconds: z.number().positive().optional(),
  maxUsd: z.number().positive().optional(),
  maxTokens: z.int().positive().optional(),
  maxUsdPerDay: z.number().positive().optional(),
  maxTokensPerDay: z.int().positive().optional(),
  maxToolCalls: z.int().positive().optional(),
  maxModelCalls: z.int().positive().optional(),
  concurrency: z.int().positive().optional(),
  largeValueBytes: z.int().positive().optional(),
  approvals: z.enum(["declared", "writes", "all"]).optional(),
  pools: z.record(text, z.int().positive()).optional(),
  toolLimits: z.record(text, toolLimits).optional(),
  deadLetters: z
    .strictObject({ threshold: z.int().positive(), webhook: text.optional() })
    .optional(),
});

/**
 * Read a configuration file: YAML, JSON, or a module's default export.
 * @throws {InputError} `config.invalid`, every field that is wrong, with its place in the file
 */
export async function readConfig(file: string): Promise<SetupFlags> {
  const isModule = /\.[jt]s$/.test(file);
  const parsed = isModule ? undefined : parseConfig(await readFile(file, "utf8"), file);
  const value = parsed === undefined ? await loadModule(file) : parsed.value;
  const checked = configSchema.safeParse(value);
  if (checked.success) return withoutUndefined(checked.data);
  throw new InputError(checked.error.issues.flatMap((issue) => toIssues(issue, file, parsed)));
}

type Config = z.output<typeof configSchema>;

/** What the schema left out is absent, not undefined: the flags' type says so. */
function withoutUndefined(config: Config): SetupFlags {
  return Object.fromEntries(Object.entries(config).filter(([, value]) => value !== undefined));
}

function parseConfig(content: string, file: string): ParsedPlan {
  try {
    return parsePlanText(content, { file });
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    throw new InputError(error.issues.map((issue) => ({ ...issue, code: "config.invalid" })));
  }
}

async function loadModule(file: string): Promise<unknown> {
  try {
    const module: { readonly default?: unknown } = await import(pathToFileURL(resolve(file)).href);
    if (module.default !== undefined) return module.default;
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    const hint = "Mend the file, or remove it.";
    const issue = {
      code: "config.invalid",
      path: "",
      message: `It does not load: ${why}`,
      hint,
      file,
    } as const;
    throw new InputError([issue], { cause });
  }
  throw inputError(
    "config.invalid",
    `${file} has no default export.`,
    'Write `export default { model: "…" }`.',
  );
}

function toIssues(issue: z.core.$ZodIssue, file: string, parsed: ParsedPlan | undefined): Issue[] {
  const steps = issue.path as PathStep[];
  if (issue.code === "unrecognized_keys") {
    return issue.keys.map((key) => {
      const near = closest(key, Object.keys(configSchema.shape));
      return {
        code: "config.invalid",
        path: formatPath([...steps, key]),
        message: `There is no setting ${key}.`,
        hint: near === undefined ? `The settings are ${SETTINGS}.` : `Did you mean ${near}?`,
        file,
        ...parsed?.locateKey([...steps, key]),
      };
    });
  }
  return [
    {
      code: "config.invalid",
      path: formatPath(steps),
      message: `${issue.message}.`,
      hint: steps.length === 0 ? `The settings are ${SETTINGS}.` : hintOf(String(steps[0])),
      file,
      ...parsed?.locate(steps),
    },
  ];
}

const SETTINGS = Object.keys(configSchema.shape).join(", ");

function hintOf(setting: string): string {
  const hints: Readonly<Record<string, string>> = {
    tools: "Write the path of a module or folder, or a list of them.",
    allowPrivateHosts: "Write true or false.",
    maxUsd: "Write a number greater than 0.",
    maxTokens: "Write a whole number greater than 0.",
    maxUsdPerDay: "Write a number greater than 0.",
    maxTokensPerDay: "Write a whole number greater than 0.",
    maxToolCalls: "Write a whole number greater than 0.",
    maxModelCalls: "Write a whole number greater than 0.",
    maxSeconds: "Write a number greater than 0.",
    modelLimits: "Write requestsPerMinute and tokensPerMinute, numbers greater than 0.",
    planner: "Write instructions, examples and maxRepairs as the documentation has them.",
    plannerTools: "Write a whole number greater than 0.",
    planCache: "Write true or false.",
    evaluatorModel: "Write a model, or a list of them.",
    escalateToPerson: "Write true or false.",
    threshold: "Write a number from 0 to 1.",
    combineJudges: "Write mean or majority.",
    maxReplans: "Write a whole number, 0 for none.",
    concurrency: "Write a whole number greater than 0.",
    largeValueBytes: "Write a whole number greater than 0.",
    approvals: "Write declared, writes or all.",
    pools: "Write a whole number greater than 0 for each name.",
    deadLetters: "Write threshold, a whole number greater than 0, and webhook, a URL.",
    toolLimits:
      "Write concurrency, rateLimit, breaker and uses for each tool, as the documentation has them.",
  };
  return hints[setting] ?? "Write a text.";
}
