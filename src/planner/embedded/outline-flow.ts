/** What can be handed from one tool to another, by the words for what is given and taken. */

import { rolesInText } from "./outline-roles.ts";
import { synonymsOf } from "./thesaurus.ts";
import type { Field, Parameter, ToolCard } from "./tool-card.ts";
import { rootOf, wordsOfName } from "./words.ts";

/** Where only the description says what is given. */
const TOLD = 0.5;

const told = new WeakMap<ToolCard, readonly Field[]>();

/** What a tool gives: the fields of its schema or, without one, what its description speaks of. */
export function fieldsGiven(card: ToolCard): readonly Field[] {
  const { name, tool, fields } = card;
  const [whole] = fields;
  if (whole === undefined || whole.path !== "") return fields;
  const known = told.get(card);
  if (known !== undefined) return known;
  const { wanted } = rolesInText(wordsOfName(name).join(" "), tool.description);
  const about = new Set([...wanted].flatMap((root) => [root, ...synonymsOf(root)]));
  const found = [{ ...whole, about }];
  told.set(card, found);
  return found;
}

/** Whether nothing but a description may say what it is. */
export function isUntold({ path, shape }: Field): boolean {
  return path === "" && shape.isAny;
}

/** How well what a tool gives is what a parameter takes, 0 to 1, by the words for both. */
export function flow(field: Field, parameter: Parameter): number {
  const { roots: from, about } = field;
  if (!isPassable(field, parameter)) return 0;
  const to = parameter.roots.filter((root) => !/^\d+$/.test(root));
  const own = from.filter((root) => !/^\d+$/.test(root));
  if (own.length === 0) return to.some((root) => about.has(root)) ? TOLD : 0;
  if (own.join() === to.join()) return 1;
  if (own.at(-1) === to.at(-1)) return 0.8;
  if (own.some((root) => to.includes(root))) return 0.6;
  if (own.some((root) => parameter.about.has(root))) return 0.5;
  if (to.some((root) => about.has(root))) return 0.5;
  return own.some((root) => to.some((other) => synonymsOf(root).has(other))) ? 0.4 : 0;
}

/** Kinds of things that are no text, whatever schemas say of them. */
const MEDIA = ["image", "audio", "video", "url", "text"].map(rootOf);
const TEXT = rootOf("text");

/** Whether such a value may be handed over at all. */
export function isPassable(field: Field, parameter: Parameter): boolean {
  const [from, to] = [field.shape, parameter.shape];
  const given = mediaOf(field);
  const taken = mediaOf(parameter);
  const isText = taken.length === 0 || taken.includes(TEXT);
  if (given.length > 0 && taken.length > 0 && !given.some((one) => taken.includes(one)))
    return false;
  if (given.length === 0 && !isText) return false;
  if (from.isAny || to.isAny) return true;
  if (from.takesText) return to.takesText && to.choices.length === 0;
  if (from.takesNumber) return to.takesNumber || to.takesText;
  if (from.takesBoolean) return to.takesBoolean || to.takesText;
  return to.takesText || to.element !== undefined || to.properties !== undefined;
}

function mediaOf({ roots, about }: Field | Parameter): string[] {
  const named = MEDIA.filter((medium) => roots.includes(medium));
  return named.length > 0 ? named : MEDIA.filter((medium) => about.has(medium));
}
