/** A plan as a picture: for the terminal, or for documents. */

import { compilePlan } from "../plan/compile.ts";
import { renderMermaid, renderTree } from "../plan/drawing.ts";
import type { Plan } from "../plan/schema.ts";
import { type Screen, widthOf } from "./io.ts";

export type DrawingFormat = "table" | "mermaid";

export function drawPlan(plan: Plan, format: DrawingFormat, screen: Screen): string {
  return format === "mermaid" ? renderMermaid(compilePlan(plan)) : renderTable(plan, screen);
}

function renderTable(plan: Plan, screen: Screen): string {
  // Cut for a terminal only: a program that reads the table wants all of it.
  const width = screen.isTTY === true ? widthOf(screen) : Number.POSITIVE_INFINITY;
  const tree = renderTree(compilePlan(plan), { width, inputs: true });
  return plan.output === undefined ? tree : `${tree}Output  ${outputText(plan.output)}\n`;
}

function outputText(output: Plan["output"]): string {
  return typeof output === "string" ? output : JSON.stringify(output);
}
