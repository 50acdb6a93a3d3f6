/** A tool as the planner reads it: its words, its parameters and the fields it gives. */

import type { ToolDescription } from "../../tools/tool.ts";
import { type Kind, kindsOf } from "./kinds.ts";
import { type Property, type Shape, shapeOf } from "./shape.ts";
import { rootOf, wordsOf, wordsOfName } from "./words.ts";

export type Parameter = {
  readonly name: string;
  /** Roots of the words of its name. */
  readonly roots: readonly string[];
  /** Roots of the words of its description. */
  readonly about: ReadonlySet<string>;
  readonly description: string;
  readonly kinds: ReadonlySet<Kind>;
  readonly shape: Shape;
  readonly isRequired: boolean;
};

export type Field = {
  /** As an expression reads it below the output; empty for the output as a whole. */
  readonly path: string;
  readonly roots: readonly string[];
  readonly about: ReadonlySet<string>;
  readonly kinds: ReadonlySet<Kind>;
  readonly shape: Shape;
  /** Whether every output has it. */
  readonly isRequired: boolean;
};

export type ToolCard = {
  readonly tool: ToolDescription;
  readonly name: string;
  /** Roots of the words of its name. */
  readonly roots: readonly string[];
  readonly parameters: readonly Parameter[];
  readonly fields: readonly Field[];
};

/** Read a tool's name, description and schemas. */
function cardOf(tool: ToolDescription): ToolCard {
  const input = shapeOf(tool.inputSchema);
  const output = shapeOf(tool.outputSchema);
  return {
    tool,
    name: tool.name,
    roots: wordsOfName(tool.name).map(rootOf),
    parameters: [...(input.properties ?? [])].map(([name, property]) => ({
      ...describe(name, property),
      name,
      description: property.description,
      isRequired: property.isRequired && !property.hasDefault,
    })),
    fields: fieldsOf(output),
  };
}

/** Fields of the fields of an output are read, deeper ones are not. */
const FIELD_DEPTH = 2;

function fieldsOf(output: Shape): Field[] {
  if (output.properties === undefined || output.properties.size === 0) {
    const whole = { shape: output, description: "", isRequired: true, hasDefault: false };
    return [{ ...describe("", whole), path: "", isRequired: true }];
  }
  return [...propertiesBelow(output, "", FIELD_DEPTH)];
}

function* propertiesBelow(shape: Shape, prefix: string, depth: number): Generator<Field> {
  for (const [name, property] of shape.properties ?? []) {
    const path = prefix === "" ? name : `${prefix}.${name}`;
    yield { ...describe(name, property), path, isRequired: property.isRequired };
    if (depth > 1) yield* propertiesBelow(property.shape, path, depth - 1);
  }
}

/** Name, description and kinds of a parameter, a field, or a member of either. */
export function describe(name: string, { shape, description }: Property) {
  const words = wordsOfName(name);
  return {
    roots: words.map(rootOf),
    about: new Set(wordsOf(description).map(rootOf)),
    kinds: kindsOf(words.join(" "), description, shape),
    shape,
  };
}

const cards = new WeakMap<ToolDescription, ToolCard>();

/** The card of a tool, read once. */
export function cardFor(tool: ToolDescription): ToolCard {
  const known = cards.get(tool);
  if (known !== undefined) return known;
  const card = cardOf(tool);
  cards.set(tool, card);
  return card;
}
