import { z } from "zod";
import { ToolError } from "../../base/errors.ts";
import type { Temporal } from "../calendar.ts";
import { defineTool } from "../define-tool.ts";

const UNITS = ["days", "weeks", "months", "years", "business_days", "hours", "minutes"] as const;

export const addToDate = defineTool({
  name: "add_to_date",
  description:
    "The date that lies so many days, weeks, months, years or business days (working days) after or before a date: adds to a date or subtracts from it, e.g. 45 days after 3 March 2026, or 2 weeks ago.",
  input: z.object({
    date: z
      .string()
      .min(1)
      .default("today")
      .describe("The date to start from: 2026-03-03, 3 March 2026, today, next Friday."),
    amount: z.int().describe("How many units to add; negative to subtract."),
    unit: z
      .enum(UNITS)
      .default("days")
      .describe(
        "What to count: days, weeks, months, years, business_days (Monday to Friday), hours, minutes.",
      ),
    direction: z
      .enum(["after", "before"])
      .default("after")
      .describe("after (later, from now) adds the amount; before (earlier, ago) subtracts it."),
  }),
  output: z.object({
    date: z.string().describe("The day reached, as 2026-04-17."),
    time: z.string().nullable().describe("The time of day as 14:30, if one was given; else null."),
    weekday: z.string().describe("The English name of its weekday, e.g. Friday."),
    text: z.string().describe("The day as people write it, e.g. Friday, 17 April 2026."),
  }),
  // It reads the clock: "today" is another day tomorrow.
  effects: "read",
  async run({ date: start, amount, unit, direction }) {
    const { addBusinessDays, readDate, renderDay, weekdayOf } = await import("../calendar.ts");
    const { date, time } = readDate(start, Date.now());
    const count = direction === "before" ? -amount : amount;
    const showsTime = time !== undefined || unit === "hours" || unit === "minutes";
    let end: Temporal.PlainDateTime;
    try {
      end =
        unit === "business_days"
          ? addBusinessDays(date, count).toPlainDateTime(time)
          : date.toPlainDateTime(time).add({ [unit]: count });
    } catch (cause) {
      throw new ToolError(
        "tool.invalid_input",
        `${start} and ${count} ${unit.replace("_", " ")} is beyond the calendar.`,
        { hint: "Use a smaller amount.", cause },
      );
    }
    const day = end.toPlainDate();
    return {
      date: day.toString(),
      time: showsTime ? end.toPlainTime().toString({ smallestUnit: "minute" }) : null,
      weekday: weekdayOf(day),
      text: `${weekdayOf(day)}, ${renderDay(day)}`,
    };
  },
});
