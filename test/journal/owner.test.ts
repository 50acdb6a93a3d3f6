import { spawnSync } from "node:child_process";
import { expect, it } from "vitest";
import { isGone, thisOwner } from "../../src/journal/owner.ts";

/** The id of a process that has ended. */
function endedProcess(): number {
  return spawnSync(process.execPath, ["-e", ""]).pid;
}

it("an owner is gone when its process in this very place has ended, and only then", () => {
  const ended = endedProcess();
  const place = thisOwner.slice(0, thisOwner.indexOf(":"));
  const cases = {
    [thisOwner]: false,
    [`${place}:${process.ppid}:0a0a0a0a`]: false,
    [`${place}:${ended}:0a0a0a0a`]: true,
    [`elsewhere.${place}:${ended}:0a0a0a0a`]: false,
    [`${place}:rubbish`]: false,
    "": false,
  };
  for (const [owner, gone] of Object.entries(cases))
    expect([owner, isGone(owner)]).toEqual([owner, gone]);
});
