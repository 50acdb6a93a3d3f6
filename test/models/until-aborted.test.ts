import { expect, it } from "vitest";
import { untilAborted } from "../../src/models/until-aborted.ts";

it("does not wait for a source that ignores the abort, and tells it to end", async () => {
  const told = Promise.withResolvers<void>();
  const source: AsyncIterable<number> = {
    [Symbol.asyncIterator]: () => {
      let next = 0;
      return {
        next: () =>
          next++ === 0 ? Promise.resolve({ done: false, value: 1 }) : new Promise(() => {}),
        return: async () => {
          told.resolve();
          return { done: true, value: undefined };
        },
      };
    },
  };
  const stop = new AbortController();
  const values = untilAborted(source, stop.signal);
  expect(await values.next()).toEqual({ done: false, value: 1 });
  const waiting = values.next();
  stop.abort(new Error("enough"));
  await expect(waiting).rejects.toThrow("enough");
  await told.promise;
});
