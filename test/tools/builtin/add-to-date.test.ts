import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { Json } from "../../../src/base/json.ts";
import { addToDate } from "../../../src/tools/builtin/add-to-date.ts";
import { call, failure } from "./call.ts";

type Output = { readonly date: string; readonly time: string | null; readonly weekday: string };

const add = (input: Json) => call<Output>(addToDate, input);

beforeEach(() => {
  // A Wednesday.
  vi.useFakeTimers({ toFake: ["Date"], now: new Date(2026, 2, 4, 12) });
});
afterEach(() => {
  vi.useRealTimers();
});

describe("add_to_date", () => {
  it("names the day reached and its weekday", async () => {
    expect(await add({ date: "3 March 2026", amount: 45 })).toEqual({
      date: "2026-04-17",
      time: null,
      weekday: "Friday",
      text: "Friday, 17 April 2026",
    });
  });

  it.each([
    ["today", 2, "weeks", "after", "2026-03-18"],
    ["tomorrow", -1, "days", "after", "2026-03-04"],
    ["today", 2, "weeks", "before", "2026-02-18"],
    // The last day of a shorter month.
    ["2026-01-31", 1, "months", "after", "2026-02-28"],
    ["2024-02-29", 1, "years", "after", "2025-02-28"],
    ["2024-02-29", 4, "years", "after", "2028-02-29"],
    // Over the change to summer time.
    ["2026-03-28", 2, "days", "after", "2026-03-30"],
    ["2026-03-06", 1, "business_days", "after", "2026-03-09"],
    ["2026-03-06", 10, "business_days", "after", "2026-03-20"],
    ["2026-03-09", 1, "business_days", "before", "2026-03-06"],
    ["2026-03-07", 5, "business_days", "after", "2026-03-13"],
    ["2026-03-07", 6, "business_days", "after", "2026-03-16"],
    ["2026-03-07", 5, "business_days", "before", "2026-03-02"],
    ["2026-03-07", 0, "business_days", "after", "2026-03-07"],
  ])("%s and %i %s %s is %s -> %s", async (date, amount, unit, direction, expected) => {
    expect((await add({ date, amount, unit, direction })).date).toBe(expected);
  });

  it("starts today when no date is given", async () => {
    expect(await add({ amount: 3 })).toMatchObject({ date: "2026-03-07", weekday: "Saturday" });
  });

  it("keeps a time of day, and reaches another one by hours and minutes", async () => {
    expect(await add({ date: "2026-03-03 23:15", amount: 90, unit: "minutes" })).toMatchObject({
      date: "2026-03-04",
      time: "00:45",
    });
    expect(await add({ date: "2026-03-03 23:15", amount: 1, unit: "days" })).toMatchObject({
      date: "2026-03-04",
      time: "23:15",
    });
  });

  it("refuses what is no date, and what no calendar holds", async () => {
    expect((await failure(addToDate, { date: "soon", amount: 1 })).message).toBe(
      '"soon" is not a date.',
    );
    expect(
      (await failure(addToDate, { date: "2026-03-03", amount: 999_999_999, unit: "years" }))
        .message,
    ).toBe("2026-03-03 and 999999999 years is beyond the calendar.");
  });
});
