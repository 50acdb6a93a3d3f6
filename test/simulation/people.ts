/**
 * People, and the processes that they start: somebody looks after each run until it has
 * ended. Everything is done in the ways that the command line has, see `planwright.ts`, from
 * whatever machine is there.
 */

import { PlanwrightError } from "../../src/base/errors.ts";
import type { Json, JsonObject } from "../../src/base/json.ts";
import { openApprovals } from "../../src/executor/core/open-approvals.ts";
import { idOfSubtask, isPlanned } from "../../src/executor/core/program.ts";
import type { Budget } from "../../src/executor/core/settings.ts";
import type { RunState } from "../../src/executor/core/state.ts";
import { isFinished } from "../../src/executor/core/status.ts";
import type { News } from "../../src/executor/drivers/driver.ts";
import type { Journal } from "../../src/journal/journal.ts";
import { INTERRUPTION } from "../../src/run-news.ts";
import type { RunLedger } from "./ledger.ts";
import type { Driven, Machine } from "./machine.ts";
import { hashOf } from "./random.ts";
import type { Act, RunScript } from "./scenario.ts";

/** What people see and can reach. */
export type Town = {
  readonly seed: number;
  ledger(runId: string): RunLedger;
  /** One that is up, and is started if need be. */
  machine(choice: number): Machine;
  /** Whether a process drives the run, as far as the journal knows. */
  isOwned(runId: string): Promise<boolean>;
  /** Those who drive it, or think so. */
  driving(runId: string): readonly Driven[];
  /** The one that all machines share. */
  readonly journal: Journal;
  now(): number;
  wait(ms: number): Promise<void>;
  happened(what: string): void;
};

/** So often is looked after a run; and in between, a while after that. */
const LOOK_MS = 300;
/** What people do about dead letters. */
const ABOUT_LETTERS: ReadonlySet<string> = new Set(["retry_dead_letters", "resolve", "discard"]);
/** What people are told, and then try again. */
const REFUSALS: ReadonlySet<string> = new Set(["run.owned", "run.unknown", "journal.locked"]);
/** So often is looked whether somebody is asked. */
const OCCASION_MS = 70;
/** So often is looked whether somebody has heard. */
const HEARING_MS = 200;
/** What people do when they are told that the budget is used up. */
const MORE = { toolCalls: 8, usd: 0.1 };

export class People {
  readonly #town: Town;
  /** Every choice is another one, and the same ones in every simulation of a seed. */
  #choices = 0;

  constructor(town: Town) {
    this.#town = town;
  }

  /** Begin a run, and look after it for as long as the simulation goes on. */
  async lookAfter(script: RunScript): Promise<never> {
    await this.#try((machine) => machine.create(script));
    const run = this.#town.ledger(script.runId);
    for (;;) {
      await this.#town.wait(LOOK_MS + (this.#choose() % 900));
      await this.#look(script, run);
    }
  }

