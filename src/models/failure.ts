/**
 * What providers throw, as a `ModelError`.
 *
 * Both SDKs have the same shapes under other names: an error with an HTTP `status`; one that
 * stood in the stream, without a status but with the provider's `type` or `code`; a broken
 * connection; a stream that does not parse. They are told apart by shape, so that nothing
 * here has to load an SDK.
 */

import { ModelError } from "../base/errors.ts";
import type { Provider } from "./provider.ts";

type Who = Pick<Provider, "name" | "keyVariable" | "secrets">;

/** What an SDK's error may carry. */
type SdkError = Error & {
  readonly status?: unknown;
  readonly headers?: unknown;
  readonly error?: unknown;
  readonly type?: unknown;
  readonly code?: unknown;
  readonly cause?: unknown;
};

/**
 * @param now milliseconds since the epoch, for a Retry-After that is a date
 * @returns the error itself when it is a bug and none of the provider's making
 */
export function toModelError(error: unknown, who: Who, now: number): unknown {
  if (error instanceof ModelError || isBug(error)) return error;
  const thrown: SdkError = error instanceof Error ? error : new Error(String(error));
  if (typeof thrown.status === "number") return fromStatus(thrown, thrown.status, who, now);
  if (thrown.error !== undefined && kindOf(thrown) !== "") return fromStream(thrown, who, now);
  return fromConnection(thrown, who);
}

/** Of `TypeError`s, those that fetch throws for a broken connection have a cause. */
function isBug(error: unknown): boolean {
  const isOurs = error instanceof ReferenceError || error instanceof RangeError;
  return isOurs || (error instanceof TypeError && error.cause === undefined);
}

export function abortedError(name: string): ModelError {
  return new ModelError("model.aborted", `The request to ${name} was aborted.`);
}

/** The connection ended in good order, the answer did not. */
export function cutOffError(name: string): ModelError {
  return new ModelError("model.unavailable", `${name} broke off before the end of its answer.`, {
    retryable: true,
    hint: "Try again.",
  });
}

function fromStatus(error: SdkError, status: number, who: Who, now: number): ModelError {
  const headers = error.headers instanceof Headers ? error.headers : new Headers();
  const message = `${who.name} answered ${status}: ${saidBy(error, who)}`;
  const cause = withoutSecrets(error, who);
  if (status === 401 || status === 403) {
    const hint = `Check the key in ${who.keyVariable}, and that it may use this model.`;
    return new ModelError("model.unauthorized", message, { hint, cause });
  }
  if (isRetryable(error, status, headers)) {
    const retryAfterMs = readRetryAfter(headers, now);
    const hint = "The provider is overloaded or limits requests: try again later.";
    return new ModelError(status === 429 ? "model.rate_limited" : "model.unavailable", message, {
      retryable: true,
      retryAfterMs,
      hint,
      cause,
    });
  }
  return new ModelError("model.rejected", message, { hint: rejectionHint(error, status), cause });
}

function isRetryable(error: SdkError, status: number, headers: Headers): boolean {
  const told = headers.get("x-should-retry");
  if (told !== null) return told === "true";
  // OpenAI's answer to an empty account has the status of a rate limit, and lasts.
  if (kindOf(error) === "insufficient_quota") return false;
  return status === 408 || status === 409 || status === 429 || status >= 500;
}

function rejectionHint(error: SdkError, status: number): string {
  if (status === 404) return "Check the model's name and the address.";
  if (status === 402 || kindOf(error) === "insufficient_quota") {
    return "Check the credit of the provider's account.";
  }
  if (status === 413 || kindOf(error) === "context_length_exceeded") {
    return "The request is too long for this model: give it less, or choose another model.";
  }
  return "The provider does not accept this request: check the model's name and what it can do.";
}

/** Errors that the provider sent in the middle of its answer, and that last. */
const LASTING: ReadonlySet<string> = new Set([
  "invalid_request_error",
  "not_found_error",
  "request_too_large",
  "billing_error",
  "insufficient_quota",
  "context_length_exceeded",
  "invalid_prompt",
]);
const UNAUTHORIZED: ReadonlySet<string> = new Set(["authentication_error", "permission_error"]);

