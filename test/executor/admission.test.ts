import { describe, expect, it } from "vitest";
import type { Effect } from "../../src/executor/core/effect.ts";
import type { RunInput } from "../../src/executor/core/input.ts";
import { initialState } from "../../src/executor/core/state.ts";
import { step } from "../../src/executor/core/step.ts";
import { accepted, plan, READS, start, succeeded } from "../builders.ts";

describe("an admission", () => {
  it("that comes when its subtask has asked for another tool lets nobody start", () => {
    const limited = { ...READS, needsAdmission: true };
    const given = plan("a", { a: { tool: "main", fallback: "spare" } });
    const state = initialState("r");
    const effects: Effect[] = [];
    const feed = (input: RunInput) => effects.push(...step(state, input).effects);
    const requests = () =>
      effects.flatMap((effect) => (effect.type === "request_admission" ? effect : []));
    const starts = () => effects.flatMap((one) => (one.type === "start_attempt" ? one.tool : []));

    feed(start(accepted(given, { main: limited, spare: limited })));
    const answer = { at: 1, subtask: "a", request: requests()[0]?.request ?? 0 };
    // Its breaker opened, and let the probe pass before anybody had heard of that.
    feed({ type: "admission_delayed", ...answer, until: 1 });
    feed({ type: "admission_granted", ...answer });
    expect(requests().map(({ tool }) => tool)).toEqual(["main", "spare"]);
    expect(starts()).toEqual([]);
    feed({ type: "admission_granted", ...answer, request: requests()[1]?.request ?? 0 });
    expect(starts()).toEqual(["spare"]);
  });

  it("is given back when the time for all iterations is over and the best one stands", () => {
    const limited = { ...READS, needsAdmission: true };
    const refine = { iterations: 3, until: "${false}" };
    const given = plan("a", { a: { tool: "main", totalTimeout: "1s", refine } });
    const state = initialState("r");
    const effects: Effect[] = [];
    const feed = (input: RunInput) => effects.push(...step(state, input).effects);

    feed(start(accepted(given, { main: limited })));
    feed({ type: "admission_granted", at: 1, subtask: "a", request: state.seq });
    feed(succeeded("a", "first", 1, 2));
    expect(effects.at(-1)).toMatchObject({ type: "request_admission", subtask: "a" });
    feed({
      type: "timer_rang",
      at: 1000,
      timer: { kind: "total_timeout", subtask: "a", since: 0 },
    });
    expect(state).toMatchObject({ status: "degraded", output: "first" });
    expect(effects.at(-1)).toEqual({ type: "withdraw_admission", subtask: "a" });
  });
});
