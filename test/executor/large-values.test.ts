import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Json } from "../../src/base/json.ts";
import type { RunEvent } from "../../src/executor/core/event.ts";
import { fold } from "../../src/executor/core/evolve.ts";
import { outputOf } from "../../src/executor/core/large-value.ts";
import { initialState, type RunState } from "../../src/executor/core/state.ts";
import { step } from "../../src/executor/core/step.ts";
import { BlobValues, RecentValues } from "../../src/executor/drivers/large-values.ts";
import { createMemoryJournal } from "../../src/journal/memory.ts";
import { compileTemplate } from "../../src/plan/expressions.ts";
import { resultOf } from "../../src/projections/result.ts";
import { accepted, failed, plan, start, succeeded } from "../builders.ts";
import { anyJson } from "../contracts/journal-builders.ts";

const bytesOf = (value: Json) => Buffer.byteLength(JSON.stringify(value));

describe("a value", () => {
  it("is large if its JSON has more bytes than the limit, and comes back as it was", async () => {
    const { blobs } = createMemoryJournal();
    const near = fc.record({ value: anyJson, off: fc.integer({ min: -2, max: 2 }) });
    await fc.assert(
      fc.asyncProperty(near, async ({ value, off }) => {
        const aboveBytes = Math.max(1, bytesOf(value) + off);
        const values = new BlobValues(blobs, { aboveBytes });
        const reference = values.refer(value);
        expect(reference !== undefined).toBe(bytesOf(value) > aboveBytes);
        if (reference === undefined) return;
        expect(reference.bytes).toBe(bytesOf(value));
        expect(values.isStored).toBe(false);
        await values.store(0);
        expect(values.isStored).toBe(true);
        expect(new BlobValues(blobs).read(reference)).toEqual(value);
      }),
      { numRuns: 300 },
    );
  });

  it("that is equal has the same reference, whoever asks", () => {
    const refer = (value: Json) =>
      new BlobValues(createMemoryJournal().blobs, { aboveBytes: 5 }).refer(value);
    expect(refer(["a long text"])).toEqual(refer(["a long text"]));
    expect(refer(["a long text"])).not.toEqual(refer(["a long test"]));
  });

  it("is what it was when it was referred to, whatever its tool does to it afterwards", async () => {
    const values = new BlobValues(createMemoryJournal().blobs, { aboveBytes: 5 });
    const rows = [1, 2, 3];
    const reference = values.refer(rows);
    rows.push(4);
    expect(reference && values.read(reference)).toEqual([1, 2, 3]);
    await values.store(0);
    expect(reference && values.read(reference)).toEqual([1, 2, 3]);
  });

  it("is read from where it is kept once newer ones have taken its place", async () => {
    const { blobs } = createMemoryJournal();
    const cache = new RecentValues();
    const values = new BlobValues(blobs, { cache });
    const texts = ["a", "b", "c"].map((letter) => letter.repeat(7_000_000));
    const references = texts.map((text) => values.refer(text));
    for (const one of references) if (one) values.read(one);
    await values.store(0);
    const cached = references.map((one) => one && cache.get(one.sha256) !== undefined);
    expect(cached).toEqual([false, true, true]);
    const [first] = references;
    expect(first && values.read(first)).toBe(texts[0]);
  });
});

/** The core alone, with all outputs of more than so many bytes kept elsewhere. */
class Play {
  readonly values: BlobValues;
  readonly events: RunEvent[] = [];
  readonly inputs: Json[] = [];
  readonly state: RunState = initialState("run");

  constructor(aboveBytes: number) {
    this.values = new BlobValues(createMemoryJournal().blobs, { aboveBytes });
  }

  async feed(...inputs: readonly Parameters<typeof step>[1][]): Promise<this> {
    for (const input of inputs) {
      const { events, effects } = step(this.state, input, this.values);
      this.events.push(...events);
      await this.values.store(0);
      for (const one of effects) if (one.type === "start_attempt") this.inputs.push(one.input);
      expect(fold("run", structuredClone(this.events))).toEqual(this.state);
    }
    return this;
  }
}

const READING = plan(
  "a -> b, a -> c",
  {
    b: { input: { text: "${a.text}", size: "${size(a.rows)}" }, when: "${size(a.rows) > 1}" },
    c: { input: { all: "${a}" }, when: "${size(a.text) < 3}" },
  },
  { output: { b: "${b}", first: "${a.rows[0]}" } },
);
const OUTPUT = { text: "long text", rows: [{ n: 1 }, { n: 2 }] };

