import auto from "async/auto.js";

/** @import { Engine } from "../../engines/engine.ts" */

/** @type {Engine} */
export const asyncAuto = {
  name: "async.auto",
  notes: "async functions, which are given the results so far by name",
  async prepare({ dependencies, work }, { concurrency }) {
    const tasks = Object.fromEntries(
      dependencies.map((list, index) => {
        const names = list.map((from) => `t${from}`);
        if (names.length === 0) return [`t${index}`, async () => work(index, [])];
        /** @param {Record<string, number>} results */
        const task = async (results) =>
          work(
            index,
            names.map((name) => results[name]),
          );
        return [`t${index}`, [...names, task]];
      }),
    );
    return {
      async run() {
        const results = await auto(tasks, concurrency);
        return dependencies.map((_, index) => results[`t${index}`]);
      },
    };
  },
};
