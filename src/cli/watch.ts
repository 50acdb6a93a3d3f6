import { oneLine } from "../plan/text-width.ts";
import { progressLine } from "../projections/timeline.ts";
import type { RunListener } from "../run.ts";
import { printLine, type Screen } from "./io.ts";

/** How a run is shown while it goes on. */
export type Watch = {
  readonly listener: RunListener;
  /** A line about the run that is not one of its events. */
  say(line: string): void;
  /** Leave the screen to others. */
  end(): void;
};

/** Says nothing unless it must. */
export function quietWatch(screen: Screen): Watch {
  return { listener: {}, say: (line) => printLine(screen, line), end: () => {} };
}

/** One line for each start and end, without a cursor to move. */
export function plainWatch(screen: Screen): Watch {
  return {
    listener: {
      events: (events, state) => {
        const lines = events.flatMap((event) => progressLine(event, state) ?? []);
        if (lines.length > 0) printLine(screen, lines.map(oneLine).join("\n"));
      },
      log: (subtask, message) => printLine(screen, `${subtask}: ${oneLine(message)}`),
    },
    say: (line) => printLine(screen, line),
    end: () => {},
  };
}
