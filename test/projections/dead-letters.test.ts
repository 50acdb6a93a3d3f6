import { describe, expect, it } from "vitest";
import type { RunInput } from "../../src/executor/core/input.ts";
import { deadLettersOf } from "../../src/projections/dead-letters.ts";
import { accepted, failed, plan, start, succeeded, WRITES } from "../builders.ts";
import { play } from "./runs.ts";

const versions = (planwright: string) => ({ planwright, node: "24.0.0", journal: 2 });

describe("a dead letter", () => {
  it("tells of its newest attempt, whatever became of the run since", () => {
    const given = plan("a ~> b", { b: { input: { was: "${a}" } } });
    const { events } = play([
      { ...start(accepted(given, { work: WRITES })), versions: versions("1.0.0") },
      failed("a"),
      { type: "resume_requested", at: 1, versions: versions("2.0.0") },
      { type: "dead_letters_retried", at: 2, subtasks: ["a"], by: "ada" },
      succeeded("a", 5, 2, 3),
    ]);
    expect(deadLettersOf("r1", events)).toMatchObject([
      {
        subtask: "b",
        reason: "interrupted",
        input: { was: null },
        upstream: [{ subtask: "a", attempt: null, seq: null }],
        attempts: [{ attempt: 1, endedAt: null, error: null }],
        versions: versions("1.0.0"),
      },
    ]);
  });

  it("names the output of an earlier one that a person gave", () => {
    const given = plan("a -> b", { b: { input: { was: "${a}" } } });
    const resolution: RunInput = {
      type: "dead_letter_resolved",
      at: 1,
      subtask: "a",
      output: 7,
      by: "ada",
      note: "",
    };
    const { events } = play([start(accepted(given)), failed("a"), resolution, failed("b")]);
    const resolved = events.find(({ type }) => type === "subtask.resolved");
    expect(deadLettersOf("r1", events)).toMatchObject([
      {
        subtask: "b",
        input: { was: 7 },
        upstream: [{ subtask: "a", attempt: null, seq: resolved?.seq }],
        versions: null,
      },
    ]);
  });

  it("has no input where that is what failed", () => {
    const given = plan("a -> b", { b: { input: { was: "${a.x.y}" } } });
    const { events } = play([start(accepted(given)), succeeded("a", { x: 1 })]);
    expect(deadLettersOf("r1", events)).toMatchObject([
      { subtask: "b", input: null, upstream: [{ subtask: "a", attempt: 1 }], attempts: [] },
    ]);
  });
});
