/**
 * How soon the first tool is called while a model still writes the plan: a plan of twelve
 * subtasks at 50 tokens a second, read as it comes, beside the same plan read when it is whole.
 *
 *     npm run bench first-call
 */

import { z } from "zod";
import { createPlanwright, defineTool } from "../src/index.ts";
import { publish } from "./report.ts";
import { startScriptedModel } from "./scripted-model.ts";

const ROUNDS = 3;
const SUBTASKS = 12;

const PLAN = JSON.stringify({
  subtasks: Array.from({ length: SUBTASKS }, (_, at) => ({
    id: `city_${at}`,
    tool: "look_up",
    input: [{ name: "city", value: `City number ${at}` }],
  })),
});

async function run(isWhole: boolean) {
  const server = await startScriptedModel(() => ({ text: PLAN }), {
    firstTokenMs: 600,
    tokenMs: 20,
  });
  let firstCall = Number.NaN;
  const begun = performance.now();
  const lookUp = defineTool({
    name: "look_up",
    description: "Look up a city.",
    input: z.object({ city: z.string() }),
    output: z.object({ found: z.boolean() }),
    effects: "read",
    run: () => {
      if (Number.isNaN(firstCall)) firstCall = performance.now() - begun;
      return { found: true };
    },
  });
  const planwright = createPlanwright({
    model: `openai-compatible:scripted@${server.urlFor("run")}`,
    env: {},
    journal: "memory:",
    tools: [lookUp],
    builtinTools: false,
    startEarly: !isWhole,
  });
  const handle = planwright.ask("Look up twelve cities");
  let whole = Number.NaN;
  for await (const { type } of handle.events()) {
    if (type === "plan.accepted") whole = performance.now() - begun;
  }
  const { status } = await handle.result();
  if (status !== "succeeded") throw new Error(status);
  await planwright.close();
  server.close();
  return { firstCall, whole };
}

const median = (list: readonly number[]) =>
  list.toSorted((a, b) => a - b)[Math.floor(list.length / 2)] ?? Number.NaN;

const samples = { early: [] as number[], late: [] as number[], whole: [] as number[] };
// One round to warm up; the rest interleaved.
for (let round = -1; round < ROUNDS; round++) {
  const [early, late] = [await run(false), await run(true)];
  if (round < 0) continue;
  samples.early.push(early.firstCall);
  samples.late.push(late.firstCall);
  samples.whole.push(late.whole);
}
const [early, late, whole] = [median(samples.early), median(samples.late), median(samples.whole)];
const ms = (value: number) => `${value.toFixed(0)} ms`;
publish({
  name: "first-call",
  tables: [
    {
      title: "Until the first tool call",
      header: ["", "time", "share of the time to the whole plan (at most 0.33)"],
      rows: [
        ["plan read as it is written", ms(early), (early / whole).toFixed(2)],
        ["plan read when it is whole", ms(late), (late / whole).toFixed(2)],
      ],
    },
  ],
  data: samples,
});
