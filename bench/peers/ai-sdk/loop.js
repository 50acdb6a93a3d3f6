import { createOpenAICompatible } from "@ai-sdk/openai-compatible";
import { generateText, isStepCount, tool } from "ai";

/** Ask a model with tools, turn after turn, until it answers in words. */
export async function runToolLoop({ url, goal, tools }) {
  const provider = createOpenAICompatible({ name: "scripted", baseURL: url });
  const { text } = await generateText({
    model: provider("scripted"),
    prompt: goal,
    stopWhen: isStepCount(20),
    tools: Object.fromEntries(Object.entries(tools).map(([name, one]) => [name, tool(one)])),
  });
  return text;
}
