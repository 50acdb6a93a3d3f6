import { ToolError } from "../base/errors.ts";
import type { ModelResult } from "../models/model.ts";

/** The text of a whole answer. @throws {ToolError} when the answer is none, or not whole */
export function textOf({ finish, text, model }: ModelResult): string {
  if (finish === "refusal") {
    throw new ToolError("model.refused", `${model} would not answer: ${excerpt(text)}`, {
      retryable: false,
      hint: "Reword the instruction, or use another model.",
    });
  }
  if (finish === "length") {
    throw new ToolError("model.truncated", `The answer of ${model} was cut off: ${excerpt(text)}`, {
      retryable: false,
      hint: "Ask for a shorter text, or raise max_tokens.",
    });
  }
  const answer = text.trim();
  if (answer !== "") return answer;
  throw new ToolError("model.invalid_output", `${model} gave an empty answer.`, {
    hint: "Try again, or reword the instruction.",
    retryable: true,
  });
}

function excerpt(text: string): string {
  const line = text.replace(/\s+/g, " ").trim();
  if (line === "") return "it gave no text.";
  return line.length > 120 ? `${line.slice(0, 119)}…` : line;
}
