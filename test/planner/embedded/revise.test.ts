import { expect, it } from "vitest";
import { NO_USAGE } from "../../../src/models/model.ts";
import type { Feedback, SubtaskReport } from "../../../src/plan/evaluation.ts";
import type { Plan } from "../../../src/plan/schema.ts";
import { createEmbeddedPlanner } from "../../../src/planner/embedded/embedded-planner.ts";
import type { Tool } from "../../../src/tools/tool.ts";
import { feedbackOn, revisionRequest } from "../revision-request.ts";
import { planFor } from "./planning.ts";
import { offlineTools, ownTools } from "./tools.ts";

const GOAL = "Translate letter.txt into German and store it as brief.txt";

/** A second tool for the same. */
function another(tools: readonly Tool[], name: string, called: string): Tool[] {
  const tool = tools.find((one) => one.name === name) as Tool;
  return [...tools, { ...tool, name: called }];
}

const TOOLS = another(
  another(ownTools(), "translate", "translate_slowly"),
  "store_document",
  "store_copy",
);

async function planned(goal = GOAL, tools: readonly Tool[] = TOOLS): Promise<Plan> {
  const outcome = await planFor(goal, tools);
  if (outcome.status !== "planned") throw new Error(JSON.stringify(outcome));
  return outcome.plan;
}

const byTool = (plan: Plan, tool: string) =>
  plan.subtasks.find((one) => one.tool === tool)?.id ?? "";

/** How it has gone when this tool has failed. */
function failing(
  plan: Plan,
  tool: string,
  report: Partial<SubtaskReport> = {},
  more: Partial<Feedback> = {},
): Feedback {
  const id = byTool(plan, tool);
  const cause = { subtask: id, message: "It broke." };
  const reports = { [id]: { status: "failed", error: "It broke.", ...report } as const };
  return feedbackOn(plan, reports, {
    ...{ trigger: "subtask_failed", causes: [cause], blame: [id] },
    ...more,
  });
}

const revise = (feedback: Feedback, tools: readonly Tool[] = TOOLS) =>
  createEmbeddedPlanner().revise(revisionRequest(feedback, tools));

it.each(["low_score", "nothing_to_do"] as const)(
  "says what it cannot do about %s, with the cure",
  async (trigger) => {
    expect(await revise(feedbackOn(await planned(), {}, { trigger }))).toEqual({
      status: "failed",
      issues: [
        expect.objectContaining({
          code: "planner.failed",
          message: expect.stringMatching(/^The embedded planner cannot/),
          hint: expect.stringContaining("--model"),
        }),
      ],
      usage: NO_USAGE,
      modelCalls: 0,
    });
  },
);

it.each(["subtask_failed", "tool_missing"] as const)(
  "plans around a tool that is to blame: %s",
  async (trigger) => {
    const made = await planned();
    const plan = { ...made, accept: ["is German"], budget: { usd: 1 } } satisfies Plan;
    const tools =
      trigger === "tool_missing" ? TOOLS.filter(({ name }) => name !== "translate") : TOOLS;
    const outcome = await revise(failing(plan, "translate", {}, { trigger }), tools);
    expect(outcome).toMatchObject({
      status: "planned",
      usage: NO_USAGE,
      modelCalls: 0,
      plan: { goal: GOAL, accept: ["is German"], budget: { usd: 1 } },
    });
    const { subtasks } = outcome.status === "planned" ? outcome.plan : plan;
    expect(subtasks.map(({ tool }) => tool)).toEqual([
      "load_document",
      "translate_slowly",
      "store_document",
    ]);
    // What is finished goes on as it was.
    expect(subtasks[0]).toEqual(plan.subtasks[0]);
  },
);

it("leaves no finished work behind because of another name", async () => {
  const made = await planned();
  const [first, ...others] = JSON.parse(
    JSON.stringify(made).replaceAll(made.subtasks[0]?.id as string, "letter_zero"),
  ).subtasks as Plan["subtasks"];
  const plan = {
    ...made,
    subtasks: [{ ...(first as Plan["subtasks"][number]), timeout: "9s" }, ...others],
  };
  const outcome = await revise(failing(plan, "translate"));
  expect(outcome).toMatchObject({
    status: "planned",
    plan: { subtasks: [{ id: "letter_zero", timeout: "9s" }, { tool: "translate_slowly" }, {}] },
  });
  expect(JSON.stringify(outcome)).toContain("${letter_zero.");
});

it("keeps what cannot be undone, with what it needs", async () => {
  const plan = await planned();
  const stored = byTool(plan, "store_document");
  const feedback = failing(plan, "translate");
  const subtasks = feedback.subtasks.map((one) => ({ ...one, isFixed: one.id === stored }));
  // Stored before, by another revision: nobody may take it out again.
  const optional = plan.subtasks.map((one) => ({ ...one, optional: one.tool === "translate" }));
  const outcome = await revise({ ...feedback, plan: { ...plan, subtasks: optional }, subtasks });
  expect(outcome.status).toBe("planned");
  const revised = outcome.status === "planned" ? outcome.plan.subtasks : [];
  for (const old of optional) expect(revised).toContainEqual(old);
  expect(revised.map(({ tool }) => tool)).toContain("translate_slowly");
  expect(new Set(revised.map(({ id }) => id)).size).toBe(revised.length);
});

it("does nothing again that may have happened", async () => {
  const plan = await planned();
  const outcome = await revise(failing(plan, "store_document", { isFixed: true }));
  expect(outcome).toMatchObject({
    status: "failed",
    issues: [{ code: "planner.failed", message: expect.stringContaining("may have changed") }],
  });
});

it("ends with why there is no other plan, when no tool can take over", async () => {
  const outcome = await revise(failing(await planned(GOAL, ownTools()), "translate"), ownTools());
  expect(outcome).toMatchObject({
    status: "failed",
    issues: [
      {
        code: "planner.failed",
        message: "The embedded planner finds no other plan without translate.",
        hint: expect.stringContaining("--model"),
      },
      { code: expect.stringMatching(/\w/) },
    ],
  });
});

it("hands out no plan that is the old one", async () => {
  const plan = await planned("Compare a.md and b.md", offlineTools());
  const outcome = await revise(feedbackOn(plan, {}, { trigger: "subtask_failed" }), offlineTools());
  expect(outcome).toMatchObject({
    status: "failed",
    issues: [{ code: "planner.failed" }, { code: "plan.no_progress" }],
  });
});
