/** One HTTP exchange of a tool: redirects, limits, and errors that say whether to try again. */

import { type Agent, type Dispatcher, fetch, Agent as HttpAgent, type Response } from "undici";
import { ToolError } from "../base/errors.ts";
import { guardedLookup, type HostPolicy, requireAllowedHost } from "./http-address.ts";

export type HttpOrder = {
  readonly method: "GET" | "POST";
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | undefined;
  readonly maxBytes: number;
  readonly signal: AbortSignal;
};

export type HttpReach = HostPolicy & { readonly allowPrivateHosts: boolean };

export type HttpAnswer = {
  /** Where it came from in the end. */
  readonly url: string;
  readonly status: number;
  readonly contentType: string;
  readonly bytes: Uint8Array;
};

const MAX_REDIRECTS = 5;
const CONNECT_TIMEOUT_MS = 10_000;

/**
 * Send a request and take in the answer.
 * @throws {ToolError} `tool.forbidden` for what must not be reached, `tool.limit` for too
 *   much or too many redirects, `tool.invalid_input` for no URL, `tool.failed` for all else
 */
export async function exchange(order: HttpOrder, reach: HttpReach): Promise<HttpAnswer> {
  const agent = new HttpAgent({
    connect: {
      timeout: CONNECT_TIMEOUT_MS,
      ...(!reach.allowPrivateHosts && { lookup: guardedLookup(reach) }),
    },
  });
  try {
    return await follow(order, reach, agent);
  } finally {
    await agent.destroy();
  }
}

async function follow(order: HttpOrder, reach: HttpReach, agent: Agent): Promise<HttpAnswer> {
  let hop: Hop = {
    method: order.method,
    headers: order.headers,
    body: order.body,
    ...place(order.url),
  };
  for (let redirects = 0; ; redirects++) {
    if (!reach.allowPrivateHosts) requireAllowedHost(hop.url, reach);
    const response = await send(hop, order.signal, agent);
    const location = response.headers.get("location");
    if (!REDIRECTS.has(response.status) || location === null) {
      return await answerOf(response, hop, order);
    }
    await response.body?.cancel();
    if (redirects === MAX_REDIRECTS) {
      throw new ToolError("tool.limit", `${nameOf(hop)} redirects more than ${redirects} times.`);
    }
    hop = redirect(hop, location, response.status);
  }
}

type Hop = {
  readonly method: "GET" | "POST";
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | undefined;
  /** From the URL's user and password, for this origin only. */
  readonly authorization?: string | undefined;
};

const REDIRECTS = new Set([301, 302, 303, 307, 308]);
/** For whom they were meant, another origin is not. */
const PRIVATE_HEADERS = new Set(["authorization", "cookie", "proxy-authorization"]);

function redirect(from: Hop, location: string, status: number): Hop {
  const { url, authorization } = place(location, from.url);
  const becomesGet =
    status === 303 || (from.method === "POST" && (status === 301 || status === 302));
  const isSameOrigin = url.origin === from.url.origin;
  const headers = Object.entries(from.headers).filter(([name]) => {
    const header = name.toLowerCase();
    if (becomesGet && header.startsWith("content-")) return false;
    return isSameOrigin || !PRIVATE_HEADERS.has(header);
  });
  return {
    method: becomesGet ? "GET" : from.method,
    url,
    headers: Object.fromEntries(headers),
    ...(!becomesGet && { body: from.body }),
    authorization: authorization ?? (isSameOrigin ? from.authorization : undefined),
  };
}

/** A URL without its user and password, and these as a header. */
function place(text: string, base?: URL): Pick<Hop, "url" | "authorization"> {
  let url: URL;
  try {
    url = new URL(text, base);
  } catch (cause) {
    throw badUrl(`${JSON.stringify(text)} is no URL.`, cause);
  }
  if (url.protocol !== "http:" && url.protocol !== "https:") {
    throw badUrl(`${url.protocol} URLs cannot be fetched.`);
  }
  const { username, password } = url;
  url.username = "";
  url.password = "";
  url.hash = "";
  if (username === "" && password === "") return { url };
  const secret = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  return { url, authorization: `Basic ${Buffer.from(secret).toString("base64")}` };
}

function badUrl(message: string, cause?: unknown): ToolError {
  return new ToolError("tool.invalid_input", message, {
    retryable: false,
    hint: "Write a full URL, e.g. https://example.com/page.",
    cause,
  });
}

