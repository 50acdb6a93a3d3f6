import { type BreakerPolicy, DEFAULT_BREAKER } from "../base/breaker.ts";
import { type Clock, systemClock } from "../base/clock.ts";
import { inputError } from "../base/errors.ts";
import { ANTHROPIC_KEY, anthropicProvider } from "./anthropic.ts";
import { DEFAULT_TIMEOUTS, type Timeouts } from "./deadlines.ts";
import { chainModels } from "./fallback.ts";
import { createProviderModel } from "./generate.ts";
import type { Model } from "./model.ts";
import { type ModelName, parseModelName, renderModelName } from "./name.ts";
import { COMPATIBLE_KEY, compatibleProvider } from "./openai-chat.ts";
import { OPENAI_KEY, openaiProvider } from "./openai-responses.ts";
import type { Provider } from "./provider.ts";
import { DEFAULT_RETRY, type RetryPolicy } from "./retry.ts";
import { type TrafficLimits, trafficOf } from "./traffic.ts";

export interface ModelOptions {
  /**
   * Where keys and addresses come from: `ANTHROPIC_API_KEY`, `ANTHROPIC_BASE_URL`,
   * `OPENAI_API_KEY`, `OPENAI_BASE_URL`, `OPENAI_ORG_ID`, `OPENAI_PROJECT_ID`,
   * `OPENAI_COMPATIBLE_API_KEY`.
   */
  readonly env: Env;
  /** @default the system's */
  readonly clock?: Clock;
  /** @default the global one */
  readonly fetch?: typeof fetch;
  readonly timeouts?: Partial<Timeouts>;
  readonly retry?: Partial<RetryPolicy>;
  /** How much may be asked of each model a minute, by all models of this process together. */
  readonly limits?: TrafficLimits | undefined;
  /** When a server that is down is left alone. */
  readonly breaker?: Partial<BreakerPolicy>;
  /** The jitter of retries, 0 to 1. @default Math.random */
  readonly random?: () => number;
}

type Env = Readonly<Record<string, string | undefined>>;

/** All but the last model of a chain: the next is nearer than a long wait. */
export const IMPATIENT: Partial<RetryPolicy> = { attempts: 2, maxRetryAfterMs: 5_000 };

/**
 * The model of this name, or the chain of models: `a,b,c`. Name and key are checked now; the provider's SDK is loaded with
 * the first request, for it takes longer than a small run.
 *
 * @param name `anthropic:MODEL`, `openai:MODEL` or `openai-compatible:MODEL@URL`, or several
 *   with commas between: the next is asked when one is down, limits requests, or refuses
 * @throws {InputError} `model.unknown`, `model.key_missing`, `config.invalid`
 */
export function createModel(name: string, options: ModelOptions): Model {
  const names = name.split(",").map((one) => one.trim());
  return chainModels(
    names.map((one, at) => {
      const retry = { ...(at < names.length - 1 && IMPATIENT), ...options.retry };
      return createOne(one, { ...options, retry });
    }),
  );
}

function createOne(name: string, options: ModelOptions): Model {
  const parsed = parseModelName(name);
  const { clock = systemClock, limits = {} } = options;
  const breaker = { ...DEFAULT_BREAKER, ...options.breaker };
  const provider = createProvider(parsed, options);
  return createProviderModel(provider, {
    clock,
    timeouts: { ...timeoutsOf(parsed), ...options.timeouts },
    retry: { ...DEFAULT_RETRY, ...options.retry },
    random: options.random ?? Math.random,
    traffic: trafficOf({ name: provider.name, at: provider.address, clock, limits, breaker }),
  });
}

/** A local server may have to load the model before it begins to answer. */
function timeoutsOf({ provider }: ModelName): Timeouts {
  return provider === "openai-compatible"
    ? { ...DEFAULT_TIMEOUTS, connectMs: 300_000 }
    : DEFAULT_TIMEOUTS;
}

function createProvider(parsed: ModelName, { env, fetch }: ModelOptions): Provider {
  const name = renderModelName(parsed);
  const common = fetch ? { fetch } : {};
  // Addresses and accounts are always given: left out, the SDKs read the process's environment.
  switch (parsed.provider) {
    case "anthropic":
      return anthropicProvider(name, parsed.model, {
        ...common,
        apiKey: requireKey(name, ANTHROPIC_KEY, env),
        baseURL: readURL(env, "ANTHROPIC_BASE_URL") ?? "https://api.anthropic.com",
      });
    case "openai": {
      const connection = {
        ...common,
        apiKey: requireKey(name, OPENAI_KEY, env),
        baseURL: readURL(env, "OPENAI_BASE_URL") ?? "https://api.openai.com/v1",
      };
      return openaiProvider(name, parsed.model, connection, {
        organization: read(env, "OPENAI_ORG_ID") ?? null,
        project: read(env, "OPENAI_PROJECT_ID") ?? null,
      });
    }
    case "openai-compatible":
      return compatibleProvider(name, parsed.model, {
        ...common,
        apiKey: read(env, COMPATIBLE_KEY),
        baseURL: parsed.baseURL,
      });
  }
}

function requireKey(name: string, variable: string, env: Env): string {
  const key = read(env, variable);
  if (key !== undefined) return key;
  throw inputError(
    "model.key_missing",
    `${name} needs a key, and ${variable} is not set.`,
    `Set ${variable} in the environment or in a .env file in the current folder.`,
  );
}

function readURL(env: Env, variable: string): string | undefined {
  const url = read(env, variable);
  if (url === undefined || (/^https?:\/\//.test(url) && URL.canParse(url))) return url;
  throw inputError(
    "config.invalid",
    `${variable} is not the address of a server.`,
    "Write it with http:// or https://, or unset it.",
  );
}

/** Blank counts as unset, and the line break that came along with a pasted key does not count. */
function read(env: Env, variable: string): string | undefined {
  return env[variable]?.trim() || undefined;
}
