/**
 * The models of the benchmark as providers of ours: everything above the wire is the real thing,
 * with its retries, breakers, deadlines and fallback.
 */

import { DEFAULT_BREAKER } from "../../src/base/breaker.ts";
import { IMPATIENT } from "../../src/models/create-model.ts";
import { DEFAULT_TIMEOUTS } from "../../src/models/deadlines.ts";
import { chainModels } from "../../src/models/fallback.ts";
import { createProviderModel } from "../../src/models/generate.ts";
import type { Model, ModelRequest } from "../../src/models/model.ts";
import type { Provider, ProviderEvent } from "../../src/models/provider.ts";
import { DEFAULT_RETRY } from "../../src/models/retry.ts";
import { Traffic } from "../../src/models/traffic.ts";
import type { Fate, Work, World } from "./world.ts";

/** What a model is asked to do, and what it writes once it is known how that goes. */
export type Script = (request: ModelRequest) => {
  readonly work: Work;
  readonly inputTokens: number;
  readonly seenTokens?: number;
  /** Undefined where the length is drawn. */
  readonly outputTokens?: number;
  answer(fate: Fate): string;
};

const PROVIDERS = 2;
/** Of the answer, in each piece that a reader gets. */
const TOKENS_AT_ONCE = 8;

/** @returns a chain of all, best first, and the last of them alone */
export function virtualModels(world: World, script: Script): { chain: Model; last: Model } {
  const models = Array.from({ length: PROVIDERS }, (_, at) => {
    const provider = virtualProvider(world, at, script);
    const isLast = at === PROVIDERS - 1;
    return createProviderModel(provider, {
      clock: world.clock,
      timeouts: DEFAULT_TIMEOUTS,
      retry: { ...DEFAULT_RETRY, ...(!isLast && IMPATIENT) },
      random: () => world.jitter(),
      traffic: new Traffic(provider.name, world.clock, {}, DEFAULT_BREAKER),
    });
  });
  return { chain: chainModels(models), last: models.at(-1) as Model };
}

function virtualProvider(world: World, at: number, script: Script): Provider {
  const name = `virtual:model-${at + 1}`;
  return {
    name,
    address: `${name}@nowhere`,
    keyVariable: "NO_KEY",
    secrets: [],
    async *send(request: ModelRequest, signal: AbortSignal): AsyncIterable<ProviderEvent> {
      const { work, answer, ...asked } = script(request);
      const fate = await world.begun({ ...work, ...asked, provider: at, signal });
      yield { type: "answered" };
      const text = answer(fate);
      const tokens = Math.max(1, Math.round(fate.outputTokens));
      let written = 0;
      for (let done = 0; done < tokens; ) {
        const more = Math.min(TOKENS_AT_ONCE, tokens - done);
        await world.sleep(more * fate.tokenMs, signal);
        world.bill(0, 0, more);
        done += more;
        const end = Math.round((done / tokens) * text.length);
        yield { type: "text", text: text.slice(written, end) };
        written = end;
      }
      const counts = { inputTokens: Math.round(asked.inputTokens), outputTokens: tokens };
      yield { type: "usage", counts: { ...counts, cachedTokens: 0, cacheWriteTokens: 0 } };
      yield { type: "end", finish: "stop" };
    },
  };
}
