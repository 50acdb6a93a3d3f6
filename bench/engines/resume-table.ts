/** What came of runs that were killed, for people. */

import type { Table } from "../report.ts";
import { CASES, type CaseName, GRACE_MS } from "./resume-case.ts";
import type { Tried } from "./resume-run.ts";

const NOTE = `Sums over all seeds. What ended less than ${GRACE_MS} ms before the kill counts as under way.`;

export function tableOf(of: CaseName, engines: readonly string[], tried: readonly Tried[]): Table {
  const rows: string[][] = [];
  const said: string[] = [];
  for (const engine of engines) {
    const own = tried.filter((one) => one.engine === engine && one.case === of);
    const name = own[0]?.name ?? engine;
    const sum = (count: (one: Tried) => number) =>
      own.reduce((total, one) => total + count(one), 0);
    rows.push([
      name,
      verdictOf(own),
      `${sum(({ right }) => right)} of ${sum((one) => one.of)}`,
      `${sum(({ others }) => others)}`,
      doneAgain(own),
      `${sum(({ inFlightAgain }) => inFlightAgain)}`,
      `${sum(({ writtenAgain }) => writtenAgain)}`,
      `${sum(({ held }) => held)}`,
      `${sum(({ hasEnded }) => Number(hasEnded))} of ${own.length}`,
    ]);
    const failed = own.find(({ error, held }) => error !== null && held === 0);
    if (failed !== undefined) said.push(`${name} said: ${failed.error}`);
  }
  return {
    title: `Killed and resumed: ${CASES[of]}`,
    note: [NOTE].concat(said).join("\n"),
    header: [
      "engine",
      "results",
      "right",
      "another subtask's",
      "ended, worked again",
      "under way, worked again",
      "written twice",
      "left to a person",
      "runs that succeeded",
    ],
    rows,
  };
}

/** About results alone, and the same for all. */
export function verdictOf(own: readonly Tried[]): string {
  if (own.some(({ others }) => others > 0)) return "wrong: those of other subtasks";
  if (own.some(({ wrong }) => wrong > 0)) return "wrong";
  const isWhole = own.every(({ hasEnded, right, of }) => hasEnded && right === of);
  if (isWhole) return "right";
  return own.some(({ held }) => held > 0)
    ? "none wrong, the rest waits for a person"
    : "none: does not go on";
}

function doneAgain(own: readonly Tried[]): string {
  const times = own.reduce((total, { endedAgain }) => total + endedAgain, 0);
  const isKnown = own.some(({ hasEnded, held }) => hasEnded || held > 0);
  return isKnown ? `${times}` : "–";
}
