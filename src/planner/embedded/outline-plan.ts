/** An outline's calls as a plan: expressions, inputs that the user must give, and the order. */

import type { Json, JsonObject } from "../../base/json.ts";
import { describeStep } from "./assemble.ts";
import type { Argument, Step } from "./draft.ts";
import { type Ids, jsonOf, pathOf } from "./expressions.ts";
import { nameSteps } from "./naming.ts";
import { isUntold } from "./outline-flow.ts";
import type { Node } from "./outline-node.ts";
import type { Shape } from "./shape.ts";
import { mainField } from "./suit.ts";
import type { Parameter, ToolCard } from "./tool-card.ts";

/** @param nodes each behind those that it needs */
export function planFrom(goal: string, nodes: readonly Node[]): Json {
  const steps = new Map<Node, Step>();
  for (const node of nodes) steps.set(node, stepFor(node, steps));
  const ids = nameSteps([...steps.values()]);
  const inputs: Record<string, JsonObject> = {};
  let deed: string | undefined;
  const subtasks = [...steps].map(([node, step]): JsonObject => {
    const id = ids.get(step) ?? "";
    const input: Record<string, Json> = {};
    for (const [parameter, origin] of node.origins) {
      const argument = step.args.get(parameter);
      if (argument !== undefined) input[parameter.name] = jsonOf(argument, parameter, ids);
      if (origin.kind !== "given") continue;
      const name = inputName(id, parameter);
      inputs[name] = inputFor(parameter);
      input[parameter.name] = `\${inputs.${name}}`;
    }
    const base = { id, description: describeStep(step, goal), tool: node.card.name, input };
    if (!isDeed(node.card)) return base;
    const before = deed;
    deed = id;
    return before === undefined ? base : { ...base, dependsOn: [before] };
  });
  return { version: 1, goal, inputs, subtasks, output: outputOf(nodes, steps, ids) };
}

function stepFor({ card, origins, segment }: Node, steps: ReadonlyMap<Node, Step>): Step {
  const args = new Map<Parameter, Argument>();
  for (const [parameter, origin] of origins) {
    if (origin.kind === "value") args.set(parameter, origin);
    if (origin.kind !== "step") continue;
    const step = steps.get(origin.node);
    if (step !== undefined) args.set(parameter, { kind: "read", step, field: origin.field });
  }
  return { card, args, tokens: segment.clause.tokens };
}

/** What is called for what it does keeps its place: nobody knows what depends on it. */
function isDeed({ tool, fields }: ToolCard): boolean {
  return tool.effects === "write" || fields.every(isUntold);
}

const MAX_NAME = 60;

function inputName(id: string, { name }: Parameter): string {
  return `${id}_${name}`.toLowerCase().replace(/\W+/g, "_").slice(0, MAX_NAME).replace(/_+$/, "");
}

function inputFor({ shape, description }: Parameter): JsonObject {
  return { type: typeOf(shape), ...(description === "" ? {} : { description }) };
}

function typeOf(shape: Shape): string {
  if (shape.takesText || shape.isAny) return "string";
  if (shape.takesNumber) return shape.isInteger ? "integer" : "number";
  if (shape.takesBoolean) return "boolean";
  return shape.element === undefined ? "object" : "array";
}

/** What no other step goes on with. */
function outputOf(nodes: readonly Node[], steps: ReadonlyMap<Node, Step>, ids: Ids): JsonObject {
  const read = new Set(
    nodes.flatMap(({ origins }) =>
      [...origins.values()].flatMap((origin) => (origin.kind === "step" ? [origin.node] : [])),
    ),
  );
  const ends = [...steps].filter(([node]) => !read.has(node)).map(([, step]) => step);
  return Object.fromEntries(
    ends.map((step) => [
      ids.get(step) ?? "",
      `\${${pathOf({ step, field: mainField(step.card) }, ids)}}`,
    ]),
  );
}
