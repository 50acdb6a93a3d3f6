#!/usr/bin/env node
/**
 * The program's door. It must load on any Node: what it finds here and in `newer-node.ts`
 * is all that an older one reads.
 */

const NEEDED = 24;

if (Number.parseInt(process.versions.node, 10) >= NEEDED) {
  const { start } = await import("./start.ts");
  await start();
} else {
  const { runOnNewerNode } = await import("./newer-node.ts");
  runOnNewerNode(NEEDED);
}
