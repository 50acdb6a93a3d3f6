/**
 * The tools of a Planwright: the builtin ones and the user's, loaded when first wanted. Those
 * of workflow files are known by name and listed nowhere.
 */

import { parseAdmission } from "./base/admission.ts";
import { inputError } from "./base/errors.ts";
import { checkUses } from "./executor/governor/uses.ts";
import type { PlanwrightOptions } from "./options.ts";
import { closest } from "./plan/closest.ts";
import type { ToolLookup } from "./plan/tool-lookup.ts";
import { loadTools } from "./tools/load.ts";
import { createRegistry } from "./tools/registry.ts";
import type { Tool, ToolRegistry } from "./tools/tool.ts";

type ToolOptions = Pick<
  PlanwrightOptions,
  "tools" | "toolPaths" | "builtinTools" | "allowPrivateHosts" | "pools" | "toolLimits"
>;

export class Toolbox {
  readonly #options: ToolOptions;
  readonly #hasModel: boolean;
  /** Names of tools that are there and cannot work. */
  readonly #withheld = new Set<string>();
  #registry: Promise<ToolRegistry> | undefined;
  #opened: ToolRegistry | undefined;
  /** What planners may use: not the tools by which workflow files run modules and other plans. */
  readonly offered: ToolLookup = {
    get: (name) => this.#offered?.get(name),
    names: () => this.names(),
    whyNot: (name) => this.whyNot(name),
  };
  #offered: ToolRegistry | undefined;

  constructor(options: ToolOptions, { hasModel }: { readonly hasModel: boolean }) {
    this.#options = options;
    this.#hasModel = hasModel;
  }

  /** @throws {InputError} for tools that cannot be loaded, or of one name */
  open(): Promise<ToolRegistry> {
    this.#registry ??= this.#load().then(async (offered) => {
      const { WORKFLOW_TOOLS } = await import("./tools/builtin/workflow.ts");
      const all = createRegistry([...offered.list(), ...WORKFLOW_TOOLS]);
      this.#offered = offered;
      this.#opened = { get: all.get, list: offered.list };
      return this.#opened;
    });
    return this.#registry;
  }

  /** A tool by its name; of a toolbox that is not open yet, none. */
  get(name: string): Tool | undefined {
    return this.#opened?.get(name);
  }

  names(): string[] {
    return this.#opened?.list().map(({ name }) => name) ?? [];
  }

  /** @throws {InputError} `tool.unknown` */
  async find(name: string): Promise<Tool> {
    const registry = await this.open();
    const tool = registry.get(name);
    if (tool !== undefined) return tool;
    const names = registry.list().map((one) => one.name);
    const near = closest(name, names);
    const { message, hint } = this.whyNot(name) ?? {
      message: `There is no tool ${JSON.stringify(name)}.`,
      hint: near === undefined ? "`planwright tools list` lists them." : `Did you mean ${near}?`,
    };
    throw inputError("tool.unknown", message, hint);
  }

  /** Why a tool that is there is not offered; undefined for all others. Asked once it is open. */
  whyNot(name: string): { readonly message: string; readonly hint: string } | undefined {
    if (!this.#withheld.has(name)) return undefined;
    return {
      message: `The tool ${name} asks a model, and none is configured.`,
      hint: "Name one with --model, or `model` in the library: anthropic:MODEL, openai:MODEL.",
    };
  }

  async #load(): Promise<ToolRegistry> {
    const {
      tools = [],
      toolPaths = [],
      toolLimits = {},
      allowPrivateHosts = false,
    } = this.#options;
    const builtin =
      this.#options.builtinTools === false
        ? []
        : (await import("./tools/builtin/all.ts")).builtinTools({ allowPrivateHosts });
    const loaded = await Promise.all(toolPaths.map((path) => loadTools(path)));
    const offered = [...builtin, ...loaded.flat(), ...tools];
    const all = createRegistry(offered.map((tool) => limited(tool, toolLimits)));
    requireNames(toolLimits, all);
    for (const tool of all.list()) requirePools(tool, this.#options.pools ?? {});
    if (this.#hasModel) return all;
    // What cannot work is not offered: a plan that needs a model fails before it starts.
    for (const { name, needsModel } of all.list()) if (needsModel) this.#withheld.add(name);
    return createRegistry(all.list().filter(({ needsModel }) => !needsModel));
  }
}

type ToolLimits = NonNullable<PlanwrightOptions["toolLimits"]>;

/** @throws {InputError} `input.invalid`, `input.invalid_duration` for bad limits, with their place */
function limited(tool: Tool, limits: ToolLimits): Tool {
  const own = Object.hasOwn(limits, tool.name) ? limits[tool.name] : undefined;
  if (own === undefined) return tool;
  return { ...tool, admission: parseAdmission(own, `toolLimits.${tool.name}.`) };
}

/** @throws {InputError} `tool.unknown` */
function requireNames(limits: ToolLimits, tools: ToolRegistry): void {
  const names = tools.list().map(({ name }) => name);
  for (const name of Object.keys(limits)) {
    if (names.includes(name)) continue;
    const near = closest(name, names);
    const hint =
      near === undefined ? "`planwright tools list` lists them." : `Did you mean ${near}?`;
    const message = `toolLimits names ${JSON.stringify(name)}, which is no tool.`;
    throw inputError("tool.unknown", message, hint, `toolLimits.${name}`);
  }
}

/** @throws {InputError} `input.invalid` for a tool that could never be called */
function requirePools(tool: Tool, pools: Readonly<Record<string, number>>): void {
  const problem = tool.admission === undefined ? undefined : checkUses(tool.admission, pools);
  if (problem === undefined) return;
  const hint = "Give it enough units with `pools`, in planwright.config or in the library.";
  throw inputError("input.invalid", `The tool ${tool.name}: ${problem}.`, hint, "uses");
}
