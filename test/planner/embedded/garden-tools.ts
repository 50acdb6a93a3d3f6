/** Tools of a garden and its workshop, told twice: in two sets of words for the same. */

import { z } from "zod";
import { defineTool } from "../../../src/tools/define-tool.ts";
import type { Tool } from "../../../src/tools/tool.ts";

type Telling = readonly [name: string, description: string];
type Shape = Record<string, z.ZodType>;
type GardenTool = {
  readonly words: Telling;
  readonly others: Telling;
  readonly effects: "none" | "read" | "write";
  readonly input: Shape;
  /** `undefined` where nobody says what comes out. */
  readonly output: Shape | undefined;
};

const text = () => z.string().describe("A text.");
const image = () => z.string().describe("An image file.");
const audio = () => z.string().describe("An audio file.");

const TOOLS: readonly GardenTool[] = [
  {
    words: ["sharpen_photo", "Sharpen a blurred picture."],
    others: ["refine_picture", "Make a blurry photo crisp."],
    effects: "none",
    input: { image: image() },
    output: { image: image() },
  },
  {
    words: ["frame_photo", "Put a decorative frame around a picture."],
    others: ["border_picture", "Add an ornamental border around a photo."],
    effects: "none",
    input: { image: image() },
    output: { image: image() },
  },
  {
    words: ["tree_age", "Estimate the age of a tree from a picture of its rings."],
    others: ["trunk_years", "Guess from a photo of the rings how old a tree is."],
    effects: "none",
    input: { image: image() },
    output: { text: text() },
  },
  {
    words: ["read_aloud", "Read a text aloud and give the recording."],
    others: ["speak_words", "Say a passage in a voice and give the sound."],
    effects: "none",
    input: { text: text() },
    output: { audio: audio() },
  },
  {
    words: ["clean_recording", "Remove crackle and hiss from a recording."],
    others: ["tidy_sound", "Erase hiss and crackle from audio."],
    effects: "none",
    input: { audio: audio() },
    output: { audio: audio() },
  },
  {
    words: ["name_bird", "Recognize the bird that sings in a recording."],
    others: ["identify_fowl", "Identify which bird sings in an audio file."],
    effects: "none",
    input: { audio: audio() },
    output: { text: text() },
  },
  {
    words: ["write_poem", "Write a poem about a subject."],
    others: ["compose_verse", "Compose a poem on a topic."],
    effects: "none",
    input: { text: text() },
    output: { text: text() },
  },
  {
    words: ["shorten_text", "Shorten a text to its main points."],
    others: ["condense_passage", "Condense a passage to what matters most."],
    effects: "none",
    input: { text: text() },
    output: { text: text() },
  },
  {
    words: ["find_plant", "Look up a plant by its name."],
    others: ["search_flora", "Search for a plant by what it is called."],
    effects: "read",
    input: { name: z.string().describe("Name of the plant.") },
    output: { plant_id: z.string().describe("Identifier of the plant."), family: z.string() },
  },
  {
    words: ["watering_schedule", "Say how often a plant needs to be watered."],
    others: ["irrigation_plan", "Tell how frequently a plant must get water."],
    effects: "read",
    input: { plant_id: z.string().describe("ID of the plant, from the look-up of plants.") },
    output: { schedule: z.string() },
  },
  {
    words: ["plant_diseases", "List the diseases that befall a plant."],
    others: ["plant_illnesses", "Enumerate the illnesses that a plant may catch."],
    effects: "read",
    input: { plant_id: z.string().describe("ID of the plant, from the look-up of plants.") },
    output: { diseases: z.array(z.string()) },
  },
  {
    words: ["reserve_greenhouse", "Reserve a greenhouse for a day."],
    others: ["book_glasshouse", "Book a greenhouse for a certain day."],
    effects: "write",
    input: { day: z.string().describe("The date of the reservation.") },
    output: undefined,
  },
  {
    words: ["hire_gardener", "Hire a gardener for a job."],
    others: ["employ_groundskeeper", "Employ a gardener for some work."],
    effects: "write",
    input: { job: z.string().describe("What is to be done, e.g. mow the lawn, prune the roses.") },
    output: undefined,
  },
  {
    words: ["order_seeds", "Order seeds at a shop."],
    others: ["buy_seeds", "Purchase seeds from a store."],
    effects: "write",
    input: { seeds: z.string().describe("The seeds to order."), shop: z.string() },
    output: undefined,
  },
];

function told({ effects, input, output }: GardenTool, [name, description]: Telling): Tool {
  const run = () => {
    throw new Error("Planning runs no tool.");
  };
  const given = output === undefined ? z.unknown() : z.object(output);
  return defineTool({ name, description, effects, input: z.object(input), output: given, run });
}

export function gardenTools(): Tool[] {
  return TOOLS.map((tool) => told(tool, tool.words));
}

/** The same tools under other names, with descriptions in other words. */
export function rewordedGardenTools(): Tool[] {
  return TOOLS.map((tool) => told(tool, tool.others));
}

/** The name in the first set of words of a tool that may be told in either. */
export function firstNameOf(name: string): string {
  return TOOLS.find(({ others }) => others[0] === name)?.words[0] ?? name;
}
