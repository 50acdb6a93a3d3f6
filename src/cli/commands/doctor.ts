import { accessSync, constants, existsSync } from "node:fs";
import { resolve } from "node:path";
import { inputError, toErrorData } from "../../base/errors.ts";
import {
  createPlanwright,
  DEFAULT_JOURNAL,
  KEY_VARIABLES,
  type PlanwrightOptions,
} from "../../planwright.ts";
import { exitCodeOf } from "../failure.ts";
import type { ReadingFlags } from "../flags.ts";
import { type Colors, colorsFor, type Io, printJson, printLine } from "../io.ts";
import { findConfig, readSettings, requireFolder } from "../settings.ts";
import { count } from "../text.ts";

type Finding = {
  readonly name: string;
  readonly ok: boolean;
  readonly detail: string;
  readonly hint?: string;
};
type Look = { readonly detail: string; readonly hint?: string };
type See = (settings: PlanwrightOptions) => Look | Promise<Look>;

/** Each alone, so that one that is broken hides no other. */
const LOOKS: readonly (readonly [name: string, see: See])[] = [
  ["Model", seeModel],
  ["Keys", seeKeys],
  ["Tools", seeTools],
  ["Workspace", seeWorkspace],
  ["Journal", seeJournal],
];

/** Say what is configured, what is missing, and how to mend it. */
export async function doctor(flags: ReadingFlags, io: Io): Promise<number> {
  let exitCode = 0;
  let settings: PlanwrightOptions | undefined;
  const look = async (name: string, see: () => Look | Promise<Look>): Promise<Finding> => {
    try {
      return { name, ok: true, ...(await see()) };
    } catch (error) {
      exitCode = Math.max(exitCode, exitCodeOf(error));
      const { message, hint } = toErrorData(error);
      return { name, ok: false, detail: message, ...(hint !== undefined && { hint }) };
    }
  };
  const findings = [await look("Node", () => ({ detail: process.versions.node }))];
  const configuration = await look("Configuration", async () => {
    settings = await readSettings(flags);
    return seeConfiguration();
  });
  findings.push(configuration);
  for (const [name, see] of LOOKS) {
    // Without settings there is nothing to look at.
    if (settings !== undefined) findings.push(await look(name, () => see(settings ?? {})));
  }
  if (flags.json) printJson(io.stdout, findings);
  else {
    const lines = renderFindings(findings, colorsFor(io.stdout));
    for (const line of lines) printLine(io.stdout, line);
  }
  return exitCode;
}

function seeConfiguration(): Look {
  const files = [findConfig(), existsSync(".env") ? ".env" : undefined];
  const found = files.filter((file) => file !== undefined);
  return { detail: found.length === 0 ? "no file" : found.join(" and ") };
}

async function seeModel({ model, plannerModel }: PlanwrightOptions): Promise<Look> {
  await using planwright = createPlanwright({ model, plannerModel });
  const { plannerName } = planwright;
  if (plannerName !== "embedded") return { detail: `${plannerName} plans` };
  return {
    detail: "none; the embedded planner plans",
    hint: "To use one: --model or PLANWRIGHT_MODEL, e.g. anthropic:MODEL, openai:MODEL, openai-compatible:MODEL@URL.",
  };
}

function seeKeys(): Look {
  const set = KEY_VARIABLES.filter((name) => process.env[name]?.trim());
  if (set.length > 0) return { detail: `${set.join(", ")} set` };
  return {
    detail: "none set",
    hint: `Models need one of ${KEY_VARIABLES.join(", ")}, in the environment or in .env.`,
  };
}

async function seeTools({ toolPaths }: PlanwrightOptions): Promise<Look> {
  await using planwright = createPlanwright({ toolPaths });
  const { length } = (await planwright.tools()).list();
  const own = toolPaths === undefined ? "" : `, with those of ${toolPaths.join(", ")}`;
  return { detail: count(length, "tool") + own };
}

function seeWorkspace({ workspace = "." }: PlanwrightOptions): Look {
  requireFolder(workspace);
  const folder = resolve(workspace);
  try {
    accessSync(folder, constants.R_OK | constants.W_OK);
    return { detail: folder };
  } catch {
    const message = `${folder} may not be read and written.`;
    throw inputError("file.unreadable", message, "Check its permissions, or name another.");
  }
}

async function seeJournal({ journal }: PlanwrightOptions): Promise<Look> {
  await using planwright = createPlanwright({ journal });
  const newest = await planwright.runs({ limit: 1 });
  return {
    detail: `${journal ?? DEFAULT_JOURNAL}, ${newest.length === 0 ? "without runs yet" : "with runs"}`,
  };
}

function renderFindings(
  findings: readonly Finding[],
  { red, green, bold, cyan }: Colors,
): string[] {
  return findings.flatMap(({ name, ok, detail, hint }) => [
    `${ok ? green("✓") : red("✗")} ${bold(name.padEnd(13))}  ${detail}`,
    ...(hint === undefined ? [] : [`${" ".repeat(17)}${cyan("hint:")} ${hint}`]),
  ]);
}
