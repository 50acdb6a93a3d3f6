/**
 * Those who are asked beside the tools: who judges what came out, and who plans anew. What they
 * say follows from what they are asked, so that whoever asks twice hears the same.
 */

import { ToolError } from "../../src/base/errors.ts";
import type {
  EvaluateOrder,
  ReviseOrder,
  RevisionAnswer,
} from "../../src/executor/drivers/driver.ts";
import type { Model, ModelResult } from "../../src/models/model.ts";
import type { Evaluation } from "../../src/plan/evaluation.ts";
import { hashOf } from "./random.ts";
import type { RunScript } from "./scenario.ts";
import { type Drafting, writeRevision } from "./write-revision.ts";

/** From where they are asked. */
export type Office = Drafting & {
  readonly seed: number;
  readonly script: RunScript;
  sleep(ms: number): Promise<void>;
  happened(what: string): void;
  /** Somebody has answered, and has used a model. */
  answered(): void;
};

/** What is said of an output; undefined where the judge breaks down. */
export function judgementOf(
  seed: number,
  runId: string,
  asked: Pick<EvaluateOrder, "subtask" | "output" | "threshold">,
): Evaluation | undefined {
  const { subtask, output, threshold } = asked;
  // Whichever attempt it was that gave it.
  const given = JSON.stringify(output).replaceAll(/#\d+/g, "");
  const about = [seed, runId, subtask ?? "", given] as const;
  const kind = hashOf(...about, "kind") % 16;
  if (kind === 0) return undefined;
  const score = kind < 3 ? null : (hashOf(...about, "score") % 11) / 10;
  const verdict = score === null ? "none" : score < threshold ? "fail" : "pass";
  return {
    score,
    verdict,
    threshold,
    checks: [],
    reasons: [`It scored ${score}.`],
    blame: [],
    confidence: null,
    flags: [],
  };
}

export async function evaluate(order: EvaluateOrder, office: Office): Promise<Evaluation> {
  const { seed, script } = office;
  const evaluation = judgementOf(seed, script.runId, order);
  const chance = hashOf(seed, script.runId, order.subtask ?? "", evaluation?.score ?? "", "takes");
  const ms = chance % 4 === 0 ? 1_000 + (chance % 2_000) : chance % 250;
  await ask(order, office, ms);
  if (evaluation === undefined) {
    office.happened("judge broke down");
    throw new ToolError("tool.failed", "The judge is ill.");
  }
  const { blame: _, ...said } = evaluation;
  const named = order.evidence.filter((_, at) => (chance >> at) % 3 === 0);
  return { ...said, blame: named.map(({ subtask }) => subtask) };
}

export async function revise(order: ReviseOrder, office: Office): Promise<RevisionAnswer> {
  const { seed, script } = office;
  const { revision, causes } = order.feedback;
  const chance = hashOf(seed, script.runId, revision, causes.length, "revises");
  await ask(order, office, chance % 3 === 0 ? 1_000 + (chance % 4_000) : chance % 400);
  if (chance % 13 === 0) throw new ToolError("tool.failed", "The planner is ill.");
  return { ...writeRevision(order, office), usage: { ...USED, modelCalls: 1 } };
}

/** Let a model think about it. Whoever is told to stop mostly does. */
async function ask(order: EvaluateOrder | ReviseOrder, office: Office, ms: number): Promise<void> {
  const { signal } = order;
  const aborted = new Promise<void>((_, fail) => {
    signal.addEventListener("abort", () => fail(new ToolError("tool.failed", "told to stop")));
  });
  const isDeaf = hashOf(office.seed, ms, "deaf") % 3 === 0;
  aborted.catch(() => {});
  const { result } = order.meter(modelAt(office, ms / 2)).generate({ system: [], messages: [] });
  await result;
  const over = office.sleep(ms / 2);
  await (isDeaf ? over : Promise.race([over, aborted])).finally(() => office.answered());
}

/** Of what its calls cost something is left in every budget of a scenario. */
const USED = { inputTokens: 10, outputTokens: 0, cachedTokens: 0, usd: 0.0001 };

function modelAt({ sleep }: Office, ms: number): Model {
  const answer = async (): Promise<ModelResult> => {
    await sleep(ms);
    return { text: "", usage: USED, finish: "stop", model: "simulation:model" };
  };
  return {
    name: "simulation:model",
    price: { inputUsd: 0.00001, outputUsd: 0 },
    generate: () => ({ result: answer(), async *[Symbol.asyncIterator]() {} }),
  };
}
