/** Seeded goals, of whose plans some subtasks give something poor at the first tries. */

import type { PlanDraft } from "../src/index.ts";
import { seeded } from "./graphs.ts";

export type Step = {
  readonly id: string;
  /** `compose` asks a model, the others look. */
  readonly tool: "search" | "read" | "compose";
  /** Indices of the steps whose texts it is given. */
  readonly needs: readonly number[];
  /** Of what it gives. */
  readonly characters: number;
  /** How often it is produced with a flaw before it is good. */
  readonly poorTries: number;
};

export type Case = {
  readonly goal: string;
  readonly steps: readonly Step[];
  /** Of its steps, how many are poor at first. */
  readonly toBlame: number;
};

const FEWEST = 4;
const MOST = 12;
const MOST_TO_BLAME = 3;
/** Of those to blame, how many are still poor when they are mended once. */
const TWICE_POOR = 0.2;
const SEARCHES = 0.4;
const LOOKED_UP = { fewest: 1_500, most: 5_000 };
const COMPOSED = { fewest: 600, most: 2_000 };

export function flawedCases(count: number, seed: number): Case[] {
  const random = seeded(seed);
  return Array.from({ length: count }, (_, at) => flawedCase(at + 1, random));
}

function flawedCase(number: number, random: () => number): Case {
  const between = (fewest: number, most: number) =>
    fewest + Math.floor(random() * (most - fewest + 1));
  const layers = layersOf(between(FEWEST, MOST), between);
  const all = layers.flat();
  const toBlame = between(1, MOST_TO_BLAME);
  const poor = new Set(shuffled(all, random).slice(0, toBlame));
  const steps = layers.flatMap((layer, depth) =>
    layer.map((index): Step => {
      const isLook = depth === 0;
      const sizes = isLook ? LOOKED_UP : COMPOSED;
      const earlier = shuffled(layers[depth - 1] ?? [], random);
      return {
        id: `s${index + 1}`,
        tool: isLook ? (random() < SEARCHES ? "search" : "read") : "compose",
        needs: earlier.slice(0, between(1, 2)).sort((a, b) => a - b),
        characters: between(sizes.fewest, sizes.most),
        poorTries: poor.has(index) ? (random() < TWICE_POOR ? 2 : 1) : 0,
      };
    }),
  );
  return { goal: `Write report number ${number} about the cities of the north`, steps, toBlame };
}

/** About a third only looks; what follows is written in one to three layers. */
function layersOf(count: number, between: (fewest: number, most: number) => number): number[][] {
  const looks = Math.max(1, Math.round(count / 3));
  const depth = between(1, 3);
  const width = Math.ceil((count - looks) / depth);
  const layers: number[][] = [[]];
  for (let index = 0; index < count; index += 1) {
    const layer = index < looks ? 0 : 1 + Math.floor((index - looks) / width);
    layers[layer] = [...(layers[layer] ?? []), index];
  }
  return layers;
}

function shuffled(values: readonly number[], random: () => number): number[] {
  return values
    .map((value) => ({ value, place: random() }))
    .sort((a, b) => a.place - b.place)
    .map(({ value }) => value);
}

/** The plan that the planner writes, each time that it is asked for one. */
export function planFor({ steps }: Case): Pick<PlanDraft, "subtasks" | "output"> {
  const used = new Set(steps.flatMap(({ needs }) => needs));
  const last = steps.filter((_, index) => !used.has(index));
  return {
    subtasks: steps.map((step) => subtaskOf(steps, step, 1)),
    output: last.map(({ id }) => `\${${id}.text}`).join("\n\n"),
  };
}

/** A step as the planner writes it. @param round from 1; later ones are told in other words */
export function subtaskOf(
  steps: readonly Step[],
  { id, tool, needs }: Step,
  round: number,
): PlanDraft["subtasks"][number] {
  const again = round === 1 ? "" : ` Round ${round}: what was left open must be there.`;
  if (tool !== "compose") {
    return { id, tool, input: { about: `What ${id} is to know about the cities.${again}` } };
  }
  const material = needs.map((index) => `${steps[index]?.id}.text`).join(", ");
  const brief = `Write the part ${id} of the report, from the material alone, without headings.${again}`;
  return { id, tool, input: { brief, material: `\${[${material}]}` } };
}

/** The steps that are poor, and all that is made of them. @param round from 1 */
export function runAgain({ steps }: Case, round: number): ReadonlySet<string> {
  const again = new Set<number>();
  for (const [index, { poorTries, needs }] of steps.entries()) {
    if (poorTries >= round || needs.some((need) => again.has(need))) again.add(index);
  }
  return new Set([...again].map((index) => steps[index]?.id ?? ""));
}

const WORDS = "In the north the harbours lie open and the winters are long and dark. ";

/**
 * What a step gives: the same whenever it is good, with a mark for each flaw of its own and of
 * what it is made of.
 * @param tries how often it has been produced, with this time
 */
export function textOf(step: Step, tries: number, material: string): string {
  const own = tries <= step.poorTries ? [step.id] : [];
  const marks = [...own, ...flawsIn(material)].map((id) => ` (left open: ${id})`).join("");
  const words = WORDS.repeat(Math.ceil(step.characters / WORDS.length));
  return `${step.id}: ${words.slice(0, step.characters)}${marks}`;
}

/** The ids of the steps whose flaws can be seen in a text, each once. */
export function flawsIn(text: string): string[] {
  const marks = text.matchAll(/\(left open: (s\d+)\)/g);
  return [...new Set(Array.from(marks, ([, id]) => id ?? ""))];
}