async function send(hop: Hop, signal: AbortSignal, dispatcher: Dispatcher): Promise<Response> {
  const { method, url, headers, body = null, authorization } = hop;
  const all = { ...headers, ...(authorization !== undefined && { authorization }) };
  try {
    return await fetch(url, { method, headers: all, body, signal, dispatcher, redirect: "manual" });
  } catch (error) {
    throw toToolError(error, hop, signal);
  }
}

async function answerOf(
  response: Response,
  hop: Hop,
  { maxBytes, signal }: HttpOrder,
): Promise<HttpAnswer> {
  const { status, headers } = response;
  const bytes = await read(response, hop, maxBytes, signal);
  if (!response.ok) throw refusedBy(response, hop, bytes);
  return { url: hop.url.href, status, contentType: headers.get("content-type") ?? "", bytes };
}

async function read(
  response: Response,
  hop: Hop,
  maxBytes: number,
  signal: AbortSignal,
): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  try {
    // Counted as it comes out of decompression: a small answer may hold a large one.
    for await (const chunk of response.body ?? []) {
      chunks.push(chunk as Uint8Array);
      size += (chunk as Uint8Array).length;
      if (size <= maxBytes) continue;
      throw new ToolError(
        "tool.limit",
        `${nameOf(hop)} answers with more than ${maxBytes} bytes.`,
        {
          retryable: false,
          hint: "Raise max_bytes.",
        },
      );
    }
  } catch (error) {
    throw error instanceof ToolError ? error : toToolError(error, hop, signal);
  }
  return Buffer.concat(chunks);
}

/** Another time it may be otherwise; and nothing was done. */
const NOT_NOW = new Set([408, 425, 429, 503]);
const EXCERPT = 200;

function refusedBy(response: Response, hop: Hop, bytes: Uint8Array): ToolError {
  const { status, statusText, headers } = response;
  const excerpt = new TextDecoder()
    .decode(bytes.subarray(0, 4 * EXCERPT))
    .replace(/\s+/g, " ")
    .trim();
  const said = excerpt === "" || excerpt.startsWith("<") ? "" : `: ${excerpt.slice(0, EXCERPT)}`;
  const message = `${nameOf(hop)} answers ${`${status} ${statusText}`.trim()}${said}`;
  return new ToolError("tool.failed", message, {
    retryable: NOT_NOW.has(status) ? true : status >= 500 ? unlessPost(hop) : false,
    retryAfterMs: retryAfter(headers.get("retry-after")),
    hint:
      status === 401 || status === 403
        ? "Give what it asks for in the headers."
        : "Check the URL and what is sent.",
  });
}

/** Seconds, or a date. */
function retryAfter(value: string | null): number | undefined {
  if (value === null) return undefined;
  const seconds = Number(value);
  const ms = Number.isNaN(seconds) ? Date.parse(value) - Date.now() : seconds * 1000;
  return Number.isNaN(ms) ? undefined : Math.max(0, ms);
}

/** A request that was sent may have done its work: whether to send it again is not ours to say. */
function unlessPost({ method }: Hop): true | undefined {
  return method === "GET" ? true : undefined;
}

/** Before anything was sent. */
const NOT_SENT = new Set(["ECONNREFUSED", "EAI_AGAIN", "ENETUNREACH", "UND_ERR_CONNECT_TIMEOUT"]);
const BROKEN = new Set([
  "ECONNRESET",
  "EPIPE",
  "ETIMEDOUT",
  "UND_ERR_SOCKET",
  "UND_ERR_HEADERS_TIMEOUT",
  "UND_ERR_BODY_TIMEOUT",
]);

function toToolError(error: unknown, hop: Hop, signal: AbortSignal): unknown {
  if (signal.aborted) return signal.reason;
  const cause = deepest(error);
  if (cause instanceof ToolError) return cause;
  const { code = "", message } = cause as NodeJS.ErrnoException;
  const isUnknown = code === "ENOTFOUND";
  const why = isUnknown ? "there is no such host" : message || code;
  return new ToolError("tool.failed", `${nameOf(hop)} failed: ${why}.`, {
    retryable: NOT_SENT.has(code) ? true : BROKEN.has(code) ? unlessPost(hop) : false,
    hint: isUnknown ? "Check the host's name." : "Check the URL and the network.",
    cause: error,
  });
}

/** fetch wraps what happened, sometimes twice. */
function deepest(error: unknown): unknown {
  let inner = error;
  while (inner instanceof Error && inner.cause !== undefined) inner = inner.cause;
  // Of several addresses tried, the first says enough.
  return inner instanceof AggregateError ? inner.errors[0] : inner;
}

/** Without the query, which may hold secrets. */
function nameOf({ method, url }: Hop): string {
  return `${method} ${url.origin}${url.pathname}`;
}
