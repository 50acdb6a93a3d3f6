import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  type BreakerPolicy,
  DEFAULT_BREAKER,
  forgetPassage,
  initialBreaker,
  passBreaker,
  tellBreaker,
} from "../../src/base/breaker.ts";

const POLICY: BreakerPolicy = { ...DEFAULT_BREAKER, consecutive: 3, resetMs: 1000 };

/** A breaker that outcomes were told, one a millisecond. */
function breakerAfter(outcomes: string, policy = POLICY) {
  const state = initialBreaker();
  for (const [at, outcome] of outcomes.split("").entries()) {
    passBreaker(state, policy, at);
    tellBreaker(state, policy, outcome === "+", at);
  }
  return state;
}

describe("a circuit breaker", () => {
  it.each([
    ["", "closed"],
    ["--", "closed"],
    ["--+--", "closed"],
    ["---", "open"],
    ["+++---", "open"],
  ])("that saw %j is %s", (outcomes, status) => {
    expect(breakerAfter(outcomes).status).toBe(status);
  });

  it("opens when too large a share of enough recent outcomes failed, but for old ones", () => {
    const policy = { ...POLICY, consecutive: 99, rate: 0.5, minimum: 4, windowMs: 10 };
    expect(breakerAfter("+-+", policy).status).toBe("closed");
    expect(breakerAfter("+-+-", policy).status).toBe("open");
    expect(breakerAfter("+-+++-", policy).status).toBe("closed");
    const state = breakerAfter("-", policy);
    for (const at of [20, 21, 22]) tellBreaker(state, policy, true, at);
    tellBreaker(state, policy, false, 23);
    expect(state.status).toBe("closed");
  });

  it("lets one probe through after a while, which decides", () => {
    const state = breakerAfter("---");
    expect(passBreaker(state, POLICY, 500)).toBe(502);
    expect(passBreaker(state, POLICY, 1002)).toBe(0);
    expect(passBreaker(state, POLICY, 1003)).toBeGreaterThan(0);
    tellBreaker(state, POLICY, false, 1004);
    expect(passBreaker(state, POLICY, 1005)).toBe(999);
    expect(passBreaker(state, POLICY, 2004)).toBe(0);
    tellBreaker(state, POLICY, true, 2005);
    expect(state).toEqual(initialBreaker());
  });

  it("sends another probe at once when nobody knows how the first ended", () => {
    const state = breakerAfter("---");
    passBreaker(state, POLICY, 1002);
    forgetPassage(state, 1003);
    expect(passBreaker(state, POLICY, 1003)).toBe(0);
  });

  it("never lets two through while it is not closed, and always one in the end", () => {
    const moves = fc.array(fc.record({ wait: fc.nat(700), ok: fc.boolean(), tell: fc.boolean() }), {
      maxLength: 60,
    });
    fc.assert(
      fc.property(moves, (list) => {
        const state = initialBreaker();
        let at = 0;
        let probes = 0;
        for (const { wait, ok, tell } of list) {
          at += wait;
          const before = state.status;
          const passed = passBreaker(state, POLICY, at) === 0;
          if (passed && before !== "closed") probes += 1;
          expect(probes).toBeLessThanOrEqual(1);
          if (!passed) continue;
          if (tell) tellBreaker(state, POLICY, ok, at);
          else forgetPassage(state, at);
          probes = 0;
        }
        expect(passBreaker(state, POLICY, at + POLICY.resetMs)).toBe(0);
      }),
      { numRuns: 500, seed: 1 },
    );
  });
});
