/** The command line in a process of its own: its streams, its end, and what nobody caught. */

import { runCommandLine } from "./command-line.ts";
import { printFailure } from "./failure.ts";
import { type Io, printLine } from "./io.ts";

/** Run what the process was started for, then end the process. */
export async function start(): Promise<void> {
  const io: Io = {
    // Opened when there is a question: it takes time, and may be a pipe that belongs to others.
    get stdin() {
      return process.stdin;
    },
    stdout: process.stdout,
    stderr: process.stderr,
  };
  let broken: Error | undefined;
  for (const stream of [process.stdout, process.stderr]) {
    stream.on("error", (error: NodeJS.ErrnoException) => {
      // The reader has seen enough, as in `| head`; the run goes on, for nobody asked it to stop.
      if (error.code !== "EPIPE") broken ??= error;
    });
  }
  // Mostly a tool that started something and let go of it. The journal has all that was done.
  process.on("uncaughtException", (error) => {
    printFailure(io, error);
    process.exit(1);
  });
  readDotEnv(io);
  const code = await runCommandLine(process.argv.slice(2), io);
  await Promise.all([flush(process.stdout), flush(process.stderr)]);
  if (broken !== undefined) printLine(io.stderr, `error: The output was lost: ${broken.message}`);
  // Attempts that ignore their signal, and idle connections, must not hold the process.
  process.exit(broken === undefined ? code : Math.max(code, 1));
}

/** What the environment says already is not changed. */
function readDotEnv(io: Io): void {
  try {
    process.loadEnvFile();
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    // A folder of this name is of Python, and none of our business.
    if (code === "ENOENT" || code === "EISDIR") return;
    printLine(io.stderr, `warning: .env cannot be read: ${message}`);
  }
}

function flush(stream: NodeJS.WriteStream): Promise<void> {
  return new Promise((done) => stream.write("", () => done()));
}
