/** Asks the register of organisations, which is slow at times and down at others. */

import { defineTool, ToolError } from "planwright";
import { z } from "zod";

const found = z.object({
  organizations: z.array(z.object({ name: z.string(), sector: z.string(), seat: z.string() })),
});

export const enrichOrganizations = defineTool({
  name: "enrich_organizations",
  description: "Look up organisations by their names in a register: their sector and their seat.",
  input: z.object({ names: z.array(z.string()), register: z.url() }),
  output: found,
  effects: "read",
  trust: "untrusted",
  timeout: "1s",
  concurrency: 4,
  // Down is a register that failed four times in a row: it is left alone for a moment.
  breaker: { consecutive: 4, reset: "250ms" },
  async run({ names, register }, { signal }) {
    if (names.length === 0) return { organizations: [] };
    const url = new URL("/organizations", register);
    for (const name of names) url.searchParams.append("name", name);
    const response = await fetch(url, { signal }).catch((cause: unknown) => {
      if (signal.aborted) throw signal.reason;
      throw new ToolError("tool.failed", "The register is out of reach.", {
        retryable: true,
        cause,
      });
    });
    if (response.ok) return found.parse(await response.json());
    const wait = response.headers.get("retry-after");
    const message = `The register answers ${response.status}: ${await response.text()}`;
    throw new ToolError("tool.failed", message, {
      // 4xx is its last word about these names.
      retryable: response.status >= 500,
      retryAfterMs: wait === null ? undefined : 1000 * Number(wait),
    });
  },
});
