/**
 * Mending what is to blame beside running everything again, on the same goals: 200 plans of
 * 4 to 12 subtasks, of which 1 to 3 give something poor at the first try, a fifth of these at
 * the second, too.
 *
 *     npm run bench mend
 *
 * Both ways are the real planner, evaluator and executor over a scripted model. *Mend* lets the
 * run plan anew: the model answers with a patch for what its judge blames. *Again* asks the
 * whole goal again until the same judge is content.
 *
 * Assumed is that a judge finds every flaw and blames who made it; that a patch mends it, as
 * often as a whole new plan would; that nothing that was good is worse when it is done again;
 * and that the planner is shown three tools. Both ways then reach the same answers in as many
 * rounds, which is checked, and differ in what that takes. There is no latency, and no time is
 * measured. Tokens are characters through four, at the prices of MODEL; the first row of USD has
 * no prompt in a provider's cache, the second all that may be there.
 */

import { z } from "zod";
import { systemClock } from "../src/base/clock.ts";
import { createPlanwright, defineTool, type PlanwrightOptions } from "../src/index.ts";
import type { Model, ModelRequest } from "../src/models/model.ts";
import { costUsd } from "../src/models/prices.ts";
import { renderAnswer } from "../src/planner/answer.ts";
import { renderPatch } from "../src/planner/revision-answer.ts";
import {
  type Case,
  flawedCases,
  flawsIn,
  planFor,
  runAgain,
  type Step,
  subtaskOf,
  textOf,
} from "./flawed-cases.ts";
import { publish } from "./report.ts";

const CASES = 200;
const SEED = 1;
/** Prompts hold it, and so it decides about tokens. */
const NOW = Date.parse("2026-11-21T12:00:00Z");
const MODEL = "anthropic:claude-sonnet-5-5";
/** The first answer, and two more. */
const ROUNDS = 3;
const SEARCH_USD = 0.005;
const CHARACTERS_PER_TOKEN = 4;
/** How often a subtask that writes asks the model, for an outline, drafts and the like. */
const EFFORTS = [1, 3, 10] as const;
/** Providers keep no shorter prefix. */
const SHORTEST_KEPT = 1_024;
const ACCEPT = ["nothing in the report is left open"];

const USES = ["planning", "judging", "work"] as const;
type Use = (typeof USES)[number];

/** What a way has taken, as results say it and as model and tools have counted it themselves. */
type Took = {
  readonly tokens: number;
  readonly usd: number;
  readonly toolCalls: number;
  readonly modelCalls: number;
};
type Way = {
  readonly took: Took;
  readonly isReached: boolean;
  readonly output: unknown;
  readonly rounds: number;
  readonly counted: Counted;
};

class Counted {
  readonly produced = new Map<string, number>();
  readonly tokens: Record<Use, number> = { planning: 0, judging: 0, work: 0 };
  modelCalls = 0;
  usd = 0;
  /** If providers had kept all that they may keep. */
  usdKept = 0;

  produce(id: string): void {
    this.produced.set(id, (this.produced.get(id) ?? 0) + 1);
  }

  get toolCalls(): number {
    return [...this.produced.values()].reduce((sum, times) => sum + times, 0);
  }
}

const USE_OF: Readonly<Record<string, Use>> = {
  plan: "planning",
  revision: "planning",
  judgement: "judging",
};

