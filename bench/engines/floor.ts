import { runBare } from "../floor.ts";
import type { Engine } from "./engine.ts";

export const floor: Engine = {
  name: "bare promises",
  notes: "the floor: no limits, journal, checks or timeouts",
  isUnlimited: true,
  prepare: async ({ dependencies, work }) => ({
    run: () => runBare<number>(dependencies, (inputs, index) => work(index, inputs)),
  }),
};
