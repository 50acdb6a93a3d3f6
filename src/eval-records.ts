/** Results of suites in the journal: a record for each try, so that a suite can be gone on with. */

import type { Clock } from "./base/clock.ts";
import { inputError } from "./base/errors.ts";
import type { Json, JsonObject } from "./base/json.ts";
import type { ResultsHead, SampleResult } from "./evals/outcome.ts";
import { readResult } from "./evals/run-planner-suite.ts";
import type { ItemRow, Journal, Lease } from "./journal/journal.ts";
import { thisOwner } from "./journal/owner.ts";
import type { RunStore } from "./run-store.ts";
import { newRunId } from "./run-store.ts";

/** Tries take minutes, and each renews nothing: a process that is gone is known to be. */
const LEASE_MS = 3_600_000;
/** Records that are read at a time. */
const PAGE = 256;

/** An eval under way. */
export interface EvalRecord {
  readonly head: ResultsHead;
  /** What was stored before. */
  readonly known: readonly SampleResult[];
  add(result: SampleResult): Promise<void>;
  /** @param status `succeeded` when all was tried, else `paused` */
  end(status: "succeeded" | "paused", report: JsonObject): Promise<void>;
}

export class EvalRecords {
  readonly #store: RunStore;
  readonly #clock: Clock;

  constructor(store: RunStore, clock: Clock) {
    this.#store = store;
    this.#clock = clock;
  }

  async begin(about: Omit<ResultsHead, "planwright" | "version" | "evalId" | "startedAt">) {
    const journal = await this.#store.open();
    const startedAt = this.#clock.now();
    const evalId = newRunId(startedAt);
    const head: ResultsHead = { planwright: "eval", version: 1, evalId, ...about, startedAt };
    const lease = await journal.createRun({
      runId: evalId,
      owner: thisOwner,
      now: startedAt,
      leaseMs: LEASE_MS,
      summary: summaryOf(head, "running", null),
      isBatch: true,
    });
    const first = { runId: evalId, seq: 1, at: startedAt, type: "eval.started", head };
    await journal.append(lease, [first]);
    return this.#record(journal, { head, lease, seq: 1, known: [], next: 1 });
  }

  /**
   * Go on with one.
   * @throws {InputError} `run.unknown`; `items.changed` where it is of other samples
   * @throws {JournalError} `run.owned`
   */
  async resume(
    evalId: string,
    now: Pick<ResultsHead, "digest" | "run" | "model" | "repeat">,
  ): Promise<EvalRecord> {
    const journal = await this.#store.open();
    const row = await journal.find(evalId);
    const head = row?.summary["eval"] as ResultsHead | undefined;
    if (row === undefined || head === undefined) {
      const hint =
        "`planwright eval` prints the id when it begins; --journal names another journal.";
      throw inputError("run.unknown", `The journal has no eval ${JSON.stringify(evalId)}.`, hint);
    }
    for (const key of ["digest", "run", "model", "repeat"] as const) {
      if (head[key] === now[key]) continue;
      const what = key === "digest" ? "other samples" : `${key} ${head[key]}, not ${now[key]}`;
      const hint =
        "Resume it with the same suite, --data, --model, --limit, --sample and --repeat.";
      throw inputError("items.changed", `The eval ${evalId} was of ${what}.`, hint);
    }
    const lease = await this.#store.acquire(evalId);
    const rows = await readAll(journal, evalId);
    const known = rows.flatMap(({ record }) => (record && readResult(record)) ?? []);
    const next = (rows.at(-1)?.n ?? 0) + 1;
    return this.#record(journal, { head, lease, seq: row.lastSeq, known, next });
  }

  #record(journal: Journal, begun: Begun): EvalRecord {
    const { head, lease, known } = begun;
    let { next, seq } = begun;
    return {
      head,
      known,
      add: async (result) => {
        const n = next++;
        await journal.append(lease, [], { records: [{ n, record: asJson(result) }] });
      },
      end: async (status, report) => {
        const at = this.#clock.now();
        seq += 1;
        const event = { runId: head.evalId, seq, at, type: "eval.ended", status, report };
        const finishedAt = status === "succeeded" ? at : null;
        const summary = summaryOf(head, status, finishedAt);
        await journal.append(lease, [event], { summary, release: true });
      },
    };
  }
}

type Begun = {
  readonly head: ResultsHead;
  readonly lease: Lease;
  readonly seq: number;
  readonly known: readonly SampleResult[];
  /** The next free place. */
  readonly next: number;
};

function summaryOf(head: ResultsHead, status: string, finishedAt: number | null): JsonObject {
  const { suite: goal, startedAt } = head;
  return { goal, status, reason: null, startedAt, finishedAt, eval: asJson(head) };
}

async function readAll(journal: Journal, evalId: string): Promise<ItemRow[]> {
  const rows: ItemRow[] = [];
  for (;;) {
    const page = await journal.readItems(evalId, { after: rows.at(-1)?.n ?? 0, limit: PAGE });
    rows.push(...page);
    if (page.length < PAGE) return rows;
  }
}

function asJson(value: object): JsonObject {
  return JSON.parse(JSON.stringify(value)) as Json as JsonObject;
}
