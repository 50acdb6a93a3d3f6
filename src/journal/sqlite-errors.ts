import { type ErrorCode, JournalError } from "../base/errors.ts";

const SQLITE_ERROR = 1;
const SQLITE_PERM = 3;
export const SQLITE_BUSY = 5;
export const SQLITE_READONLY = 8;
const SQLITE_IOERR = 10;
const SQLITE_CORRUPT = 11;
const SQLITE_FULL = 13;
export const SQLITE_CANTOPEN = 14;
const SQLITE_NOTADB = 26;

type Reading = { readonly code: ErrorCode; readonly says: string; readonly hint: string };

const UNUSABLE_HINT =
  "Check the file and its folder: both must be writable, as SQLite keeps two files beside it.";

/** What SQLite's primary result codes mean for a journal (sqlite.org/rescode.html). */
const READINGS: Readonly<Record<number, Reading>> = {
  [SQLITE_ERROR]: {
    code: "journal.corrupt",
    says: "does not have the tables of its format",
    hint: "Restore it from a copy, or name another file for the journal.",
  },
  [SQLITE_PERM]: { code: "journal.unusable", says: "may not be accessed", hint: UNUSABLE_HINT },
  [SQLITE_BUSY]: {
    code: "journal.locked",
    says: "is locked by another process",
    hint: "Try again when that process has ended, or name another file for the journal.",
  },
  [SQLITE_READONLY]: { code: "journal.unusable", says: "is read-only", hint: UNUSABLE_HINT },
  [SQLITE_IOERR]: {
    code: "journal.write_failed",
    says: "could not be read or written: the disk reported an error",
    hint: "Check the disk; what was stored before is safe.",
  },
  [SQLITE_CORRUPT]: {
    code: "journal.corrupt",
    says: "is damaged",
    hint: "Restore it from a copy, or save what is readable with `sqlite3 FILE .recover`.",
  },
  [SQLITE_FULL]: {
    code: "journal.write_failed",
    says: "could not be written: the disk is full",
    hint: "Free some space; what was stored before is safe.",
  },
  [SQLITE_CANTOPEN]: { code: "journal.unusable", says: "cannot be opened", hint: UNUSABLE_HINT },
  [SQLITE_NOTADB]: {
    code: "journal.not_a_database",
    says: "is not a SQLite database",
    hint: "Name another file for the journal; this one was left as it is.",
  },
};
const OTHER: Reading = {
  code: "journal.write_failed",
  says: "refused what was asked",
  hint: "This is a bug of planwright, unless the file is damaged; nothing was changed.",
};

/** SQLite's result code without its extension; undefined for other errors. */
export function sqliteCode(error: unknown): number | undefined {
  const { code, errcode } = error as { readonly code?: unknown; readonly errcode?: unknown };
  return code === "ERR_SQLITE_ERROR" && typeof errcode === "number" ? errcode & 0xff : undefined;
}

/** Whatever was thrown while the journal was used, as a JournalError. */
export function toJournalError(error: unknown, path: string): JournalError {
  if (error instanceof JournalError) return error;
  const { code, says, hint } = READINGS[sqliteCode(error) ?? 0] ?? OTHER;
  const detail = error instanceof Error ? error.message : String(error);
  return new JournalError(code, `The journal ${path} ${says} (${detail}).`, { hint, cause: error });
}
