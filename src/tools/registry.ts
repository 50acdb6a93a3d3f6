import { InputError } from "../base/errors.ts";
import type { Tool, ToolRegistry } from "./tool.ts";

/**
 * Tools by name.
 * @throws {InputError} `tool.duplicate`: two tools of one name would leave it open which one runs
 */
export function createRegistry(tools: readonly Tool[]): ToolRegistry {
  const byName = new Map<string, Tool>();
  for (const tool of tools) {
    if (byName.has(tool.name)) throw duplicate(tool.name);
    byName.set(tool.name, tool);
  }
  const list = [...byName.values()];
  return { get: (name) => byName.get(name), list: () => list };
}

function duplicate(name: string): InputError {
  return new InputError([
    {
      code: "tool.duplicate",
      path: name,
      message: `There are two tools named ${name}.`,
      hint: "Rename one of them, or leave the builtin tools out with `builtinTools: false`.",
    },
  ]);
}
