import type { Adapter } from "../sample.ts";
import { asynchow } from "./asynchow.ts";
import { bfcl } from "./bfcl.ts";
import { llmcompiler } from "./llmcompiler.ts";
import { nestful } from "./nestful.ts";
import { restbench } from "./restbench.ts";
import { taskbench } from "./taskbench.ts";
import { traject } from "./traject.ts";
import { worfbench } from "./worfbench.ts";

/** Who reads the data of which public benchmark. */
export const ADAPTERS: readonly Adapter[] = [
  taskbench,
  traject,
  nestful,
  bfcl,
  restbench,
  worfbench,
  asynchow,
  llmcompiler,
];
