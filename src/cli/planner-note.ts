import type { Planwright } from "../planwright.ts";

/** One line for those who may not know that a model could plan; undefined when one does. */
export function embeddedNote({ plannerName }: Planwright): string | undefined {
  if (plannerName !== "embedded") return undefined;
  return (
    "Planning without a model, by the embedded planner. To use one: --model anthropic:MODEL " +
    "(with ANTHROPIC_API_KEY set), openai:MODEL, or openai-compatible:MODEL@URL."
  );
}
