/** Parts of the plan's schema that many fields are made of. */

import { z } from "zod";
import { isDuration, parseDuration } from "../base/duration.ts";

export const SUBTASK_ID = /^[a-z][a-z0-9_]{0,63}$/;
const TOOL_NAME = /^[a-z][a-z0-9_]{0,63}$/;

export const toolName = z
  .string()
  .regex(TOOL_NAME, "must be a tool's name in snake_case, at most 64 characters");

export const id = z
  .string()
  .regex(SUBTASK_ID, "must start with a letter a-z and hold only a-z, 0-9 and _, at most 64")
  .describe("Unique name, e.g. read_report; expressions refer to its output by it.");

export const duration = z
  .string()
  .refine(isDuration, "must be a number with a unit: 500ms, 1.5s, 10m, 2h or 30d");

/** Nothing can be done in no time: a limit of 0 would refuse, or decide, before anybody could act. */
export const limit = duration.refine(
  (text) => !isDuration(text) || parseDuration(text) > 0,
  "must be longer than 0",
);
