/** Stands for an archive that needs longer than anybody wants to wait. */

import { setTimeout } from "node:timers/promises";
import type { Handler } from "../../src/index.ts"; // "planwright" in a project of your own

export const effects = "read";

const search: Handler = async (_input, { signal }) => {
  await setTimeout(60_000, undefined, { signal });
  return { text: "Nothing in the archive." };
};

export default search;
