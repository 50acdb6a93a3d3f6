import pc from "picocolors";

/** A stream that people or programs read. */
export type Screen = NodeJS.WritableStream & {
  readonly isTTY?: boolean;
  readonly columns?: number;
  readonly rows?: number;
};

/** Where a command writes: its answer to one, all else to the other. */
export type Io = {
  readonly stdout: Screen;
  readonly stderr: Screen;
  /** Where answers come from, if somebody is there to give them. */
  readonly stdin?: Keyboard;
};

export type Keyboard = NodeJS.ReadableStream & { readonly isTTY?: boolean };

export type Colors = ReturnType<typeof pc.createColors>;

/** Whether the screen can be rewritten: a terminal that a person watches. */
export function isLive(screen: Screen): boolean {
  const { CI, TERM } = process.env;
  const isCi = CI !== undefined && CI !== "0" && CI !== "false";
  return screen.isTTY === true && !isCi && TERM !== "dumb";
}

/** Colours for a terminal, none elsewhere; `NO_COLOR` and `FORCE_COLOR` decide otherwise. */
export function colorsFor(screen: Screen): Colors {
  const { NO_COLOR, FORCE_COLOR, TERM } = process.env;
  if (NO_COLOR) return pc.createColors(false);
  if (FORCE_COLOR) return pc.createColors(FORCE_COLOR !== "0");
  return pc.createColors(screen.isTTY === true && TERM !== "dumb");
}

/** Columns to write in; 80 where there is no terminal. */
export function widthOf(screen: Screen): number {
  return screen.columns ?? 80;
}

export function printLine(screen: Screen, line: string): void {
  screen.write(`${line}\n`);
}

export function printJson(screen: Screen, value: unknown): void {
  printLine(screen, JSON.stringify(value, null, 2));
}

/**
 * Text from outside for a terminal: without the control characters by which it could move
 * the cursor or rename the window. Programs get it as it is.
 */
export function printText(screen: Screen, text: string): void {
  const safe = screen.isTTY === true ? text.replaceAll(/[^\P{Cc}\n\t]/gu, "") : text;
  screen.write(safe.endsWith("\n") ? safe : `${safe}\n`);
}