  async act(script: RunScript, { does, subtask }: Act): Promise<void> {
    this.#town.happened(`person ${does}`);
    const { runId } = script;
    const run = this.#town.ledger(runId);
    const by = "ada";
    if (ABOUT_LETTERS.has(does)) await this.#findLetters(run);
    switch (does) {
      case "pause":
        await this.#tell(runId, { type: "pause", by });
        break;
      case "resume":
        await this.#resume(script, { type: "resume_requested" });
        break;
      case "cancel":
        await this.#cancel(script);
        break;
      case "restart":
        await this.#reopen(script, { type: "restart_requested", subtasks: null, by });
        break;
      case "restart_from":
        await this.#reopen(script, { type: "restart_requested", subtasks: [subtask], by });
        break;
      case "retry_dead_letters": {
        const all = deadLetters(run.shadow);
        const some = this.#choose() % (2 * all.length);
        const subtasks = all[some] === undefined ? all : [all[some]];
        await this.#reopen(script, { type: "dead_letters_retried", subtasks, by });
        break;
      }
      case "discard":
      case "resolve": {
        const letters = deadLetters(run.shadow);
        const letter = letters[this.#choose() % letters.length] ?? "";
        const told = { subtask: letter, by, note: "" };
        if (does === "resolve") {
          const output = this.#findings(run, letter);
          await this.#reopen(script, { type: "dead_letter_resolved", output, ...told });
        } else {
          await this.#reopen(script, INTERRUPTION, { type: "dead_letter_discarded", ...told });
        }
        break;
      }
      case "decide":
        // Two people at once, who may not agree.
        await Promise.all([this.#decide(script, subtask), this.#decide(script, subtask)]);
        break;
      case "pause_replanning":
        await this.#await(() => run.review.request !== null);
        await this.#tell(runId, { type: "pause", by });
        break;
      case "cancel_judging":
        await this.#await(() => run.review.isJudging);
        await this.#cancel(script);
        break;
      case "decide_evaluation":
        await this.#decideEvaluation(script);
        break;
      default:
        does satisfies never;
    }
  }

  /** Mostly somebody looks for a dead letter first, and waits until nobody drives the run. */
  async #findLetters({ script, shadow }: RunLedger): Promise<void> {
    for (let looks = this.#choose() % 4 === 0 ? 0 : 10; looks > 0; looks -= 1) {
      const isThere = deadLetters(shadow).length > 0;
      if (isThere ? !(await this.#town.isOwned(script.runId)) : isFinished(shadow.status)) return;
      await this.#town.wait(LOOK_MS);
    }
  }

  /** Somebody waits for an occasion, for a while. */
  async #await(isThere: () => boolean): Promise<void> {
    for (let looks = 60; looks > 0 && !isThere(); looks -= 1) await this.#town.wait(OCCASION_MS);
  }

  /** What somebody says that a dead letter came to. */
  #findings(run: RunLedger, letter: string): Json {
    const label = Object.keys(run.planned(letter)?.route?.branches ?? {})[0] ?? "";
    const output = { n: 7, label, confidence: 1, list: [[1]], by: "a person" };
    return run.levelOf(letter) === undefined ? output : [output];
  }

  /** Two processes want the run at the same instant. */
  async rival(script: RunScript): Promise<void> {
    const resume = { type: "resume_requested" } as const;
    await Promise.all([this.#resume(script, resume), this.#resume(script, resume)]);
  }

  async #look(script: RunScript, run: RunLedger): Promise<void> {
    const { runId } = script;
    const { status, reason } = run.shadow;
    if (isFinished(status)) return;
    if (this.#choose() % 3 === 0 || status === "waiting") await this.#decideOpen(script, run);
    if (await this.#town.isOwned(runId)) return;
    if (reason === "evaluation" && this.#choose() % 3 > 0) return this.#decideEvaluation(script);
    if (reason === "budget_exceeded") return this.#payMore(script, run);
    const answers = { answers: { which: "this one" }, by: "ada" };
    const more: News[] = reason === "questions" ? [{ type: "questions_answered", ...answers }] : [];
    if (this.#choose() % 5 === 0) return this.rival(script);
    await this.#resume(script, { type: "resume_requested" }, ...more);
  }

  async #decideOpen(script: RunScript, { shadow }: RunLedger): Promise<void> {
    if (shadow.accepted === null) return;
    for (const subtask of openApprovals(shadow).map((index) => idOfSubtask(shadow, index))) {
      await this.#decide(script, subtask);
      if (this.#choose() % 4 === 0) await this.#decide(script, subtask);
    }
  }

  async #decide(script: RunScript, subtask: string): Promise<void> {
    const { runId } = script;
    const choice = this.#choose() % 10;
    const decision = choice < 2 ? "denied" : "approved";
    const decided = {
      subtask,
      decision,
      by: "ada",
      note: "",
      ...(choice > 7 && { input: { n: choice } }),
    } as const;
    this.#town.happened(`person ${choice > 7 ? "edited" : decision}`);
    const isOpen = (state: RunState) => isAsked(state, subtask);
    // Now and then somebody answers what was asked a while ago.
    if (!isOpen(this.#town.ledger(runId).shadow) && choice % 4 > 0) return;
    if (await this.#tell(runId, { type: "decide", ...decided })) return;
    // It is for a resume to go on with what a crash left behind.
    const news: News[] = [INTERRUPTION, { type: "approval_decided", ...decided }];
    await this.#takeOver(script, (state) => (isOpen(state) ? news : undefined));
  }

  /** What somebody thinks of what came out, asked or not. */
  async #decideEvaluation(script: RunScript): Promise<void> {
    const decision = this.#choose() % 3 === 0 ? "rejected" : "accepted";
    const decided: News = { type: "evaluation_decided", decision, by: "ada", note: "" };
    const isOpen = ({ status, reason }: RunState) =>
      status === "waiting" && reason === "evaluation";
    await this.#takeOver(script, (state) => (isOpen(state) ? [decided] : undefined));
  }

  /** Tell whoever drives the run: in its own process, or through the journal. @returns whether he has heard */
  async #tell(runId: string, request: JsonObject): Promise<boolean> {
    if (!(await this.#town.isOwned(runId))) return false;
    const [driven] = this.#town.driving(runId);
    if (driven === undefined || this.#choose() % 2 === 0) return this.#leaveWord(runId, request);
    const { type, ...rest } = request;
    const names = { pause: "pause_requested", cancel: "cancel_requested" } as const;
    const news = names[type as "pause" | "cancel"] ?? "approval_decided";
    driven.drive.send({ type: news, ...rest } as unknown as News);
    return true;
  }

  /** @returns false when nobody drives the run any more, and he let go of it before he heard */
  async #leaveWord(runId: string, request: JsonObject): Promise<boolean> {
    const { journal } = this.#town;
    const id = await journal.post(runId, this.#town.now(), request);
    for (;;) {
      await this.#town.wait(HEARING_MS);
      if ((await journal.requests(runId)).every((waiting) => waiting.id !== id)) return true;
      // Of the two, the one who removes it acts on it.
      if (!(await this.#town.isOwned(runId))) return !(await journal.removeRequest(id));
    }
  }

  async #payMore(script: RunScript, { budget, shadow }: RunLedger): Promise<void> {
    if (this.#choose() % 4 === 0) return this.#cancel(script);
    const { toolCalls, usd } = budget ?? { toolCalls: null, usd: null };
    const more: Budget = {
      toolCalls: toolCalls === null ? null : shadow.usage.toolCalls + MORE.toolCalls,
      usd: usd === null ? null : (shadow.usage.usd ?? 0) + MORE.usd,
      modelCalls: null,
      tokens: null,
    };
    await this.#resume(script, { type: "resume_requested", budget: more });
  }

  async #cancel(script: RunScript): Promise<void> {
    const by = "ada";
    if (await this.#tell(script.runId, { type: "cancel", by })) return;
    await this.#takeOver(script, ({ status, lifecycle }) => {
      if (isFinished(status)) return undefined;
      return [lifecycle.stopping === null ? { type: "cancel_requested", by } : INTERRUPTION];
    });
  }

  async #resume(script: RunScript, ...first: News[]): Promise<void> {
    await this.#takeOver(script, ({ status }) => (isFinished(status) ? undefined : first));
  }

  async #reopen(script: RunScript, ...first: News[]): Promise<void> {
    await this.#takeOver(script, (state) =>
      isPlanned(state) && areOpen(state, first) ? first : undefined,
    );
  }

  async #takeOver(
    script: RunScript,
    newsFor: (state: RunState) => readonly News[] | undefined,
  ): Promise<void> {
    // Whoever can see that it would be for nothing does not take the run.
    if (newsFor(this.#town.ledger(script.runId).shadow) === undefined) return;
    await this.#try((machine) => machine.takeOver(script, newsFor));
  }

  /** It may die meanwhile, or somebody else is quicker: a named conflict, and nothing has changed. */
  async #try(act: (machine: Machine) => Promise<unknown>): Promise<void> {
    const machine = this.#town.machine(this.#choose());
    try {
      await Promise.race([act(machine), machine.gone]);
    } catch (error) {
      if (!(error instanceof PlanwrightError)) throw error;
      if (!REFUSALS.has(error.code)) throw error;
      this.#town.happened(`refused by ${error.code}`);
    }
  }

  #choose(): number {
    this.#choices += 1;
    return hashOf(this.#town.seed, "people", this.#choices);
  }
}

function isAsked(state: RunState, subtask: string): boolean {
  if (state.accepted === null || isFinished(state.status)) return false;
  return openApprovals(state).some((index) => idOfSubtask(state, index) === subtask);
}

/** Whether all dead letters that the news are about still are some. */
function areOpen(state: RunState, news: readonly News[]): boolean {
  const open = deadLetters(state);
  return news.every((one) => {
    if (one.type === "dead_letters_retried") {
      return open.length > 0 && one.subtasks.every((subtask) => open.includes(subtask));
    }
    const isAboutOne = one.type === "dead_letter_resolved" || one.type === "dead_letter_discarded";
    return !isAboutOne || open.includes(one.subtask);
  });
}

function deadLetters(state: RunState): string[] {
  return state.subtasks.flatMap(({ isDeadLetter }, index) =>
    isDeadLetter ? [idOfSubtask(state, index)] : [],
  );
}
