/** The mock server from npm, whose planner, reviser and judge say what a test tells them to. */

import { LLMock } from "@copilotkit/aimock";

export type Said = string | ((asked: string) => string | Promise<string>);
type Who = "plans" | "revisions" | "judges";

/** An answer that never comes. */
export const SILENCE: Said = () => new Promise<string>(() => {});

/** What judges say about one criterion. */
export function verdict(score: number, blame: readonly string[] = []): string {
  return JSON.stringify({
    criteria: [{ criterion: 1, reason: `I give ${score}.`, score }],
    confidence: 0.9,
    blame,
    suspectedInjection: false,
  });
}

/** Each says its answers in turn, the last one for ever. */
export async function mockOf(script: Readonly<Partial<Record<Who, readonly Said[]>>>) {
  const mock = new LLMock({ port: 0, logLevel: "silent" });
  const usage = { prompt_tokens: 100, completion_tokens: 10, input_tokens: 100, output_tokens: 10 };
  const asked: Record<Who, string[]> = { plans: [], revisions: [], judges: [] };
  const watchers = new Set<() => void>();
  mock.on({ predicate: () => true }, async ({ messages }) => {
    const text = JSON.stringify(messages);
    const who = whoIsAsked(text);
    const said = script[who] ?? [""];
    const next = said[Math.min(asked[who].length, said.length - 1)] ?? "";
    asked[who].push(text);
    for (const look of watchers) look();
    return { content: typeof next === "string" ? next : await next(text), usage };
  });
  await mock.start();
  return {
    url: mock.url,
    /** What each was asked so far. */
    asked,
    /** What the real SDKs need to find it. */
    env: { ANTHROPIC_API_KEY: "a", ANTHROPIC_BASE_URL: mock.url },
    /** Once it was asked so often. */
    async until(who: Who, times: number): Promise<void> {
      const { promise, resolve } = Promise.withResolvers<void>();
      const look = () => {
        if (asked[who].length >= times) resolve();
      };
      watchers.add(look);
      look();
      await promise;
      watchers.delete(look);
    },
    [Symbol.asyncDispose]: () => mock.stop(),
  };
}

function whoIsAsked(text: string): Who {
  if (text.includes("You are a judge.")) return "judges";
  return text.includes("# Revising a plan") ? "revisions" : "plans";
}