describe("a large output", () => {
  it("is a reference in events and state, and a value for inputs, conditions and the output", async () => {
    const play = await new Play(20).feed(
      start(accepted(READING)),
      succeeded("a", OUTPUT),
      succeeded("b", "b".repeat(30)),
    );
    expect(play.inputs).toEqual([{}, { text: "long text", size: 2 }]);
    const text = JSON.stringify([play.events.slice(2), play.state.subtasks]);
    expect(text).not.toContain("long text");
    expect(text).not.toContain("bbb");
    const end = { output: { b: "b".repeat(30), first: { n: 1 } } };
    expect(play.state).toMatchObject({ status: "succeeded", output: null });
    expect(resultOf(play.state, 0, play.values)).toMatchObject({
      ...end,
      subtasks: [{ output: OUTPUT, outputBytes: bytesOf(OUTPUT) }, {}, { status: "skipped" }],
    });
  });

  it("changes nothing of the course that a run takes", async () => {
    const world = fc.record({
      aboveBytes: fc.integer({ min: 1, max: 40 }),
      text: fc.string(),
      rows: fc.array(fc.record({ n: fc.nat(9) }, { noNullPrototype: true }), { maxLength: 4 }),
      b: anyJson,
      isBroken: fc.boolean(),
    });
    await fc.assert(
      fc.asyncProperty(world, async ({ aboveBytes, text, rows, b, isBroken }) => {
        const plays = [new Play(aboveBytes), new Play(1_000_000)] as const;
        for (const play of plays) {
          await play.feed(start(accepted(READING)), succeeded("a", { text, rows }));
          await play.feed(isBroken ? failed("b") : succeeded("b", b), succeeded("c", text));
        }
        const [large, small] = plays;
        const withoutOutputs = (events: readonly RunEvent[]) =>
          events.map((event) => ({ ...event, output: 0, largeOutput: 0, largeFields: 0 }));
        expect(withoutOutputs(large.events)).toEqual(withoutOutputs(small.events));
        expect(large.inputs).toEqual(small.inputs);
        const { subtasks, ...result } = resultOf(large.state, 0, large.values);
        const { subtasks: expected, ...same } = resultOf(small.state, 0, small.values);
        expect(result).toEqual(same);
        expect(subtasks.map(({ outputBytes: _, ...one }) => one)).toEqual(expected);
      }),
    );
  });

  it("of a run that has several is put together when somebody looks, part by part", async () => {
    const play = await new Play(40).feed(
      start(accepted(plan("a, b, c"))),
      succeeded("a", "a".repeat(50)),
      succeeded("b", "short"),
      succeeded("c", "c".repeat(50)),
    );
    expect(play.state.output).toEqual({ a: null, b: "short", c: null });
    const reads: string[] = [];
    const result = resultOf(play.state, 0, {
      refer: () => undefined,
      read: (reference) => {
        reads.push(reference.sha256);
        return play.values.read(reference);
      },
    });
    const output = result.output as Record<string, Json>;
    expect(reads).toEqual([]);
    expect(output["c"]).toBe("c".repeat(50));
    expect(reads).toHaveLength(1);
    expect(JSON.parse(JSON.stringify(result.output))).toEqual({
      a: "a".repeat(50),
      b: "short",
      c: "c".repeat(50),
    });
  });

  it("of several, of which some are large only together, has them all", async () => {
    const many = Array.from({ length: 12 }, (_, k) => `s${k}`);
    const play = await new Play(40).feed(
      start(accepted(plan(many.join(", ")))),
      ...many.map((id, k) => succeeded(id, k === 3 ? "x".repeat(50) : k)),
    );
    expect(play.state).toMatchObject({ output: null, largeFields: { s3: { bytes: 52 } } });
    expect(resultOf(play.state, 0, play.values).output).toEqual(
      Object.fromEntries(many.map((id, k) => [id, k === 3 ? "x".repeat(50) : k])),
    );
  });

  it("that is a list has its large elements read one by one, by whoever computes with it", async () => {
    const { blobs } = createMemoryJournal();
    const values = new BlobValues(blobs, { aboveBytes: 40 });
    const rows = ["a", "b", "c"].map((letter) => ({ text: letter.repeat(50) }));
    const [, second, third] = rows.map((row) => values.refer(row));
    const reads: string[] = [];
    const list = outputOf(
      "run",
      "each",
      {
        output: [rows[0] ?? null, null, null],
        ...(second && third && { largeFields: { 1: second, 2: third } }),
      },
      {
        refer: () => undefined,
        read: (reference) => {
          reads.push(reference.sha256);
          return values.read(reference);
        },
      },
    );
    const { template } = compileTemplate("${size(each)}, ${each[1].text}");
    expect(template.evaluate({ each: list })).toBe(`3, ${"b".repeat(50)}`);
    expect(new Set(reads)).toEqual(new Set([second?.sha256]));
    expect(JSON.parse(JSON.stringify(list))).toEqual(rows);
  });

  it("cannot be imitated by what a tool gives", async () => {
    const imitation = { sha256: "ab".repeat(32), bytes: 3, largeOutput: { sha256: "x", bytes: 1 } };
    const play = await new Play(10_000).feed(start(accepted(plan("a"))), succeeded("a", imitation));
    expect(resultOf(play.state, 0, play.values)).toMatchObject({
      status: "succeeded",
      output: imitation,
    });
  });

  it("that is gone fails who reads it, names who gave it, and leaves the others alone", async () => {
    const play = new Play(20);
    const given = plan("a -> b, a -> c", { b: { input: { text: "${a.text}" } } });
    await play.feed(start(accepted(given, {}, {}), { concurrency: 1 }));
    const gone = createMemoryJournal();
    const { events } = step(play.state, succeeded("a", OUTPUT), {
      refer: (value) => play.values.refer(value),
      read: (reference) => new BlobValues(gone.blobs).read(reference),
    });
    expect(events.map(({ type }) => type)).toEqual([
      "subtask.succeeded",
      "subtask.failed",
      "dead_letter.added",
      "attempt.started",
    ]);
    expect(events[1]).toMatchObject({
      subtask: "b",
      error: {
        code: "blob.missing",
        message: expect.stringContaining("The output of a cannot be read."),
        hint: expect.stringContaining("`planwright restart run --from a`"),
      },
    });
  });
});
