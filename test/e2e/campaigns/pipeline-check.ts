/** What must be true of a batch of documents in the end, however often its process was killed. */

import type { DeadSubtask, ItemResult } from "../../../src/index.ts";
import type { Fault } from "./pipeline-faults.ts";
import type { OutputLine } from "./pipeline-outputs.ts";

/** A batch as its results, its dead letters and the receiver of its outputs know it. */
export type Ending = {
  readonly documents: number;
  readonly results: readonly ItemResult[];
  readonly letters: readonly Pick<DeadSubtask, "runId" | "subtask">[];
  /** By the number of the document. */
  readonly outputs: ReadonlyMap<number, readonly OutputLine[]>;
  /** What befell a document. */
  faultOf(document: number): Fault | undefined;
};

/**
 * P1. Every document has one result, in order: finished or failed.
 * P2. Those that fail for good, and no others, are dead letters, at the step where they fail.
 * P3. What finished was written once; what did not was not.
 */
export function violationsOf(ending: Ending): string[] {
  const { documents, results, letters } = ending;
  const lettersOf = Map.groupBy(letters, ({ runId }) => runId);
  const found = results.flatMap((result, index) => {
    const open = (lettersOf.get(result.runId ?? "") ?? []).map(({ subtask }) => subtask);
    return wrongWith(index + 1, { result, open, ending }).map(
      (what) => `document ${index + 1} ${what}`,
    );
  });
  if (results.length !== documents) found.push(`there are ${results.length} results`);
  const failed = results.filter(({ status }) => status === "failed").length;
  if (letters.length !== failed) found.push(`${letters.length} dead letters for ${failed} failed`);
  return found;
}

type Traces = {
  readonly result: ItemResult;
  /** Steps at which it is a dead letter. */
  readonly open: readonly string[];
  readonly ending: Ending;
};

function wrongWith(document: number, { result, open, ending }: Traces): string[] {
  const { item, status } = result;
  const fault = ending.faultOf(document);
  const isDead = fault?.attempts === Number.POSITIVE_INFINITY;
  const letters = isDead ? fault.step : "";
  const written = ending.outputs.get(document)?.length ?? 0;
  const found: string[] = [];
  if (item !== document) found.push(`has the result of document ${item}`);
  if (status !== (isDead ? "failed" : "succeeded")) found.push(`is ${status}`);
  if (open.join() !== letters) found.push(`has the dead letters [${open}], not [${letters}]`);
  if (written !== (isDead ? 0 : 1)) found.push(`was written ${written} times`);
  return found;
}
