import { InputError } from "../base/errors.ts";
import type { Planwright } from "../planwright.ts";
import type { AwaitedApproval, RunResult } from "../projections/result.ts";
import { colorsFor, type Io, printLine } from "./io.ts";
import { askPerson } from "./questions.ts";
import { localTime } from "./text.ts";

/** What waits for a yes: the subtask, its tool, and exactly what that would be given. */
export function printApprovals(approvals: readonly AwaitedApproval[], io: Io): void {
  const { bold, dim } = colorsFor(io.stderr);
  for (const { subtask, tool, input, expiresAt, otherwise } of approvals) {
    printLine(io.stderr, `${bold(subtask)} wants to call ${tool} with`);
    printLine(io.stderr, dim(JSON.stringify(input, null, 2)));
    if (expiresAt === undefined) continue;
    printLine(io.stderr, `It is ${otherwise} if nobody decides until ${localTime(expiresAt)}.`);
  }
}

/**
 * Ask the person who is there, until nothing waits for a yes any more.
 * @returns what the run has come to, or undefined when nobody is there to decide
 */
export async function askApprovals(
  waiting: RunResult,
  planwright: Planwright,
  io: Io,
): Promise<RunResult | undefined> {
  let result = waiting;
  let approval = result.approvals?.[0];
  while (approval !== undefined) {
    if (io.stdin?.isTTY === true) printApprovals([approval], io);
    const question = { id: "decision", question: "Shall it?", options: ["yes", "no"] };
    const answer = (await askPerson([question], io))?.["decision"]?.toLowerCase();
    if (answer === undefined) return undefined;
    const decision = answer === "yes" || answer === "y" ? "approved" : "denied";
    try {
      await planwright.decide(result.runId, approval.subtask, { decision });
    } catch (error) {
      // The run decides by itself when it goes on.
      if (error instanceof InputError && error.code === "approval.expired") return result;
      throw error;
    }
    result = await planwright.show(result.runId);
    approval = result.approvals?.[0];
  }
  return result;
}
