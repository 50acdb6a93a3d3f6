import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { eventDigest, nextAuditRow, verifyAudit } from "../../src/journal/audit-chain.ts";
import type { AuditEntry, AuditRow } from "../../src/journal/journal.ts";
import { anyJson, event, events } from "../contracts/journal-builders.ts";

/** What stands in the place of a hash before the first row. */
const NONE = "0".repeat(64);

/** Entries of two runs, of which some may be equal. */
const entries = fc.array(
  fc.record({
    runId: fc.constantFrom("r1", "r2"),
    at: fc.nat(3),
    record: anyJson.map((value) => ({ value })),
  }),
  { minLength: 1, maxLength: 12 },
);
const at = fc.nat(11);

describe("an audit trail", () => {
  it("is valid as it was written, also in part from its beginning", () => {
    fc.assert(
      fc.property(entries, (all) => {
        const rows = trail(all);
        for (let records = 0; records <= rows.length; records++) {
          const part = rows.slice(0, records);
          const head = part.at(-1)?.hash ?? NONE;
          expect(verifyAudit(part)).toEqual({ valid: true, records, head });
          expect(verifyAudit(rows, { expect: head })).toMatchObject({ valid: true });
        }
      }),
    );
  });

  it("has hashes that anybody can compute", () => {
    const [row] = trail([{ runId: "r1", at: 1, record: { b: [1.5, null], a: "é" } }]);
    // printf '[1,"000…000","r1",1,{"a":"é","b":[1.5,null]}]' | sha256sum
    expect(row?.hash).toBe("9fc547d6bae08db7fa935553d3d179aea09ab2b74b0e0fe0261957a758016c79");
  });

  const TAMPERINGS: Readonly<Record<string, (rows: AuditRow[], at: number) => AuditRow[]>> = {
    "has a changed record": (rows, k) => changed(rows, k, { record: { value: "forged" } }),
    "has a changed time": (rows, k) => changed(rows, k, { at: 4 }),
    "has a record of another run": (rows, k) => changed(rows, k, { runId: "r3" }),
    "has a changed hash": (rows, k) => changed(rows, k, { hash: "f".repeat(64) }),
    "has a row that goes on from another": (rows, k) =>
      changed(rows, k, { previous: "f".repeat(64) }),
    "lacks a row before its end": (rows, k) => (k + 1 < rows.length ? rows.toSpliced(k, 1) : []),
    "lacks a row, the rest having been numbered again": (rows, k) =>
      k + 1 < rows.length ? numbered(rows.toSpliced(k, 1)) : [],
    "has two rows that changed places": (rows, k) => swapped(rows, k),
    "has two rows that changed places and numbers": (rows, k) => numbered(swapped(rows, k)),
    "has a row twice": (rows, k) => numbered(rows.toSpliced(k, 0, rows[k] as AuditRow)),
    "has a row that was put in with a fitting hash": (rows, k) => {
      if (k + 1 >= rows.length) return [];
      const forged = nextAuditRow(rows[k], "r1", { at: 2, record: { value: "forged" } });
      return numbered(rows.toSpliced(k + 1, 0, forged));
    },
    "has a row that was written anew": (rows, k) => {
      if (k + 1 >= rows.length) return [];
      const anew = trail(
        rows.slice(0, k + 1).map((row, j) => (j < k ? row : { ...row, at: row.at + 1 })),
      );
      return [...anew, ...rows.slice(k + 1)];
    },
  };
  it.for(Object.entries(TAMPERINGS))("is found out when it %s", ([, tamper]) => {
    fc.assert(
      fc.property(entries, at, (all, place) => {
        const rows = trail(all);
        const k = place % rows.length;
        const forged = tamper(rows, k);
        fc.pre(forged.length > 0);
        const { valid, problem } = verifyAudit(forged);
        expect(valid).toBe(false);
        // At the place itself, or where the rows behind it should go on from it.
        expect(problem?.n).toBeGreaterThan(k);
        expect(problem?.n).toBeLessThanOrEqual(k + 3);
      }),
    );
  });

  it("is found out when its beginning was cut off and all hashes were computed anew", () => {
    const first = nextAuditRow({ n: 1, hash: NONE }, "r1", { at: 1, record: {} });
    const rows = [first, nextAuditRow(first, "r1", { at: 2, record: {} })];
    expect(verifyAudit(rows)).toMatchObject({ valid: false, problem: { n: 1 } });
  });

  it("whose end was cut off, or written anew, lacks the hash that somebody noted", () => {
    fc.assert(
      fc.property(entries, at, (all, place) => {
        const rows = trail(all);
        const expected = { expect: rows.at(-1)?.hash };
        const cut = rows.slice(0, place % rows.length);
        expect(verifyAudit(cut)).toMatchObject({ valid: true });
        expect(verifyAudit(cut, expected)).toMatchObject({
          valid: false,
          problem: { n: cut.length + 1, what: expect.stringContaining(String(expected.expect)) },
        });
        const anew = trail(all.map((entry) => ({ ...entry, at: entry.at + 1 })));
        expect(verifyAudit(anew, expected)).toMatchObject({ valid: false });
      }),
    );
  });
});

describe("a record that names an event", () => {
  const decided = event("r1", 2, { b: 1, a: [2] });
  const stored = [event("r1", 1), decided];
  const rows = trail([
    { runId: "r1", at: 1, record: { seq: 2, digest: eventDigest(decided), by: "ada" } },
    { runId: "r2", at: 2, record: { by: "bob" } },
  ]);
  const check = (events: Readonly<Record<string, ReturnType<typeof event>[]>>) =>
    verifyAudit(rows, { events: (runId) => events[runId] });

  it("agrees with it as it was stored, whatever the order of its fields", () => {
    expect(check({ r1: stored }).valid).toBe(true);
    const reordered = event("r1", 2, { a: [2], b: 1 });
    expect(check({ r1: [event("r1", 1), reordered] }).valid).toBe(true);
    expect(eventDigest({ ...decided, left: undefined } as typeof decided)).toBe(
      eventDigest(decided),
    );
  });

  const OTHERS: Readonly<Record<string, Readonly<Record<string, ReturnType<typeof event>[]>>>> = {
    "that was changed": { r1: events("r1", 1, 2) },
    "whose time was changed": { r1: [event("r1", 1), { ...decided, at: 5 }] },
    "that is not there any more": { r1: [event("r1", 1)] },
    "of a run that is not there any more": {},
  };
  it.for(Object.entries(OTHERS))("does not agree with one %s", ([, others]) => {
    expect(check(others)).toMatchObject({
      valid: false,
      problem: { n: 1, what: expect.stringMatching(/event 2 of run r1/) },
    });
    expect(verifyAudit(rows).valid).toBe(true);
  });
});

function trail(all: readonly (AuditEntry & { readonly runId: string })[]): AuditRow[] {
  const rows: AuditRow[] = [];
  for (const { runId, at: time, record } of all) {
    rows.push(nextAuditRow(rows.at(-1), runId, { at: time, record }));
  }
  return rows;
}

function changed(rows: AuditRow[], k: number, change: Partial<AuditRow>): AuditRow[] {
  return rows.with(k, { ...(rows[k] as AuditRow), ...change });
}

/** Nothing where there is no next row. */
function swapped(rows: AuditRow[], k: number): AuditRow[] {
  const [one, two] = [rows[k], rows[k + 1]];
  return one && two ? rows.toSpliced(k, 2, two, one) : [];
}

function numbered(rows: AuditRow[]): AuditRow[] {
  return rows.map((row, k) => ({ ...row, n: k + 1 }));
}
