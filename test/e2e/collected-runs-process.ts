/** A process that runs plans of large outputs, one after the other: `collected-runs-process.ts URL N`. */

import { createPlanwright } from "../../src/index.ts";
import { GROWING, grow } from "./large-value-process.ts";

const [, , journal = "", runs = ""] = process.argv;
const planwright = createPlanwright({ journal, tools: [grow], largeValueBytes: 200 });
for (let k = 0; k < Number(runs); k++) {
  const result = await planwright.run(GROWING).result();
  const lengths = result.subtasks.map(({ output }) => JSON.stringify(output).length);
  console.log(result.status, ...lengths);
}
await planwright.close();
