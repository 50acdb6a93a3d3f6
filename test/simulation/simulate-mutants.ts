/**
 * Is the simulator worth anything? Breaks rules of the executor, one at a time, in a copy of
 * the source, and lets the simulator look for them:
 *
 *     npm run simulate:mutants -- --seeds 3000 --only core/join.ts
 */

import { execFile } from "node:child_process";
import { cp, mkdir, mkdtempDisposable, readFile, symlink, writeFile } from "node:fs/promises";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs, promisify } from "node:util";
import type { Mutant } from "./mutant.ts";
import { MUTANTS } from "./mutants.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
/** A mutant in which something never ends has been found too. */
const PATIENCE_MS = 180_000;

const { values } = parseArgs({
  options: {
    seeds: { type: "string", default: "3000" },
    /** Only those whose name or file has this in it. */
    only: { type: "string", default: "" },
  },
});

const mutants = MUTANTS.filter(({ name, file }) => `${name} ${file}`.includes(values.only));
const left = mutants.values();
const work = async () => {
  let survivors = 0;
  for (const mutant of left) {
    const found = await hunt(mutant);
    if (found === undefined) survivors += 1;
    console.log(`${mutant.name.padEnd(52)} ${found ?? "SURVIVES"}`);
  }
  return survivors;
};
const hunters = Array.from({ length: Math.min(2, availableParallelism()) }, work);
const survivors = (await Promise.all(hunters)).reduce((sum, count) => sum + count, 0);
console.log(`${mutants.length} mutants, ${survivors} survive ${values.seeds} seeds.`);
process.exitCode = survivors > 0 ? 1 : 0;

/** @returns how it was found; undefined when it was not */
async function hunt({ file, text, instead }: Mutant): Promise<string | undefined> {
  await using folder = await mkdtempDisposable(join(tmpdir(), "planwright-mutant-"));
  const { path } = folder;
  await cp(join(ROOT, "src"), join(path, "src"), { recursive: true });
  await mkdir(join(path, "test"));
  await cp(join(ROOT, "test/simulation"), join(path, "test/simulation"), { recursive: true });
  await cp(join(ROOT, "package.json"), join(path, "package.json"));
  await symlink(join(ROOT, "node_modules"), join(path, "node_modules"));
  const source = await readFile(join(path, file), "utf8");
  if (source.split(text).length !== 2) {
    throw new Error(`${file} does not have this text exactly once any more: ${text}`);
  }
  await writeFile(
    join(path, file),
    source.replace(text, () => instead),
  );
  return await simulateIn(path);
}

async function simulateIn(path: string): Promise<string | undefined> {
  const script = join(path, "test/simulation/simulate.ts");
  const options = [script, "--first", "--seeds", values.seeds];
  try {
    const run = promisify(execFile);
    const { stdout } = await run(process.execPath, options, { timeout: PATIENCE_MS });
    const found = JSON.parse(stdout) as { seed: number; rule: string } | null;
    return found === null ? undefined : `seed ${String(found.seed).padStart(4)}  ${found.rule}`;
  } catch (error) {
    // One that does not even start says nothing about the simulator.
    if (!(error as { killed?: boolean }).killed) throw error;
    return "it never ends";
  }
}
