import { createLogUpdate } from "log-update";
import { oneLine } from "../plan/text-width.ts";
import { type ProgressNote, progressView } from "../projections/progress.ts";
import { colorsFor, type Screen, widthOf } from "./io.ts";
import { renderProgress } from "./progress-text.ts";
import type { Watch } from "./watch.ts";

/** Ten times a second is as often as a person sees. */
const FRAME_MS = 100;
/** What stays on the screen of a long plan when the run has ended. */
const FINAL_ROWS = 20;

/** The run as a tree that is rewritten where it stands. */
export function liveWatch(screen: Screen): Watch {
  const update = createLogUpdate(screen as NodeJS.WriteStream);
  const colors = colorsFor(screen);
  const notes = new Map<string, ProgressNote>();
  let state: RunState | undefined;
  let timer: NodeJS.Timeout | undefined;

  const draw = (maxRows: number) => {
    if (state === undefined) return;
    const view = progressView(state, notes, Date.now(), maxRows);
    update(renderProgress(view, widthOf(screen) - 1, colors).join("\n"));
  };
  const rowsThatFit = () => Math.max(1, (screen.rows ?? 24) - 4);
  // Drawn also when nothing happens, for the seconds that pass.
  const frame = () => {
    draw(rowsThatFit());
    timer = setTimeout(frame, FRAME_MS).unref();
  };

  return {
    listener: {
      events: (_, current) => {
        state = current;
        if (timer === undefined) frame();
      },
      progress: (subtask, fraction, note) => {
        notes.set(subtask, { fraction, note: oneLine(note) });
      },
      log: (subtask, message) => update.persist(`${subtask}: ${oneLine(message)}`),
    },
    say: (line) => update.persist(line),
    end: () => {
      clearTimeout(timer);
      draw(Math.min(FINAL_ROWS, rowsThatFit()));
      update.done();
    },
  };
}

type RunState = Parameters<typeof progressView>[0];
