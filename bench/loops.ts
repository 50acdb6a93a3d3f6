/**
 * Plan-then-execute beside a loop that asks the model after every step, on questions that
 * need k independent look-ups, a calculation and an answer in words, and on a chain; with
 * the same scripted model, tools and latencies for all.
 *
 *     npm run bench loops
 *
 * The loops are the AI SDK's own multi-step tool calling: one call a turn, as in ReAct, or
 * as many calls in a turn as are independent. A plan needs no turn for the sum, which is an
 * expression, and none for the answer where its words are known beforehand; where they are
 * not, a last subtask asks the model for them. Tokens are counted as characters through
 * four, of a tool call only its name and arguments, which flatters the loops a little.
 */

import { z } from "zod";
import { createPlanwright, defineTool } from "../src/index.ts";
import { installPeers } from "./peers.ts";
import { publish } from "./report.ts";
import { type ScriptedAnswer, type ScriptedRequest, startScriptedModel } from "./scripted-model.ts";

const LATENCY = { firstTokenMs: 600, tokenMs: 20 };
/** Of a look-up; a calculation is immediate. */
const LOOK_UP_MS = 300;
const ROUNDS = 1;
const PEERS = ["ai-sdk"];
/** What a model writes about its next step, before it is taken; ReAct has it, the others not. */
const THOUGHT = "I need to know this before I can go on, so I will look it up first.";
const ANSWER =
  "Together the cities have about twelve million inhabitants, the first of them the most.";

installPeers(PEERS);
const { runToolLoop } = await import("./peers/ai-sdk/loop.js");

type Task = { readonly name: string; readonly lookUps: number; readonly isChain: boolean };

const TASKS: readonly Task[] = [
  ...[2, 3, 4, 5, 6].map((lookUps) => ({ name: `${lookUps} at once`, lookUps, isChain: false })),
  { name: "4 in a chain", lookUps: 4, isChain: true },
];

const entity = (at: number) => `City number ${at}`;

const lookUp = async (_name: string) => {
  await new Promise((done) => setTimeout(done, LOOK_UP_MS));
  return { inhabitants: 2_000_000, next: "City number 1" };
};
const add = (values: readonly number[]) => ({ sum: values.reduce((a, b) => a + b, 0) });

function planFor({ lookUps, isChain }: Task, isWorded: boolean): string {
  const ids = Array.from({ length: lookUps }, (_, at) => `c${at}`);
  const sum = `\${${ids.map((id) => `${id}.inhabitants`).join(" + ")}}`;
  const say = { id: "answer", tool: "say", input: [{ name: "facts", value: `Sum: ${sum}` }] };
  return JSON.stringify({
    subtasks: [
      ...ids.map((id, at) => ({
        id,
        tool: "look_up",
        input: [{ name: "name", value: isChain && at > 0 ? `\${c${at - 1}.next}` : entity(at) }],
      })),
      ...(isWorded ? [say] : []),
    ],
    output: isWorded ? "${answer.text}" : `Together the cities have ${sum} inhabitants.`,
  });
}

/** The next step of a loop, by how many results it has. */
function stepOf(task: Task, { messages }: ScriptedRequest, parallel: boolean): ScriptedAnswer {
  const results = messages.filter(({ role }) => role === "tool").length;
  const { lookUps, isChain } = task;
  const call = (at: number) => ({ name: "look_up", input: { name: entity(at) } });
  const thought = parallel ? {} : { text: THOUGHT };
  if (results === 0 && parallel && !isChain) {
    return { calls: Array.from({ length: lookUps }, (_, at) => call(at)) };
  }
  if (results < lookUps) return { ...thought, calls: [call(results)] };
  if (results === lookUps) {
    const values = Array.from({ length: lookUps }, () => 2_000_000);
    return { ...thought, calls: [{ name: "add", input: { values } }] };
  }
  return { text: ANSWER };
}

const WAYS = ["react", "parallel", "plan", "plan and words"] as const;
type Way = (typeof WAYS)[number];

let running: { readonly task: Task; readonly way: Way } | undefined;

