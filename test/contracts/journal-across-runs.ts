/** What every journal must do with what its runs share: J6 to J8 in src/journal/journal.ts. */

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { DECISIONS_STAND_MS } from "../../src/base/decision-memory.ts";
import { WINDOW } from "../../src/base/distribution-shift.ts";
import type { Json } from "../../src/base/json.ts";
import { FADE_ABOVE, FORGET_BELOW } from "../../src/base/quantile-sketch.ts";
import { verifyAudit } from "../../src/journal/audit-chain.ts";
import type {
  AppendedWith,
  ClaimAnswer,
  EffectClaim,
  EffectEnd,
  Journal,
  Spending,
} from "../../src/journal/journal.ts";
import { anyJson, event, events, type JournalStore, makeRun, refused } from "./journal-builders.ts";

const DAY = "2026-11-21";

export function describeAcrossRuns(name: string, makeStore: () => Promise<JournalStore>): void {
  describe(`${name} as the audit trail of its runs`, () => {
    it("chains the records of all runs in the order in which they were appended", async () => {
      await using store = await makeStore();
      const [a, b] = [await store.open(), await store.open()];
      const [one, two] = [await makeRun(a, "r1"), await makeRun(b, "r2")];
      expect(await a.readAudit()).toEqual([]);
      await a.append(one, events("r1", 1, 2), { audit: [record(5, "ada"), record(6, "bob")] });
      await b.append(two, [], { audit: [record(4, "eve")] });
      await a.append(one, [], { audit: [record(9, "ada")] });

      const rows = await b.readAudit();
      expect(rows.map(({ n, runId, at, record: { by } }) => [n, runId, at, by])).toEqual([
        [1, "r1", 5, "ada"],
        [2, "r1", 6, "bob"],
        [3, "r2", 4, "eve"],
        [4, "r1", 9, "ada"],
      ]);
      expect(rows.slice(1).map(({ previous }) => previous)).toEqual(
        rows.slice(0, -1).map(({ hash }) => hash),
      );
      expect(verifyAudit(rows)).toEqual({ valid: true, records: 4, head: rows[3]?.hash });
    });

    it("binds a record to the event that it tells of", async () => {
      await using store = await makeStore();
      const journal = await store.open();
      const lease = await makeRun(journal, "r1");
      const stored = events("r1", 1, 2);
      const entry = { ...record(5, "ada"), seq: 2 };
      await journal.append(lease, stored, { audit: [entry] });
      const rows = await journal.readAudit();
      expect(rows[0]?.record).toMatchObject({ by: "ada", seq: 2, digest: expect.any(String) });
      const given = await journal.read("r1");
      expect(verifyAudit(rows, { events: () => given })).toMatchObject({ valid: true });
      const changed = given.map((one) => ({ ...one, at: one.at + 1 }));
      expect(verifyAudit(rows, { events: () => changed })).toMatchObject({ valid: false });
    });

    it("is sound whatever is in the records, which are copies", async () => {
      await using store = await makeStore();
      const journal = await store.open();
      const lease = await makeRun(journal, "r1");
      await fc.assert(
        fc.asyncProperty(anyJson, fc.nat(), async (value, at) => {
          const given = { at, record: { value } };
          await journal.append(lease, [], { audit: [given] });
          const rows = await journal.readAudit();
          expect(rows.at(-1)).toMatchObject({ at });
          expect(rows.at(-1)?.record).toEqual({ value });
          expect(verifyAudit(rows).problem).toBeUndefined();
          Object.assign(rows[0]?.record ?? {}, { value: "changed" });
        }),
        { numRuns: 40 },
      );
      expect(verifyAudit(await journal.readAudit())).toMatchObject({ valid: true, records: 40 });
    });
  });

  describe(`${name} as the place where effects are claimed`, () => {
    it("gives a key to the first, again to the same subtask, and to nobody else", async () => {
      await using store = await makeStore();
      const [a, b] = [await store.open(), await store.open()];
      expect(await a.claimEffect(claim("r1"))).toEqual({ status: "claimed" });
      expect(await b.claimEffect(claim("r1", { at: 200 }))).toEqual({ status: "claimed" });
      const held = { runId: "r1", subtask: "pay" };
      const open = { status: "open", ...held, at: 100 };
      expect(await b.claimEffect(claim("r2"))).toEqual(open);
      expect(await a.claimEffect(claim("r1", { subtask: "pay_again" }))).toEqual(open);
      expect(await a.claimEffect(claim("r2", { digest: "other" }))).toEqual({
        status: "differs",
        ...held,
      });
      expect(await a.claimEffect(claim("r2", { key: "another" }))).toEqual({ status: "claimed" });
    });

    it("hands out the result of a finished effect, whatever JSON it is, to who means the same", async () => {
      await using store = await makeStore();
      const journal = await store.open();
      const lease = await makeRun(journal, "r1");
      let k = 0;
      await fc.assert(
        fc.asyncProperty(anyJson, async (output) => {
          const key = `k${++k}`;
          await journal.claimEffect(claim("r1", { key }));
          await journal.append(lease, [], { effects: [{ ...FINISHED, key, output }] });
          const finished = { status: "finished", output, runId: "r1", subtask: "pay" };
          for (const runId of ["r1", "r2"]) {
            expect(await journal.claimEffect(claim(runId, { key }))).toEqual(finished);
          }
          expect(await journal.claimEffect(claim("r1", { key, digest: "other" }))).toEqual({
            status: "differs",
            runId: "r1",
            subtask: "pay",
          });
        }),
        { numRuns: 40 },
      );
    });

    it("frees a key whose effect surely did not happen, for any other effect", async () => {
      await using store = await makeStore();
      const journal = await store.open();
      const lease = await makeRun(journal, "r1");
      await journal.claimEffect(claim("r1"));
      await journal.append(lease, [], { effects: [RELEASED] });
      const other = claim("r2", { digest: "other" });
      expect(await journal.claimEffect(other)).toEqual({ status: "claimed" });
    });

    it("gives a key to one only of many who want it at once", async () => {
      await using store = await makeStore();
      const connections = [await store.open(), await store.open()];
      const answers = await Promise.all(
        Array.from({ length: 20 }, (_, k) => connections[k % 2]?.claimEffect(claim(`r${k}`))),
      );
      const statuses = answers.map((answer) => answer?.status);
      expect(statuses.toSorted()).toEqual(["claimed", ...new Array(19).fill("open")]);
    });

    const IDLE_ENDS: Readonly<Record<string, EffectEnd>> = {
      "was never claimed": { ...FINISHED, key: "k9" },
      "another run has claimed": { ...RELEASED, key: "of r2" },
      "is finished already": { ...FINISHED, key: "done", output: "other" },
    };
    it.for(Object.entries(IDLE_ENDS))("leaves alone an effect that %s", async ([, end]) => {
      await using store = await makeStore();
      const journal = await store.open();
      const lease = await makeRun(journal, "r1");
      await journal.claimEffect(claim("r2", { key: "of r2" }));
      await journal.claimEffect(claim("r1", { key: "done" }));
      await journal.append(lease, [], { effects: [{ ...FINISHED, key: "done" }] });
      await journal.append(lease, events("r1", 1, 2), { effects: [end] });
      expect(await journal.find("r1")).toMatchObject({ lastSeq: 2 });
      expect(await journal.claimEffect(claim("r3", { key: "of r2" }))).toMatchObject({
        status: "open",
        runId: "r2",
      });
      const { output } = FINISHED;
      expect(await journal.claimEffect(claim("r3", { key: "done" }))).toMatchObject({ output });
      expect(await journal.claimEffect(claim("r3", { key: "k9" }))).toEqual({ status: "claimed" });
    });

    it.each([FINISHED, RELEASED])(
      "leaves it to its subtask, whatever another of the run says: %j",
      async (end) => {
        await using store = await makeStore();
        const journal = await store.open();
        const lease = await makeRun(journal, "r1");
        await journal.claimEffect(claim("r1"));
        await journal.append(lease, [], { effects: [{ ...end, subtask: "pay_again" }] });
        expect(await journal.claimEffect(claim("r2"))).toMatchObject({ status: "open" });
      },
    );

    it("takes the first end of an effect, and no second one", async () => {
      await using store = await makeStore();
      const journal = await store.open();
      const lease = await makeRun(journal, "r1");
      await journal.claimEffect(claim("r1"));
      await journal.append(lease, [], { effects: [RELEASED, FINISHED] });
      expect(await journal.claimEffect(claim("r2"))).toEqual({ status: "claimed" });
    });

    it("refuses an append whole when a result is not JSON", async () => {
      await using store = await makeStore();
      const journal = await store.open();
      const lease = await makeRun(journal, "r1");
      await journal.claimEffect(claim("r1"));
      const append = journal.append(lease, events("r1", 1, 2), {
        summary: { kept: false },
        audit: [record(1, "ada")],
        durations: [{ tool: "transfer", bucket: 1, count: 1 }],
        effects: [{ ...FINISHED, output: 1n as unknown as null }],
      });
      await refused("journal.write_failed", append);
      expect(await journal.find("r1")).toMatchObject({ lastSeq: 0, summary: {} });
      expect(await journal.readAudit()).toEqual([]);
      expect(await journal.readDurations("transfer")).toEqual([]);
      expect(await journal.claimEffect(claim("r3"))).toMatchObject({ status: "open" });
    });

    it("stores nothing of an append that is refused for another reason", async () => {
      await using store = await makeStore();
      const journal = await store.open();
      const lease = await makeRun(journal, "r1");
      await journal.claimEffect(claim("r1"));
      const more: AppendedWith = {
        audit: [record(1, "ada")],
        effects: [FINISHED],
        durations: [{ tool: "transfer", bucket: 1, count: 1 }],
      };
      await refused("journal.conflict", journal.append(lease, [event("r1", 2)], more));
      await refused("journal.conflict", journal.append({ ...lease, token: 9 }, [], more));
      const notJson = { at: 1, record: { by: 1n as unknown as null } };
      await refused(
        "journal.write_failed",
        journal.append(lease, [event("r1", 1)], { ...more, audit: [record(1, "ada"), notJson] }),
      );
      expect(await journal.read("r1")).toEqual([]);
      expect(await journal.readAudit()).toEqual([]);
      expect(await journal.readDurations("transfer")).toEqual([]);
      expect(await journal.claimEffect(claim("r2"))).toMatchObject({ status: "open" });
      await journal.append(lease, [event("r1", 1)], more);
      expect(await journal.claimEffect(claim("r2"))).toMatchObject({ status: "finished" });
    });
  });

  describe(`${name} when an effect is taken from the run that began it`, () => {
    const FROM = { runId: "r1", subtask: "pay", at: 100 };
    const OPEN: ClaimAnswer = { status: "open", ...FROM };
    const CLAIMED: ClaimAnswer = { status: "claimed" };
    type Case = {
      /** What happens after r1, whose lease holds until 1000, has claimed the effect. */
      readonly given?: (journal: Journal, end: (more: AppendedWith) => Promise<void>) => unknown;
      readonly claim?: Partial<EffectClaim>;
      readonly from?: Partial<typeof FROM>;
      readonly goneOwner?: string;
      readonly answer: ClaimAnswer;
    };
    const CASES: Readonly<Record<string, Case>> = {
      "not while that run is driven": { claim: { at: 999 }, answer: OPEN },
      "not when somebody else is gone": { claim: { at: 999 }, goneOwner: "bob", answer: OPEN },
      "when its driver is gone": { claim: { at: 999 }, goneOwner: "ada", answer: CLAIMED },
      "when its lease is over": { claim: { at: 1000 }, answer: CLAIMED },
      "not from another subtask than holds it": { from: { subtask: "other" }, answer: OPEN },
      "not from another run than holds it": { from: { runId: "r9" }, answer: OPEN },
      "not from a claim of another time": { from: { at: 99 }, answer: OPEN },
      "not when it is finished by now": {
        given: (_, end) => end({ effects: [FINISHED] }),
        answer: { status: "finished", output: { id: 7 }, runId: "r1", subtask: "pay" },
      },
      "when it is released by now": {
        given: (_, end) => end({ effects: [RELEASED] }),
        answer: CLAIMED,
      },
      "not when another was faster": {
        given: (journal) => journal.takeEffect(claim("r3", { at: 5000 }), { from: FROM }),
        answer: { status: "open", runId: "r3", subtask: "pay", at: 5000 },
      },
      "not for another effect": {
        claim: { digest: "other" },
        answer: { status: "differs", runId: "r1", subtask: "pay" },
      },
    };
    it.for(Object.entries(CASES))("it is given away %s", async ([, test]) => {
      await using store = await makeStore();
      const journal = await store.open();
      const lease = await makeRun(journal, "r1", { now: 0, leaseMs: 1000 });
      await journal.claimEffect(claim("r1"));
      await test.given?.(journal, (more) => journal.append(lease, [], more));
      const { goneOwner } = test;
      const answer = await journal.takeEffect(claim("r2", { at: 5000, ...test.claim }), {
        from: { ...FROM, ...test.from },
        goneOwner,
      });
      expect(answer).toEqual(test.answer);
      const holder = await journal.claimEffect(claim("r9", test.claim));
      if (answer.status === "claimed") expect(holder).toMatchObject({ runId: "r2" });
      else expect(holder).toEqual(answer);
    });

    it("the run that it was taken from can neither end it nor do it again", async () => {
      await using store = await makeStore();
      const journal = await store.open();
      const lease = await makeRun(journal, "r1", { now: 0, leaseMs: 1000 });
      const taker = await makeRun(journal, "r2");
      await journal.claimEffect(claim("r1"));
      await journal.takeEffect(claim("r2", { at: 1000 }), { from: FROM });
      for (const end of [FINISHED, RELEASED]) {
        await journal.append(lease, [], { effects: [end] });
      }
      expect(await journal.claimEffect(claim("r1"))).toMatchObject({ status: "open", runId: "r2" });
      await journal.append(taker, [], { effects: [FINISHED] });
      expect(await journal.claimEffect(claim("r1"))).toMatchObject({ status: "finished" });
    });

    it("it is given to one only of many who want it at once", async () => {
      await using store = await makeStore();
      const connections = [await store.open(), await store.open()];
      await connections[0]?.claimEffect(claim("r1"));
      const answers = await Promise.all(
        Array.from({ length: 20 }, (_, k) =>
          connections[k % 2]?.takeEffect(claim(`t${k}`, { at: 5000 }), { from: FROM }),
        ),
      );
      expect(answers.filter((answer) => answer?.status === "claimed")).toHaveLength(1);
    });
  });

  describe(`${name} as what knows how long tools take`, () => {
    it("adds up what runs counted, each tool for itself", async () => {
      await using store = await makeStore();
      const [a, b] = [await store.open(), await store.open()];
      const [one, two] = [await makeRun(a, "r1"), await makeRun(b, "r2")];
      const counts = (tool: string, ...buckets: number[]) => ({
        durations: buckets.map((bucket) => ({ tool, bucket, count: 1 })),
      });
      await a.append(one, events("r1", 1, 1), counts("fetch", 9, 3, 9));
      await b.append(two, events("r2", 1, 1), counts("fetch", 10, 3));
      await b.append(two, [], counts("parse", 1));
      expect(await a.readDurations("fetch")).toEqual([
        { bucket: 3, count: 2 },
        { bucket: 9, count: 2 },
        { bucket: 10, count: 1 },
      ]);
      expect(await a.readDurations("parse")).toEqual([{ bucket: 1, count: 1 }]);
      expect(await a.readDurations("unknown")).toEqual([]);
    });

    it("lets old samples of a tool fade, and at last drops them, once there are enough new ones", async () => {
      await using store = await makeStore();
      const journal = await store.open();
      const lease = await makeRun(journal, "r1");
      const add = (tool: string, bucket: number, count: number) =>
        journal.append(lease, [], { durations: [{ tool, bucket, count }] });
      await add("slow", 7, 1);
      await add("fetch", 5, 1);
      await add("fetch", 6, FADE_ABOVE - 1);
      expect(await journal.readDurations("fetch")).toEqual([
        { bucket: 5, count: 1 },
        { bucket: 6, count: FADE_ABOVE - 1 },
      ]);
      await add("fetch", 6, 1);
      expect(await journal.readDurations("fetch")).toEqual([
        { bucket: 5, count: 0.5 },
        { bucket: 6, count: FADE_ABOVE / 2 },
      ]);
      let weight = 0.5;
      while (weight / 2 >= FORGET_BELOW) {
        weight /= 2;
        await add("fetch", 6, FADE_ABOVE);
        expect(await journal.readDurations("fetch")).toContainEqual({ bucket: 5, count: weight });
      }
      await add("fetch", 6, FADE_ABOVE);
      expect((await journal.readDurations("fetch")).map(({ bucket }) => bucket)).toEqual([6]);
      expect(await journal.readDurations("slow")).toEqual([{ bucket: 7, count: 1 }]);
    });
  });

  describe(`${name} as what remembers decisions`, () => {
    const took = (subtask: string, branch: string, closesWindow = false) => ({
      branches: [{ plan: "p", subtask, branch, closesWindow }],
    });

    it("keeps the newest under each key, with whose it is, until it is old", async () => {
      await using store = await makeStore();
      const [a, b] = [await store.open(), await store.open()];
      const [one, two] = [await makeRun(a, "r1"), await makeRun(b, "r2")];
      const decided = (key: string, at: number, output: Json) => ({
        decisions: [{ key, subtask: "triage", at, output }],
      });
      expect(await a.findDecision("k")).toBeUndefined();
      await a.append(one, events("r1", 1, 1), decided("k", 1, { label: "billing" }));
      await b.append(two, events("r2", 1, 1), decided("k", 2, { label: "bug" }));
      await b.append(two, [], decided("old", 1, null));
      expect(await a.findDecision("old")).toBeDefined();
      expect(await a.findDecision("k")).toEqual({
        runId: "r2",
        subtask: "triage",
        at: 2,
        output: { label: "bug" },
      });
      await b.append(two, [], decided("new", 2 + DECISIONS_STAND_MS, null));
      expect(await b.findDecision("old")).toBeUndefined();
      expect(await b.findDecision("k")).toBeDefined();
    });

    it("counts the branches of each route, and begins a window anew only when it is full", async () => {
      await using store = await makeStore();
      const journal = await store.open();
      const lease = await makeRun(journal, "r1");
      await journal.append(lease, [], took("other", "x"));
      for (let k = 1; k < WINDOW - 1; k += 1) await journal.append(lease, [], took("triage", "x"));
      await journal.append(lease, [], took("triage", "y", true));
      expect(await journal.readBranches("p")).toEqual([
        { subtask: "other", branch: "x", past: 0, recent: 1 },
        { subtask: "triage", branch: "x", past: 0, recent: WINDOW - 2 },
        { subtask: "triage", branch: "y", past: 0, recent: 1 },
      ]);
      await journal.append(lease, [], took("triage", "y", true));
      await journal.append(lease, [], took("triage", "y", true));
      expect(await journal.readBranches("p")).toEqual([
        { subtask: "other", branch: "x", past: 0, recent: 1 },
        { subtask: "triage", branch: "x", past: WINDOW - 2, recent: 0 },
        { subtask: "triage", branch: "y", past: 2, recent: 1 },
      ]);
      expect(await journal.readBranches("p", "other")).toEqual([
        { subtask: "other", branch: "x", past: 0, recent: 1 },
      ]);
      expect(await journal.readBranches("p", "branchless")).toEqual([]);
      expect(await journal.readBranches("q")).toEqual([]);
    });

    it("keeps nothing of an append that is refused", async () => {
      await using store = await makeStore();
      const journal = await store.open();
      const lease = await makeRun(journal, "r1");
      const more = {
        decisions: [{ key: "k", subtask: "triage", at: 1, output: 1 }],
        ...took("triage", "x"),
      };
      await refused("journal.conflict", journal.append(lease, events("r1", 2, 2), more));
      expect(await journal.findDecision("k")).toBeUndefined();
      expect(await journal.readBranches("p")).toEqual([]);
    });
  });

  describe(`${name} as what keeps a day's limits`, () => {
    it("reserves to the last nano-dollar and token, and nothing beyond", async () => {
      await using store = await makeStore();
      const [a, b] = [await store.open(), await store.open()];
      const limits = { usd: 48.3, tokens: 15 };
      // As floating-point numbers these three are more than 48.3, and 16.1 * 1e9 is not whole.
      for (const journal of [a, b, a]) {
        expect(await journal.reserveSpending({ day: DAY, usd: 16.1, tokens: 5, limits })).toBe(
          true,
        );
      }
      const full = { usd: 48.3, tokens: 15 };
      expect(await a.readSpending(DAY)).toEqual(full);
      for (const more of [
        { usd: 1e-9, tokens: 0 },
        { usd: 0, tokens: 1 },
      ]) {
        expect(await b.reserveSpending({ day: DAY, ...more, limits })).toBe(false);
      }
      expect(await a.readSpending(DAY)).toEqual(full);
      expect(await a.readSpending("2026-11-22")).toEqual({ usd: 0, tokens: 0 });
      expect(await a.reserveSpending({ day: "2026-11-22", ...full, limits })).toBe(true);
    });

    it("limits only what has a limit, and asks a unit only when something of it is wanted", async () => {
      await using store = await makeStore();
      const journal = await store.open();
      const reserve = (amount: Spending, usd: number | null, tokens: number | null) =>
        journal.reserveSpending({ day: DAY, ...amount, limits: { usd, tokens } });
      expect(await reserve({ usd: 5000, tokens: 2 ** 40 }, null, null)).toBe(true);
      expect(await reserve({ usd: 0, tokens: 1 }, 1, null)).toBe(true);
      expect(await reserve({ usd: 1, tokens: 0 }, null, 1)).toBe(true);
      expect(await reserve({ usd: 1, tokens: 1 }, 1, null)).toBe(false);
      expect(await reserve({ usd: 1, tokens: 1 }, null, 1)).toBe(false);
      expect(await journal.readSpending(DAY)).toEqual({ usd: 5001, tokens: 2 ** 40 + 1 });
    });

    it("gives back what was not spent, never more than there is, and counts what cost more", async () => {
      await using store = await makeStore();
      const journal = await store.open();
      const limits = { usd: 1, tokens: 100 };
      const settle = (usd: number, tokens: number) =>
        journal.settleSpending({ day: DAY, usd, tokens });
      await journal.reserveSpending({ day: DAY, usd: 0.9, tokens: 90, limits });
      await settle(-0.6, -80);
      expect(await journal.readSpending(DAY)).toEqual({ usd: 0.3, tokens: 10 });
      await settle(0.9, 0);
      expect(await journal.readSpending(DAY)).toEqual({ usd: 1.2, tokens: 10 });
      expect(await journal.reserveSpending({ day: DAY, usd: 0.1, tokens: 1, limits })).toBe(false);
      await settle(-5, -5);
      expect(await journal.readSpending(DAY)).toEqual({ usd: 0, tokens: 5 });
      await settle(0.5, -6);
      expect(await journal.readSpending(DAY)).toEqual({ usd: 0.5, tokens: 0 });
      await journal.settleSpending({ day: "2026-11-20", usd: -1, tokens: 3 });
      expect(await journal.readSpending("2026-11-20")).toEqual({ usd: 0, tokens: 3 });
    });
  });

  it(`${name} answers none of it once it is closed`, async () => {
    await using store = await makeStore();
    const journal = await store.open();
    await journal.close();
    const amount = { day: DAY, usd: 1, tokens: 1 };
    const uses = [
      journal.readAudit(),
      journal.claimEffect(claim("r1")),
      journal.takeEffect(claim("r1"), { from: { runId: "r2", subtask: "pay", at: 1 } }),
      journal.readDurations("fetch"),
      journal.reserveSpending({ ...amount, limits: { usd: null, tokens: null } }),
      journal.settleSpending(amount),
      journal.readSpending(DAY),
    ];
    for (const use of uses) await refused("journal.unusable", use);
  });
}

