import { z } from "zod";
import { defineTool } from "../define-tool.ts";
import type { HttpReach } from "../http-request.ts";
import { httpHeaders, httpMaxBytes, httpOutput, httpUrl } from "../http-schema.ts";

/** @param reach which hosts it may reach */
export function httpFetch(reach: HttpReach) {
  return defineTool({
    name: "http_fetch",
    description:
      "Fetch (get, download) a web page or other resource from a URL and give its text: the readable text of a web page, JSON data, CSV rows, a PDF's text.",
    input: z.object({ url: httpUrl, headers: httpHeaders, max_bytes: httpMaxBytes }),
    output: httpOutput,
    effects: "read",
    trust: "untrusted",
    circuit: ({ url }) => new URL(String(url)).host,
    async run({ url, headers, max_bytes: maxBytes }, { signal }) {
      const [{ exchange }, { contentOf }] = await Promise.all([
        import("../http-request.ts"),
        import("../http-content.ts"),
      ]);
      const order = { method: "GET", url, headers, maxBytes, signal } as const;
      return contentOf(await exchange(order, reach), signal);
    },
  });
}
