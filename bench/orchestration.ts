/**
 * The orchestration claim: multi-step tasks under one seeded fault model at virtual time, done in
 * several ways that meet the same draws. The model is calibrated once so that the plain linear chain
 * comes out as published; what else was published is compared with, and is no input.
 *
 *     npm run bench orchestration
 *     npm run bench orchestration -- --tasks 1000 --variant-tasks 100 --seed 2
 *
 * What is assumed stands in `orchestration/assumptions.ts`, and is printed.
 */

import { countOf, optionsOf } from "./options.ts";
import {
  type Assumptions,
  BASE,
  type Scales,
  SHAPES,
  VARIANTS,
} from "./orchestration/assumptions.ts";
import { calibrate } from "./orchestration/calibrate.ts";
import { Crew } from "./orchestration/crew.ts";
import {
  type AllWays,
  assumptionsTable,
  barsTable,
  mainTable,
  shapesTable,
  type Tried,
  variantsTable,
} from "./orchestration/tables.ts";
import { WAYS } from "./orchestration/ways.ts";
import { publish } from "./report.ts";

const values = optionsOf({
  tasks: { type: "string", default: "10000" },
  "variant-tasks": { type: "string", default: "1000" },
  seed: { type: "string", default: "1" },
});
const tasks = countOf(values.tasks, "--tasks");
const variantTasks = countOf(values["variant-tasks"], "--variant-tasks");
const seed = countOf(values.seed, "--seed");

const crew = new Crew();

async function measureAll(
  count: number,
  assumptions: Assumptions,
  scales: Scales,
): Promise<AllWays> {
  const trial = { seed, tasks: count, assumptions, scales };
  const all = await Promise.all(WAYS.map((way) => crew.measure(way, trial)));
  return Object.fromEntries(WAYS.map((way, at) => [way, all[at]])) as AllWays;
}

try {
  console.error("Calibrating …");
  const scales = await calibrate({ seed, tasks, assumptions: BASE });
  console.error(`${tasks} tasks, ${WAYS.length} ways …`);
  const measured = await measureAll(tasks, BASE, scales);
  const vary = async ({ name, changed }: Pick<Tried, "name" | "changed">): Promise<Tried> => {
    const all = await measureAll(variantTasks, { ...BASE, ...changed }, scales);
    console.error(`  ${name}`);
    return { name, changed, measured: all };
  };
  console.error(`${SHAPES.length + VARIANTS.length} variants of ${variantTasks} tasks …`);
  const shapes = await Promise.all(SHAPES.map(vary));
  const variants = await Promise.all([{ name: "base", changed: {} }, ...VARIANTS].map(vary));
  publish({
    name: "orchestration",
    tables: [
      mainTable(tasks, measured),
      barsTable(measured, [...shapes, ...variants]),
      shapesTable(shapes, variantTasks, seed),
      variantsTable(variants, variantTasks),
      assumptionsTable(scales),
    ],
    data: { seed, tasks, variantTasks, scales, measured, shapes, variants },
  });
} finally {
  await crew.close();
}
