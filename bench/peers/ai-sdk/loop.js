/** The AI SDK, from this folder's own packages. */

export { createOpenAICompatible } from "@ai-sdk/openai-compatible";
export { generateText, isStepCount, tool } from "ai";
