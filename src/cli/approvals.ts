import type { Planwright } from "../planwright.ts";
import type { AwaitedApproval, RunResult } from "../projections/result.ts";
import { colorsFor, type Io, printLine } from "./io.ts";
import { askPerson } from "./questions.ts";

/** What waits for a yes: the subtask, its tool, and exactly what that would be given. */
export function printApprovals(approvals: readonly AwaitedApproval[], io: Io): void {
  const { bold, dim } = colorsFor(io.stderr);
  for (const { subtask, tool, input } of approvals) {
    printLine(io.stderr, `${bold(subtask)} wants to call ${tool} with`);
    printLine(io.stderr, dim(JSON.stringify(input, null, 2)));
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
    await planwright.decide(result.runId, approval.subtask, { decision });
    result = await planwright.show(result.runId);
    approval = result.approvals?.[0];
  }
  return result;
}
