/** Loaded before the command line: leaves the list of all modules that it loads in `loaded.json`. */

import { writeFileSync } from "node:fs";
import { registerHooks } from "node:module";

const loaded: string[] = [];
registerHooks({
  load(url, context, next) {
    loaded.push(url);
    return next(url, context);
  },
});
process.on("exit", () => writeFileSync("loaded.json", JSON.stringify(loaded)));
