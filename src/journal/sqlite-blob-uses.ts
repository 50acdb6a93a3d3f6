import type { DatabaseSync } from "node:sqlite";

/** The migration to the first format that knows of blobs. */
export const BLOB_USES = `
  -- Which runs refer to which blobs; the blobs are files beside the journal. An older planwright,
  -- which knows no blobs, would read null for what lies in them: so it must not read on.
  CREATE TABLE blob_uses (
    run  INTEGER NOT NULL REFERENCES runs (key) ON DELETE CASCADE,
    blob TEXT NOT NULL,
    PRIMARY KEY (run, blob)
  ) STRICT, WITHOUT ROWID;
  `;

export function prepareBlobUses(db: DatabaseSync) {
  return {
    insertBlobUse: db.prepare("INSERT OR IGNORE INTO blob_uses (run, blob) VALUES (?, ?)"),
    readBlobUses: db.prepare("SELECT run_id AS runId, blob FROM blob_uses JOIN runs ON key = run"),
  };
}
