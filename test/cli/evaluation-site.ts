/** A folder with a tool and a plan that is judged, for tests of the command line. */

import { renderAnswer } from "../../src/planner/answer.ts";
import { renderPatch } from "../../src/planner/revision-answer.ts";
import type { mockOf } from "../judging-server.ts";
import { makeFolder } from "./folder.ts";

const INDEX = new URL("../../src/index.ts", import.meta.url).href;

const TOOLS = `
import { defineTool } from "${INDEX}";
import { z } from "${import.meta.resolve("zod")}";

export const compose = defineTool({
  name: "compose",
  description: "Gives a text in a style.",
  input: z.object({ style: z.string() }),
  output: z.object({ text: z.string() }),
  effects: "read",
  run: ({ style }) => ({ text: style }),
});
`;

export const GOAL = "Write about the cities";
export const CRITERION = "is written in good style";

/** What the planner says first. */
export const PLANNED = renderAnswer({
  subtasks: [
    { id: "heading", tool: "compose", input: { style: "heading" } },
    { id: "body", tool: "compose", input: { style: "dull body" } },
    { id: "end", tool: "compose", input: { style: "an end" } },
  ],
  output: "${heading.text}: ${body.text}, ${end.text}",
});

/** What it says when it is asked to do better. */
export const REVISED = renderPatch({
  replace: [{ id: "body", tool: "compose", input: { style: "good body" } }],
  add: [{ id: "note", tool: "compose", input: { style: "a note" } }],
  remove: ["end"],
  output: "${heading.text}: ${body.text}, ${note.text}",
});

/** A plan file whose output is as good as the planner makes it; needs no model. */
export const PLAN_FILE = `
goal: Write about the cities
subtasks:
  - { id: body, tool: compose, input: { style: dull } }
output: "\${body.text}"
accept: [{ contains: lively }]
`;

type Mock = Pick<Awaited<ReturnType<typeof mockOf>>, "url">;

/** @param files beside the tools and the plan file */
export async function makeSite(files: Readonly<Record<string, string>> = {}) {
  const folder = await makeFolder({ "tools.ts": TOOLS, "plan.yaml": PLAN_FILE, ...files });
  const withTools = (...argv: readonly string[]) =>
    folder.planwright(...argv, "--tools", "tools.ts");
  return Object.assign(folder, {
    withTools,
    /** Ask the goal, with the mock server as the model. */
    ask: (mock: Mock, ...argv: readonly string[]) =>
      withTools("ask", GOAL, "--model", modelAt(mock), ...argv),
    /** Id of the newest run. */
    async newest(): Promise<string> {
      const { stdout } = await folder.planwright("runs", "--json", "--limit", "1");
      return (JSON.parse(stdout) as { runId: string }[])[0]?.runId ?? "";
    },
  });
}

export function modelAt({ url }: Mock, name = "planner"): string {
  return `openai-compatible:${name}@${url}/v1`;
}
