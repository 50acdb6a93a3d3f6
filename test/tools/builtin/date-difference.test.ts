import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { Json } from "../../../src/base/json.ts";
import { dateDifference } from "../../../src/tools/builtin/date-difference.ts";
import { call, failure } from "./call.ts";

type Output = {
  readonly value: number;
  readonly days: number;
  readonly weeks: number;
  readonly months: number;
  readonly years: number;
  readonly business_days: number;
  readonly hours: number | null;
  readonly from: string;
  readonly to: string;
  readonly text: string;
};

const between = (input: Json) => call<Output>(dateDifference, input);

beforeEach(() => {
  // A Wednesday.
  vi.useFakeTimers({ toFake: ["Date"], now: new Date(2026, 2, 4, 12) });
});
afterEach(() => {
  vi.useRealTimers();
});

describe("date_difference", () => {
  it("counts days, weeks, months, years and working days", async () => {
    expect(await between({ from: "3 March 2026", to: "2026-06-01" })).toEqual({
      value: 90,
      days: 90,
      weeks: 12,
      months: 2,
      years: 0,
      // 13 Saturdays and 13 Sundays lie between them.
      business_days: 64,
      hours: null,
      from: "2026-03-03",
      to: "2026-06-01",
      text: "1 June 2026 is 90 days after 3 March 2026.",
    });
  });

  it.each([
    ["a leap day", "2024-02-28", "2024-03-01", 2],
    ["a century that is no leap year", "1900-02-28", "1900-03-01", 1],
    ["a whole year", "2025-01-01", "2026-01-01", 365],
    ["the clock change in spring", "2026-03-28", "2026-03-30", 2],
    ["the clock change in autumn", "2026-10-24", "2026-10-26", 2],
    ["the same day", "today", "2026-03-04", 0],
    ["a date that is earlier", "2026-03-10", "2026-03-03", -7],
    ["a date without a year, after the first", "20 December 2026", "5 January", 16],
    ["a date without a year, before the second", "December 20", "5 January 2026", 16],
    ["two dates without a year", "3 March", "1 June", 90],
    ["words", "yesterday", "next Friday", 10],
    ["a weekday that is still to come", "today", "Friday", 2],
    ["German", "3. März 2026", "5. Mai 2026", 63],
    ["French", "3 mars 2026", "14 juillet 2026", 133],
    ["slashes of which only one can be the month", "1/31/2026", "15/2/2026", 15],
    ["dots, day first", "1.2.2026", "1.3.2026", 28],
  ])("is not confused by %s", async (_, from, to, days) => {
    expect((await between({ from, to })).days).toBe(days);
  });

  it("takes today for the date that is not given", async () => {
    expect(await between({ to: "24 December" })).toMatchObject({ days: 295, from: "2026-03-04" });
    expect(await between({ from: "2026-01-01" })).toMatchObject({ days: 62, to: "2026-03-04" });
  });

  it.each([
    ["weeks", 12, "1 June 2026 is 12 weeks and 6 days after 3 March 2026."],
    ["months", 2, "1 June 2026 is 2 months and 29 days after 3 March 2026."],
    ["business_days", 64, "1 June 2026 is 64 business days after 3 March 2026."],
    ["hours", 2160, "1 June 2026 is 2160 hours after 3 March 2026."],
  ])("tells the difference in %s", async (unit, value, text) => {
    expect(await between({ from: "2026-03-03", to: "2026-06-01", unit })).toMatchObject({
      value,
      text,
    });
  });

  it("tells an age in years, months and days, and what lies before as before", async () => {
    const age = await between({ from: "7 November 1867", to: "4 July 1934", unit: "years" });
    expect(age).toMatchObject({
      value: 66,
      text: "4 July 1934 is 66 years, 7 months and 27 days after 7 November 1867.",
    });
    const back = await between({ from: "2026-03-03", to: "2026-03-02" });
    expect(back.text).toBe("2 March 2026 is 1 day before 3 March 2026.");
  });

  it.each([
    // From Friday to Monday only the Friday counts.
    ["2026-03-06", "2026-03-09", 1],
    ["2026-03-07", "2026-03-09", 0],
    ["2026-03-02", "2026-03-06", 4],
    ["2026-03-02", "2026-03-16", 10],
    ["2026-03-16", "2026-03-02", -10],
  ])("counts working days from %s to %s", async (from, to, days) => {
    expect((await between({ from, to })).business_days).toBe(days);
  });

  it("counts hours by the wall clock, and exactly when both offsets are known", async () => {
    expect(await between({ from: "2026-03-03 10:00", to: "2026-03-04 09:30" })).toMatchObject({
      hours: 23.5,
      days: 1,
      from: "2026-03-03T10:00",
    });
    const flight = { from: "2026-03-03T10:00:00+01:00", to: "2026-03-03T12:00:00-05:00" };
    expect((await between(flight)).hours).toBe(8);
  });

  it.each([
    ["someday", '"someday" is not a date.'],
    ["2026-02-30", 'There is no date "2026-02-30".'],
    ["31 April 2026", '"31 April 2026" is not a date.'],
    ["3 March 2026 and 5 May 2026", '"3 March 2026 and 5 May 2026" is not a date.'],
    ["invoice of 3 March 2026", '"invoice of 3 March 2026" is not a date.'],
    ["03/04/2026", '"03/04/2026" can be read as 4 March or as 3 April.'],
    ["3-4-2026", '"3-4-2026" can be read as 4 March or as 3 April.'],
  ])("refuses %s", async (from, message) => {
    const error = await failure(dateDifference, { from });
    expect({ code: error.code, message: error.message }).toEqual({
      code: "tool.invalid_input",
      message,
    });
  });

  it("wants at least one date", async () => {
    expect((await failure(dateDifference, {})).message).toBe("Neither `from` nor `to` is given.");
  });
});
