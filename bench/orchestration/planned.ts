/**
 * The way of planwright: the library as its users have it, with the real planner, executor, model
 * layer and evaluator. Only the clock and what answers on the wire are of this benchmark.
 *
 * A step is one call of a model, asked through a chain of two providers. What does not parse is
 * refused by the tool's output schema and asked again. A check sees whether an answer names its
 * sources. The output of a run is accepted when all do, else it is planned anew. In a kept plan,
 * where people say such things, a subtask is also refined until its answer does, up to three times,
 * and has a fallback tool that asks the second provider.
 */

import { z } from "zod";
import {
  createPlanwright,
  defineTool,
  type PlanDraft,
  type Planwright,
  type RunResult,
} from "../../src/index.ts";
import type { Model, ModelRequest } from "../../src/models/model.ts";
import { renderAnswer } from "../../src/planner/answer.ts";
import { renderPatch } from "../../src/planner/revision-answer.ts";
import type { Delivery } from "./chains.ts";
import type { Task } from "./tasks.ts";
import { type Script, virtualModels } from "./virtual-provider.ts";
import type { Fate, World } from "./world.ts";

const CHARACTERS_PER_TOKEN = 4;
const ITERATIONS = 3;
const REPLANS = 2;

const outputSchema = z.object({
  tokens: z.number(),
  /** How many the answer names; none is what the check sees. */
  sources: z.number(),
  /** Whether it is good, and all that it was made of. Only the benchmark looks at it. */
  isGood: z.boolean(),
});
type Output = z.infer<typeof outputSchema>;

const askedSchema = z.object({ task: z.number(), step: z.number(), read: z.number() });

export class Planned {
  readonly #world: World;
  readonly #planwright: Planwright;
  /** The one that is under way. */
  #task: Task = { number: 0, needs: [] };
  /** By step, how many its newest answer names. */
  readonly #sources = new Map<number, number>();

  constructor(world: World) {
    this.#world = world;
    const { chain, last } = virtualModels(world, (request) => this.#script(request));
    this.#planwright = createPlanwright({
      model: chain,
      tools: [this.#tool("do_step"), this.#tool("do_step_elsewhere", last)],
      builtinTools: false,
      journal: "memory:",
      clock: world.clock,
      env: {},
      planner: { timeZone: "UTC" },
      maxReplans: REPLANS,
    });
  }

  /** The plan is there, as the steps of a chain are. */
  async runKept(task: Task): Promise<Delivery> {
    this.#begin(task);
    const result = await this.#planwright.run(keptPlan(task)).result();
    return delivered(result);
  }

  /** A model plans. */
  async ask(task: Task): Promise<Delivery> {
    this.#begin(task);
    const { number } = task;
    const run = this.#planwright.ask(`Do task ${number}`, { accept: ACCEPT });
    const delivery = delivered(await run.result());
    const isWrong = this.#world.draw(number, "plan", "wrong") < this.#world.assumptions.wrongPlans;
    return isWrong ? { ...delivery, isGood: false } : delivery;
  }

