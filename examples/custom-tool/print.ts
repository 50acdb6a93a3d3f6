/** The same tool and plan in a program, which prints the labels of an order and is asked to again. */

import { join } from "node:path";
// In a project of your own: from "planwright".
import { createPlanwright, loadPlan, type RunListener } from "../../src/index.ts";
import { printLabels } from "./print-labels.ts";

const listener: RunListener = {
  progress: (subtask, fraction, note) => {
    console.log(`${subtask}: ${note}, ${Math.round(100 * fraction)} %`);
  },
  log: (subtask, message) => console.log(`${subtask}: ${message}`),
  events: (events) => {
    for (const event of events) {
      if (event.type === "attempt.failed") console.log(`${event.subtask}: ${event.error.message}`);
      if (event.type === "subtask.succeeded" && event.reused) {
        console.log(`${event.subtask}: printed by ${event.reused.runId}`);
      }
    }
  },
};

const workspace = import.meta.dirname;
await using planwright = createPlanwright({ tools: [printLabels], workspace, journal: "memory:" });
const plan = await loadPlan(join(workspace, "labels.yaml"));
for (const time of ["first", "second"]) {
  const run = planwright.run(plan.value, { inputs: { order: "A18" }, listener });
  const { runId, status, output } = await run.result();
  console.log(`${time} run, ${runId}: ${status}, ${output}`);
}
