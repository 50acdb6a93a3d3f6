/** Drives several runs side by side through the library, and prints their events. */

import { readFileSync } from "node:fs";
import { createPlanwright, type Planwright, type Run } from "../../../src/index.ts";
import { hold, look, put, send } from "./effect-tools.ts";
import { CONCURRENCY, type Job, planFile } from "./worker.ts";

const { journal, jobs } = JSON.parse(process.argv[2] ?? "") as {
  readonly journal: string;
  readonly jobs: readonly Job[];
};
await Promise.all(
  jobs.map(async (job) => {
    await using planwright = createPlanwright({
      journal,
      tools: [look, put, send, hold],
      workspace: job.folder,
      concurrency: CONCURRENCY,
    });
    const run = begin(planwright, job);
    for await (const event of run.events()) process.stdout.write(`${JSON.stringify(event)}\n`);
    await run.result();
  }),
);

function begin(planwright: Planwright, job: Job): Run {
  switch (job.command) {
    case "run":
      return planwright.run(JSON.parse(readFileSync(planFile(job.folder), "utf8")));
    case "resume":
      return planwright.resume(job.runId);
    case "retry":
      return planwright.retryDeadLetters(job.runId, { from: job.subtasks });
    default:
      return job satisfies never;
  }
}