export function describeDurableAcrossRuns(
  name: string,
  makeStore: () => Promise<JournalStore>,
): void {
  it(`${name} has all that runs share after it was closed and opened again`, async () => {
    await using store = await makeStore();
    const journal = await store.open();
    const lease = await makeRun(journal, "r1");
    await journal.claimEffect(claim("r1"));
    await journal.append(lease, events("r1", 1, 1), {
      audit: [record(1, "ada")],
      effects: [FINISHED],
      durations: [{ tool: "transfer", bucket: 4, count: 2 }],
    });
    await journal.settleSpending({ day: DAY, usd: 0.25, tokens: 9 });
    const dump = (from: Journal) =>
      Promise.all([
        from.readAudit(),
        from.claimEffect(claim("r2")),
        from.readDurations("transfer"),
        from.readSpending(DAY),
      ]);
    const before = await dump(journal);
    expect(before).toMatchObject([
      [{ n: 1 }],
      { status: "finished" },
      [{ bucket: 4, count: 2 }],
      { usd: 0.25, tokens: 9 },
    ]);
    await journal.close();
    const reopened = await store.open();
    expect(await dump(reopened)).toEqual(before);
    await reopened.append(lease, [], { audit: [record(2, "bob")] });
    expect(verifyAudit(await reopened.readAudit())).toMatchObject({ valid: true, records: 2 });
  });
}

const HELD = { key: "invoice-7", subtask: "pay" } as const;
const FINISHED = { ...HELD, status: "finished", output: { id: 7 } } as const;
const RELEASED = { ...HELD, status: "released" } as const;

/** A run's wish to pay invoice 7. */
function claim(runId: string, more: Partial<EffectClaim> = {}): EffectClaim {
  const effect = { key: "invoice-7", digest: "transfer 7", tool: "transfer" };
  return { ...effect, runId, subtask: "pay", at: 100, ...more };
}

function record(at: number, by: string) {
  return { at, record: { by, decided: "approved" } };
}
