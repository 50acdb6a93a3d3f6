/** The record of what people decided, and what `audit verify` finds out. */

import { DatabaseSync } from "node:sqlite";
import { describe, expect, it } from "vitest";
import type { RunResult } from "../../src/index.ts";
import { makeFolder } from "./folder.ts";

const PLAN = `
goal: write a note
subtasks:
  - id: save
    tool: write_file
    input: { path: note.txt, text: hello }
    approval: true
`;

/** A folder with a run that somebody approved, and that ended. */
async function decidedRun() {
  const folder = await makeFolder({ "plan.yaml": PLAN });
  const asked = await folder.planwright("run", "plan.yaml", "--quiet", "--json");
  const { runId } = JSON.parse(asked.stdout) as RunResult;
  await folder.planwright("approve", runId, "save", "--by", "ada", "--note", "as agreed");
  expect((await folder.planwright("resume", runId, "--quiet")).code).toBe(0);
  return Object.assign(folder, { runId });
}

function tamper(path: string, ...statements: readonly string[]): void {
  const db = new DatabaseSync(path);
  const triggers = db.prepare("SELECT name FROM sqlite_master WHERE type = 'trigger'").all();
  for (const { name } of triggers) db.exec(`DROP TRIGGER ${String(name)}`);
  for (const statement of statements) db.exec(statement);
  db.close();
}

describe("audit list", () => {
  it("tells who decided what when, and what was shown", async () => {
    await using folder = await decidedRun();
    const { stdout } = await folder.planwright("audit", "list", folder.runId);
    expect(stdout).toMatch(/ada +approval\.decided save approved as agreed/);
    const json = await folder.planwright("audit", "list", "--json");
    const rows = JSON.parse(json.stdout) as { record: Record<string, unknown> }[];
    expect(rows.map(({ record }) => record["type"])).toEqual([
      "run.started",
      "approval.requested",
      "approval.decided",
      "run.resumed",
    ]);
    expect(rows[1]?.record).toMatchObject({ input: { path: "note.txt", text: "hello" } });
  });

  it("is empty where nothing was ever run, and leaves no trace", async () => {
    await using folder = await makeFolder();
    expect(await folder.planwright("audit", "list")).toMatchObject({ code: 0, stdout: "" });
    expect(await folder.planwright("audit", "verify")).toMatchObject({ code: 0 });
    expect(await folder.list()).toEqual([]);
  });
});

describe("audit verify", () => {
  it("says that a trail is sound, with a hash that is still there later", async () => {
    await using folder = await decidedRun();
    const { code, stdout } = await folder.planwright("audit", "verify");
    expect({ code, stdout }).toMatchObject({
      code: 0,
      stdout: expect.stringContaining("4 records"),
    });
    const hash = /[0-9a-f]{64}/.exec(stdout)?.[0] ?? "";
    await folder.planwright("restart", folder.runId, "--quiet");
    const later = await folder.planwright("audit", "verify", "--expect", hash, "--json");
    expect(JSON.parse(later.stdout)).toMatchObject({ valid: true });
    const other = await folder.planwright("audit", "verify", "--expect", hash.replace(/^./, "x"));
    expect(other).toMatchObject({ code: 2, stderr: expect.stringContaining("64 digits") });
    const unknown = await folder.planwright(
      "audit",
      "verify",
      "--expect",
      "0".repeat(63).concat("1"),
    );
    expect(unknown.code).toBe(1);
  });

  it.each([
    [
      "a record was changed",
      "UPDATE audit SET record = replace(record, 'as agreed', 'unasked')",
      /record 3/,
    ],
    ["a record was removed", "DELETE FROM audit WHERE n = 2", /record 2/],
    ["all was removed", "DELETE FROM audit", /run\.started, has no record/],
    ["the end was cut off", "DELETE FROM audit WHERE n > 2", /approval\.decided, has no record/],
    [
      "an event was changed",
      "UPDATE events SET event = replace(event, 'hello', 'HELLO')",
      /event 3/,
    ],
  ])("finds out that %s", async (_, statement, what) => {
    await using folder = await decidedRun();
    tamper(`${folder.path}/.planwright/journal.db`, statement);
    const { code, stderr } = await folder.planwright("audit", "verify");
    expect(stderr).toMatch(what);
    expect(code).toBe(1);
  });
});
