/**
 * A chain of models: the next is asked when one is down, limits requests beyond patience,
 * or refuses.
 *
 * F1. Once a reader has taken a piece of text there is no other model: what was handed out
 *     cannot be taken back.
 * F2. The answer names the model that gave it; its usage is that of all that were asked.
 */

import { ModelError } from "../base/errors.ts";
import type { Model, ModelRequest, ModelResult, TokenPrice } from "./model.ts";
import { addUsage, NO_USAGE } from "./model.ts";
import { relay, TextStream } from "./stream.ts";

/** Of these the next model knows nothing: it may well do better. */
const MOVES_ON: ReadonlySet<string> = new Set([
  "model.unavailable",
  "model.rate_limited",
  "model.timeout",
  "model.refused",
  "model.rejected",
  "model.unauthorized",
]);

/** The models as one. @param models at least one, best first */
export function chainModels(models: readonly Model[]): Model {
  const [only] = models;
  if (models.length === 1 && only !== undefined) return only;
  return {
    name: models.map(({ name }) => name).join(","),
    price: dearestOf(models),
    generate(request) {
      const stream = new TextStream();
      askInTurn(models, request, stream).then(
        (result) => stream.finish(result),
        (error: unknown) => stream.fail(error),
      );
      return stream;
    },
  };
}

function dearestOf(models: readonly Model[]): TokenPrice | null {
  const prices = models.map(({ price }) => price ?? null);
  if (prices.includes(null)) return null;
  const most = (part: keyof TokenPrice) => Math.max(...prices.map((price) => price?.[part] ?? 0));
  return { inputUsd: most("inputUsd"), outputUsd: most("outputUsd") };
}

async function askInTurn(
  models: readonly Model[],
  request: ModelRequest,
  out: TextStream,
): Promise<ModelResult> {
  const failures: ModelError[] = [];
  let usage = NO_USAGE;
  for (const [at, model] of models.entries()) {
    const isLast = at === models.length - 1;
    try {
      const result = await relay(model.generate(request), out);
      usage = addUsage(usage, result.usage);
      const isRefused = result.finish === "refusal";
      if (!isRefused || isLast || !out.restart()) return { ...result, usage };
      failures.push(new ModelError("model.refused", `${model.name} refused.`));
    } catch (error) {
      const mayMoveOn =
        error instanceof ModelError && MOVES_ON.has(error.code) && !request.signal?.aborted;
      if (!mayMoveOn) throw error;
      failures.push(error);
      if (isLast || !out.restart()) break;
    }
  }
  throw allFailed(failures);
}

function allFailed(failures: readonly ModelError[]): ModelError {
  const last = failures.at(-1);
  const said = failures.map(({ message }) => message).join(" ");
  const [only] = failures;
  if (failures.length === 1 && only !== undefined) return only;
  const message = `None of the ${failures.length} models that were asked answered. ${said}`;
  return new ModelError(last?.code ?? "model.unavailable", message, {
    retryable: last?.retryable,
    retryAfterMs: last?.retryAfterMs,
    hint: "Try again later, or name another model.",
    cause: last,
  });
}
