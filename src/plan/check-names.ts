/**
 * Checks of names: ids, tools, dependencies, and what expressions refer to.
 */

import type { Issue } from "../base/errors.ts";
import { formatPath, type JsonObject, type PathStep } from "../base/json.ts";
import type { Read, Step } from "./cel-tree.ts";
import { closest } from "./closest.ts";
import type { Template } from "./expressions.ts";
import type { Plan, PlanInput, Subtask } from "./schema.ts";
import { isNoSuchField, schemaAt } from "./schema-fields.ts";
import { SUBTASK_ID } from "./schema-parts.ts";
import { callSchema, type ToolLookup } from "./tool-lookup.ts";

/** The name of the plan's own inputs in expressions. */
const INPUTS = "inputs";

/** Names that only some expressions may use. */
const FLOW_NAMES: ReadonlyMap<string, string> = new Map([
  ["iteration", "It is known in the `input` and the `refine` of a subtask that is refined."],
  ["feedback", "It is known in the `input` and the `refine` of a subtask that is refined."],
  ["output", "It is known in `refine` and `route`; elsewhere the id of a subtask is its output."],
  ["check", "It is known in the `until`, `score` and `feedback` of a `refine` with a `check`."],
]);

/** At most so many names are listed in a hint. */
const SHOWN_NAMES = 12;
/** Among more names none is looked for that is like the wrong one: it would take too long. */
const MAX_COMPARED = 1_000;

export function checkIds(plan: Plan): Issue[] {
  const issues: Issue[] = [];
  const firstOf = new Map<string, number>();
  for (const [index, { id }] of plan.subtasks.entries()) {
    const first = firstOf.get(id);
    if (first === undefined || id === "") {
      firstOf.set(id, index);
      continue;
    }
    issues.push({
      code: "plan.duplicate_id",
      path: `subtasks[${index}].id`,
      message: `The id ${id} is taken by subtasks[${first}].`,
      hint: "Give each subtask an id of its own.",
    });
  }
  return issues;
}

export function checkTools(plan: Plan, tools: ToolLookup): Issue[] {
  const issues: Issue[] = [];
  const names = [...tools.names()];
  const check = (name: string | undefined, path: string) => {
    if (name === undefined || name === "" || tools.get(name) !== undefined) return;
    const { message, hint } = tools.whyNot?.(name) ?? {
      message: `There is no tool ${name}.`,
      hint: nameHint(name, names, "The tools are"),
    };
    issues.push({ code: "plan.unknown_tool", path, message, hint });
  };
  for (const [index, { tool, fallback, refine }] of plan.subtasks.entries()) {
    check(tool, `subtasks[${index}].tool`);
    check(fallback, `subtasks[${index}].fallback`);
    check(refine?.check?.tool, `subtasks[${index}].refine.check.tool`);
  }
  return issues;
}

export function checkDependencies(plan: Plan): Issue[] {
  const issues: Issue[] = [];
  const ids = plan.subtasks.map(({ id }) => id);
  const known = new Set(ids);
  const check = (id: string, path: readonly PathStep[]) => {
    if (id === "" || known.has(id)) return;
    issues.push({
      code: "plan.unknown_dependency",
      path: formatPath(path),
      message: `There is no subtask ${id}.`,
      hint: nameHint(id, ids, "The subtasks are"),
    });
  };
  for (const [index, { dependsOn, route }] of plan.subtasks.entries()) {
    for (const [position, dependency] of dependsOn.entries()) {
      const path = ["subtasks", index, "dependsOn", position];
      if (typeof dependency === "string") check(dependency, path);
      else check(dependency.id, [...path, "id"]);
    }
    for (const [branch, members] of Object.entries(route?.branches ?? {})) {
      const path = ["subtasks", index, "route", "branches", branch];
      if (typeof members === "string") check(members, path);
      else for (const [position, id] of members.entries()) check(id, [...path, position]);
    }
  }
  return issues;
}

/** What each name in scope gives, as JSON Schema; undefined where it is not known. */
export class Names {
  readonly #schemas = new Map<string, JsonObject | undefined>();
  readonly #toolOf = new Map<string, string>();
  readonly #known: readonly string[];
  /** Ids that cannot be read may be any name. */
  readonly #areComplete: boolean;

  constructor(plan: Plan, tools: ToolLookup) {
    this.#schemas.set(INPUTS, inputsSchema(plan));
    for (const { id, tool, input, forEach } of plan.subtasks) {
      const schema = callSchema(tools, tool, input as JsonObject);
      this.#schemas.set(id, listSchema(forEach, schema));
      this.#toolOf.set(id, tool);
    }
    this.#known = [...this.#schemas.keys()];
    this.#areComplete = plan.subtasks.every(({ id }) => SUBTASK_ID.test(id));
  }

  /** What a name gives; undefined when it is unknown or may be anything. */
  schemaOf(name: string): JsonObject | undefined {
    return this.#schemas.get(name);
  }

  isSubtask(name: string): boolean {
    return this.#toolOf.has(name);
  }

