/** A library program whose limited tool never ends: says whether anything keeps it from exiting. */

import { z } from "zod";
import { createPlanwright, defineTool } from "../../src/index.ts";

const hang = defineTool({
  name: "hang",
  description: "Never ends, whatever it is told.",
  input: z.object({}),
  output: z.string(),
  effects: "read",
  concurrency: 1,
  timeout: "50ms",
  retry: { attempts: 1 },
  run: () => new Promise<string>(() => {}),
});

await using planwright = createPlanwright({
  journal: "memory:",
  builtinTools: false,
  tools: [hang],
});
const plan = { goal: "hang", subtasks: [{ id: "hang", tool: "hang" }] };
const { status } = await planwright.run(plan).result();
const timers = process.getActiveResourcesInfo().filter((one) => one === "Timeout").length;
process.stdout.write(JSON.stringify({ status, timers }));
