import { isJson, isPlainObject, type Json } from "../base/json.ts";
import { type Plan, planSchema, type Subtask } from "./schema.ts";

/** Deeper than any honest plan, and far from the end of the stack. */
const MAX_DEPTH = 200;
/** Lists and objects in a plan, ten of them for each of a million subtasks. */
const MAX_VALUES = 10_000_000;

/**
 * What can be read of a value that is not a valid plan, so that the rest can be checked
 * too. What cannot be read is neutral: an empty id or tool, no input, no dependencies.
 */
export function salvagePlan(value: unknown): Plan {
  const plan = isPlainObject(value) ? value : {};
  const subtasks = Array.isArray(plan["subtasks"]) ? plan["subtasks"] : [];
  return {
    version: 1,
    goal: "",
    inputs: salvageInputs(plan["inputs"]),
    subtasks: subtasks.map(salvageSubtask),
    ...(isJson(plan["output"]) ? { output: plan["output"] as Json } : {}),
    ...salvageFlow({ accept: plan["accept"] }),
  } as Plan;
}

function salvageInputs(inputs: unknown): Plan["inputs"] {
  if (!isPlainObject(inputs)) return {};
  return Object.fromEntries(
    Object.entries(inputs).map(([name, input]) => {
      const type = isPlainObject(input) ? input["type"] : undefined;
      return [name, { type: typeof type === "string" ? type : "unreadable" }];
    }),
  ) as Plan["inputs"];
}

function salvageSubtask(value: unknown): Subtask {
  const { id, tool, fallback, input, dependsOn, when, idempotencyKey, forEach, ...more } = (
    isPlainObject(value) ? value : {}
  ) as Record<keyof Subtask, unknown>;
  const { refine, route, join, accept } = more;
  return {
    id: typeof id === "string" ? id : "",
    tool: typeof tool === "string" ? tool : "",
    input: (isPlainObject(input) && isJson(input) ? input : {}) as Subtask["input"],
    dependsOn: Array.isArray(dependsOn) ? dependsOn.map(salvageDependency) : [],
    optional: false,
    ...(typeof when === "string" ? { when } : {}),
    ...salvageFanOut(forEach),
    ...(typeof fallback === "string" ? { fallback } : {}),
    ...(typeof idempotencyKey === "string" ? { idempotencyKey } : {}),
    ...salvageFlow({ refine, route, join, accept }),
  };
}

function salvageFanOut(forEach: unknown): Pick<Subtask, "forEach"> | undefined {
  const list = isPlainObject(forEach) ? forEach["in"] : forEach;
  const isReadable = typeof list === "string" || (Array.isArray(list) && isJson(list));
  if (!isReadable) return forEach === undefined ? undefined : { forEach: [] };
  if (!isPlainObject(forEach)) return { forEach: list as string };
  const as = typeof forEach["as"] === "string" ? forEach["as"] : "item";
  const inner = salvageFanOut(forEach["forEach"]);
  return { forEach: { in: list as string, as, onItemError: "fail", ...(inner as object) } };
}

const NEUTRAL_REFINE = { iterations: 2, until: "${true}" };

/** Each as a whole or not at all; what is refined keeps the names that its input may read. */
function salvageFlow(given: Readonly<Record<string, unknown>>): Partial<Subtask> {
  const { shape } = planSchema.shape.subtasks.element;
  const { refine, route, join, accept } = shape;
  const read = { refine, route, join, accept };
  return Object.fromEntries(
    Object.entries(read).flatMap(([name, schema]) => {
      const isGiven = given[name] !== undefined;
      const neutral = isGiven && name === "refine" ? NEUTRAL_REFINE : undefined;
      const data = schema.safeParse(given[name]).data ?? neutral;
      return data === undefined ? [] : [[name, data]];
    }),
  );
}

function salvageDependency(value: unknown): Subtask["dependsOn"][number] {
  if (typeof value === "string") return value;
  const id = isPlainObject(value) ? value["id"] : undefined;
  return typeof id === "string" ? { id, on: "settled" } : "";
}

/** Whether a value is more than a plan can be: nested too deep, too large, or holding itself. */
export function isTooMuch(root: unknown): boolean {
  const open: { value: unknown; depth: number }[] = [{ value: root, depth: 0 }];
  let visited = 0;
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const { value, depth } = next;
    if (typeof value !== "object" || value === null) continue;
    // Parts that are shared count as often as they stand somewhere: that is what JSON makes of them.
    visited++;
    if (depth > MAX_DEPTH || visited > MAX_VALUES) return true;
    for (const inner of Object.values(value)) {
      if (typeof inner === "object") open.push({ value: inner, depth: depth + 1 });
    }
  }
  return false;
}
