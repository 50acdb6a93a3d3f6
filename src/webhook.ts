/** Telling a webhook what happened in a run. */

import { ToolError } from "./base/errors.ts";
import type { NotifyOrder } from "./executor/drivers/driver.ts";
import type { PlanwrightOptions } from "./options.ts";
import type { HttpReach } from "./tools/http-request.ts";

/** The run waits for this, so it is short. */
const TIMEOUT_MS = 5_000;
const RETRIES = 3;
const FIRST_WAIT_MS = 250;
/** What it answers is not looked at. */
const MAX_ANSWER_BYTES = 1_000_000;

type WebhookOptions = Pick<PlanwrightOptions, "deadLetters" | "allowPrivateHosts">;

/** How a run's notifications reach the webhook; undefined where there is none. */
export function webhookOf({ deadLetters, allowPrivateHosts = false }: WebhookOptions) {
  const url = deadLetters?.webhook;
  if (url === undefined) return undefined;
  return (order: NotifyOrder) => callWebhook(order, url, { allowPrivateHosts });
}

/**
 * Send the notification, a few times if need be, always with the same key.
 * @throws {ToolError} as `exchange` of the HTTP tools, and `tool.timeout`; no message has the
 *   path of the URL, which may be a secret
 */
async function callWebhook(
  { message, idempotencyKey, signal }: NotifyOrder,
  url: string,
  reach: HttpReach,
): Promise<void> {
  const [{ default: pRetry }, { exchange }] = await Promise.all([
    import("p-retry"),
    import("./tools/http-request.ts"),
  ]);
  const headers = { "content-type": "application/json", "idempotency-key": idempotencyKey };
  const post = async () => {
    const ends = AbortSignal.timeout(TIMEOUT_MS);
    const order = { method: "POST", url, headers, body: JSON.stringify(message) } as const;
    const limits = { maxBytes: MAX_ANSWER_BYTES, signal: AbortSignal.any([signal, ends]) };
    try {
      await exchange({ ...order, ...limits }, reach);
    } catch (error) {
      throw toDiscreet(error, new URL(url));
    }
  };
  await pRetry(post, {
    retries: RETRIES,
    minTimeout: FIRST_WAIT_MS,
    randomize: true,
    signal,
    // The key makes it safe to send again what may have arrived.
    shouldRetry: ({ error }) => (error as ToolError).retryable !== false,
  });
}

function toDiscreet(error: unknown, { origin, pathname }: URL): ToolError {
  if (!(error instanceof ToolError)) {
    const message = `The webhook at ${origin} did not answer within ${TIMEOUT_MS / 1000} s.`;
    return new ToolError("tool.timeout", message);
  }
  const { code, message, hint, retryable } = error;
  const path = pathname === "/" ? "" : pathname;
  return new ToolError(code, message.replaceAll(`${origin}${path}`, origin), { hint, retryable });
}