const server = await startScriptedModel((request) => {
  if (running === undefined) throw new Error("Nobody asks.");
  const { task, way } = running;
  if (way === "react" || way === "parallel") return stepOf(task, request, way === "parallel");
  if (request.response_format === undefined) return { text: ANSWER };
  return { text: planFor(task, way === "plan and words") };
}, LATENCY);

async function runPlanwright(url: string, goal: string): Promise<unknown> {
  await using planwright = createPlanwright({
    model: `openai-compatible:scripted@${url}`,
    env: {},
    journal: "memory:",
    builtinTools: false,
    tools: [
      defineTool({
        name: "look_up",
        description: "Look up a city.",
        input: z.object({ name: z.string() }),
        output: z.object({ inhabitants: z.number(), next: z.string() }),
        effects: "read",
        run: ({ name }) => lookUp(name),
      }),
      defineTool({
        name: "say",
        description: "Answer the goal in words.",
        input: z.object({ facts: z.string() }),
        output: z.object({ text: z.string() }),
        effects: "read",
        needsModel: true,
        run: async ({ facts }, { models, signal }) => {
          if (models === undefined) throw new Error("There is no model.");
          const messages = [{ role: "user" as const, content: `${goal}\n\nFacts: ${facts}` }];
          const { text } = await models.tools.generate({ system: [], messages, signal }).result;
          return { text };
        },
      }),
    ],
  });
  const { output } = await planwright.ask(goal).result();
  return output;
}

function runLoop(url: string, goal: string): Promise<string> {
  const tools = {
    look_up: {
      description: "Look up a city.",
      inputSchema: z.object({ name: z.string() }),
      execute: ({ name }: { name: string }) => lookUp(name),
    },
    add: {
      description: "Add numbers.",
      inputSchema: z.object({ values: z.array(z.number()) }),
      execute: ({ values }: { values: number[] }) => add(values),
    },
  };
  return runToolLoop({ url, goal, tools });
}

type Sample = { ms: number; calls: number; inputTokens: number; outputTokens: number };
const samples = new Map<string, Sample[]>();
let callers = 0;

for (let round = 0; round < ROUNDS; round++) {
  for (const task of TASKS) {
    for (const way of WAYS) {
      running = { task, way };
      const caller = `caller${callers++}`;
      const goal = `How many people live in the ${task.lookUps} cities together?`;
      const run = way === "react" || way === "parallel" ? runLoop : runPlanwright;
      const begun = performance.now();
      const output = await run(server.urlFor(caller), goal);
      const ms = performance.now() - begun;
      const sum = `Together the cities have ${2_000_000 * task.lookUps} inhabitants.`;
      if (output !== (way === "plan" ? sum : ANSWER)) throw new Error(`${way}: ${output}`);
      const key = `${task.name}/${way}`;
      samples.set(key, [...(samples.get(key) ?? []), { ms, ...server.tallyOf(caller) }]);
    }
  }
}
server.close();

const rows = TASKS.map((task) => {
  const of = (way: Way) => {
    const list = (samples.get(`${task.name}/${way}`) ?? []).toSorted((a, b) => a.ms - b.ms);
    return list[Math.floor(list.length / 2)] as Sample;
  };
  const [react, parallel, plan, worded] = WAYS.map(of) as [Sample, Sample, Sample, Sample];
  const ratio = (loop: Sample, ours: Sample) => `${(loop.ms / ours.ms).toFixed(2)} ×`;
  const cost = ({ ms, calls, inputTokens, outputTokens }: Sample) =>
    `${(ms / 1000).toFixed(1)} s, ${calls}, ${inputTokens}, ${outputTokens}`;
  return [
    task.name,
    ratio(react, plan),
    ratio(parallel, plan),
    ratio(react, worded),
    ratio(parallel, worded),
    ...[plan, worded, react, parallel].map(cost),
  ];
});
const header = [
  "look-ups",
  "plan, than one call a turn",
  "plan, than parallel calls",
  "plan and words, than one call a turn",
  "plan and words, than parallel calls",
  ...["plan", "plan and words", "one call a turn", "parallel calls"].map(
    (way) => `${way}: time, calls, tokens in, out`,
  ),
];
publish({
  name: "loops",
  tables: [{ title: "How much faster (ratios of wall time), and what it took", header, rows }],
  data: Object.fromEntries(samples),
  peers: PEERS,
});
