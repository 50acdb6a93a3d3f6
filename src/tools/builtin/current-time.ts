import { z } from "zod";
import { ToolError } from "../../base/errors.ts";
import { defineTool } from "../define-tool.ts";

export const currentTime = defineTool({
  name: "current_time",
  description:
    "What time and date it is now: today's date, the current time and the weekday, here or in another time zone or city.",
  input: z.object({
    timezone: z
      .string()
      .min(1)
      .optional()
      .describe(
        "A time zone or its city: Europe/Berlin, Tokyo, UTC, +02:00. Default: the zone of this machine.",
      ),
  }),
  output: z.object({
    iso: z.string().describe("Date and time with offset, e.g. 2026-03-03T14:30:05+01:00."),
    date: z.string().describe("Today's date, e.g. 2026-03-03."),
    time: z.string().describe("The time of day, e.g. 14:30:05."),
    weekday: z.string().describe("The English name of the weekday, e.g. Tuesday."),
    timezone: z.string().describe("The time zone, e.g. Europe/Berlin."),
    unix: z.int().describe("Seconds since 1 January 1970 UTC."),
  }),
  effects: "read",
  async run({ timezone }) {
    const { Temporal, weekdayOf } = await import("../calendar.ts");
    const zone = timezone === undefined ? Temporal.Now.timeZoneId() : findZone(timezone);
    const now = Temporal.Instant.fromEpochMilliseconds(Date.now()).toZonedDateTimeISO(zone);
    const date = now.toPlainDate();
    return {
      iso: now.toString({ smallestUnit: "second", timeZoneName: "never" }),
      date: date.toString(),
      time: now.toPlainTime().toString({ smallestUnit: "second" }),
      weekday: weekdayOf(date),
      timezone: now.timeZoneId,
      unix: Math.floor(now.epochMilliseconds / 1000),
    };
  },
});

const REGIONS = [
  "",
  "Africa/",
  "America/",
  "Asia/",
  "Atlantic/",
  "Australia/",
  "Europe/",
  "Pacific/",
];

/** A zone by its name, or by the city at the name's end. */
function findZone(wanted: string): string {
  const name = wanted.trim().replace(/\s+/g, "_");
  const ending = `/${name.toLowerCase()}`;
  const listed = Intl.supportedValuesOf("timeZone").find((one) =>
    one.toLowerCase().endsWith(ending),
  );
  if (listed !== undefined) return listed;
  // Names that are only other names of a zone (Asia/Kolkata), and offsets, are not in the list.
  for (const region of REGIONS) {
    try {
      const format = new Intl.DateTimeFormat("en", { timeZone: region + name });
      return format.resolvedOptions().timeZone;
    } catch {
      // The next region may have it.
    }
  }
  throw new ToolError("tool.invalid_input", `There is no time zone ${JSON.stringify(wanted)}.`, {
    hint: "Use a name such as Europe/Berlin or America/New_York, a large city, or UTC.",
  });
}
