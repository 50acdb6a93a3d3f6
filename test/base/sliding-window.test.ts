import fc from "fast-check";
import { expect, it } from "vitest";
import { initialWindow, takeRoom, waitForRoom } from "../../src/base/sliding-window.ts";

it("never lets more through in any stretch than the limit, and waits no longer than it must", () => {
  const requests = fc.array(
    fc.record({ gap: fc.nat(30), amount: fc.integer({ min: 1, max: 6 }) }),
    {
      maxLength: 60,
    },
  );
  fc.assert(
    fc.property(requests, fc.integer({ min: 6, max: 12 }), (list, limit) => {
      const state = initialWindow();
      const rule = { limit, windowMs: 100 };
      const taken: { at: number; amount: number }[] = [];
      const inWindow = (end: number) =>
        taken
          .filter(({ at }) => at > end - 100 && at <= end)
          .reduce((sum, { amount }) => sum + amount, 0);
      let now = 0;
      for (const { gap, amount } of list) {
        now += gap;
        const wait = waitForRoom(state, rule, amount, now);
        if (wait > 0) expect(inWindow(now + wait - 1) + amount).toBeGreaterThan(limit);
        now += wait;
        expect(waitForRoom(state, rule, amount, now)).toBe(0);
        takeRoom(state, amount, now);
        taken.push({ at: now, amount });
        expect(inWindow(now)).toBeLessThanOrEqual(limit);
      }
    }),
    { numRuns: 500, seed: 1 },
  );
});

it("lets what is larger than the limit through alone", () => {
  const state = initialWindow();
  const rule = { limit: 10, windowMs: 100 };
  expect(waitForRoom(state, rule, 50, 0)).toBe(0);
  takeRoom(state, 50, 0);
  expect(waitForRoom(state, rule, 1, 40)).toBe(60);
  expect(waitForRoom(state, rule, 50, 100)).toBe(0);
});
