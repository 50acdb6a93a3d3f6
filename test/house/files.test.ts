import { basename } from "node:path/posix";
import { describe, expect, it } from "vitest";
import { PURE_ROOMS, roomOf } from "./rooms.ts";
import { projectFiles, sourceFiles, withoutComments } from "./source.ts";

const MAX_LINES = 400;

/** Files that are longer than they should be. The list may only become shorter. */
const TOO_LONG: readonly string[] = [];

/** Written so that this file does not match its own rules. */
const NEVER: Readonly<Record<string, RegExp>> = {
  "a task left for later": /\b(?:TO[D]O|FIX[M]E|XX[X])\b/,
  "a skipped or lonely test": /\.(?:skip|only|todo|fails)[(]|\bx(?:it|describe)[(]/,
  "an unchecked type": /@ts-(?:ignor[e]|nochec[k])/,
  "an expected type error without a reason": /@ts-expect-error\s*$/m,
  "a path of somebody's machine": /(?<![\w.\\])\/(?:work|root|Users)\/|\/tmp\/p[w]\b|[A-Z]:\\Users/,
  "the mark of a merge": /^(?:<{7}|>{7}) /m,
};

describe("every file of the project", () => {
  it.each(Object.entries(NEVER))("is free of %s", async (_, pattern) => {
    const found = (await projectFiles()).flatMap(({ path, text }) => {
      const match = pattern.exec(text);
      if (match === null) return [];
      return [`${path}:${text.slice(0, match.index).split("\n").length}: ${match[0]}`];
    });
    expect(found).toEqual([]);
  });

  it("is among those that these tests read", async () => {
    const paths = (await projectFiles()).map(({ path }) => path);
    expect(paths).toEqual(
      expect.arrayContaining([
        ".ci/run",
        "CONTRIBUTING.md",
        "src/index.ts",
        "test/house/files.test.ts",
      ]),
    );
    expect(paths.filter((path) => path.includes("node_modules"))).toEqual([]);
  });
});

describe("a source file", () => {
  it(`is at most ${MAX_LINES} lines long`, async () => {
    const long = (await sourceFiles()).filter(
      ({ text }) => text.trimEnd().split("\n").length > MAX_LINES,
    );
    expect(long.map(({ path }) => path)).toEqual(TOO_LONG);
  });

  it("is named after a thing, and no room hides behind an index", async () => {
    const bad = /^(?:index|types?|utils?|helpers?|common|misc|shared|constants|manager)\.ts$/;
    const paths = (await sourceFiles()).map(({ path }) => path);
    expect(paths.filter((path) => path !== "index.ts" && bad.test(basename(path)))).toEqual([]);
  });
});

describe("a room", () => {
  it("without a clock asks no clock: neither `new Date()` nor a date's local fields", async () => {
    const clock =
      /\bnew Date\(\s*\)|\bDate\(\)|\.(?:getTimezoneOffset|getHours|getDate|getMonth)\(/;
    const pure = (await sourceFiles()).filter(({ path }) => PURE_ROOMS.includes(roomOf(path)));
    const asking = pure.filter(({ text }) => clock.test(withoutComments(text)));
    expect(asking.map(({ path }) => path)).toEqual([]);
  });

  it("that is the core is synchronous throughout", async () => {
    const core = (await sourceFiles()).filter(({ path }) => roomOf(path) === "executor/core");
    const waiting = core.filter(({ text }) => /\b(?:async|await)\b/.test(withoutStrings(text)));
    expect(core.length).toBeGreaterThan(10);
    expect(waiting.map(({ path }) => path)).toEqual([]);
  });
});

function withoutStrings(text: string): string {
  return withoutComments(text).replace(/"[^"\n]*"|'[^'\n]*'|`[^`]*`/g, '""');
}
