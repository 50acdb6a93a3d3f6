/** Processes killed at random moments; `npm run kill-campaign` does it for longer. */

import { describe, expect, it } from "vitest";
import type { RunEvent } from "../../src/index.ts";
import { runKillCampaign } from "./campaigns/kill-campaign.ts";
import { type Traces, violationsAtEnd, violationsOf } from "./campaigns/run-check.ts";

const RUNS = 6;
const KILLS = 10;

describe("runs whose processes are killed again and again", () => {
  it("end, with every effect there once", { timeout: 60_000 }, async () => {
    const report = await runKillCampaign({ runs: RUNS, kills: KILLS, seed: 7 });
    expect(report.violations).toEqual([]);
    expect(report.runs).toBeGreaterThanOrEqual(RUNS);
    expect(report.kills).toBeGreaterThanOrEqual(KILLS);
    expect(report.duplicates).toBe(0);
  });
});

describe("the campaign's eye", () => {
  const event = (body: object) => ({ runId: "r", seq: 0, at: 0, ...body }) as RunEvent;
  const started = event({ type: "attempt.started", subtask: "a", attempt: 1, tool: "put" });
  const succeeded = event({ type: "subtask.succeeded", subtask: "a", attempt: 1, output: null });
  const effect = { key: "r/a", subtask: "a", attempt: 1 };
  const good: Traces = {
    kinds: new Map([["a", "put"]]),
    events: [started, succeeded],
    effects: [effect],
  };

  it("finds nothing wrong with a good run", () => {
    expect(violationsAtEnd(good, [])).toEqual([]);
  });

  it.each([
    ["an effect that happened twice", { effects: [effect, effect] }, "a happened 2 times"],
    ["an effect ahead of its event", { events: [] }, "a happened before its event"],
    ["a success that did nothing", { effects: [] }, "a succeeded without effect"],
    [
      "finished work done again",
      { events: [started, succeeded, started] },
      "a ran again after its success",
    ],
  ])("finds %s", (_what, change, violation) => {
    expect(violationsOf({ ...good, ...change })).toContain(violation);
  });

  it("finds a subtask without an end, and a dead letter that is none", () => {
    const { kinds, effects } = good;
    const lost = violationsAtEnd({ kinds, effects, events: [started] }, []);
    expect(lost).toEqual(["a did not succeed: undefined"]);
    expect(violationsAtEnd(good, ["a"])).toEqual(["a is a dead letter, and subtask.succeeded"]);
  });
});
