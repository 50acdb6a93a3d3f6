/** As far as the benchmark uses it; the packages are installed only to measure. */

type Tool = {
  readonly description: string;
  readonly inputSchema: unknown;
  readonly execute: (input: never) => unknown;
};

export function createOpenAICompatible(options: {
  name: string;
  baseURL: string;
}): (model: string) => unknown;
export function tool(definition: Tool): unknown;
export function isStepCount(count: number): unknown;
export function generateText(options: {
  model: unknown;
  prompt: string;
  tools: Record<string, unknown>;
  stopWhen: unknown;
}): Promise<{ text: string }>;