/** The model of one case: it plans, revises, judges and writes. */
function scriptedModel(one: Case, counted: Counted): Model {
  let revisions = 0;
  const stepNamed = (text: string, pattern: RegExp) => {
    const step = one.steps.find(({ id }) => id === pattern.exec(text)?.[1]);
    if (step === undefined) throw new Error(`No step is named in: ${text.slice(0, 200)}`);
    return step;
  };
  const patchFor = (asked: string) => {
    revisions += 1;
    const blamed = /^.*To blame: (.*)\.$/m.exec(asked)?.[1]?.split(", ") ?? [];
    const poor = one.steps.filter(({ id }) => blamed.includes(id));
    return renderPatch({ replace: poor.map((step) => subtaskOf(one.steps, step, revisions + 1)) });
  };
  const answerTo = ({ schema, messages }: ModelRequest): string => {
    const asked = messages.map(({ content }) => content).join("\n");
    switch (schema?.name) {
      case "plan":
        return renderAnswer(planFor(one));
      case "revision":
        return patchFor(asked);
      case "judgement":
        return verdictOn(one, flawsIn(asked));
      default: {
        const step = stepNamed(asked, /the part (s\d+) of/);
        return textOf(step, counted.produced.get(step.id) ?? 0, asked);
      }
    }
  };
  return {
    name: "scripted:model",
    generate: (request) => {
      const text = answerTo(request);
      const usage = count(request, text, counted);
      const result = { text, usage, finish: "stop", model: "scripted:model" } as const;
      return {
        result: Promise.resolve(result),
        async *[Symbol.asyncIterator]() {
          yield text;
        },
      };
    },
  };
}

function verdictOn({ steps }: Case, flaws: readonly string[]): string {
  const isGood = flaws.length === 0;
  const reason = isGood
    ? "Every part of the report says what it is to say, and nothing is left open."
    : `These parts are left open: ${flaws.join(", ")}.`;
  const score = isGood ? 0.95 : Number((0.6 * (1 - flaws.length / steps.length)).toFixed(2));
  return JSON.stringify({
    criteria: [{ criterion: 1, reason, score }],
    confidence: 0.9,
    blame: flaws,
    suspectedInjection: false,
  });
}

function count(request: ModelRequest, text: string, counted: Counted) {
  const { system, messages, schema } = request;
  const tokensOf = (characters: number) => Math.ceil(characters / CHARACTERS_PER_TOKEN);
  const inputTokens = tokensOf(JSON.stringify([system, messages, schema]).length);
  const outputTokens = tokensOf(text.length);
  const prefix = system.slice(0, system.findLastIndex(({ cache }) => cache) + 1);
  const stable = tokensOf(prefix.reduce((sum, part) => sum + part.text.length, 0));
  const kept = stable < SHORTEST_KEPT ? 0 : stable;
  const cost = (cachedTokens: number) =>
    costUsd(MODEL, { inputTokens, outputTokens, cachedTokens, cacheWriteTokens: 0 }) ?? Number.NaN;
  counted.modelCalls += 1;
  counted.tokens[USE_OF[schema?.name ?? ""] ?? "work"] += inputTokens + outputTokens;
  counted.usd += cost(0);
  counted.usdKept += cost(kept);
  return { inputTokens, outputTokens, cachedTokens: 0, usd: cost(0) };
}

function toolsOf({ steps }: Case, counted: Counted, effort: number): PlanwrightOptions["tools"] {
  const text = z.object({ text: z.string() });
  const look = (name: Step["tool"], description: string, costUsd: number) =>
    defineTool({
      name,
      description,
      input: z.object({ about: z.string() }),
      output: text,
      effects: "read",
      costUsd,
      run: (_input, { subtaskId }) => {
        counted.produce(subtaskId);
        const step = steps.find(({ id }) => id === subtaskId) as Step;
        return { text: textOf(step, counted.produced.get(subtaskId) ?? 0, "") };
      },
    });
  const compose = defineTool({
    name: "compose",
    description: "Write a part of a text from material, by a model.",
    input: z.object({ brief: z.string(), material: z.array(z.string()) }),
    output: text,
    effects: "none",
    needsModel: true,
    run: async ({ brief, material }, { models, signal, subtaskId }) => {
      if (models === undefined) throw new Error("There is no model.");
      counted.produce(subtaskId);
      const system = [{ text: "You write what you are asked for, and nothing else." }];
      const content = [brief, ...material].join("\n\n");
      const messages = [{ role: "user" as const, content }];
      let text = "";
      for (let time = 0; time < effort; time += 1) {
        ({ text } = await models.tools.generate({ system, messages, signal }).result);
      }
      return { text };
    },
  });
  return [
    look("search", "Search the web, and give the text of what was found.", SEARCH_USD),
    look("read", "Read what is kept about something, and give its text.", 0),
    compose,
  ];
}

