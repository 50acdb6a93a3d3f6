/**
 * Who may import whom, as data. Three tests hold it against three things: the linter's
 * configuration, the source itself, and the table that people read.
 */

import { dirname } from "node:path/posix";

/** For each room what it may import beside itself: whole rooms, and single files of others. */
export const ROOMS: Readonly<Record<string, readonly string[]>> = {
  base: [],
  plan: ["base"],
  "executor/core": ["base", "plan"],
  "executor/governor": ["base"],
  "executor/drivers": [
    "base",
    "plan",
    "executor/core",
    "executor/governor",
    "tools/tool.ts",
    "journal/journal.ts",
    "planner/planner.ts",
    "evaluator/evaluator.ts",
    "models/model.ts",
  ],
  models: ["base"],
  journal: ["base"],
  tools: ["base", "models/model.ts"],
  planner: ["base", "plan", "models/model.ts", "tools/tool.ts"],
  evaluator: ["base", "plan", "models/model.ts", "tools/tool.ts"],
  evals: ["base", "plan", "evaluator/evaluator.ts", "models/model.ts"],
  projections: ["base", "plan", "executor/core", "journal/journal.ts"],
  cli: ["base", "plan", "projections", "evals", "planwright.ts", "run.ts"],
};

/** Folders inside rooms; they follow their room's rule. */
export const INNER_FOLDERS = [
  "cli/commands",
  "evals/adapters",
  "evals/scorers",
  "planner/embedded",
  "tools/builtin",
  "tools/sandboxed",
];

/** Rooms without a clock, dice or I/O. */
export const PURE_ROOMS = ["base", "plan", "executor/core", "executor/governor"];

/** The file named like its room: types and a promise, no I/O. */
export const CONTRACT_FILES = [
  "executor/drivers/driver.ts",
  "evals/eval.ts",
  "evaluator/evaluator.ts",
  "journal/journal.ts",
  "models/model.ts",
  "planner/planner.ts",
  "tools/tool.ts",
];

/** The room that a file below `src` belongs to; "" for those directly in `src`. */
export function roomOf(file: string): string {
  const folder = dirname(file);
  if (folder === ".") return "";
  return INNER_FOLDERS.includes(folder) ? dirname(folder) : folder;
}

/** May the one file import the other? Both are paths below `src`. */
export function mayImport(from: string, to: string): boolean {
  const [room, target] = [roomOf(from), roomOf(to)];
  if (to === "base/clock.ts" && PURE_ROOMS.includes(room)) return false;
  if (room === "") return target !== "cli";
  if (room === target) return true;
  const allowed = ROOMS[room] ?? [];
  return allowed.includes(to) || allowed.includes(target);
}
