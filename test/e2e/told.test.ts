/** What a process is told about its runs just before it is killed. */

import { mkdir, mkdtempDisposable, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, it } from "vitest";
import { createPlanwright, type Planwright, type RunResult } from "../../src/index.ts";
import { hold, put, readEffects } from "./campaigns/effect-tools.ts";
import { planFile, startWorker } from "./campaigns/worker.ts";

const RUNS = 12;
const SUBTASKS = [
  { id: "put", tool: "put", input: { after: [] }, approval: true },
  { id: "hold", tool: "hold", input: { ms: 1500 } },
];
/** About when it hears what it was told. */
const HEARS_MS = 400;

type Told = AsyncDisposable & {
  /** The runs, each with the folder of its effects. */
  readonly folders: ReadonlyMap<string, string>;
  open(folder: string): Planwright;
};

/** Tell a process something of every one of its runs, and kill it while it hears. */
async function tellAndKill(
  tell: (planwright: Planwright, runId: string) => Promise<unknown>,
): Promise<Told> {
  const place = await mkdtempDisposable(join(tmpdir(), "planwright-told-"));
  const journal = `sqlite:${join(place.path, "journal.db")}`;
  const jobs: { command: "run"; folder: string }[] = [];
  for (let k = 0; k < RUNS; k += 1) {
    const folder = join(place.path, String(k));
    await mkdir(folder);
    await writeFile(planFile(folder), JSON.stringify({ goal: folder, subtasks: SUBTASKS }));
    jobs.push({ command: "run", folder });
  }
  const folders = new Map<string, string>();
  const asked = Promise.withResolvers<void>();
  let questions = 0;
  const { child, ended } = startWorker(journal, jobs, {
    codeCache: join(place.path, "code-cache"),
    onEvent: (event) => {
      if (event.type === "run.started") folders.set(event.runId, event.goal);
      if (event.type === "approval.requested") questions += 1;
      if (questions === RUNS) asked.resolve();
    },
  });
  await asked.promise;
  const open = (workspace: string) =>
    createPlanwright({ journal, tools: [put, hold], workspace, builtinTools: false });
  await using planwright = open(place.path);
  const telling = Promise.allSettled([...folders.keys()].map((runId) => tell(planwright, runId)));
  await sleep(HEARS_MS * (0.5 + Math.random()));
  child.kill("SIGKILL");
  expect((await ended).wasKilled).toBe(true);
  // None is refused: what the process does not do any more is done by who tells it.
  const answers = await telling;
  expect(answers.filter(({ status }) => status === "rejected")).toEqual([]);
  return { folders, open, [Symbol.asyncDispose]: () => place.remove() };
}

/** What each comes to that has not come to its end. */
async function goOn({ folders, open }: Told): Promise<string[]> {
  const ends = [...folders].map(async ([runId, folder]): Promise<RunResult["status"]> => {
    await using planwright = open(folder);
    const { status, finishedAt } = await planwright.show(runId);
    return finishedAt === null ? (await planwright.resume(runId).result()).status : status;
  });
  return Promise.all(ends);
}

it("an approval is recorded once, whether or not its process is killed meanwhile", async () => {
  await using told = await tellAndKill((planwright, runId) =>
    planwright.decide(runId, "put", { decision: "approved" }),
  );
  expect(new Set(await goOn(told))).toEqual(new Set(["succeeded"]));
  for (const [runId, folder] of told.folders) {
    await using planwright = told.open(folder);
    const types = (await planwright.events(runId)).map(({ type }) => type);
    expect(types.filter((type) => type === "approval.decided")).toHaveLength(1);
    expect(readEffects(folder)).toHaveLength(1);
  }
});

it("a cancel is completed, whether or not its process is killed meanwhile", async () => {
  await using told = await tellAndKill((planwright, runId) => planwright.cancel(runId));
  expect(new Set(await goOn(told))).toEqual(new Set(["cancelled"]));
  for (const folder of told.folders.values()) expect(readEffects(folder)).toEqual([]);
});
