/** Whether the audit trail is found sound where nobody has changed it. */

import { describe, expect, it } from "vitest";
import { z } from "zod";
import { createPlanwright, defineTool } from "../src/index.ts";
import type { Journal } from "../src/journal/journal.ts";
import { createMemoryJournal } from "../src/journal/memory.ts";
import { plan } from "./builders.ts";

const work = defineTool({
  name: "work",
  description: "Does nothing.",
  input: z.object({}),
  output: z.string(),
  effects: "none",
  run: () => "done",
});

const make = (journal: Journal) =>
  createPlanwright({ journal, builtinTools: false, tools: [work] });

describe("the audit trail", () => {
  it("is sound when a run of another process begins while it is read", async () => {
    const journal = createMemoryJournal();
    const other = make(journal);
    await other.run(plan("a")).result();
    let runs = 0;
    const busy: Journal = new Proxy(journal, {
      get(target, name) {
        if (name === "list") {
          return async (...given: Parameters<Journal["list"]>) => {
            runs += 1;
            await other.run(plan("a")).result();
            return target.list(...given);
          };
        }
        const member: unknown = Reflect.get(target, name);
        return typeof member === "function" ? member.bind(target) : member;
      },
    });
    expect(await make(busy).verifyAudit()).toMatchObject({ valid: true });
    expect(runs).toBeGreaterThan(0);
  });

  it("is sound when an older run is later than it, for the clock was set back", async () => {
    const journal = createMemoryJournal();
    const [runId, at] = ["older", Date.now() + 3_600_000];
    const lease = await journal.createRun({
      runId,
      owner: "ada",
      now: at,
      leaseMs: 0,
      summary: { goal: "", status: "failed" },
    });
    await journal.append(lease, [{ runId, seq: 1, at, type: "run.started" }]);
    await make(journal).run(plan("a")).result();
    expect(await make(journal).verifyAudit()).toMatchObject({ valid: true, records: 1 });
  });
});
