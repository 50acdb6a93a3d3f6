/** Load the tools of a path, and print their names or what is wrong with them. */

import { toErrorData } from "../../src/base/errors.ts";
import { loadTools } from "../../src/tools/load.ts";

const [, , path = ""] = process.argv;
const answer = await loadTools(path).then(
  (tools) => ({ names: tools.map(({ name }) => name) }),
  (error: unknown) => toErrorData(error),
);
process.stdout.write(JSON.stringify(answer));
