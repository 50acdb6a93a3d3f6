/** Whether an output's field can be handed to a parameter, and how well it goes there. */

import type { Kind } from "./kinds.ts";
import type { Shape } from "./shape.ts";
import type { Field, Parameter, ToolCard } from "./tool-card.ts";
import { rootOf } from "./words.ts";

/** What only a value of the same kind can be. */
const STRICT: readonly Kind[] = [
  "path",
  "folder",
  "glob",
  "url",
  "email",
  "phone",
  "date",
  "sum",
  "regex",
  "code",
  "language",
  "place",
  "person",
  "column",
  "query",
  "title",
];

/** What lies elsewhere, or is no text to work on, though it is a text. */
const NO_CONTENT: readonly Kind[] = ["path", "folder", "glob", "url", "email", "phone", "date"];

const SAME_TYPE = 0.3;
const SAME_KIND = 0.1;
const SAME_NAME = 0.1;
/** A parameter that takes anything. */
const ANYTHING = 0.18;

/**
 * How well a field goes with a parameter, 0 to about 0.6.
 * @returns undefined when it cannot be handed over
 */
export function suit(field: Field, parameter: Parameter, card: ToolCard): number | undefined {
  const strict = STRICT.filter((kind) => parameter.kinds.has(kind));
  const isContent = parameter.kinds.has("content");
  const sharesKind = [...parameter.kinds].some((kind) => field.kinds.has(kind));
  const sharesName = parameter.roots.some((root) => field.roots.includes(root));
  if (strict.length > 0 && !isContent && !sharesKind) return undefined;
  const base = typeFit(field.shape, parameter.shape, card, isContent);
  if (base === undefined) return undefined;
  // A path is a text, but none to work on.
  const isStrict = isText(field.shape) && STRICT.some((kind) => field.kinds.has(kind));
  const isForeign = isContent && !sharesKind && isStrict && !isList(field);
  if (isForeign && !isSink(card)) return undefined;
  // Not every number is the number that is asked for.
  if (isNumber(field.shape) && isNumber(parameter.shape) && !sharesName) return undefined;
  if (
    strict.length === 0 &&
    !isContent &&
    !sharesKind &&
    !sharesName &&
    base !== ANYTHING &&
    !parameter.shape.takesText &&
    parameter.shape.element === undefined
  )
    return undefined;
  return (
    base +
    (sharesKind && base >= 0.1 ? SAME_KIND : 0) +
    (sharesName ? SAME_NAME : 0) -
    (isForeign ? 0.05 : 0)
  );
}

/** Names or terms, which together are a text. */
function isList({ shape, kinds }: Field): boolean {
  return shape.element?.takesText === true && !NO_CONTENT.some((kind) => kinds.has(kind));
}

/** A text, or a list of texts. */
function isText({ takesText, element }: Shape): boolean {
  return takesText || element?.takesText === true;
}

function isNumber(shape: Shape): boolean {
  return shape.takesNumber && !shape.takesText;
}

const WRITING = new Set(
  "write save store send post put export append publish email print upload submit notify message log record"
    .split(" ")
    .map(rootOf),
);

/** Whether a tool writes down or sends off whatever it is given. */
export function isSink({ tool, roots }: ToolCard): boolean {
  return tool.effects === "write" && roots.some((root) => WRITING.has(root));
}

function typeFit(from: Shape, to: Shape, card: ToolCard, isContent: boolean): number | undefined {
  if (to.isAny) return ANYTHING;
  if (from.isAny) return 0.1;
  if (from.takesText && to.takesText && from.choices.length === 0) return SAME_TYPE;
  if (from.takesNumber && to.takesNumber) return SAME_TYPE;
  if (from.takesBoolean && to.takesBoolean) return SAME_TYPE;
  if (from.element !== undefined && to.element !== undefined) {
    return elementFit(from.element, to.element);
  }
  if (from.properties !== undefined && to.properties !== undefined) return SAME_TYPE;
  if (!to.takesText || to.choices.length > 0) return undefined;
  if (from.element?.takesText) return isContent ? 0.12 : undefined;
  // Whatever there is can be written down; as a text to work on it would be nonsense.
  return isSink(card) ? 0.03 : undefined;
}

function elementFit(from: Shape, to: Shape): number | undefined {
  if (to.isAny || from.isAny) return ANYTHING;
  if (from.properties !== undefined) return to.properties === undefined ? undefined : SAME_TYPE;
  if (from.takesText && to.takesText) return SAME_TYPE;
  return from.takesNumber && to.takesNumber ? SAME_TYPE : undefined;
}

/** Whether a parameter takes something to work on, rather than saying how. */
export function takesContent({ kinds, shape }: Parameter): boolean {
  if (kinds.has("content")) return true;
  if (STRICT.some((kind) => kinds.has(kind)) || kinds.has("count")) return false;
  const element = shape.element ?? shape;
  if (shape.choices.length > 0 || element.choices.length > 0) return false;
  return (
    shape.isAny || shape.takesText || shape.element !== undefined || shape.properties !== undefined
  );
}

/** What authors call the output that counts. */
const RESULTS = new Set(["result", "results", "output", "answer"]);

/** "searched", of a tool that searches, says how much it did. */
function isNamedLike({ roots: own, shape }: Field, [verb, ...rest]: readonly string[]): boolean {
  const names = isNumber(shape) ? rest : [verb, ...rest];
  return own.length > 0 && own.every((root) => names.includes(root));
}

/** The field that stands for the whole output where nothing else is said. */
export function mainField(card: ToolCard): Field {
  const field = mainFields.get(card) ?? findMainField(card);
  mainFields.set(card, field);
  return field;
}

const mainFields = new WeakMap<ToolCard, Field>();

function findMainField({ fields, roots }: ToolCard): Field {
  const rank = (field: Field) =>
    (isNamedLike(field, roots) ? 2 : 0) +
    (RESULTS.has(field.path) ? 1.6 : 0) +
    (field.kinds.has("content") ? 1.5 : 0) +
    (field.isRequired ? 0.2 : 0) -
    (field.path.includes(".") ? 1 : 0);
  return fields.toSorted((a, b) => rank(b) - rank(a))[0] as Field;
}

/** Whether a tool brings things together: two texts, two tables. */
export function takesSeveral({ parameters }: ToolCard): boolean {
  return (
    parameters.filter((parameter) => parameter.isRequired && takesContent(parameter)).length > 1
  );
}
