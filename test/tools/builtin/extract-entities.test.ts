import { describe, expect, it } from "vitest";
import { extractEntities } from "../../../src/tools/builtin/extract-entities.ts";
import { call } from "./call.ts";

describe("extract_entities", () => {
  type Output = {
    people: string[];
    places: string[];
    organizations: string[];
    amounts: string[];
    urls: string[];
    dates: { text: string; iso: string | null }[];
  };
  const extract = (text: string, kinds?: string[]) =>
    call<Output>(extractEntities, { text, ...(kinds && { kinds }) });

  it("finds what a text names, by kind and in order", async () => {
    const text = `## MINUTES

Dr. Jane Smith of Acme Corp. met Angela Merkel at the **Bank of England** in London on 3 March 2024.
Microsoft announced a deal worth $2.5 billion (12% more than in 2023). Merkel lives in Berlin.
Mail ada@example.com, or see [the page](https://example.com/a?b=1).`;
    expect(await extract(text)).toEqual({
      people: ["Jane Smith", "Angela Merkel"],
      places: ["London", "Berlin"],
      organizations: ["Acme Corp.", "Bank of England", "Microsoft"],
      dates: [{ text: "3 March 2024", iso: "2024-03-03" }],
      amounts: ["$2.5 billion", "12%"],
      emails: ["ada@example.com"],
      urls: ["https://example.com/a?b=1"],
    });
  });

  it("gives only the kinds that are asked for", async () => {
    const found = await extract("Ada Lovelace lived in London; ada@example.com", ["people"]);
    expect(found).toMatchObject({ people: ["Ada Lovelace"], places: [], emails: [] });
  });

  it("does not take the end of one sentence and the beginning of the next for one name", async () => {
    const { organizations } = await extract(
      "They met Wei Zhang. Siemens AG signed, and so did NASA.",
    );
    expect(organizations).toEqual(["Siemens AG", "NASA"]);
  });

  it.each<[string, string, Partial<Output>]>([
    [
      "titles are no part of a name",
      "Prime Minister Keir Starmer met Justice Elena Kagan.",
      { people: ["Keir Starmer", "Elena Kagan"] },
    ],
    [
      "what belongs together is one name",
      "J. S. Bach, Ludwig van Beethoven and Martin Luther King Jr. were read by the Securities and Exchange Commission.",
      {
        people: ["J. S. Bach", "Ludwig van Beethoven", "Martin Luther King Jr."],
        organizations: ["Securities and Exchange Commission"],
      },
    ],
    [
      "what only stands together is not",
      "Maria Anders of Alfreds Futterkiste lives in Honolulu, Hawaii. Nvidia's SpaceX stake grew.",
      {
        people: ["Maria Anders"],
        places: ["Honolulu", "Hawaii"],
        organizations: ["Alfreds Futterkiste", "Nvidia", "SpaceX"],
      },
    ],
    [
      "a place is told by what is said of it",
      "She was born in Arles. He moved to Bonn, near Lake Laach, and worked in Python.",
      { people: [], places: ["Arles", "Bonn", "Lake Laach"] },
    ],
    [
      "an unknown name is of the kind of those that it is listed with",
      "They opened shops in France, Ruritania and Spain.",
      { places: ["France", "Ruritania", "Spain"] },
    ],
    [
      "a line with a label is not the end of the line before it",
      "# Plan\n\nOwner: Nadia Rahman\nSponsor: Erik Lindqvist\n",
      { people: ["Nadia Rahman", "Erik Lindqvist"] },
    ],
    [
      "what goes around a name is read as English only in English",
      "Der Vorstand der Siemens AG traf sich gestern mit Frau Schneider in Berlin. In Zukunft sollen die Kosten in Form von Zuschüssen getragen werden.",
      { people: ["Schneider"], places: ["Berlin"], organizations: ["Siemens AG"] },
    ],
    [
      "a short form is not given beside the full name",
      "Siemens AG grew. Siemens said that Ada Lovelace was right; Lovelace agreed.",
      { people: ["Ada Lovelace"], organizations: ["Siemens AG"] },
    ],
    [
      "capitals alone make no name",
      "EXECUTIVE SUMMARY\n\nMany people stayed. However, Total Cost is in Section 3. In April it rained.",
      { people: [], places: [], organizations: [] },
    ],
    [
      "a name may go over the end of a line",
      "It was in the summer of that year that they asked Grace\nHopper to come at once and by the fastest train to the city of New\nYork.",
      { people: ["Grace Hopper"], places: ["New York"] },
    ],
  ])("%s", async (_, text, names) => {
    expect(await extract(text)).toMatchObject(names);
  });

  it.each<[string, { text: string; iso: string | null }[]]>([
    ["Due 2024-05-01.", [{ text: "2024-05-01", iso: "2024-05-01" }]],
    ["In May 2024 it was warm.", [{ text: "May 2024", iso: null }]],
    ["It may rain.", []],
  ])("reads the dates of %j", async (text, dates) => {
    expect((await extract(text, ["dates"])).dates).toEqual(dates);
  });

  it.each<[string, string[]]>([
    [
      "€ 5, 1,200.50 USD and 3 million euros; 7 percent",
      ["€ 5", "1,200.50 USD", "3 million euros", "7 percent"],
    ],
    ["Room 5, 20 people, 3.5 km", []],
  ])("reads the amounts of %j", async (text, amounts) => {
    expect((await extract(text, ["amounts"])).amounts).toEqual(amounts);
  });

  it("finds nothing in nothing, and gets through a long line of digits and letters", async () => {
    expect((await extract("")).people).toEqual([]);
    const oneLine = "Anna Berg lives in Bonn ".repeat(5_000);
    expect((await extract(oneLine, ["people"])).people).toContain("Anna Berg");
    const hostile = `${"1,".repeat(20_000)} ${"a@".repeat(20_000)} ${"Aa ".repeat(5_000)}`;
    expect((await extract(hostile, ["amounts", "emails", "urls"])).urls).toEqual([]);
  });

  it("stops when it is told to", async () => {
    const signal = AbortSignal.abort(new Error("enough"));
    const text = "Anna Berg lives in Bonn.";
    await expect(call(extractEntities, { text }, { signal })).rejects.toThrow("enough");
  });
});
