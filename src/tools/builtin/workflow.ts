import type { Tool } from "../tool.ts";
import { CALL_FUNCTION } from "./call-function.ts";
import { classifyText } from "./classify-text.ts";
import { matchRules } from "./match-rules.ts";
import { promptModel } from "./prompt-model.ts";
import { runWorkflow } from "./run-workflow.ts";

/**
 * What runs the subtasks of workflow files that are no tool calls, and what routes are decided
 * by. Given plans may use these; planners are not offered them.
 */
export const WORKFLOW_TOOLS: readonly Tool[] = [
  promptModel,
  ...CALL_FUNCTION,
  runWorkflow,
  matchRules,
  classifyText,
];
