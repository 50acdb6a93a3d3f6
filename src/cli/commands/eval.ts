import { existsSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { inputError } from "../../base/errors.ts";
import type { PlannerSuite } from "../../evals/sample.ts";
import { readSuite, type Suite } from "../../evals/suite-file.ts";
import type { EvalFlags } from "../eval-flags.ts";
import type { Io } from "../io.ts";
import { openPlanwright } from "../settings.ts";
import { evalJudge } from "./eval-judge.ts";
import { evalPlanners } from "./eval-planner.ts";

/** Hold planners, or a judge, against suites of examples. @returns the exit code */
export async function evalSuites(
  given: readonly string[],
  flags: EvalFlags,
  io: Io,
): Promise<number> {
  requireSensible(flags);
  const paths = given.flatMap(suitesIn);
  // Before anything is run: a suite that is wrong leaves no trace.
  const suites = await readAll(paths, flags);
  const [only] = suites;
  if (only?.kind === "judge" && suites.length === 1) {
    const { model, ...others } = flags;
    const [first] = [model ?? []].flat();
    return evalJudge(only, { ...others, ...(first !== undefined && { model: first }) }, io);
  }
  const planned = suites.filter((suite): suite is PlannerSuite => suite.kind === "planner");
  requireOne(planned, flags);
  return evalPlanners(planned, flags, io);
}

async function readAll(paths: readonly string[], { data }: EvalFlags): Promise<Suite[]> {
  const isModule = paths.some((path) => /\.[mc]?[jt]s$/.test(path));
  if (!isModule) return Promise.all(paths.map((path) => readSuite(path, { data })));
  await using planwright = await openPlanwright({});
  const { suites } = planwright.evaluations;
  return Promise.all(paths.map((path) => suites.read(path, { data })));
}

/** What no suite can make right. */
function requireSensible({ data, model }: EvalFlags): void {
  if (data !== undefined && !isFolder(data)) {
    const message = `There is no folder ${data}.`;
    throw inputError("file.not_found", message, "Check the path after --data.", "data");
  }
  const models = [model ?? []].flat();
  const twice = models.find((name, at) => models.indexOf(name) !== at);
  if (twice === undefined) return;
  const hint = "Name each once; --repeat tries each sample several times.";
  throw inputError("input.invalid", `--model ${twice} is given twice.`, hint, "model");
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}

/** Of a folder that is no suite itself those in it. */
function suitesIn(path: string): string[] {
  if (!isFolder(path) || existsSync(join(path, "suite.yaml"))) return [path];
  const inner = readdirSync(path)
    .toSorted()
    .map((name) => join(path, name, "suite.yaml"))
    .filter((file) => existsSync(file));
  if (inner.length > 0) return inner;
  const hint = "Name a suite.yaml, or a folder that has one.";
  throw inputError("file.not_found", `There is no suite in ${path}.`, hint, path);
}

/** Some flags are of one list of results. */
function requireOne(suites: readonly PlannerSuite[], flags: EvalFlags): void {
  const models = [flags.model ?? []].flat().length;
  for (const name of ["baseline", "resume", "out"] as const) {
    const isOne = suites.length === 1 && (name === "baseline" || models < 2);
    if (flags[name] === undefined || isOne) continue;
    const message = `--${name} is of one suite${name === "baseline" ? "" : " and one model"}.`;
    throw inputError("input.invalid", message, "Name one only, or leave the flag out.", name);
  }
}
