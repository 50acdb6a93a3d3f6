import type { DatabaseSync } from "node:sqlite";

/** The migration to the first format that knows what routes decided. */
export const DECISIONS = `
  -- What routes have decided, by a digest of what they were given.
  CREATE TABLE decisions (
    key     TEXT PRIMARY KEY,
    run_id  TEXT NOT NULL,
    subtask TEXT NOT NULL,
    at      INTEGER NOT NULL,
    output  TEXT NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX decisions_by_age ON decisions (at);

  -- How often which branch of a plan's route was taken: in the present window, and before.
  CREATE TABLE branches (
    plan    TEXT NOT NULL,
    subtask TEXT NOT NULL,
    branch  TEXT NOT NULL,
    past    INTEGER NOT NULL,
    recent  INTEGER NOT NULL,
    PRIMARY KEY (plan, subtask, branch)
  ) STRICT, WITHOUT ROWID;
  `;

export function prepareDecisions(db: DatabaseSync) {
  return {
    findDecision: db.prepare("SELECT run_id, subtask, at, output FROM decisions WHERE key = ?"),
    keepDecision: db.prepare("INSERT OR REPLACE INTO decisions VALUES (?, ?, ?, ?, ?)"),
    forgetDecisions: db.prepare("DELETE FROM decisions WHERE at < ?"),
    countBranch: db.prepare(`
      INSERT INTO branches VALUES (?, ?, ?, 0, 1)
      ON CONFLICT (plan, subtask, branch) DO UPDATE SET recent = recent + 1`),
    closeWindow: db.prepare(`
      UPDATE branches SET past = past + recent, recent = 0
      WHERE plan = ?1 AND subtask = ?2
        AND (SELECT sum(recent) FROM branches WHERE plan = ?1 AND subtask = ?2) >= ?3`),
    readBranches: db.prepare(
      "SELECT subtask, branch, past, recent FROM branches WHERE plan = ? ORDER BY subtask, branch",
    ),
    readBranchesOf: db.prepare(`
      SELECT subtask, branch, past, recent FROM branches
      WHERE plan = ? AND subtask = ? ORDER BY branch`),
  };
}

/** Whether the journal remembers what routes decided. */
export function hasDecisions(db: DatabaseSync): boolean {
  const found = db.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'decisions'").get();
  return found !== undefined;
}
