import { calibrate, firstOf, judgeOf } from "../../evals/calibrate.ts";
import type { Calibration, JudgeSuite } from "../../evals/eval.ts";
import { missedText, renderCalibration } from "../eval-text.ts";
import type { ReadingFlags } from "../flags.ts";
import { colorsFor, type Io, printJson, printLine, widthOf } from "../io.ts";
import { openPlanwright } from "../settings.ts";
import { stopOnSignals } from "../stop-signals.ts";
import { count } from "../text.ts";

type JudgeFlags = ReadingFlags & { readonly limit?: number };

/** Hold a judge against a suite of examples that people have judged. */
export async function evalJudge(whole: JudgeSuite, flags: JudgeFlags, io: Io): Promise<number> {
  const suite = firstOf(whole, flags.limit);
  await using planwright = await openPlanwright(flags);
  const judge = judgeOf(suite, planwright.evaluations);
  const stopped = new AbortController();
  const ends = {
    pause() {
      printLine(io.stderr, "stopping; press Ctrl-C again to end at once");
      stopped.abort();
    },
    cancel: () => process.exit(signals.exitCode),
  };
  // What it would say is about runs.
  using signals = stopOnSignals(ends, () => {});
  let calibration: Calibration;
  try {
    const { concurrency } = flags;
    const { signal } = stopped;
    calibration = await calibrate(suite, judge, { concurrency, signal, onProgress: teller(io) });
  } catch (error) {
    if (signals.exitCode === undefined) throw error;
    printLine(io.stderr, "stopped; nothing was measured");
    return signals.exitCode;
  }
  if (flags.json) printJson(io.stdout, calibration);
  else printCalibration(io, calibration);
  if (!calibration.passed) printWhy(io, calibration);
  return calibration.passed ? 0 : 1;
}

function printCalibration(io: Io, calibration: Calibration): void {
  const width = io.stdout.isTTY === true ? widthOf(io.stdout) : undefined;
  const page = { width, colors: colorsFor(io.stdout) };
  for (const line of renderCalibration(calibration, page)) printLine(io.stdout, line);
}

function printWhy(io: Io, { judged, missed }: Calibration): void {
  const { red } = colorsFor(io.stderr);
  const silent = "Nobody could judge any of the examples; name a model that judges: --model.";
  const sentences = [...(judged === 0 ? [silent] : []), ...missed.map(missedText)];
  for (const sentence of sentences) printLine(io.stderr, `${red("missed:")} ${sentence}`);
}

/** Tells of each tenth part, so that a suite of any size is ten lines. */
function teller(io: Io): (judged: number, total: number) => void {
  let told = 0;
  return (judged, total) => {
    const tenth = Math.floor((judged * 10) / total);
    if (judged > 0 && tenth === told) return;
    told = tenth;
    const what = judged === 0 ? `judging ${count(total, "example")}` : `judged ${judged}`;
    printLine(io.stderr, judged === 0 ? what : `${what} of ${total}`);
  };
}
