import { describe, expect, it } from "vitest";
import type { JsonObject } from "../../../src/base/json.ts";
import { searchText } from "../../../src/tools/builtin/search-text.ts";
import { call, failure } from "./call.ts";
import { workspaceWith } from "./files.ts";

type Match = { path: string; line: number; column: number; text: string };
type Output = {
  matches: Match[];
  files: string[];
  count: number;
  searched: number;
  truncated: boolean;
};

const FILES = {
  "a.md": "Budget of the year\nnothing here\n  the BUDGET, again\r\nlast",
  "docs/b.txt": "of the budget\n",
  "docs/c.txt": "price: $5.00 (net)\n",
  "image.png": Uint8Array.of(0, ...Buffer.from("budget")),
};

async function search(input: JsonObject) {
  await using files = await workspaceWith(FILES);
  return await call<Output>(searchText, input, files);
}

describe("search_text", () => {
  it("gives the lines with their places, and the files", async () => {
    expect(await search({ query: "budget" })).toEqual({
      matches: [
        { path: "a.md", line: 1, column: 1, text: "Budget of the year" },
        { path: "a.md", line: 3, column: 7, text: "  the BUDGET, again" },
        { path: "docs/b.txt", line: 1, column: 8, text: "of the budget" },
      ],
      files: ["a.md", "docs/b.txt"],
      count: 3,
      searched: 3,
      truncated: false,
    });
  });

  it.each<[JsonObject, readonly string[]]>([
    [{ query: "Budget", case_sensitive: true }, ["a.md:1"]],
    [{ query: "of the" }, ["a.md:1", "docs/b.txt:1"]],
    [{ query: "the of", match: "all_words" }, ["a.md:1", "docs/b.txt:1"]],
    [{ query: "again price", match: "any_word" }, ["a.md:3", "docs/c.txt:1"]],
    [{ query: "$5.00 (net)" }, ["docs/c.txt:1"]],
    [{ query: "^of|\\$\\d", match: "regex" }, ["docs/b.txt:1", "docs/c.txt:1"]],
    [{ query: "^BUDGET", match: "regex", case_sensitive: true }, []],
    [{ query: "budget", path: "docs" }, ["docs/b.txt:1"]],
    [{ query: "budget", path: "a.md" }, ["a.md:1", "a.md:3"]],
    [{ query: "budget", pattern: "*.md" }, ["a.md:1", "a.md:3"]],
    [{ query: "absent" }, []],
  ])("of %j finds %j", async (input, places) => {
    const { matches } = await search(input);
    expect(matches.map(({ path, line }) => `${path}:${line}`)).toEqual(places);
  });

  it("stops at the limit and says so", async () => {
    expect(await search({ query: "budget", limit: 2 })).toMatchObject({
      count: 2,
      truncated: true,
    });
    expect(await search({ query: "budget", limit: 3 })).toMatchObject({
      count: 3,
      truncated: false,
    });
  });

  it("shortens a long line around its match", async () => {
    await using files = await workspaceWith({
      "min.js": `${"x".repeat(9000)}needle${"y".repeat(9000)}`,
    });
    const { matches } = await call<Output>(searchText, { query: "needle" }, files);
    expect(matches[0]?.text).toContain("needle");
    expect(matches[0]?.text.length).toBeLessThan(600);
    expect(matches[0]?.column).toBe(9001);
  });

  it("ends a pattern that would run for ever, and says what is wrong with one that is none", async () => {
    await using files = await workspaceWith({ "a.txt": `${"a".repeat(60)}!` });
    const signal = AbortSignal.timeout(300);
    const running = call(searchText, { query: "^(a+)+$", match: "regex" }, { ...files, signal });
    await expect(running).rejects.toThrow("aborted due to timeout");
    const error = await failure(searchText, { query: "(", match: "regex" }, files);
    expect(error.message).toContain("Invalid regular expression: /(/");
  });

  it("refuses to look outside the workspace", async () => {
    await using files = await workspaceWith({});
    expect(await failure(searchText, { query: "root", path: "/etc" }, files)).toMatchObject({
      code: "tool.forbidden",
    });
  });
});
