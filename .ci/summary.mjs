/**
 * The last line of `.ci/run`: `N passed, N failed[, N skipped]`, and the exit code to go with it.
 *
 * Usage: node summary.mjs RESULTS STATUS, where RESULTS is what vitest's JSON reporter wrote and
 * STATUS is what `npm test` exited with. Whatever failed without failing a test counts as one
 * failure: a check before the tests, a file that cannot be loaded, an error outside of any test.
 */

import { readFileSync } from "node:fs";

const [path = "", exited = "1"] = process.argv.slice(2);
const results = read(path);
const count = (status) =>
  results.flatMap(({ tests }) => tests).filter((test) => status.includes(test.status)).length;

const passed = count(["passed"]);
const skipped = count(["pending", "skipped", "todo", "disabled"]);
const brokenFiles = results.filter(
  ({ status, tests }) => status === "failed" && !tests.some((test) => test.status === "failed"),
).length;
const failedTests = count(["failed"]) + brokenFiles;
const failed = failedTests === 0 && exited !== "0" ? 1 : failedTests;

if (failed > failedTests) console.log("`npm test` failed outside of the tests; see above.");
console.log(`${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ""}`);
process.exitCode = failed > 0 || passed === 0 ? 1 : 0;

/** One entry per test file; none when the tests did not start. */
function read(file) {
  const text = readFileSync(file, "utf8");
  if (text === "") return [];
  return JSON.parse(text).testResults.map(({ status, assertionResults }) => ({
    status,
    tests: assertionResults,
  }));
}
