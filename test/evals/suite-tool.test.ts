import { describe, expect, it } from "vitest";
import { graphOfPlan, refsIn } from "../../src/evals/call-graph.ts";
import { namedTools, toPlannerName, toSchema } from "../../src/evals/suite-tool.ts";
import { planSchema } from "../../src/plan/schema.ts";
import { describedTool } from "../../src/tools/described-tool.ts";

describe("a tool of a suite", () => {
  it.for([
    ["Audio-to-Audio", "audio_to_audio"],
    ["Hotels.SearchHotel", "hotels_search_hotel"],
    ["SkyScrapperFlightSearch", "sky_scrapper_flight_search"],
    ["getHTTPStatus", "get_http_status"],
    ["3D: model", "tool_3d_model"],
    ["Español: búsqueda", "espanol_busqueda"],
  ])("%s is offered as %s", ([name, planner]) => {
    expect(toPlannerName(name ?? "")).toBe(planner);
  });

  it("has a name of its own, of at most 64 characters", () => {
    const tool = (name: string) => ({ name, description: "d", input: {}, output: {} });
    const long = "x".repeat(80);
    const named = namedTools([tool("A b"), tool("a-b"), tool(long), tool(`${long}y`)]);
    expect(named.map(({ plannerName }) => plannerName)).toEqual([
      "a_b",
      "a_b_2",
      "x".repeat(64),
      `${"x".repeat(62)}_2`,
    ]);
  });

  it("has the types of JSON Schema, whatever its source calls them", () => {
    expect(
      toSchema({ type: "dict", properties: { a: { type: "float" } }, required: ["a"] }),
    ).toEqual({ type: "object", properties: { a: { type: "number" } }, required: ["a"] });
    expect(toSchema({ type: "Enum", allowed_values: ["a", "b", "a"] })).toEqual({
      type: "string",
      enum: ["a", "b"],
    });
    expect(toSchema({ type: "any", description: "x" })).toEqual({ description: "x" });
  });

  it("is checked against its schema, and cannot be called", async () => {
    const input = { type: "object", properties: { n: { type: "integer" } }, required: ["n"] };
    const tool = await describedTool({ name: "count", description: "d", input, output: {} });
    expect(tool.inputSchema).toEqual(input);
    const { validate } = tool.input["~standard"];
    expect(validate({ n: 1 })).toEqual({ value: { n: 1 } });
    expect(validate({ n: "1" })).toMatchObject({ issues: [{ path: ["n"] }] });
    expect(() => tool.run({ n: 1 }, {} as never)).toThrow("only described");
    const broken = { type: "objekt" };
    await expect(
      describedTool({ name: "x", description: "d", input: broken, output: {} }),
    ).rejects.toMatchObject({ code: "tool.invalid" });
  });
});

describe("the graph of a plan", () => {
  it("has nodes in the plan's order, edges by data and by order, and references as nodes", () => {
    const plan = planSchema.parse({
      goal: "g",
      subtasks: [
        { id: "last", tool: "write", dependsOn: ["first"], input: { text: "Sum: ${mid.n}" } },
        { id: "first", tool: "read", input: { path: "a", raw: "$${x}", by: "as ${inputs.me}" } },
        { id: "mid", tool: "count", input: { text: "${first.text}", list: ["${first}", 1] } },
      ],
    });
    const found = graphOfPlan(plan, (name) => name.toUpperCase());
    expect(found.nodes).toEqual([
      { tool: "WRITE", args: { text: { $text: ["Sum: {}", { $ref: 2, path: "n" }] } } },
      { tool: "READ", args: { path: "a", raw: "${x}", by: { $text: ["as ${inputs.me}"] } } },
      {
        tool: "COUNT",
        args: { text: { $ref: 1, path: "text" }, list: [{ $ref: 1, path: "" }, 1] },
      },
    ]);
    expect(found.edges).toEqual([
      [1, 0],
      [2, 0],
      [1, 2],
    ]);
    expect(refsIn(found.nodes[0]?.args ?? {})).toEqual([{ node: 2, path: "n" }]);
  });
});
