/** The parent's side of an engine in a process of its own. */

import type { ChildProcess } from "node:child_process";
import { join } from "node:path";
import type { Answer, Request } from "./engine-process.ts";
import { startQuietly } from "./quiet-process.ts";

const PROCESS = join(import.meta.dirname, "engine-process.ts");
/** The fault of who took too long. */
export const TIME_IS_UP = "time is up";
/** Characters of stderr that are kept to say why a process has ended. */
const LAST_WORDS = 2_000;

export class EngineHost {
  readonly #child: ChildProcess;
  #lastWords = "";
  #ended: string | undefined;

  constructor() {
    this.#child = startQuietly(PROCESS);
    this.#child.stderr?.setEncoding("utf8").on("data", (text: string) => {
      this.#lastWords = (this.#lastWords + text).slice(-LAST_WORDS);
    });
  }

  /** Ask, and wait so long: a process that takes longer is ended, and so is one with a fault. */
  async ask(request: Request, limitMs: number): Promise<Answer> {
    if (this.#ended !== undefined) return { wallMs: 0, cpuMs: 0, fault: this.#ended };
    const { promise, resolve } = Promise.withResolvers<Answer>();
    const begun = performance.now();
    const fail = (fault: string) => resolve({ wallMs: performance.now() - begun, cpuMs: 0, fault });
    const onExit = (code: number | null, signal: string | null) => {
      const words = this.#lastWords.split("\n").find((line) => line.includes("rror"));
      fail(`ended with ${signal ?? code}: ${words ?? ""}`);
    };
    const timer = setTimeout(() => fail(TIME_IS_UP), limitMs);
    this.#child.once("exit", onExit).once("message", resolve);
    this.#child.send(request);
    const answer = await promise;
    clearTimeout(timer);
    this.#child.off("exit", onExit).off("message", resolve);
    if (answer.fault !== undefined) this.close(answer.fault);
    return answer;
  }

  close(reason = "closed"): void {
    this.#ended ??= reason;
    this.#child.kill("SIGKILL");
  }
}
