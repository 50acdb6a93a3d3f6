/** Tools and plans for runs that are planned anew, with a planner that says what it is told to. */

import { z } from "zod";
import {
  createPlanwright,
  defineTool,
  type PlanDraft,
  type PlanwrightOptions,
  type Run,
  type RunEvent,
  type Tool,
  ToolError,
} from "../src/index.ts";
import { renderPatch } from "../src/planner/revision-answer.ts";
import { judgeNamed } from "./evaluator/evaluation-request.ts";

const text = z.object({ text: z.string() });

/** Gives what it is given, and keeps it; `broken …` fails, `endless …` hears only the signal. */
export function makeWriter(
  name = "write",
  more: Partial<Pick<Tool, "description" | "effects">> = {},
) {
  const calls: string[] = [];
  const aborted: string[] = [];
  const keys: string[] = [];
  const tool = defineTool({
    name,
    description: "Gives a text.",
    input: text,
    output: text,
    effects: "read",
    ...more,
    run: async ({ text: given }, { signal, idempotencyKey }) => {
      calls.push(given);
      keys.push(idempotencyKey);
      if (given.startsWith("broken")) {
        throw new ToolError("tool.failed", "It is broken.", { retryable: false });
      }
      if (given.startsWith("endless")) {
        const { promise, reject } = Promise.withResolvers<never>();
        signal.addEventListener("abort", () => {
          aborted.push(given);
          reject(signal.reason);
        });
        await promise;
      }
      return { text: given };
    },
  });
  return { tool, calls, aborted, keys };
}

export type Draft = PlanDraft["subtasks"][number];

/** A subtask that gives this text. */
export function says(id: string, given: string, more: Partial<Draft> = {}): Draft {
  return { id, tool: "write", input: { text: given }, ...more };
}

/** An answer of the planner in which these take the place of those that have their names. */
export function replacing(...replace: readonly Draft[]): string {
  return renderPatch({ replace: [...replace] });
}

/** Scores a text by the number that stands in it: `text 0.4`. */
export const byNumber = {
  name: "by_number",
  evaluate: ({ output }: { readonly output: unknown }) => {
    const [score = "0"] = /\d(?:\.\d+)?/.exec(JSON.stringify(output)) ?? [];
    return { score: Number(score), reason: `It says ${score}.` };
  },
};

/** From 0.7 on it is good enough. */
export const SCORED: NonNullable<PlanDraft["accept"]> = [{ evaluator: "by_number" }];

/** @param revisions what the planner answers in turn */
export function makeReplanner(tools: readonly Tool[], options: PlanwrightOptions = {}) {
  return (...revisions: readonly string[]) => {
    const { model, requests } = judgeNamed("test:planner", ...revisions);
    const planwright = createPlanwright({
      journal: "memory:",
      builtinTools: false,
      plannerModel: model,
      evaluators: [byNumber],
      maxReplans: 1,
      tools,
      ...options,
    });
    return { planwright, requests };
  };
}

export async function eventsOf<T extends RunEvent["type"]>(
  run: Run,
  type: T,
): Promise<Extract<RunEvent, { readonly type: T }>[]> {
  const events = await Array.fromAsync(run.events());
  return events.filter((event) => event.type === type) as Extract<RunEvent, { type: T }>[];
}
