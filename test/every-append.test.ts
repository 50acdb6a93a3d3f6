/**
 * A plan with every kind of control flow, another plan inside it among them, whose journal goes
 * away at every append: resumed, it comes to what it would have come to.
 */

import { describe, expect, it } from "vitest";
import { z } from "zod";
import { JournalError } from "../src/base/errors.ts";
import type { Json } from "../src/base/json.ts";
import { createPlanwright, defineTool, type Journal, type PlanDraft } from "../src/index.ts";
import { createMemoryJournal } from "../src/journal/memory.ts";
import { escapeJson } from "../src/plan/expressions.ts";

const INNER: PlanDraft = {
  goal: "inner",
  inputs: { n: { type: "integer" } },
  subtasks: [
    {
      id: "size",
      tool: "match_rules",
      input: { rules: [{ label: "large", when: "${inputs.n > 1}" }], otherwise: "small" },
      route: { branches: { large: "big", small: "little" } },
    },
    { id: "big", tool: "note", input: { text: "big ${inputs.n}" } },
    { id: "little", tool: "note", input: { text: "little ${inputs.n}" } },
    {
      id: "end",
      tool: "note",
      input: { text: "${default(big.text, default(little.text, ''))}!" },
      dependsOn: ["big", "little"],
      join: { require: "any" },
    },
  ],
  output: "${end.text}",
};

const PLAN: PlanDraft = {
  goal: "outer",
  subtasks: [
    { id: "first", tool: "note", input: { text: "first" } },
    { id: "never", tool: "note", input: { text: "never" }, when: "${first.text == 'x'}" },
    {
      id: "inner",
      tool: "run_workflow",
      forEach: "${[1, 2]}",
      input: {
        plan: escapeJson(INNER as Json) as never,
        input: { n: "${item}" },
      },
    },
    {
      id: "draft",
      tool: "note",
      input: { text: "${first.text} ${iteration}" },
      refine: {
        iterations: 3,
        check: { tool: "note", input: { text: "${output.text}?" } },
        until: "${check.text == 'first 2?'}",
      },
    },
    {
      id: "last",
      tool: "note",
      input: { text: "${draft.text}, ${toJson(inner)}" },
      dependsOn: ["never", "draft", "inner"],
      join: { require: 2 },
    },
  ],
  output: "${last.text}",
};

/** Notes each text once for a key, however often it is told. */
function notebook() {
  const notes = new Map<string, string>();
  const tool = defineTool({
    name: "note",
    description: "Notes a text.",
    input: z.object({ text: z.string() }),
    output: z.object({ text: z.string() }),
    effects: "write",
    idempotent: true,
    run: ({ text }, { idempotencyKey }) => {
      notes.set(idempotencyKey, text);
      return { text };
    },
  });
  return { tool, noted: () => [...notes.values()].sort((a, b) => a.localeCompare(b)) };
}

/** Works for so many appends; from then on nothing is stored, and nothing read. */
function dyingAfter(journal: Journal, appends: number): Journal & { readonly isDead: boolean } {
  let left = appends;
  const dead = () => new JournalError("journal.unusable", "The disk is gone.", { hint: "Wait." });
  return new Proxy(journal, {
    get(target, name) {
      if (name === "isDead") return left < 0;
      const found = Reflect.get(target, name) as unknown;
      if (typeof found !== "function") return found;
      return (...given: unknown[]) => {
        if (name === "append") left -= 1;
        if (left < 0) return Promise.reject(dead());
        return found.apply(target, given);
      };
    },
  }) as Journal & { readonly isDead: boolean };
}

/** The hour in which everything that held a lease has lost it. */
const LATER_MS = 3_600_000;

describe("a plan with every kind of control flow", () => {
  it("comes to the same, and does nothing twice, wherever its journal goes away", async () => {
    const whole = notebook();
    const uncrashed = await createPlanwright({
      journal: createMemoryJournal(),
      tools: [whole.tool],
    })
      .run(PLAN)
      .result();
    expect(uncrashed.status).toBe("succeeded");
    let appends = 1;
    for (; ; appends += 1) {
      const journal = createMemoryJournal();
      const { tool, noted } = notebook();
      const dying = dyingAfter(journal, appends);
      const first = createPlanwright({ journal: dying, tools: [tool] });
      const ended: Json = await first
        .run(PLAN)
        .result()
        .then(({ output }) => output)
        .catch(() => null);
      if (!dying.isDead) {
        expect(ended).toEqual(uncrashed.output);
        break;
      }
      const clock = {
        now: () => Date.now() + LATER_MS,
        setTimer: (ms: number, ring: () => void) => {
          const timer = setTimeout(ring, ms);
          return () => clearTimeout(timer);
        },
      };
      const second = createPlanwright({ journal, tools: [tool], clock });
      const outer = (await second.runs()).find(({ goal }) => goal === "outer");
      const { runId } = outer ?? expect.fail(`no run after ${appends} appends`);
      const result =
        outer?.status === "succeeded"
          ? await second.show(runId)
          : await second.resume(runId).result();
      expect([appends, result.status, result.output]).toEqual([
        appends,
        "succeeded",
        uncrashed.output,
      ]);
      expect([appends, noted()]).toEqual([appends, whole.noted()]);
    }
    expect(appends).toBeGreaterThan(10);
  });
});
