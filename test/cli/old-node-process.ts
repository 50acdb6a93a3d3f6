/**
 * Stands for the program's door on a Node that is too old: started by it, it says so and does
 * what its first argument asks.
 */

import { runOnNewerNode } from "../../src/cli/newer-node.ts";

if (process.env["PLANWRIGHT_NODE_TRIED"] === undefined) runOnNewerNode(24);
else if (process.argv[2] === "too-old-again") runOnNewerNode(24);
else if (process.argv[2] === "wait") {
  process.on("SIGINT", () => process.exit(130));
  setTimeout(() => {}, 10_000);
  console.log("waiting");
} else {
  console.log(JSON.stringify({ argv: process.argv.slice(2), node: process.versions.node }));
  process.exitCode = 3;
}