function fromStream(error: SdkError, who: Who, now: number): ModelError {
  const kind = kindOf(error);
  if (UNAUTHORIZED.has(kind)) return fromStatus(error, 401, who, now);
  const message = `${who.name} broke off with ${kind}: ${saidBy(error, who)}`;
  const cause = withoutSecrets(error, who);
  if (LASTING.has(kind)) {
    return new ModelError("model.rejected", message, { hint: rejectionHint(error, 400), cause });
  }
  return new ModelError("model.unavailable", message, {
    retryable: true,
    hint: "The provider is in trouble: try again later.",
    cause,
  });
}

function fromConnection(error: SdkError, who: Who): ModelError {
  const message = `${who.name} could not be reached or broke off: ${rootMessage(error, who)}.`;
  return new ModelError("model.unavailable", message, {
    retryable: true,
    hint: "Check the network, and that the server runs at this address.",
    cause: withoutSecrets(error, who),
  });
}

/** The provider's own word for the kind of error; empty when it said none. */
function kindOf(error: SdkError): string {
  const body = bodyOf(error);
  for (const kind of [error.code, body["code"], error.type, body["type"]]) {
    if (typeof kind === "string" && kind !== "" && kind !== "error") return kind;
  }
  return "";
}

/** The innermost object that says what went wrong: servers wrap it in `error` or not at all. */
function bodyOf(error: SdkError): Record<string, unknown> {
  const { error: outer } = error;
  if (typeof outer !== "object" || outer === null) return {};
  const { error: inner } = outer as { error?: unknown };
  return (typeof inner === "object" && inner !== null ? inner : outer) as Record<string, unknown>;
}

function saidBy(error: SdkError, who: Who): string {
  const { message, detail } = bodyOf(error) as { message?: unknown; detail?: unknown };
  const said = [message, detail, error.error].find((text) => typeof text === "string");
  // The SDKs begin their own wording with the status, which stands in ours already.
  const text = typeof said === "string" && said !== "" ? said : error.message.replace(/^\d+ /, "");
  return scrub(text.replace(/\s+/g, " "), who);
}

/** The last of the chain of causes says most: `connect ECONNREFUSED 127.0.0.1:1234`. */
function rootMessage(error: SdkError, who: Who): string {
  let root: SdkError = error;
  while (root.cause instanceof Error && root.cause !== root) root = root.cause;
  const code = typeof root.code === "string" && root.message === "" ? root.code : root.message;
  return scrub(code || error.message, who).replace(/\.$/, "");
}

/**
 * The cause as text only: an SDK's error carries headers and bodies, and whoever logs an
 * error logs its causes.
 */
function withoutSecrets(error: Error, who: Who): Error {
  const copy = new Error(scrub(error.message, who));
  copy.name = error.name;
  if (error.stack !== undefined) copy.stack = scrub(error.stack, who, 4_000);
  return copy;
}

const MAX_MESSAGE = 600;

/** The text without keys, ours or what looks like one, and no longer than a person reads. */
function scrub(text: string, who: Who, maxLength = MAX_MESSAGE): string {
  let clean = text;
  for (const secret of who.secrets) clean = clean.replaceAll(secret, "[key]");
  clean = clean
    .replace(/\bBearer\s+[\w.~+/=*-]{8,}/gi, "Bearer [key]")
    .replace(/\bsk-[\w*.-]{6,}/g, "[key]");
  return clean.length > maxLength ? `${clean.slice(0, maxLength)}…` : clean;
}

/**
 * How long the server asks to wait: `retry-after-ms`, or `retry-after` in seconds or as a date.
 * @returns milliseconds, or undefined when it asks for nothing that can be read
 */
function readRetryAfter(headers: Headers, now: number): number | undefined {
  const exact = headers.get("retry-after-ms");
  if (exact !== null && Number.isFinite(Number(exact))) return Math.max(0, Number(exact));
  const header = headers.get("retry-after");
  if (header === null || header.trim() === "") return undefined;
  const seconds = Number(header);
  const ms = Number.isFinite(seconds) ? seconds * 1000 : Date.parse(header) - now;
  return Number.isNaN(ms) ? undefined : Math.max(0, ms);
}
