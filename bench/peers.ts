/**
 * The libraries that we measure ourselves beside. Each has a folder of its own in `bench/peers`,
 * with its own lock file, so that none disturbs another, and none is installed with the project.
 */

import { execFileSync } from "node:child_process";
import { existsSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";

const FOLDER = join(import.meta.dirname, "peers");

export const peerFolder = (peer: string): string => join(FOLDER, peer);

/** Install what is not, or not as its lock file says. */
export function installPeers(peers: readonly string[]): void {
  for (const peer of peers) {
    const folder = peerFolder(peer);
    const installed = join(folder, "node_modules/.package-lock.json");
    const lock = join(folder, "package-lock.json");
    if (existsSync(installed) && statSync(installed).mtimeMs >= statSync(lock).mtimeMs) continue;
    console.error(`Installing ${peer} …`);
    const options = ["--no-audit", "--no-fund", "--loglevel=error"];
    try {
      execFileSync("npm", ["ci", "--prefix", folder, ...options], { stdio: ["ignore", 2, 2] });
    } catch {
      console.error(
        `${peer} could not be installed; npm says above why. It needs the npm registry.`,
      );
      process.exit(1);
    }
  }
}

/** @returns by package, what the manifests of these peers ask for, overrides included */
export function peerVersions(peers: readonly string[]): Record<string, string> {
  const all = peers.map((peer) => {
    const manifest = readFileSync(join(peerFolder(peer), "package.json"), "utf8");
    const { dependencies, overrides = {} } = JSON.parse(manifest) as {
      readonly [part in "dependencies" | "overrides"]: Record<string, string>;
    };
    return { ...dependencies, ...overrides };
  });
  return Object.assign({}, ...all) as Record<string, string>;
}
