/**
 * A process that appends to run r1 until it is killed: `appender-process.ts PATH OWNER BEFORE`,
 * where BEFORE is the owner that was killed. It prints the newest `seq` after every append.
 */

import { writeSync } from "node:fs";
import { openSqliteJournal } from "../../src/journal/sqlite.ts";

const [path = "", owner = "", takeFrom = ""] = process.argv.slice(2);
const journal = openSqliteJournal(path);
const lease = await journal.acquire({
  runId: "r1",
  owner,
  now: Date.now(),
  leaseMs: 3_600_000,
  takeFrom,
});
let seq = (await journal.find("r1"))?.lastSeq ?? 0;
for (let turn = 1; ; turn++) {
  const first = seq + 1;
  const last = seq + 1 + (turn % 4);
  const events = Array.from({ length: last - seq }, (_, k) => ({
    ...{ runId: "r1", seq: first + k, at: turn, type: "subtask.succeeded" },
    ...{ appendedTo: last, output: "x".repeat((turn * 997) % 9000) },
  }));
  await journal.append(lease, events, { summary: { lastSeq: last } });
  seq = last;
  // Not process.stdout, which may keep it back: what is printed must be what was promised.
  writeSync(1, `${seq}\n`);
}
