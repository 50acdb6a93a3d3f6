import type { Command } from "commander";
import type { Io } from "./io.ts";

/** What a command does. @returns the exit code */
export type Act<Args extends unknown[]> = (...args: Args) => Promise<number>;

/** Makes an action of a command's function, which is loaded when it is called. */
export type Lazily = <Args extends unknown[]>(
  load: () => Promise<Act<[...Args, Io]>>,
) => (...args: [...Args, Command]) => Promise<void>;
