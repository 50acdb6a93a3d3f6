/** How a batch is shown while it goes on: a bar on a terminal, a line now and then elsewhere. */

import { stripVTControlCharacters } from "node:util";
import { renderDuration } from "../base/duration.ts";
import type { BatchProgress } from "../planwright.ts";
import { endedOf } from "./batch-text.ts";
import { type Colors, colorsFor, isLive, printLine, type Screen, widthOf } from "./io.ts";

/** Ten times a second is as often as a person sees. */
const FRAME_MS = 100;
/** Elsewhere a line for so long. */
const LINE_MS = 10_000;
/** The rate is that of the last so long. */
const RATE_MS = 15_000;
const BAR_WIDTH = 24;

export type BatchWatch = {
  progress(progress: BatchProgress): void;
  /** A line about the batch. */
  say(line: string): void;
  /** Leave the screen to others. */
  end(): void;
};

export async function openBatchWatch(
  screen: Screen,
  { quiet = false }: { readonly quiet?: boolean },
): Promise<BatchWatch> {
  const say = (line: string) => printLine(screen, line);
  if (quiet) return { progress: () => {}, say, end: () => {} };
  if (isLive(screen)) return liveBatchWatch(screen);
  return watchEvery(LINE_MS, (progress, pace) => say(progressText(progress, pace)), say);
}

async function liveBatchWatch(screen: Screen): Promise<BatchWatch> {
  // Loaded where there is a terminal.
  const update = (await import("log-update")).createLogUpdate(screen as NodeJS.WriteStream);
  const colors = colorsFor(screen);
  const draw = (progress: BatchProgress, pace: Pace) => {
    const line = `${barOf(progress, colors)}${progressText(progress, pace)}`;
    update(line.slice(0, widthOf(screen) + (line.length - plainLength(line)) - 1));
  };
  const watch = watchEvery(FRAME_MS, draw, (line) => update.persist(line));
  return {
    ...watch,
    end: () => {
      watch.end();
      update.clear();
      update.done();
    },
  };
}

function watchEvery(
  everyMs: number,
  draw: (progress: BatchProgress, pace: Pace) => void,
  say: (line: string) => void,
): BatchWatch {
  const pace = new Pace();
  let newest: BatchProgress | undefined;
  const timer = setInterval(() => {
    if (newest === undefined) return;
    pace.add(endedOf(newest.counts), Date.now());
    draw(newest, pace);
  }, everyMs).unref();
  return {
    progress: (progress) => {
      if (newest === undefined) pace.add(endedOf(progress.counts), Date.now());
      newest = progress;
    },
    say,
    end: () => clearInterval(timer),
  };
}

/** How fast items end, by the last few seconds. */
class Pace {
  readonly #samples: { readonly at: number; readonly ended: number }[] = [];

  add(ended: number, at: number): void {
    this.#samples.push({ at, ended });
    while (this.#samples.length > 2 && (this.#samples[1]?.at ?? at) < at - RATE_MS) {
      this.#samples.shift();
    }
  }

  /** Items a second; 0 while that is not known. */
  get rate(): number {
    const [first, last] = [this.#samples[0], this.#samples.at(-1)];
    if (first === undefined || last === undefined || last.at === first.at) return 0;
    return ((last.ended - first.ended) * 1000) / (last.at - first.at);
  }
}

/** `1,234 of 15,000 · 412 a second · 33 s left · 37 failed` */
function progressText({ counts, total, underWay }: BatchProgress, { rate }: Pace): string {
  const ended = endedOf(counts);
  const parts = [
    `${number(ended)}${total === null ? "" : ` of ${number(total)}`}`,
    `${underWay} under way`,
    ...(rate > 0 ? [`${rate < 10 ? rate.toFixed(1) : number(Math.round(rate))} a second`] : []),
    ...(rate > 0 && total !== null && total > ended
      ? [`${renderDuration(Math.ceil((total - ended) / rate) * 1000)} left`]
      : []),
    ...(["failed", "invalid", "waiting"] as const).flatMap((name) =>
      counts[name] > 0 ? [`${number(counts[name])} ${name}`] : [],
    ),
  ];
  return parts.join(" · ");
}

/** Empty where nobody knows how much there is. */
function barOf({ counts, total }: BatchProgress, colors: Colors): string {
  if (total === null || total === 0) return "";
  const full = Math.round((BAR_WIDTH * Math.min(endedOf(counts), total)) / total);
  return `${colors.green("█".repeat(full))}${colors.dim("░".repeat(BAR_WIDTH - full))} `;
}

function number(value: number): string {
  return value.toLocaleString("en-US");
}

/** Without colours. */
function plainLength(line: string): number {
  return stripVTControlCharacters(line).length;
}
