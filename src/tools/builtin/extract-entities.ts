import { z } from "zod";
import { defineTool } from "../define-tool.ts";
import { findDates, findPattern } from "../entities.ts";
import { findNames } from "../entity-names.ts";
import { proseOf } from "../prose.ts";

const KINDS = ["people", "places", "organizations", "dates", "amounts", "emails", "urls"] as const;

const names = z.array(z.string());

export const extractEntities = defineTool({
  name: "extract_entities",
  description:
    "Find the entities that a text names: people (persons), places, organisations (companies, institutions), dates, amounts of money and percentages, email addresses, URLs. Best for English.",
  input: z.object({
    text: z.string().describe("The text to find names in; Markdown is understood."),
    kinds: z
      .array(z.enum(KINDS))
      .min(1)
      .optional()
      .describe("Only these kinds, e.g. people and organizations. Default: all."),
  }),
  output: z.object({
    people: names.describe("Names of people (persons)."),
    places: names.describe("Names of cities, countries and other places."),
    organizations: names.describe("Names of organisations, companies and institutions."),
    dates: z
      .array(
        z.object({
          text: z.string().describe("The date as it is written."),
          iso: z
            .string()
            .nullable()
            .describe("The date as YYYY-MM-DD, if day, month and year are said."),
        }),
      )
      .describe("Dates."),
    amounts: names.describe("Amounts of money, and percentages."),
    emails: names.describe("Email addresses."),
    urls: names.describe("URLs (web addresses)."),
  }),
  effects: "none",
  async run({ text, kinds = [...KINDS] }, { signal }) {
    const prose = (await proseOf(text)).text;
    const wants = (...some: readonly (typeof KINDS)[number][]) =>
      some.some((kind) => kinds.includes(kind));
    const found = wants("people", "places", "organizations")
      ? await findNames(prose, signal)
      : { people: [], places: [], organizations: [] };
    return {
      people: wants("people") ? found.people : [],
      places: wants("places") ? found.places : [],
      organizations: wants("organizations") ? found.organizations : [],
      dates: wants("dates") ? await findDates(prose, signal) : [],
      amounts: wants("amounts") ? findPattern(prose, "amounts") : [],
      emails: wants("emails") ? findPattern(prose, "emails") : [],
      // In the text as it is: marked-up links have theirs in the marks.
      urls: wants("urls") ? findPattern(text, "urls") : [],
    };
  },
});
