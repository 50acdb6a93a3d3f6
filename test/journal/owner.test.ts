import { spawnSync } from "node:child_process";
import { hostname } from "node:os";
import { expect, it } from "vitest";
import { isGone, thisOwner } from "../../src/journal/owner.ts";

/** The id of a process that has ended. */
function endedProcess(): number {
  return spawnSync(process.execPath, ["-e", ""]).pid;
}

it("an owner is gone when its process on this host has ended, and only then", () => {
  const ended = endedProcess();
  const cases = {
    [thisOwner]: false,
    [`${hostname()}:${process.ppid}:0a0a0a0a`]: false,
    [`${hostname()}:${ended}:0a0a0a0a`]: true,
    [`elsewhere.${hostname()}:${ended}:0a0a0a0a`]: false,
    [`${hostname()}:rubbish`]: false,
    "": false,
  };
  for (const [owner, gone] of Object.entries(cases))
    expect([owner, isGone(owner)]).toEqual([owner, gone]);
});