type Asking = {
  /** In each time of asking. */
  readonly maxReplans: number;
  /** Of asking, at most. */
  readonly times: number;
  readonly effort: number;
};

async function reach(one: Case, { maxReplans, times, effort }: Asking): Promise<Way> {
  const counted = new Counted();
  await using planwright = createPlanwright({
    model: scriptedModel(one, counted),
    tools: toolsOf(one, counted, effort),
    builtinTools: false,
    journal: "memory:",
    clock: { ...systemClock, now: () => NOW },
    planner: { timeZone: "UTC" },
    maxReplans,
  });
  const took = { tokens: 0, usd: 0, toolCalls: 0, modelCalls: 0 };
  for (let rounds = 0, time = 1; ; time += 1) {
    const result = await planwright.ask(one.goal, { accept: ACCEPT }).result();
    const { usage, status, output, replans } = result;
    took.tokens += usage.inputTokens + usage.outputTokens;
    took.usd += usage.usd ?? Number.NaN;
    took.toolCalls += usage.toolCalls;
    took.modelCalls += usage.modelCalls;
    rounds += 1 + replans;
    const isReached = status === "succeeded";
    if (isReached || time === times) return { took, isReached, output, rounds, counted };
  }
}

type Compared = { readonly one: Case; readonly mend: Way; readonly again: Way };

/** @throws {Error} when the two ways are not comparable, or mending does what it need not */
function check({ one, mend, again }: Compared): void {
  const wrong = (what: string) => {
    throw new Error(`${one.goal}: ${what}`);
  };
  const searches = ({ produced }: Counted) =>
    one.steps.reduce((sum, { id, tool }) => {
      return sum + (tool === "search" ? (produced.get(id) ?? 0) : 0);
    }, 0);
  for (const { took, counted } of [mend, again]) {
    const tokens = USES.reduce((sum, use) => sum + counted.tokens[use], 0);
    if (took.tokens !== tokens) wrong(`${took.tokens} tokens, and the model says ${tokens}`);
    if (took.toolCalls !== counted.toolCalls) wrong("the tools were called otherwise");
    if (took.modelCalls !== counted.modelCalls) wrong("the model was called otherwise");
    const usd = counted.usd + searches(counted) * SEARCH_USD;
    if (!(Math.abs(took.usd - usd) < 1e-9)) wrong(`${took.usd} USD, and it should be ${usd}`);
  }
  if (mend.rounds !== again.rounds) wrong(`${mend.rounds} rounds beside ${again.rounds}`);
  if (mend.output !== again.output) wrong("the answers differ");
  for (const { id } of one.steps) {
    const due = [1, 2].filter((round) => runAgain(one, round).has(id)).length + 1;
    const [mended, anew] = [mend, again].map(({ counted }) => counted.produced.get(id));
    if (mended !== due) wrong(`${id} ran ${mended} times, and ${due} would do`);
    if (anew !== again.rounds) wrong(`${id} ran ${anew} times in ${again.rounds} rounds`);
  }
}

async function compare(effort: number): Promise<Compared[]> {
  const compared: Compared[] = [];
  for (const one of flawedCases(CASES, SEED)) {
    const mend = await reach(one, { maxReplans: ROUNDS - 1, times: 1, effort });
    const again = await reach(one, { maxReplans: 0, times: ROUNDS, effort });
    check({ one, mend, again });
    compared.push({ one, mend, again });
  }
  return compared;
}

type Measure = (way: Way, one: Case) => number;

const searchUsd: Measure = ({ took, counted }) => took.usd - counted.usd;
const MEASURES: readonly (readonly [string, number, Measure])[] = [
  ["tokens", 0, ({ took }) => took.tokens],
  ["– of plans and revisions", 0, ({ counted }) => counted.tokens.planning],
  ["– of judging", 0, ({ counted }) => counted.tokens.judging],
  ["– of subtasks", 0, ({ counted }) => counted.tokens.work],
  ["USD", 4, ({ took }) => took.usd],
  ["USD, prompts in the cache", 4, (way, one) => way.counted.usdKept + searchUsd(way, one)],
  ["tool calls", 2, ({ took }) => took.toolCalls],
  ["model calls", 2, ({ took }) => took.modelCalls],
];
const MAIN = MEASURES.filter(([name]) => !name.startsWith("–"));

