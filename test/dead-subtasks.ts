import type { DeadLetter, DeadSubtask } from "../src/index.ts";

/** Those that are subtasks: all of them, where no batch has items that cannot be run. */
export function deadSubtasks(letters: readonly DeadLetter[]): DeadSubtask[] {
  return letters.filter((letter) => "subtask" in letter);
}
