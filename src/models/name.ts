import { type InputError, inputError } from "../base/errors.ts";

/** A model's name, taken apart. */
export type ModelName =
  | { readonly provider: "anthropic" | "openai"; readonly model: string }
  | { readonly provider: "openai-compatible"; readonly model: string; readonly baseURL: string };

const FORMS =
  "Write anthropic:MODEL, openai:MODEL or openai-compatible:MODEL@URL, " +
  "e.g. openai-compatible:llama3:8b@http://127.0.0.1:11434/v1.";

/**
 * `provider:model`, for compatible servers with `@URL` behind it. The model's part may hold
 * `:`, `/` and `@`, as names of local and hosted open models do.
 * @throws {InputError} `model.unknown`
 */
export function parseModelName(name: string): ModelName {
  const [, provider, rest = ""] = /^([^:]*):(.*)$/s.exec(name.trim()) ?? [];
  switch (provider) {
    case "anthropic":
    case "openai":
      return { provider, model: requireModel(name, rest) };
    case "openai-compatible":
      return { provider, ...parseAddress(name, rest) };
    default:
      throw unknown(name, "does not begin with a known provider");
  }
}

/** The inverse of {@link parseModelName}, in its plainest form. */
export function renderModelName(name: ModelName): string {
  const { provider, model } = name;
  return provider === "openai-compatible"
    ? `${provider}:${model}@${name.baseURL}`
    : `${provider}:${model}`;
}

function requireModel(name: string, model: string): string {
  if (model === "") throw unknown(name, "names no model");
  if (/[\s,]/.test(model)) throw unknown(name, "names a model with a space or a comma in it");
  return model;
}

function parseAddress(name: string, rest: string): { model: string; baseURL: string } {
  // At the first @ before a scheme: a model may begin with @, a URL may hold one later on.
  const [, model = "", address] = /^(.*?)@(https?:\/\/.*)$/s.exec(rest) ?? [];
  if (address === undefined) throw unknown(name, "names no URL (http:// or https://) after an @");
  if (!URL.canParse(address)) throw unknown(name, "has a URL that does not parse");
  const url = new URL(address);
  if (url.username !== "" || url.password !== "" || url.search !== "" || url.hash !== "") {
    // Not echoed: what stands there may be a password.
    throw inputError(
      "model.unknown",
      `The URL of the model ${model} has a user, a query or a fragment.`,
      "Give the bare address; a key belongs into OPENAI_COMPATIBLE_API_KEY.",
    );
  }
  return { model: requireModel(name, model), baseURL: url.href.replace(/\/+$/, "") };
}

function unknown(name: string, why: string): InputError {
  return inputError("model.unknown", `The model name ${JSON.stringify(name)} ${why}.`, FORMS);
}
