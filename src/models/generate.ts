/**
 * From a provider to a model: retries, deadlines, usage and cost, errors.
 *
 * G1. An attempt that fails after a reader has taken text is the last one: what was handed
 *     out cannot be taken back.
 * G2. Usage is the sum over all attempts that reported some, for all of them are billed.
 */

import type { Clock } from "../base/clock.ts";
import { ModelError } from "../base/errors.ts";
import { Deadlines, type Timeouts } from "./deadlines.ts";
import { abortedError, cutOffError, toModelError } from "./failure.ts";
import type { Model, ModelRequest, ModelResult, ModelUsage } from "./model.ts";
import { addUsage, NO_USAGE } from "./model.ts";
import { costUsd, dearestPrice, NO_TOKENS, type TokenCounts } from "./prices.ts";
import type { Provider, ProviderEvent } from "./provider.ts";
import { type RetryPolicy, withRetries } from "./retry.ts";
import { TextStream } from "./stream.ts";
import type { PassageOutcome, Traffic } from "./traffic.ts";
import { untilAborted } from "./until-aborted.ts";

export interface Policies {
  readonly clock: Clock;
  readonly timeouts: Timeouts;
  readonly retry: RetryPolicy;
  /** 0 to 1, evenly: the jitter of retries. */
  readonly random: () => number;
  readonly traffic: Traffic;
}

/** A model that asks this provider under these policies. */
export function createProviderModel(provider: Provider, policies: Policies): Model {
  return {
    name: provider.name,
    price: dearestPrice(provider.name),
    generate(request) {
      const stream = new TextStream();
      generate(provider, policies, request, stream).then(
        (result) => stream.finish(result),
        (error: unknown) => stream.fail(error),
      );
      return stream;
    },
  };
}

async function generate(
  provider: Provider,
  policies: Policies,
  request: ModelRequest,
  stream: TextStream,
): Promise<ModelResult> {
  const { signal } = request;
  let usage = NO_USAGE;
  const attempt = async () => {
    const answer = new Answer(stream);
    const passage = await policies.traffic.enter(estimateTokens(request), signal);
    let status: PassageOutcome["status"] = "unknown";
    try {
      await receive(provider, policies, request, answer);
      status = "ok";
      return answer;
    } catch (error) {
      if (isDown(error) && !signal?.aborted) status = "down";
      throw error;
    } finally {
      const { inputTokens, outputTokens } = answer.counts;
      const tokens = inputTokens + outputTokens;
      passage.end({ status, ...(tokens > 0 && { tokens }) });
      usage = addUsage(usage, priced(provider.name, answer.counts));
    }
  };
  try {
    const { finish, text } = await withRetries(attempt, {
      policy: policies.retry,
      clock: policies.clock,
      random: policies.random,
      signal,
      mayRestart: () => stream.restart(),
    });
    return { text, usage, finish, model: provider.name };
  } catch (error) {
    throw signal?.aborted ? abortedError(provider.name) : error;
  }
}

/** What a request may consume: its own text, and an answer of usual length. */
function estimateTokens({ system, messages, schema, maxOutputTokens }: ModelRequest): number {
  const texts = [...system.map(({ text }) => text), ...messages.map(({ content }) => content)];
  const characters = texts.join("").length + (schema ? JSON.stringify(schema).length : 0);
  return Math.ceil(characters / CHARACTERS_PER_TOKEN) + Math.min(maxOutputTokens ?? 1_000, 1_000);
}

/** About what tokenizers make of English. */
const CHARACTERS_PER_TOKEN = 4;

/** The server's fault, not the request's; one that limits requests is up. */
function isDown(error: unknown): boolean {
  if (!(error instanceof ModelError)) return false;
  return error.code === "model.timeout" || error.code === "model.unavailable";
}

async function receive(
  provider: Provider,
  { timeouts, clock }: Policies,
  request: ModelRequest,
  answer: Answer,
): Promise<void> {
  const deadlines = new Deadlines(provider.name, timeouts, clock, request.signal);
  try {
    const events = provider.send(request, deadlines.signal);
    for await (const event of untilAborted(events, deadlines.signal)) {
      if (event.type === "answered") deadlines.answered();
      if (event.type === "text" || event.type === "thinking") deadlines.heard();
      answer.take(event);
    }
    if (!answer.isWhole) throw cutOffError(provider.name);
  } catch (error) {
    throw toModelError(error, provider, clock.now());
  } finally {
    deadlines.stop();
  }
}

/** What one attempt has received so far. */
class Answer {
  readonly #stream: TextStream;
  #text = "";
  #end: Extract<ProviderEvent, { type: "end" }> | undefined;
  counts: TokenCounts = NO_TOKENS;

  constructor(stream: TextStream) {
    this.#stream = stream;
  }

  take(event: ProviderEvent): void {
    switch (event.type) {
      case "text":
        this.#text += event.text;
        this.#stream.push(event.text);
        break;
      case "usage":
        this.counts = event.counts;
        break;
      case "end":
        this.#end = event;
        break;
      case "answered":
      case "thinking":
        break;
    }
  }

  get isWhole(): boolean {
    return this.#end !== undefined;
  }

  get finish(): ModelResult["finish"] {
    return this.#end?.finish ?? "stop";
  }

  get text(): string {
    return this.#end?.refusal ?? this.#text;
  }
}

function priced(name: string, counts: TokenCounts): ModelUsage {
  const { inputTokens, outputTokens, cachedTokens } = counts;
  return { inputTokens, outputTokens, cachedTokens, usd: costUsd(name, counts) };
}