  #begin(task: Task): void {
    this.#task = task;
    this.#sources.clear();
  }

  close(): Promise<void> {
    return this.#planwright.close();
  }

  #tool(name: string, only?: Model) {
    const { timeoutMs } = this.#world.assumptions;
    return defineTool({
      name,
      description: "Do a step of a task, from what the steps that it needs gave.",
      input: z.object({
        step: z.number(),
        inputs: z.array(outputSchema),
        revision: z.number().optional(),
      }),
      output: outputSchema,
      effects: "none",
      needsModel: true,
      timeout: `${timeoutMs}ms`,
      // What did not parse is no sign of a busy server: there is nothing to wait for.
      retry: { attempts: 3, initial: "1ms", max: "1ms" },
      run: async ({ step, inputs }, { models, signal }) => {
        const model = only ?? models?.tools;
        if (model === undefined) throw new Error("There is no model.");
        const read = inputs.reduce((sum, { tokens }) => sum + tokens, 0);
        const content = JSON.stringify({ task: this.#task.number, step, read });
        const messages = [{ role: "user" as const, content }];
        const { text } = await model.generate({ system: [], messages, signal }).result;
        const answer = JSON.parse(text) as Output;
        await this.#check(signal);
        this.#sources.set(step, answer.sources);
        return { ...answer, isGood: answer.isGood && inputs.every(({ isGood }) => isGood) };
      },
    });
  }

  /** What it takes to look at an answer. */
  async #check(signal: AbortSignal): Promise<void> {
    const { checkMs, checkTokens } = this.#world.assumptions;
    this.#world.bill(checkTokens, 0, 0);
    if (checkMs > 0) await this.#world.sleep(checkMs, signal);
  }

  #script(request: ModelRequest): ReturnType<Script> {
    const written = request.messages.map(({ content }) => content).join("\n");
    if (request.schema === undefined) return this.#stepScript(written);
    const isPlan = request.schema.name === "plan";
    const text = isPlan ? planText(this.#task) : this.#patchText(written);
    const system = request.system.reduce((sum, part) => sum + part.text.length, 0);
    const schema = JSON.stringify(request.schema).length;
    return {
      work: { task: this.#task.number, step: "plan" },
      inputTokens: (system + schema + written.length) / CHARACTERS_PER_TOKEN,
      seenTokens: system / CHARACTERS_PER_TOKEN,
      outputTokens: text.length / CHARACTERS_PER_TOKEN,
      answer: ({ fault }) => {
        if (fault === "malformed") return text.slice(0, -2);
        // It names a tool that there is not: a mistake that the checks see.
        if (fault === "poor") return text.replace("do_step", "do_nothing");
        return text;
      },
    };
  }

  #stepScript(written: string): ReturnType<Script> {
    const { task, step, read } = askedSchema.parse(JSON.parse(written));
    const { instructionTokens, materialTokens } = this.#world.assumptions;
    return {
      work: { task, step },
      inputTokens: instructionTokens + materialTokens + read,
      answer: ({ fault, seemsGood, outputTokens: tokens }: Fate) => {
        if (fault === "malformed") return JSON.stringify({ tokens });
        const output = { tokens, sources: seemsGood ? 1 : 0, isGood: fault !== "poor" };
        return JSON.stringify(output satisfies Output);
      },
    };
  }

  /**
   * Another tool, and a clearer instruction, for each step that is poor or has failed. The planner
   * is taken to see which these are.
   */
  #patchText(shown: string): string {
    const revision = Number(/The present plan, revision (\d+)/.exec(shown)?.[1]) + 1;
    const replace = this.#task.needs.flatMap((list, step) => {
      const hasFailed = new RegExp(`^- ${idOf(step)}: failed`, "m").test(shown);
      if (!hasFailed && this.#sources.get(step) !== 0) return [];
      const subtask = subtaskOf(step, list, "do_step_elsewhere");
      return [{ ...subtask, input: { ...subtask.input, revision } }];
    });
    return renderPatch({ replace });
  }
}

function delivered({ output }: RunResult): Delivery {
  const read = z.array(outputSchema).safeParse(output);
  return { isDelivered: read.success, isGood: !!read.data?.every(({ isGood }) => isGood) };
}

const idOf = (step: number) => `s${step}`;

function subtaskOf(step: number, needs: readonly number[], tool = "do_step") {
  return { id: idOf(step), tool, input: { step, inputs: needs.map((at) => `\${${idOf(at)}}`) } };
}

/** All answers, for the benchmark to see which are good; the last is the task's. */
const outputOf = ({ needs }: Task) => `\${[${needs.map((_, step) => idOf(step)).join(", ")}]}`;

const ACCEPT = [{ expression: "${output.all(step, step.sources > 0)}" }];

function keptPlan(task: Task): PlanDraft {
  const { number, needs } = task;
  return {
    goal: `Do task ${number}`,
    subtasks: needs.map((list, step) => ({
      ...subtaskOf(step, list),
      fallback: "do_step_elsewhere",
      refine: { iterations: ITERATIONS, until: "${output.sources > 0}" },
    })),
    output: outputOf(task),
    accept: ACCEPT,
    budget: { replans: REPLANS },
  };
}

function planText(task: Task): string {
  const subtasks = task.needs.map((list, step) => subtaskOf(step, list));
  return renderAnswer({ subtasks, output: outputOf(task) });
}
