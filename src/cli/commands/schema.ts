import { workflowJsonSchema } from "../../plan/workflow-schema.ts";
import { type Io, printJson } from "../io.ts";

/** Print the JSON Schema of plan files. */
export async function schema(_flags: object, io: Io): Promise<number> {
  printJson(io.stdout, workflowJsonSchema());
  return 0;
}
