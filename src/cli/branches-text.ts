/** How routes have decided, as a page of text. */

import { oneLine } from "../plan/text-width.ts";
import type { BranchReport, RouteReport } from "../projections/branches.ts";
import { type Cell, renderColumns } from "./columns.ts";
import type { Colors } from "./io.ts";

const HEAD: readonly Cell[] = ["", "branch", right("taken"), right("share"), right("recent")];

export function renderBranches(routes: readonly RouteReport[], colors: Colors): string[] {
  return routes.flatMap(({ subtask, branches }, index) => [
    ...(index === 0 ? [] : [""]),
    colors.bold(subtask),
    ...renderColumns([HEAD, ...branches.map(rowOf)]),
  ]);
}

function rowOf({ branch, isDefault, taken, recent, share }: BranchReport): readonly Cell[] {
  return [
    "",
    isDefault ? `${oneLine(branch)} (default)` : oneLine(branch),
    right(taken.toLocaleString("en-US")),
    right(share === null ? "" : `${(100 * share).toFixed(1)} %`),
    right(recent.toLocaleString("en-US")),
  ];
}

function right(text: string): Cell {
  return { text, align: "right" };
}
