/**
 * A process that carries out command lines, each at its moment.
 * Its argument is how many milliseconds its clock is ahead.
 */

import { Writable } from "node:stream";
import { runCommandLine } from "../../../src/cli/command-line.ts";
import { moment, waitUntil } from "../../moment.ts";

export type Order = { readonly startAt: number; readonly argv: readonly string[] };
export type Answer = {
  readonly code: number;
  /** What it printed, which under `--json` is one value. */
  readonly json: unknown;
  readonly stderr: string;
  readonly begunAt: number;
};

const ahead = Number(process.argv[2]);
const realNow = Date.now;
Date.now = () => realNow() + ahead;

process.on("message", async ({ startAt, argv }: Order) => {
  const stdout = collector();
  const stderr = collector();
  await waitUntil(startAt);
  const begunAt = moment();
  const code = await runCommandLine(argv, { stdout: stdout.stream, stderr: stderr.stream });
  const text = stdout.text();
  const json: unknown = text === "" ? null : JSON.parse(text);
  process.send?.({ code, json, stderr: stderr.text(), begunAt } satisfies Answer);
});
process.send?.("ready");

function collector() {
  const parts: string[] = [];
  const stream = new Writable({
    write(chunk: Buffer, _encoding, done) {
      parts.push(chunk.toString());
      done();
    },
  });
  return { stream, text: () => parts.join("") };
}
