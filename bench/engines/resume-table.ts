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
      `${sum(({ endedAgain }) => endedAgain)}`,
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
      "verdict",
      "right results",
      "another subtask's result",
      "ended, worked again",
      "under way, worked again",
      "written twice",
      "left to a person",
      "runs that succeeded",
    ],
    rows,
  };
}

function verdictOf(own: readonly Tried[]): string {
  const wrongs = [
    [own.some(({ others }) => others > 0), "results of other subtasks"],
    [own.some((one) => one.hasEnded && one.right < one.of), "wrong results"],
    [own.some(({ hasEnded, held }) => !hasEnded && held === 0), "does not go on"],
    [own.some(({ endedAgain }) => endedAgain > 0), "does ended work again"],
  ] as const;
  const found = wrongs.filter(([isSo]) => isSo).map(([, what]) => what);
  if (found.length > 0) return `wrong: ${found.join(", ")}`;
  return own.every(({ hasEnded }) => hasEnded) ? "right" : "right, and waits for a person";
}
