import { accessSync, constants, existsSync } from "node:fs";
import { resolve } from "node:path";
import { inputError, toErrorData } from "../../base/errors.ts";
import { exitCodeOf } from "../failure.ts";
import type { ReadingFlags } from "../flags.ts";
import { type Colors, colorsFor, type Io, printJson, printLine } from "../io.ts";
import { findConfig, openPlanwright, openWithoutModel, readSettings } from "../settings.ts";
import { count } from "../text.ts";

type Finding = {
  readonly name: string;
  readonly ok: boolean;
  readonly detail: string;
  readonly hint?: string;
};
type Look = { readonly detail: string; readonly hint?: string };

/** Say what is configured, what is missing, and how to mend it. */
export async function doctor(flags: ReadingFlags, io: Io): Promise<number> {
  let exitCode = 0;
  const look = async (name: string, see: () => Look | Promise<Look>): Promise<Finding> => {
    try {
      return { name, ok: true, ...(await see()) };
    } catch (error) {
      exitCode = Math.max(exitCode, exitCodeOf(error));
      const { message, hint } = toErrorData(error);
      return { name, ok: false, detail: message, ...(hint !== undefined && { hint }) };
    }
  };
  const findings = [
    await look("Node", () => ({ detail: process.versions.node })),
    await look("Configuration", () => seeConfiguration(flags)),
    await look("Model", () => seeModel(flags)),
    await look("Keys", seeKeys),
    await look("Tools", () => seeTools(flags)),
    await look("Workspace", () => seeWorkspace(flags)),
    await look("Journal", () => seeJournal(flags)),
  ];
  if (flags.json) printJson(io.stdout, findings);
  else
    for (const line of renderFindings(findings, colorsFor(io.stdout))) printLine(io.stdout, line);
  return exitCode;
}

function seeConfiguration(flags: ReadingFlags): Promise<Look> {
  const file = findConfig();
  const dotEnv = existsSync(".env") ? " and .env" : "";
  const detail = file === undefined ? `no file${dotEnv}` : `${file}${dotEnv}`;
  // Read for its mistakes.
  return readSettings(flags).then(() => ({ detail }));
}

async function seeModel(flags: ReadingFlags): Promise<Look> {
  await using planwright = await openPlanwright(flags);
  const { plannerName } = planwright;
  if (plannerName !== "embedded") return { detail: `${plannerName} plans` };
  return {
    detail: "none; the embedded planner plans",
    hint: "To use one: --model anthropic:MODEL, openai:MODEL or openai-compatible:MODEL@URL, or PLANWRIGHT_MODEL.",
  };
}

async function seeKeys(): Promise<Look> {
  const { KEY_VARIABLES } = await import("../../planwright.ts");
  const set = KEY_VARIABLES.filter((name) => process.env[name]?.trim());
  if (set.length > 0) return { detail: `${set.join(", ")} set` };
  return {
    detail: "none set",
    hint: `Models need one of ${KEY_VARIABLES.join(", ")}, in the environment or in .env.`,
  };
}

async function seeTools(flags: ReadingFlags): Promise<Look> {
  await using planwright = await openWithoutModel(flags);
  const { length } = (await planwright.tools()).list();
  const { toolPaths = [] } = await readSettings(flags);
  const own = toolPaths.length === 0 ? "" : `, those of ${toolPaths.join(", ")} among them`;
  return { detail: count(length, "tool") + own };
}

async function seeWorkspace(flags: ReadingFlags): Promise<Look> {
  const { workspace = "." } = await readSettings(flags);
  const folder = resolve(workspace);
  try {
    accessSync(folder, constants.R_OK | constants.W_OK);
    return { detail: folder };
  } catch {
    const message = `${folder} may not be read and written.`;
    throw inputError("file.unreadable", message, "Check its permissions, or name another.");
  }
}

async function seeJournal(flags: ReadingFlags): Promise<Look> {
  await using planwright = await openWithoutModel(flags);
  const newest = await planwright.runs({ limit: 1 });
  const { journal = "sqlite:.planwright/journal.db" } = await readSettings(flags);
  return { detail: `${journal}, ${newest.length === 0 ? "without runs yet" : "with runs"}` };
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
