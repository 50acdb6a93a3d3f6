import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { hasShifted, WINDOW } from "../../src/base/distribution-shift.ts";
import { Random } from "../simulation/random.ts";

/** So many choices among these, each as likely as its weight says. */
function choices(amount: number, weights: Readonly<Record<string, number>>, random: Random) {
  const total = Object.values(weights).reduce((sum, weight) => sum + weight, 0);
  const counts: Record<string, number> = {};
  for (let k = 0; k < amount; k += 1) {
    let rest = random.next() * total;
    const [name = ""] =
      Object.entries(weights).find(([, weight]) => {
        rest -= weight;
        return rest < 0;
      }) ?? [];
    counts[name] = (counts[name] ?? 0) + 1;
  }
  return counts;
}

describe("a shift of choices", () => {
  it.each([
    ["two", { a: 8, b: 2 }],
    ["rare ones", { a: 90, b: 5, c: 3, d: 1, e: 1 }],
    ["ten alike", Object.fromEntries("abcdefghij".split("").map((name) => [name, 1]))],
  ])("is hardly ever seen where there is none: %s", (_, weights) => {
    const random = new Random(7);
    let alarms = 0;
    for (let k = 0; k < 2_000; k += 1) {
      const past = choices(400, weights, random);
      alarms += Number(hasShifted(past, choices(WINDOW, weights, random)));
    }
    // One in a thousand is meant; the test is an approximation.
    expect(alarms / 2_000).toBeLessThanOrEqual(0.005);
  });

  it("is seen where there is one", () => {
    const random = new Random(11);
    for (let k = 0; k < 200; k += 1) {
      const past = choices(400, { a: 8, b: 2 }, random);
      expect(hasShifted(past, choices(WINDOW, { a: 3, b: 7 }, random))).toBe(true);
      expect(hasShifted(past, choices(WINDOW, { a: 5, c: 5 }, random))).toBe(true);
    }
  });

  it("says nothing before there is enough to compare, and nothing of the same shares", () => {
    const counts = fc.dictionary(fc.constantFrom("a", "b", "c"), fc.nat(30));
    fc.assert(
      fc.property(counts, (few) => {
        expect(hasShifted({ a: 99 }, { b: WINDOW, ...few })).toBe(false);
        expect(hasShifted({ a: 1_000 }, { b: WINDOW - 1 })).toBe(false);
        const more = Object.fromEntries(
          Object.entries({ d: 60, ...few }).map(([name, count]) => [name, 10 * count]),
        );
        expect(hasShifted(more, { d: 60, ...few })).toBe(false);
      }),
    );
  });
});
