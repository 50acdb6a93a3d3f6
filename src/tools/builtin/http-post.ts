import { z } from "zod";
import { ToolError } from "../../base/errors.ts";
import { defineTool } from "../define-tool.ts";
import type { HttpReach } from "../http-request.ts";
import { httpHeaders, httpMaxBytes, httpOutput, httpUrl } from "../http-schema.ts";

/**
 * The key of the subtask goes along as `Idempotency-Key`: a server that heeds it does its
 * work once, however often a request comes. Not every server does, so after a crash the
 * request is not sent again by itself.
 *
 * @see https://datatracker.ietf.org/doc/draft-ietf-httpapi-idempotency-key-header/
 * @param reach which hosts it may reach
 */
export function httpPost(reach: HttpReach) {
  return defineTool({
    name: "http_post",
    description:
      "Post (send, submit) JSON, form fields or a text to a URL over HTTP, e.g. to an API or a webhook, and give its answer.",
    input: z.object({
      url: httpUrl,
      json: z.unknown().optional().describe("A value to send as JSON."),
      form: z.record(z.string(), z.string()).optional().describe("Form fields to send, by name."),
      text: z.string().optional().describe("A text to send as it is."),
      headers: httpHeaders,
      max_bytes: httpMaxBytes,
    }),
    output: httpOutput,
    effects: "write",
    trust: "untrusted",
    circuit: ({ url }) => new URL(String(url)).host,
    async run({ url, headers, max_bytes: maxBytes, ...given }, { signal, idempotencyKey }) {
      const [{ exchange }, { contentOf }] = await Promise.all([
        import("../http-request.ts"),
        import("../http-content.ts"),
      ]);
      const { type, body } = bodyOf(given);
      const all = {
        "content-type": type,
        "idempotency-key": idempotencyKey,
        ...lowerCase(headers),
      };
      const order = { method: "POST", url, headers: all, body, maxBytes, signal } as const;
      return contentOf(await exchange(order, reach), signal);
    },
  });
}

type Given = {
  readonly json?: unknown;
  readonly form?: Record<string, string> | undefined;
  readonly text?: string | undefined;
};

function bodyOf({ json, form, text }: Given): { type: string; body: string } {
  const given = [json, form, text].filter((value) => value !== undefined);
  if (given.length > 1) {
    throw new ToolError("tool.invalid_input", "There is more than one of json, form and text.", {
      retryable: false,
      hint: "Send one of them.",
    });
  }
  if (form !== undefined) {
    const body = new URLSearchParams(form).toString();
    return { type: "application/x-www-form-urlencoded", body };
  }
  if (text !== undefined) return { type: "text/plain; charset=utf-8", body: text };
  return { type: "application/json", body: json === undefined ? "" : JSON.stringify(json) };
}

/** The user's headers go before ours, however they are spelt. */
function lowerCase(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]),
  );
}
