/** From flags and the current folder's configuration to a Planwright. */

import { existsSync, statSync } from "node:fs";
import { inputError } from "../base/errors.ts";
import type { Planwright, PlanwrightOptions } from "../planwright.ts";
import type { SetupFlags } from "./flags.ts";

const CONFIG_FILES = ["ts", "js", "yaml", "yml", "json"].map((end) => `planwright.config.${end}`);

/** Where plans are kept to be used again, beside the default journal. */
const PLAN_CACHE = ".planwright/plans";

/**
 * The Planwright that flags and configuration describe.
 * @throws {InputError} for bad settings, an unknown model, a missing key
 */
export async function openPlanwright(flags: SetupFlags): Promise<Planwright> {
  return create(await readSettings(flags));
}

/** The same for commands that ask no model: a missing key is no reason to hide past runs. */
export async function openWithoutModel(flags: SetupFlags): Promise<Planwright> {
  const none = {
    model: undefined,
    plannerModel: undefined,
    cheaperModel: undefined,
    evaluatorModel: undefined,
    escalation: undefined,
    record: undefined,
    replay: undefined,
  };
  return create({ ...(await readSettings(flags)), ...none });
}

/**
 * What createPlanwright is given; flags win over the configuration file.
 * @throws {InputError} `config.invalid`, with file and field
 */
export async function readSettings(flags: SetupFlags): Promise<PlanwrightOptions> {
  const file = findConfig();
  const config = file === undefined ? {} : await (await import("./config.ts")).readConfig(file);
  return {
    model: flags.model ?? config.model,
    plannerModel: flags.plannerModel ?? config.plannerModel,
    cheaperModel: flags.cheaperModel ?? config.cheaperModel,
    ...readReview(flags, config),
    record: flags.record,
    replay: flags.replay,
    modelLimits: config.modelLimits,
    toolPaths: flags.tools ?? config.tools,
    planner: {
      ...config.planner,
      maxTools: flags.plannerTools ?? config.plannerTools,
    },
    planCache: (flags.planCache ?? config.planCache) === true ? PLAN_CACHE : undefined,
    workspace: flags.workspace ?? config.workspace,
    journal: flags.journal ?? config.journal,
    allowPrivateHosts: flags.allowPrivateHosts ?? config.allowPrivateHosts,
    maxSeconds: flags.maxSeconds ?? config.maxSeconds,
    budget: {
      usd: flags.maxUsd ?? config.maxUsd,
      tokens: flags.maxTokens ?? config.maxTokens,
      toolCalls: flags.maxToolCalls ?? config.maxToolCalls,
      modelCalls: flags.maxModelCalls ?? config.maxModelCalls,
    },
    dayBudget: {
      usd: flags.maxUsdPerDay ?? config.maxUsdPerDay,
      tokens: flags.maxTokensPerDay ?? config.maxTokensPerDay,
    },
    concurrency: flags.concurrency ?? config.concurrency,
    largeValueBytes: config.largeValueBytes,
    approvals: flags.approvals ?? config.approvals,
    autoApprove: flags.yes,
    pools: config.pools,
    toolLimits: config.toolLimits,
    deadLetters: config.deadLetters,
  };
}

/** How what comes out is judged, and what follows. */
function readReview(flags: SetupFlags, config: SetupFlags): Partial<PlanwrightOptions> {
  return {
    evaluatorModel: flags.evaluatorModel ?? config.evaluatorModel,
    escalation: {
      model: flags.escalationModel ?? config.escalationModel,
      person: flags.escalateToPerson ?? config.escalateToPerson,
    },
    evaluation: {
      threshold: flags.threshold ?? config.threshold,
      combine: config.combineJudges,
    },
    maxReplans: flags.maxReplans ?? config.maxReplans,
  };
}

/**
 * The configuration file of the current folder, if there is one.
 * @throws {InputError} `config.invalid` when there are several
 */
export function findConfig(): string | undefined {
  const [file, another] = CONFIG_FILES.filter((name) => existsSync(name));
  if (another === undefined) return file;
  throw inputError(
    "config.invalid",
    `There are two configurations, ${file} and ${another}.`,
    "Keep one of them.",
  );
}

async function create(options: PlanwrightOptions): Promise<Planwright> {
  requireFolder(options.workspace ?? ".");
  // Loaded here and not above, so that help and mistakes in flags cost nothing.
  const { createPlanwright } = await import("../planwright.ts");
  return createPlanwright(options);
}

/** @throws {InputError} `file.not_found` */
export function requireFolder(workspace: string): void {
  if (statSync(workspace, { throwIfNoEntry: false })?.isDirectory()) return;
  throw inputError(
    "file.not_found",
    `The workspace ${JSON.stringify(workspace)} is not a folder.`,
    "Make it, or name another with --workspace.",
    "workspace",
  );
}
