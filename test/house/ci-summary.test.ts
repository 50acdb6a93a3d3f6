import { execFile } from "node:child_process";
import { mkdtempDisposable, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { describe, expect, it } from "vitest";

const SUMMARY = resolve(import.meta.dirname, "../../.ci/summary.mjs");

/** A file of the report: its own status, then those of its tests. */
function file(status: string, ...tests: readonly string[]) {
  return { status, assertionResults: tests.map((one) => ({ status: one })) };
}

type Files = readonly ReturnType<typeof file>[];

async function summarize(report: Files | undefined, exited: number) {
  await using folder = await mkdtempDisposable(join(tmpdir(), "planwright-summary-"));
  const path = join(folder.path, "results.json");
  await writeFile(path, report === undefined ? "" : JSON.stringify({ testResults: report }));
  // Awaited here, for the folder is removed when this function returns.
  return await new Promise<{ code: number; lastLine: string | undefined }>((settle) => {
    execFile(process.execPath, [SUMMARY, path, String(exited)], (error, stdout) =>
      settle({ code: Number(error?.code ?? 0), lastLine: stdout.trimEnd().split("\n").at(-1) }),
    );
  });
}

describe("the last line of CI", () => {
  const cases: readonly [string, Files | undefined, number, string, number][] = [
    ["counts what passed", [file("passed", "passed", "passed")], 0, "2 passed, 0 failed", 0],
    ["counts what failed", [file("failed", "passed", "failed")], 1, "1 passed, 1 failed", 1],
    [
      "adds what was skipped",
      [file("passed", "passed", "skipped", "todo")],
      0,
      "1 passed, 0 failed, 2 skipped",
      0,
    ],
    [
      "counts a file that could not be loaded as a failure",
      [file("passed", "passed"), file("failed")],
      1,
      "1 passed, 1 failed",
      1,
    ],
    [
      "counts an error outside of every test as a failure",
      [file("passed", "passed")],
      1,
      "1 passed, 1 failed",
      1,
    ],
    ["counts a check that kept the tests from starting", undefined, 2, "0 passed, 1 failed", 1],
    ["takes no tests at all for no success", [], 0, "0 passed, 0 failed", 1],
  ];

  it.each(cases)("%s", async (_, report, exited, lastLine, code) => {
    expect(await summarize(report, exited)).toEqual({ code, lastLine });
  });
});