/** Of sums, so that small cases weigh little. */
function sums(list: readonly Compared[], measure: Measure): readonly [number, number] {
  const of = (way: "mend" | "again") =>
    list.reduce((sum, all) => sum + measure(all[way], all.one), 0);
  return [of("mend"), of("again")];
}

function ratio(list: readonly Compared[], measure: Measure): string {
  const [mend, again] = sums(list, measure);
  return `${(again / mend).toFixed(2)} ×`;
}

/** Of the subtasks of a plan those that ran again, in a round of mending. */
function shareAgain({ one, mend }: Compared): number {
  const { length } = one.steps;
  return (mend.took.toolCalls - length) / (length * (mend.rounds - 1));
}

const compared = await compare(1);
const rows = MEASURES.map(([name, digits, measure]) => {
  const format = { minimumFractionDigits: digits, maximumFractionDigits: digits };
  const means = sums(compared, measure).map((sum) => (sum / CASES).toLocaleString("en-US", format));
  return [name, ratio(compared, measure), ...means];
});
const reached = (way: "mend" | "again") =>
  `${compared.filter((all) => all[way].isReached).length} of ${CASES}`;
rows.push(["goals reached", "", reached("mend"), reached("again")]);

const GROUPS: readonly (readonly [string, (all: Compared) => boolean])[] = [
  ...[1, 2, 3].map((n) => [`${n} to blame`, ({ one }: Compared) => one.toBlame === n] as const),
  ["mended in one round", ({ mend }) => mend.rounds === 2],
  ["mended in two", ({ mend }) => mend.rounds === 3],
  ["up to 1/4 of the plan ran again", (all) => shareAgain(all) <= 0.25],
  ["1/4 to 1/2", (all) => shareAgain(all) > 0.25 && shareAgain(all) <= 0.5],
  ["1/2 to 3/4", (all) => shareAgain(all) > 0.5 && shareAgain(all) <= 0.75],
  ["more", (all) => shareAgain(all) > 0.75],
];
const mean = (list: readonly Compared[], of: (all: Compared) => number) =>
  list.reduce((sum, all) => sum + of(all), 0) / list.length;
const percent = (share: number) => `${(100 * share).toFixed(0)} %`;
const ratios = (list: readonly Compared[]) => MAIN.map(([, , measure]) => ratio(list, measure));
const ofMain = MAIN.map(([name]) => name);

const grouped = GROUPS.map(([name, isIn]) => {
  const list = compared.filter(isIn);
  const toBlame = percent(mean(list, ({ one }) => one.toBlame / one.steps.length));
  return [name, String(list.length), toBlame, percent(mean(list, shareAgain)), ...ratios(list)];
});

const byEffort: string[][] = [];
for (const effort of EFFORTS) {
  const list = effort === 1 ? compared : await compare(effort);
  const [, work] = sums(list, ({ counted }) => counted.tokens.work);
  const [, tokens] = sums(list, ({ took }) => took.tokens);
  byEffort.push([String(effort), percent(work / tokens), ...ratios(list)]);
}

publish({
  name: "mend",
  tables: [
    {
      title: "What running everything again takes, than mending, and means per case",
      header: ["per case", "again ÷ mend", "mend", "again"],
      rows,
    },
    {
      title: "Again ÷ mend, by what was to blame, and by what of the plan ran again with it",
      header: ["", "cases", "to blame", "ran again", ...ofMain],
      rows: grouped,
    },
    {
      title: "Again ÷ mend, by how often a subtask that writes asks the model",
      header: ["asks", "of the tokens of again, of subtasks", ...ofMain],
      rows: byEffort,
    },
  ],
  data: compared.map(({ one, mend, again }) => ({
    subtasks: one.steps.length,
    toBlame: one.toBlame,
    mend: mend.took,
    again: again.took,
  })),
});
