import { existsSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { InputError } from "../../src/base/errors.ts";
import { journalExists, openJournal } from "../../src/journal/open.ts";
import { makeRun } from "../contracts/journal-builders.ts";
import { makeSqliteStore } from "./sqlite-store.ts";

describe("the URL of a journal", () => {
  it("names a file after sqlite:, which exists once it was opened", async () => {
    await using store = await makeSqliteStore();
    const url = `sqlite:${store.folder}/deep/folder/with spaces?#%.db`;
    expect(journalExists(url)).toBe(false);
    const journal = await openJournal(url);
    await makeRun(journal, "r1");
    await journal.close();
    expect(existsSync(`${store.folder}/deep/folder/with spaces?#%.db`)).toBe(true);
    expect(journalExists(url)).toBe(true);

    const reader = await openJournal(url, { readOnly: true });
    expect(await reader.list()).toHaveLength(1);
    await reader.close();
  });

  it("names a new journal each time for memory:, so there is never anything to find", async () => {
    const journal = await openJournal("memory:");
    await makeRun(journal, "r1");
    expect(await (await openJournal("memory:")).list()).toEqual([]);
    expect(journalExists("memory:")).toBe(false);
  });

  const UNKNOWN = [
    "",
    "journal.db",
    "./a/journal.db",
    "sqlite:",
    "sqlite::memory:",
    "memory",
    "memory:x",
    "postgres://h/d",
    "SQLITE:x",
  ];
  it.for(UNKNOWN)("is refused when it is %j, with the known forms", async (url) => {
    for (const use of [() => openJournal(url), async () => journalExists(url)]) {
      const error = await use().catch((reason: unknown) => reason);
      expect(error).toBeInstanceOf(InputError);
      expect(error).toMatchObject({
        code: "input.invalid",
        hint: expect.stringMatching(/sqlite:PATH.*memory:/),
      });
    }
  });
});
