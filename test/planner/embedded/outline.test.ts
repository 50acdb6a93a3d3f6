import { expect, test } from "vitest";
import { z } from "zod";
import { defineTool } from "../../../src/tools/define-tool.ts";
import { gardenTools } from "./garden-tools.ts";
import { planFor, sketch } from "./planning.ts";
import { offlineTools } from "./tools.ts";

const tools = gardenTools();
const never = { refuse: "never" } as const;

const UNCLEAR =
  "I have a blurred photo oak.jpg. I want to sharpen it, estimate the age of the tree in it and read the result aloud.";

test("a goal that is refused as unclear gets the plan that comes closest when asked never to refuse", async () => {
  expect(await planFor("Juggle oak.jpg and frame it", tools)).toMatchObject({ status: "failed" });
  expect(await planFor("Juggle oak.jpg and frame it", tools, never)).toMatchObject({
    status: "planned",
    plan: { subtasks: [{ tool: "frame_photo", input: { image: "oak.jpg" } }] },
  });
});

test("a goal that no tool has anything to do with is refused all the same", async () => {
  expect(await planFor("Juggle", tools, never)).toMatchObject({
    status: "failed",
    issues: [{ code: "goal.not_understood" }],
  });
});

test("what a step gives goes to the step that takes such a thing", async () => {
  expect((await sketch(UNCLEAR, tools, never)).calls).toEqual([
    ["sharpen_photo", { image: "oak.jpg" }],
    ["tree_age", { image: "${sharpen_photo.image}" }],
    ["read_aloud", { text: "${tree_age.text}" }],
  ]);
});

test("a quoted text and a file go to the tools that take them, and to no other", async () => {
  const goal = "Frame oak.jpg, and write a poem about 'an old oak'";
  expect((await sketch(goal, tools, never)).calls).toEqual([
    ["frame_photo", { image: "oak.jpg" }],
    ["write_poem", { text: "an old oak" }],
  ]);
});

test("an id that nobody says is looked up once for all tools that need it", async () => {
  const goal = "Tell me the diseases of the plant basil and its watering schedule";
  const { calls, batches } = await sketch(goal, tools, never);
  expect(calls.slice(1)).toEqual([
    ["plant_diseases", { plant_id: "${find_plant.plant_id}" }],
    ["watering_schedule", { plant_id: "${find_plant.plant_id}" }],
  ]);
  expect(batches).toEqual([["find_plant"], ["plant_diseases", "watering_schedule"]]);
});

test("what nobody has said is an input of the plan, and no value is invented", async () => {
  const outcome = await planFor("Read aloud", tools, never);
  expect(outcome).toMatchObject({
    plan: {
      inputs: { read_aloud_text: { type: "string", description: "A text." } },
      subtasks: [{ tool: "read_aloud", input: { text: "${inputs.read_aloud_text}" } }],
    },
  });
});

test("what changes the world is done in the order in which it was told", async () => {
  const goal = "Order sunflower seeds at Bloom, then reserve a greenhouse for December 5th";
  expect((await sketch(goal, tools, never)).batches).toEqual([
    ["order_seeds"],
    ["reserve_greenhouse"],
  ]);
});

test("what is said to come first is done first", async () => {
  const goal = "Reserve a greenhouse for December 5th, but order tomato seeds at Greenleaf first";
  expect((await sketch(goal, tools, never)).batches).toEqual([
    ["order_seeds"],
    ["reserve_greenhouse"],
  ]);
});

test("of what nobody has told the result, at most the next step goes on with it", async () => {
  const goal =
    "Hire a gardener to mow the lawn, order tomato seeds at Greenleaf, and reserve a greenhouse for the gardener";
  expect((await sketch(goal, tools, never)).calls.at(-1)).toEqual([
    "reserve_greenhouse",
    { day: "${inputs.reserve_greenhouse_day}" },
  ]);
});

test.each([
  ["Sharpen the picture. Please use 'oak.jpg' as the input picture of the tree.", "sharpen_photo"],
  ["Frame the picture oak.jpg, which shows a bird that sings.", "frame_photo"],
  ["Shorten 'Roses need sun.' My picture of the old tree is on the wall.", "shorten_text"],
])("what a goal only tells of what is at hand asks for no tool: %s", async (goal, tool) => {
  expect((await sketch(goal, tools, never)).calls.map(([name]) => name)).toEqual([tool]);
});

test("what somebody wants to be done is asked for", async () => {
  const { calls } = await sketch("Frame oak.jpg. I want the text to be read aloud.", tools, never);
  expect(calls.map(([tool]) => tool)).toEqual(["frame_photo", "read_aloud"]);
});

test("words of the goal are no file", async () => {
  const image = z.string().describe("An image file.");
  const join = defineTool({
    name: "join_photos",
    description: "Join two pictures to one wide picture.",
    input: z.object({ image, image_2: image }),
    output: z.object({ image }),
    run: () => ({ image: "" }),
  });
  const goal = "Create a wide picture of 'oak.jpg' with roses in it";
  expect((await sketch(goal, [...tools, join], never)).calls).toEqual([
    ["join_photos", { image: "oak.jpg", image_2: "${inputs.join_photos_image_2}" }],
  ]);
});

test("what is not to be done is left out", async () => {
  const goal = "Hire a gardener to mow the lawn, but do not reserve a greenhouse";
  expect((await sketch(goal, tools, never)).calls.map(([tool]) => tool)).toEqual(["hire_gardener"]);
});

test("of a tool without an output schema the description says what it gives", async () => {
  const untold = gardenTools().map((tool) =>
    tool.name === "read_aloud" ? { ...tool, outputSchema: {} } : tool,
  );
  const goal = "Read 'Welcome to the garden' aloud and remove the hiss from the recording";
  expect((await sketch(goal, untold, never)).calls).toEqual([
    ["read_aloud", { text: "Welcome to the garden" }],
    ["clean_recording", { audio: "${read_aloud}" }],
  ]);
});

test("quotation marks around the whole goal make no difference", async () => {
  const goal = "Sharpen oak.jpg and then frame it";
  const { calls } = await sketch(goal, tools, never);
  expect((await sketch(`"${goal}"`, tools, never)).calls).toEqual(calls);
});

test("where no tool is worth its cost the one that comes closest is called", async () => {
  const [lone] = tools.filter(({ name }) => name === "tree_age");
  const goal = "Say something about the rings on my fingers";
  const { calls } = await sketch(goal, lone ? [lone] : [], never);
  expect(calls.map(([tool]) => tool)).toEqual(["tree_age"]);
});

test("the same goal gives the same plan, with other goals planned in between", async () => {
  const first = await planFor(UNCLEAR, tools, never);
  await planFor("Write a poem about rain and read it aloud", tools, never);
  await planFor("Count the words of notes.md", offlineTools(), never);
  expect(await planFor(UNCLEAR, gardenTools(), never)).toEqual(first);
});

test("a goal that is longer than a rough reading takes is refused", async () => {
  expect(await planFor("frame oak.jpg ".repeat(1_000), tools, never)).toMatchObject({
    status: "failed",
    issues: [{ code: "goal.not_understood" }],
  });
});