  /** Ids, in plan order. */
  subtasks(): readonly string[] {
    return [...this.#toolOf.keys()];
  }

  /**
   * Do something while some names mean something else.
   * @param own what each of them gives; undefined where it may be anything
   */
  within<T>(own: ReadonlyMap<string, JsonObject | undefined>, perform: () => T): T {
    const hidden = [...own.keys()].map((name) => {
      return [name, this.#schemas.has(name), this.#schemas.get(name)] as const;
    });
    for (const [name, schema] of own) this.#schemas.set(name, schema);
    try {
      return perform();
    } finally {
      for (const [name, wasThere, schema] of hidden) {
        if (wasThere) this.#schemas.set(name, schema);
        else this.#schemas.delete(name);
      }
    }
  }

  /** Names and fields in a template's expressions that nothing has. */
  check(template: Template, path: readonly PathStep[]): Issue[] {
    const issues: Issue[] = [];
    for (const { steps, expression } of template.uses) {
      const add = (issue: Omit<Issue, "path"> | undefined) => {
        if (issue !== undefined) issues.push({ ...issue, path: formatPath([...path, ...steps]) });
      };
      for (const name of expression.references) add(this.#checkReference(name, expression.text));
      for (const read of expression.reads) add(this.#checkRead(read));
    }
    return issues;
  }

  #checkReference(name: string, text: string): Omit<Issue, "path"> | undefined {
    if (this.#schemas.has(name) || !this.#areComplete) return undefined;
    const hint = FLOW_NAMES.get(name) ?? nameHint(name, this.#known, "Expressions may name");
    const message = `The expression ${text} names ${name}, which is no subtask.`;
    return { code: "plan.unknown_reference", message, hint };
  }

  #checkRead({ name, steps, guarded }: Read): Omit<Issue, "path"> | undefined {
    if (guarded) return undefined;
    const schema = this.#schemas.get(name);
    if (schema === undefined) return undefined;
    const found = schemaAt(schema, steps);
    if (!isNoSuchField(found)) return undefined;
    const { depth, fields, types } = found;
    const step = steps[depth] ?? null;
    const owner = renderPlace(name, steps.slice(0, depth));
    const hint =
      fields.length > 0
        ? nameHint(String(step), fields, `${owner} has`)
        : `${owner} ${this.#whatItIs(name, depth, types)}.`;
    return {
      code: "plan.unknown_field",
      message: `${owner} has no ${typeof step === "number" ? "element" : "field"} ${step ?? "to index"}.`,
      hint,
    };
  }

  #whatItIs(name: string, depth: number, types: readonly string[]): string {
    if (name === INPUTS && depth === 0) return "is empty: the plan declares no inputs";
    const tool = depth === 0 ? this.#toolOf.get(name) : undefined;
    const by = tool === undefined ? "" : `, as ${tool} gives it`;
    return types.length === 0 ? `has no fields${by}` : `is ${types.join(" or ")}${by}`;
  }
}

/** What a subtask gives that may fan out. */
function listSchema(
  forEach: Subtask["forEach"],
  output: JsonObject | undefined,
): JsonObject | undefined {
  if (forEach === undefined) return output;
  if (typeof forEach === "string" || Array.isArray(forEach)) {
    return { type: "array", items: output ?? {} };
  }
  const element = listSchema(forEach.forEach, output) ?? {};
  if (forEach.onItemError !== "collect") return { type: "array", items: element };
  const properties = { index: { type: "integer" }, output: element, error: ITEM_ERROR };
  return { type: "array", items: { type: "object", properties, additionalProperties: false } };
}

const ITEM_ERROR: JsonObject = {
  type: "object",
  properties: { code: { type: "string" }, message: { type: "string" } },
  additionalProperties: false,
};

function inputsSchema(plan: Plan): JsonObject {
  const properties = Object.fromEntries(
    Object.entries(plan.inputs).map(([name, { type }]) => [name, schemaOfInput(type)]),
  );
  return { type: "object", properties, additionalProperties: false };
}

function schemaOfInput(type: PlanInput["type"] | "unreadable"): JsonObject {
  return type === "unreadable" ? {} : { type };
}

/** `a.rows[0].total`; elements known only at run time as `[…]`. */
export function renderPlace(name: string, steps: readonly Step[]): string {
  return steps.reduce<string>((path, step) => {
    if (step === null) return `${path}[…]`;
    const text = formatPath([step]);
    return text.startsWith("[") ? path + text : `${path}.${text}`;
  }, name);
}

function nameHint(name: string, known: readonly string[], listed: string): string {
  const near = known.length > MAX_COMPARED ? undefined : closest(name, known);
  if (near !== undefined) return `Did you mean ${near}?`;
  if (known.length === 0) return "There are none.";
  const shown = known.slice(0, SHOWN_NAMES).filter((other) => other !== "");
  const more = known.length > SHOWN_NAMES ? `, and ${known.length - SHOWN_NAMES} more` : "";
  return `${listed} ${shown.join(", ")}${more}.`;
}
