import type { ModelResult, ModelStream } from "./model.ts";

/**
 * A stream of text whose writer does not wait for readers.
 *
 * Pieces are kept, so every reader sees all of them from the first, however late it comes.
 * A reader that leaves early does not end the request: its signal does.
 */
export class TextStream implements ModelStream {
  readonly result: Promise<ModelResult>;
  readonly #settled = Promise.withResolvers<ModelResult>();
  #pieces: string[] = [];
  #hasReader = false;
  #wasRead = false;
  #changed = Promise.withResolvers<void>();
  #isOver = false;
  #onRead: (() => void) | undefined;

  constructor() {
    this.result = this.#settled.promise;
    // Readers of the pieces alone get the error there.
    this.result.catch(() => {});
  }

  push(piece: string): void {
    this.#pieces.push(piece);
    this.#wake();
  }

  /** Call once somebody reads pieces, or at once if somebody does; a later listener replaces. */
  onRead(listener: () => void): void {
    this.#onRead = listener;
    if (this.#hasReader) listener();
  }

  /**
   * Forget all pieces, for another attempt.
   * @returns false, and nothing is forgotten, when a reader has taken one already
   */
  restart(): boolean {
    if (this.#wasRead) return false;
    this.#pieces = [];
    return true;
  }

  finish(result: ModelResult): void {
    this.#isOver = true;
    this.#settled.resolve(result);
    this.#wake();
  }

  fail(error: unknown): void {
    this.#isOver = true;
    this.#settled.reject(error);
    this.#wake();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<string> {
    this.#hasReader = true;
    this.#onRead?.();
    for (let next = 0; ; ) {
      const piece = this.#pieces[next];
      if (piece !== undefined) {
        this.#wasRead = true;
        next++;
        yield piece;
      } else if (this.#isOver) {
        await this.result;
        return;
      } else {
        await this.#changed.promise;
      }
    }
  }

  #wake(): void {
    this.#changed.resolve();
    this.#changed = Promise.withResolvers();
  }
}

/**
 * Pass a stream on to another. Pieces are passed on from the moment that somebody reads them:
 * until then the model may retry.
 * @returns the result, which is the caller's to hand out
 */
export async function relay(stream: ModelStream, out: TextStream): Promise<ModelResult> {
  let isOver = false;
  const passOn = async () => {
    for await (const piece of stream) {
      if (isOver) return;
      out.push(piece);
    }
  };
  let passing: Promise<void> | undefined;
  out.onRead(() => {
    if (!isOver) passing ??= passOn();
  });
  try {
    const result = await stream.result;
    passing ??= passOn();
    await passing;
    return result;
  } finally {
    isOver = true;
    await passing?.catch(() => {});
  }
}
