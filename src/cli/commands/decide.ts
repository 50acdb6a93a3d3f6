import { inputError } from "../../base/errors.ts";
import { isPlainObject, type JsonObject } from "../../base/json.ts";
import type { ReadingFlags } from "../flags.ts";
import { type Io, printJson, printLine } from "../io.ts";
import { openWithoutModel } from "../settings.ts";

export type DecideFlags = ReadingFlags & {
  readonly by?: string;
  readonly note?: string;
  readonly input?: string;
};

/** Say yes to a subtask that waits for it, or to what the run gave. */
export function approve(runId: string, subtask: string | undefined, flags: DecideFlags, io: Io) {
  if (subtask === undefined) return decideOutput(runId, flags, io, "accepted");
  return decide(runId, subtask, flags, io, "approved");
}

/** Say no. */
export function deny(runId: string, subtask: string | undefined, flags: DecideFlags, io: Io) {
  if (subtask === undefined) return decideOutput(runId, flags, io, "rejected");
  return decide(runId, subtask, flags, io, "denied");
}

async function decide(
  runId: string,
  subtask: string,
  flags: DecideFlags,
  io: Io,
  decision: "approved" | "denied",
): Promise<number> {
  const { by, note } = flags;
  const input = flags.input === undefined ? undefined : readInput(flags.input);
  await using planwright = await openWithoutModel(flags);
  await planwright.decide(runId, subtask, { decision, by, note, input });
  if (flags.json) printJson(io.stdout, await planwright.show(runId));
  else printLine(io.stderr, `${subtask} of ${runId} is ${decision}.`);
  return 0;
}

/** What was judged too poor is taken all the same, or is not. */
async function decideOutput(
  runId: string,
  flags: DecideFlags,
  io: Io,
  decision: "accepted" | "rejected",
): Promise<number> {
  const { by, note } = flags;
  if (flags.input !== undefined) {
    const hint = "Name the subtask: planwright approve RUN SUBTASK --input JSON.";
    throw inputError("input.invalid", "--input is for a subtask.", hint, "input");
  }
  await using planwright = await openWithoutModel(flags);
  const result = await planwright.evaluations.decide(runId, { decision, by, note });
  if (flags.json) printJson(io.stdout, result);
  else printLine(io.stderr, `The output of ${runId} is ${decision}; the run is ${result.status}.`);
  return 0;
}

function readInput(text: string): JsonObject {
  try {
    const value: unknown = JSON.parse(text);
    if (isPlainObject(value)) return value as JsonObject;
  } catch {
    // Said below, with what is right.
  }
  throw inputError(
    "input.invalid",
    "--input is no JSON object.",
    'Write e.g. {"amount": 5}.',
    "input",
  );
}
