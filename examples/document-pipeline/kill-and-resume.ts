/**
 * The pipeline over all documents, in a process that is killed in the middle and followed by one
 * that goes on; then what failed for good is tried again, once the register is mended.
 */

import { spawn } from "node:child_process";
import { mkdir, readdir, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
// In a project of your own: "planwright", and "node_modules/planwright/dist/cli/main.js".
import { createPlanwright, type RunEvent } from "../../src/index.ts";
import { startRegister } from "./register.ts";

const MAIN = join(import.meta.dirname, "../../src/cli/main.ts");
const CARDS = "out/cards";
const KILL_AFTER_CARDS = 8;

// Where planwright.config.yaml is.
process.chdir(import.meta.dirname);
await rm("out", { recursive: true, force: true });
await mkdir("out");
await using register = await startRegister({ seed: 1 });
await using journal = createPlanwright({ journal: "sqlite:out/journal.db" });

const items = ["--items", "documents/*.md", "--items-at-once", "8"];
const given = ["--input", `register=${register.url}`, "--out", "out/results.jsonl"];
const run = planwright("run", "pipeline.yaml", ...items, ...given);
while (run.child.exitCode === null && (await cards()).length < KILL_AFTER_CARDS) await sleep(5);
run.child.kill("SIGKILL");
await run.ended;
const before = await cards();
console.log(`killed with kill -9 when ${before.length} cards were written\n`);

const [batch] = await journal.batches.list();
await planwright("resume", batch?.batchId ?? "", "--out", "out/results.jsonl").ended;
console.log();
await planwright("dead-letters", "list").ended;
await report();
register.mend();
console.log("\nthe register is mended\n");
await planwright("dead-letters", "retry", "--all").ended;
await report();

/** Start the command line, and show what it is told and what it says. */
function planwright(...words: readonly string[]) {
  console.log(`$ planwright ${words.map(quoted).join(" ")}`);
  const child = spawn(process.execPath, [MAIN, ...words], { stdio: ["ignore", 1, 1] });
  return { child, ended: new Promise((done) => child.on("close", done)) };
}

function quoted(word: string): string {
  return word.includes("*") ? `'${word}'` : word;
}

/** Each with which file it is and since when, so that one that was written again is another. */
async function cards(): Promise<string[]> {
  const found = await readdir(CARDS).catch(() => []);
  const names = found.filter((name) => name.endsWith(".md"));
  return Promise.all(
    names.map(async (name) => {
      const { ino, mtimeMs } = await stat(join(CARDS, name));
      return `${name} ${ino} ${mtimeMs}`;
    }),
  );
}

/** What the journal, the folder of the cards and the register say. */
async function report(): Promise<void> {
  const events: RunEvent[] = [];
  for await (const { runId } of journal.batches.results(batch?.batchId ?? "")) {
    events.push(...(await journal.events(runId ?? "")));
  }
  const count = (is: (event: RunEvent) => boolean) => events.filter(is).length;
  const documents = (await readdir("documents")).length;
  const letters = await journal.deadLetters();
  const written = count((one) => one.type === "subtask.succeeded" && one.subtask === "write");
  const after = await cards();
  const same = before.filter((card) => after.includes(card)).length;
  const cut = count(({ type }) => type === "attempt.uncertain");
  const retried = count((one) => one.type === "attempt.failed" && one.retryAt !== undefined);
  // Every run that waits for it has an event of its own.
  const opened = new Set(events.flatMap((one) => (one.type === "breaker.opened" ? one.until : [])));
  const { answered, busy, silent, down, broken } = register.counts;
  console.log(`
documents       ${documents} = ${written} finished + ${letters.length} dead letters
cards           ${after.length}; of the ${before.length} from before the kill ${same} are the same files still
attempts        ${cut} cut off by the kill and made again, ${retried} failed and tried again
breaker         opened ${opened.size} times
the register    answered ${answered} times; was busy ${busy}, silent ${silent}, down ${down}, broken ${broken} times`);
}
