import { z } from "zod";
import { ToolError } from "../../base/errors.ts";
import type { Moment, Temporal } from "../calendar.ts";
import { defineTool } from "../define-tool.ts";

const UNITS = ["days", "weeks", "months", "years", "business_days", "hours"] as const;
type Unit = (typeof UNITS)[number];

const dateSchema = z.string().min(1).optional();

export const dateDifference = defineTool({
  name: "date_difference",
  description:
    "How long it is between two dates: the number of days, weeks, months, years and business days (working days, Monday to Friday) from one date until another. Counts calendar days; the last day is not counted.",
  input: z.object({
    from: dateSchema.describe(
      "The first date (start): 2026-03-03, 3 March 2026, today, last Monday. Default: today.",
    ),
    to: dateSchema.describe(
      "The second date (end): 2026-06-01, 1 June 2026, tomorrow, next Friday. Default: today.",
    ),
    unit: z
      .enum(UNITS)
      .default("days")
      .describe("What value and text count: days, weeks, months, years, business_days or hours."),
  }),
  output: z.object({
    value: z.number().describe("The difference in the unit asked for; negative if to is earlier."),
    days: z.int().describe("Calendar days."),
    weeks: z.int().describe("Complete weeks."),
    months: z.int().describe("Complete months."),
    years: z.int().describe("Complete years."),
    business_days: z.int().describe("Mondays to Fridays, holidays included."),
    hours: z.number().nullable().describe("Hours, if a time of day was given; else null."),
    from: z.string().describe("The first date as it was understood, ISO 8601."),
    to: z.string().describe("The second date as it was understood, ISO 8601."),
    text: z.string().describe("The difference as a sentence."),
  }),
  // It reads the clock: "today" is another day tomorrow.
  effects: "read",
  async run(input) {
    const calendar = await import("../calendar.ts");
    const now = Date.now();
    if (input.from === undefined && input.to === undefined) {
      throw new ToolError("tool.invalid_input", "Neither `from` nor `to` is given.", {
        hint: "Give at least one date; the other one is then today.",
      });
    }
    const [from, to] = withYears(
      calendar.readDate(input.from ?? "today", now, "nearest"),
      calendar.readDate(input.to ?? "today", now, "future"),
    );
    const days = daysBetween(from.date, to.date);
    const difference = {
      days,
      weeks: whole(days / 7),
      months: from.date.until(to.date, { largestUnit: "months" }).months,
      years: from.date.until(to.date, { largestUnit: "years" }).years,
      business_days: calendar.businessDaysBetween(from.date, to.date),
      hours: hoursBetween(from, to),
    };
    const value = input.unit === "hours" ? (difference.hours ?? days * 24) : difference[input.unit];
    return {
      value,
      ...difference,
      from: iso(from),
      to: iso(to),
      text: describe(input.unit, value, from.date, to.date, calendar.renderDay),
    };
  },
});

/** A date without a year is the one next to the other: the last before it, or the first after. */
function withYears(from: Moment, to: Moment): [Moment, Moment] {
  if (!from.hasYear && to.hasYear) {
    const date = from.date.with({ year: to.date.year });
    return [{ ...from, date: isAfter(date, to.date) ? date.subtract({ years: 1 }) : date }, to];
  }
  if (to.hasYear) return [from, to];
  const date = to.date.with({ year: from.date.year });
  return [from, { ...to, date: isAfter(from.date, date) ? date.add({ years: 1 }) : date }];
}

function isAfter(a: Temporal.PlainDate, b: Temporal.PlainDate): boolean {
  return daysBetween(b, a) > 0;
}

function daysBetween(from: Temporal.PlainDate, to: Temporal.PlainDate): number {
  return from.until(to, { largestUnit: "days" }).days;
}

/** By the wall clock, unless both have an offset to UTC. */
function hoursBetween(from: Moment, to: Moment): number | null {
  if (from.time === undefined && to.time === undefined) return null;
  const [start, end] = [from, to].map(({ date, time }) => date.toPlainDateTime(time));
  if (start === undefined || end === undefined) return null;
  let hours = start.until(end).total("hours");
  if (from.offsetNs !== undefined && to.offsetNs !== undefined) {
    hours += (from.offsetNs - to.offsetNs) / 3600e9;
  }
  return Number(hours.toFixed(6));
}

/** `1 June 2026 is 12 weeks and 6 days after 3 March 2026.` */
function describe(
  unit: Unit,
  value: number,
  from: Temporal.PlainDate,
  to: Temporal.PlainDate,
  renderDay: (date: Temporal.PlainDate) => string,
): string {
  const days = daysBetween(from, to);
  const [start, end] = [renderDay(from), renderDay(to)];
  if (days === 0 && value === 0) return `${end} is the same day.`;
  const direction = days < 0 || value < 0 ? "before" : "after";
  return `${end} is ${renderAmount(unit, value, from, to)} ${direction} ${start}.`;
}

function renderAmount(
  unit: Unit,
  value: number,
  from: Temporal.PlainDate,
  to: Temporal.PlainDate,
): string {
  if (unit === "weeks") {
    return list([plural(value, "week"), plural(daysBetween(from, to) % 7, "day")]);
  }
  if (unit === "months" || unit === "years") {
    const { years, months, days } = from.until(to, { largestUnit: unit });
    return list([plural(years, "year"), plural(months, "month"), plural(days, "day")]);
  }
  return plural(value, unit.replace("_", " ").slice(0, -1));
}

const LIST = new Intl.ListFormat("en-GB");

/** Without the parts that are nought, unless all are. */
function list(parts: readonly string[]): string {
  const present = parts.filter((part) => !part.startsWith("0 "));
  return LIST.format(present.length === 0 ? parts.slice(-1) : present);
}

function plural(value: number, noun: string): string {
  const count = Math.abs(value);
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}

function iso({ date, time }: Moment): string {
  return time === undefined
    ? date.toString()
    : `${date}T${time.toString({ smallestUnit: "minute" })}`;
}

/** Towards zero, and never -0, which is no JSON. */
function whole(value: number): number {
  return Math.trunc(value) || 0;
}
