/** Simulates the seeds that its parent sends, and answers with what came of them. */

import { type Seeds, simulateSeeds } from "./tally.ts";

process.on("message", (seeds: Seeds) => {
  void simulateSeeds(seeds).then((tally) => process.send?.(tally));
});
