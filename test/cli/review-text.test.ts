/** The story of a run's revisions, as lines for people. */

import pc from "picocolors";
import { expect, it } from "vitest";
import { renderRevisions } from "../../src/cli/review-text.ts";
import { planSchema } from "../../src/plan/schema.ts";
import type { Revision } from "../../src/projections/revisions.ts";

const USAGE = {
  inputTokens: 0,
  outputTokens: 0,
  cachedTokens: 0,
  modelCalls: 0,
  toolCalls: 1,
  usd: 0,
};
const ONE: Revision = {
  revision: 1,
  plan: planSchema.parse({ goal: "g", subtasks: [{ id: "a", tool: "t", input: {} }] }),
  kept: [],
  evaluations: [],
  usage: USAGE,
};

function told(more: Partial<Revision>): string[] {
  const page = { width: 80, colors: pc.createColors(false) };
  return renderRevisions([{ ...ONE, ...more }], page).map((line) => line.trim());
}

it.each([
  [{ reason: "no_progress" }, "the last one: nothing better came of it"],
  [{ reason: "budget" }, "the last one: the budget does not allow it"],
  [{ reason: "failed", message: "No\nidea." }, "the last one: No idea."],
] as const)("says in words why there is no further revision: %j", (ended, line) => {
  expect(told({ ended })).toContain(line);
});

it("tells who decided, what, and why", () => {
  const decision = { decision: "rejected", by: "bob", note: "too\ndull" } as const;
  expect(told({ decision })).toContain("rejected by bob: too dull");
  expect(told({ decision: { ...decision, note: "" } })).toContain("rejected by bob");
});
