import { createPlanwright } from "../../src/index.ts";
import type { EngineOptions, TaskGraph } from "./engine.ts";
import type { ResumableEngine, World } from "./resume-engine.ts";
import { taskPlan, taskTool } from "./task-plan.ts";

type Planwright = ReturnType<typeof createPlanwright>;
type RunResult = Awaited<ReturnType<ReturnType<Planwright["resume"]>["result"]>>;

/**
 * The library, with a tool that says what it does to the world.
 * @param isDecided whether a person looks at what was left to one, and decides
 */
export function planwrightWith(effects: "none" | "write", isDecided = false): ResumableEngine {
  const open = (graph: TaskGraph, { file, concurrency }: EngineOptions & { file: string }) =>
    createPlanwright({
      journal: `sqlite:${file}`,
      tools: [{ ...taskTool(graph), effects }],
      builtinTools: false,
      concurrency,
      env: {},
    });
  return {
    name: `planwright, effects: "${effects}"${isDecided ? ", and a person who decides" : ""}`,
    async run(graph, options) {
      await open(graph, options).run(taskPlan(graph)).result();
    },
    async resume(graph, options, world) {
      const planwright = open(graph, options);
      const [newest] = await planwright.runs({ limit: 1 });
      if (newest === undefined) throw new Error("The journal has no run.");
      const { runId } = newest;
      let result = await planwright.resume(runId).result();
      const letters = await planwright.deadLetters({ runId });
      if (isDecided) result = (await decide(planwright, runId, world)) ?? result;
      const { status, subtasks, error } = result;
      return {
        results: subtasks.map(({ output }) => (output as { n: number } | undefined)?.n ?? null),
        held: letters.length,
        error: status === "succeeded" ? null : `${status}: ${error?.message}`,
      };
    },
  };
}

/** What has written is told what it came to; the rest is tried again. */
async function decide(planwright: Planwright, runId: string, world: World) {
  const note = "Found in the log.";
  let result: RunResult | undefined;
  for (const letter of await planwright.deadLetters({ runId })) {
    if ("item" in letter || letter.input === null) continue;
    const index = Number(letter.subtask.slice(1));
    const { values } = letter.input as { values: number[] };
    if (!world.wrote(index)) continue;
    const output = { n: world.resultOf(index, values) };
    result = await planwright.resolveDeadLetter(runId, letter.subtask, { output, note }).result();
  }
  const left = await planwright.deadLetters({ runId });
  return left.length === 0 ? result : planwright.retryDeadLetters(runId).result();
}
