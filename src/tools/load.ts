import { readdir, stat } from "node:fs/promises";
import { registerHooks } from "node:module";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { type InputError, inputError } from "../base/errors.ts";
import type { Tool } from "./tool.ts";

const MODULE = /\.(?:ts|mts|js|mjs)$/;
const NOT_TOOLS = /\.(?:d\.ts|d\.mts|test\.ts|test\.js)$/;

/**
 * The tools that a module exports, or all modules of a folder, in order of their names.
 * Every export counts that `defineTool` made, lists of them too.
 *
 * @param path relative to the current folder
 * @throws {InputError} `file.not_found`; `tool.load_failed` for a module that throws on
 *   import or exports no tool
 */
export async function loadTools(path: string): Promise<Tool[]> {
  const absolute = resolve(path);
  const found = await stat(absolute).catch(() => undefined);
  if (found === undefined) {
    const hint = "Give --tools a module (.ts or .js) or a folder of modules.";
    throw inputError("file.not_found", `There is no file or folder ${path}.`, hint, path);
  }
  if (!found.isDirectory()) return loadModule(absolute, path);
  const files = (await readdir(absolute)).filter(
    (name) => MODULE.test(name) && !NOT_TOOLS.test(name),
  );
  if (files.length === 0) {
    const hint = "Put a module (.ts or .js) with tools into it.";
    throw inputError("tool.load_failed", `The folder ${path} holds no modules.`, hint, path);
  }
  const tools: Tool[] = [];
  for (const name of files.sort()) {
    tools.push(...(await loadModule(join(absolute, name), join(path, name))));
  }
  return tools;
}

async function loadModule(absolute: string, path: string): Promise<Tool[]> {
  const exported = await importModule(absolute, path);
  const tools = Object.values(exported).flat().filter(isTool);
  if (tools.length > 0) return [...new Set(tools)];
  const hint = "Export what defineTool gives: export const myTool = defineTool({ … }).";
  throw inputError("tool.load_failed", `${path} exports no tools.`, hint, path);
}

/**
 * What a module exports. It may import `planwright`, and zod.
 * @param path what it is called in errors
 * @throws {InputError} `tool.load_failed` for one that throws on import, with the line
 */
export async function importModule(
  absolute: string,
  path: string,
): Promise<Readonly<Record<string, unknown>>> {
  shareOwnPackages();
  try {
    return (await import(pathToFileURL(absolute).href)) as Record<string, unknown>;
  } catch (error) {
    throw loadFailed(path, absolute, error);
  }
}

function loadFailed(path: string, absolute: string, error: unknown): InputError {
  const message = error instanceof Error ? error.message : String(error);
  const stack = error instanceof Error ? (error.stack ?? "") : "";
  const line = new RegExp(`${RegExp.escape(absolute)}:(\\d+)`).exec(stack)?.[1];
  const place = line === undefined ? path : `${path}:${line}`;
  const hint = "Mend the module; it must be importable on its own.";
  return inputError("tool.load_failed", `${place} could not be loaded: ${message}`, hint, path);
}

/** By its shape, because a tool may come from another copy of this package. */
export function isTool(value: unknown): value is Tool {
  if (typeof value !== "object" || value === null) return false;
  const { name, description, effects, run, input, output } = value as Partial<Tool>;
  return (
    typeof name === "string" &&
    typeof description === "string" &&
    typeof effects === "string" &&
    typeof run === "function" &&
    typeof input === "object" &&
    typeof output === "object"
  );
}

let shared = false;

/**
 * Let a tool module import `planwright`, and zod if its own folder has none: a single file
 * beside a checkout or a global installation is enough to begin.
 */
function shareOwnPackages(): void {
  if (shared) return;
  shared = true;
  const extension = import.meta.url.endsWith(".ts") ? "ts" : "js";
  const own = new URL(`../index.${extension}`, import.meta.url).href;
  registerHooks({
    resolve(specifier, context, next) {
      if (specifier === "planwright") return { url: own, shortCircuit: true };
      try {
        return next(specifier, context);
      } catch (error) {
        if (specifier !== "zod" && !specifier.startsWith("zod/")) throw error;
        return next(specifier, { ...context, parentURL: import.meta.url });
      }
    },
  });
}
