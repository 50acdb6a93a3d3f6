import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Json, JsonObject } from "../../src/base/json.ts";
import { type Plan, planSchema } from "../../src/plan/schema.ts";
import { applyPatch, applyWhole, keepFixed, type Patch } from "../../src/planner/patch.ts";
import { planOf } from "./revision-request.ts";

const PLAN = planOf({
  goal: "Save the top orders",
  budget: { usd: 1 },
  inputs: { count: { type: "integer", default: 3 } },
  accept: ["names the orders"],
  subtasks: [
    { id: "orders", tool: "read_table", input: { path: "orders.csv" }, timeout: "5s" },
    {
      id: "top",
      description: "The largest orders",
      tool: "take_rows",
      input: { rows: "${orders.rows}", count: "${inputs.count}" },
      dependsOn: [{ id: "orders", on: "success" }],
      retry: { attempts: 2 },
      fallback: "head_rows",
      accept: ["has three rows"],
      refine: { iterations: 3, until: "${size(output.rows) > 2}" },
      route: { branches: { large: "save" } },
    },
    {
      id: "save",
      tool: "save_text",
      input: { path: "${item}.txt", text: "${toJson(top.rows)}" },
      forEach: ["a", "b"],
      approval: true,
      idempotencyKey: "save-${item}",
    },
  ],
  output: "${top.rows}",
});

const patch = (given: Partial<Patch>) =>
  applyPatch(PLAN, { keep: [], replace: [], add: [], remove: [], ...given });
const offeredTop = { id: "top", tool: "take_rows", input: { rows: "${orders.rows}", count: 5 } };
const byId = ({ subtasks }: JsonObject, id: string) =>
  (subtasks as JsonObject[]).find((subtask) => subtask["id"] === id);

describe("a patch", () => {
  it("that names nothing gives the same plan", () => {
    expect(patch({})).toEqual({ plan: PLAN, issues: [] });
    expect(patch({ keep: ["orders", "top", "save"] })).toEqual({ plan: PLAN, issues: [] });
  });

  it("replaces in place, adds at the end and removes", () => {
    const added = { id: "more", tool: "read_table", input: { path: "more.csv" } };
    const { plan, issues } = patch({
      replace: [offeredTop],
      add: [added],
      remove: ["save"],
      output: "${more.rows}",
    });
    expect(issues).toEqual([]);
    const { subtasks, output, ...rest } = plan;
    expect((subtasks as JsonObject[]).map(({ id }) => id)).toEqual(["orders", "top", "more"]);
    expect(byId(plan, "orders")).toBe(PLAN.subtasks[0]);
    expect(byId(plan, "more")).toBe(added);
    expect(output).toBe("${more.rows}");
    const { subtasks: _, output: __, ...before } = PLAN;
    expect(rest).toEqual(before);
  });

  it("keeps what people have said about a subtask, and what suits the same tool", () => {
    const { retry, fallback, accept, refine, route, description } = PLAN.subtasks[1] ?? {};
    expect(byId(patch({ replace: [offeredTop] }).plan, "top")).toEqual({
      ...offeredTop,
      ...{ description, retry, fallback, accept, refine, route },
    });
  });

  it("drops what speaks of a tool that the subtask calls no more", () => {
    const replace = [{ ...offeredTop, tool: "head_rows" }];
    const { retry, accept } = PLAN.subtasks[1] ?? {};
    expect(byId(patch({ replace }).plan, "top")).toEqual({ ...replace[0], retry, accept });
  });

  it.each([
    ["as long as its input speaks of one", { path: "${item}.md", text: "x" }, true],
    ["not when its input speaks of none", { path: "all.md", text: "x" }, false],
  ])("does a subtask for each item %s", (_when, input, stays) => {
    for (const tool of ["save_text", "write_text"]) {
      const next = byId(patch({ replace: [{ id: "save", tool, input }] }).plan, "save");
      expect(next?.["forEach"] !== undefined).toBe(stays);
      expect(next).toMatchObject({ approval: true, idempotencyKey: "save-${item}" });
    }
  });

  it("leaves a subtask alone of which it says nothing new, in whichever words", () => {
    const input = { count: "${inputs.count}", rows: "${orders.rows}" };
    const same = { id: "top", tool: "take_rows", input, dependsOn: ["orders"], optional: false };
    const { plan, issues } = patch({ keep: ["top"], replace: [same] });
    expect(issues).toEqual([]);
    expect(byId(plan, "top")).toBe(PLAN.subtasks[1]);
  });

  it("lets nobody overwrite what people have said", () => {
    const sly = { id: "save", tool: "save_text", input: { path: "${item}" }, approval: false };
    expect(byId(patch({ replace: [sly] }).plan, "save")).toMatchObject({ approval: true });
  });

  it.each<[string, Partial<Patch>, object]>([
    ["a removed id that the plan does not have", { remove: ["sav"] }, { path: "remove[0]" }],
    ["a kept id that the plan does not have", { keep: ["top", "x"] }, { path: "keep[1]" }],
    [
      "a replaced id that the plan does not have",
      { replace: [{ ...offeredTop, id: "tpo" }] },
      { path: "replace[0].id", hint: expect.stringContaining("Did you mean top?") },
    ],
    ["a replaced subtask without an id", { replace: [{ tool: "a" }] }, { path: "replace[0].id" }],
    [
      "an added id that the plan has",
      { add: [offeredTop] },
      { path: "add[0].id", code: "plan.duplicate_id", hint: expect.stringContaining("replace") },
    ],
    [
      "an id added twice",
      {
        add: [
          { id: "x", tool: "a" },
          { id: "x", tool: "b" },
        ],
      },
      { path: "add[1].id", code: "plan.duplicate_id" },
    ],
    [
      "an id replaced twice",
      { replace: [offeredTop, { ...offeredTop, tool: "b" }] },
      { path: "replace[1].id", code: "plan.duplicate_id" },
    ],
    ["an id kept and removed", { keep: ["save"], remove: ["save"] }, { path: "keep[0]" }],
    ["an id kept and replaced", { keep: ["top"], replace: [offeredTop] }, { path: "keep[0]" }],
    [
      "an id replaced and removed",
      { replace: [offeredTop], remove: ["top"] },
      { path: "replace[0].id" },
    ],
    [
      "an id removed and added",
      { remove: ["top"], add: [offeredTop] },
      { path: "add[0].id", code: "plan.duplicate_id" },
    ],
  ])("with %s is told so, with the place and the cure", (_what, given, issue) => {
    expect(patch(given).issues).toEqual([
      expect.objectContaining({ hint: expect.stringMatching(/\w/), ...issue }),
    ]);
  });
});

describe("a whole plan", () => {
  it("takes over by id, and keeps what is not its to say", () => {
    const plan = applyWhole(PLAN, [
      { id: "orders", tool: "read_table", input: { path: "orders.csv" } },
      { id: "top", tool: "head_rows", input: { rows: "${orders.rows}" } },
      "nonsense",
    ]);
    expect(byId(plan, "orders")).toBe(PLAN.subtasks[0]);
    expect(byId(plan, "top")).toMatchObject({ tool: "head_rows", retry: { attempts: 2 } });
    expect((plan["subtasks"] as Json[])[2]).toBe("nonsense");
    const { goal, budget, inputs, accept, output } = PLAN;
    expect(plan).toMatchObject({ goal, budget, inputs, accept, output });
    expect(applyWhole(PLAN, [], "${x}")["output"]).toBe("${x}");
  });

  it("that holds no list is left for the check", () => {
    expect(applyWhole(PLAN, "all")).toMatchObject({ subtasks: "all" });
  });
});

it("has what is fixed as it was, where only words about it differ", () => {
  const [orders, , save] = PLAN.subtasks;
  const told = applyWhole(PLAN, [
    { ...orders, description: "Read them" },
    { ...save, description: "Write them", optional: true },
  ] as Json);
  const kept = keepFixed(PLAN, told, new Set(["save"]));
  expect(byId(kept, "save")).toBe(save);
  expect(byId(kept, "orders")).toMatchObject({ description: "Read them" });
  const changed = applyWhole(PLAN, [{ id: "save", tool: "save_text", input: {} }]);
  expect(keepFixed(PLAN, changed, new Set(["save"]))).toEqual(changed);
});

const ids = fc.constantFrom("a", "b", "c", "d", "e");
const subtask = fc.record(
  {
    id: ids,
    tool: fc.constantFrom("read", "write"),
    input: fc.dictionary(fc.constantFrom("x", "y"), fc.constantFrom("1", "${a}", "${item}")),
    description: fc.constantFrom("One", "Two"),
    dependsOn: fc.uniqueArray(fc.oneof(ids, fc.record({ id: ids, on: fc.constant("success") }))),
    optional: fc.boolean(),
  },
  { requiredKeys: ["id", "tool"] },
) as fc.Arbitrary<JsonObject>;
const settings = fc.record(
  {
    timeout: fc.constantFrom("1s", "2s"),
    approval: fc.boolean(),
    forEach: fc.constant(["p", "q"]),
    fallback: fc.constant("other"),
  },
  { requiredKeys: [] },
);
const someId = (one: JsonObject) => one["id"] as string;
const plans: fc.Arbitrary<Plan> = fc
  .uniqueArray(fc.tuple(subtask, settings), { minLength: 1, selector: ([one]) => someId(one) })
  .map((pairs) => pairs.map(([one, set]) => ({ ...one, ...set })))
  .map((subtasks) => planSchema.parse({ goal: "g", subtasks, output: "${a}" }));
const patches: fc.Arbitrary<Patch> = fc.record({
  keep: fc.array(ids, { maxLength: 3 }),
  replace: fc.array(subtask, { maxLength: 3 }),
  add: fc.array(subtask, { maxLength: 3 }),
  remove: fc.array(ids, { maxLength: 3 }),
});

describe("of any plan", () => {
  it("a patch that keeps everything gives the same plan", () => {
    fc.assert(
      fc.property(plans, (plan) => {
        const keep = plan.subtasks.map(({ id }) => id);
        const replace = plan.subtasks as unknown as JsonObject[];
        for (const kept of [
          { keep, replace: [] },
          { keep: [], replace },
          { keep, replace },
        ]) {
          const { plan: patched, issues } = applyPatch(plan, { add: [], remove: [], ...kept });
          expect(issues).toEqual([]);
          expect(patched).toEqual(plan);
        }
        expect(applyWhole(plan, replace)).toEqual(plan);
      }),
    );
  });

  it("a patch leaves ids unique, or there is an issue", () => {
    let clean = 0;
    fc.assert(
      fc.property(plans, patches, (plan, given) => {
        const { plan: patched, issues } = applyPatch(plan, given);
        const left = (patched["subtasks"] as JsonObject[]).map(({ id }) => id);
        if (issues.length > 0) return;
        clean++;
        expect(new Set(left).size).toBe(left.length);
        const removed = new Set(given.remove);
        const wanted = [...plan.subtasks.map(({ id }) => id), ...given.add.map(someId)];
        expect(left).toEqual(wanted.filter((id) => !removed.has(id)));
        // What the patch does not name is the same object.
        const named = new Set([...given.replace, ...given.add].map(someId));
        for (const old of plan.subtasks) {
          if (named.has(old.id) || removed.has(old.id)) continue;
          expect(byId(patched, old.id)).toBe(old);
        }
      }),
      { numRuns: 1000 },
    );
    expect(clean).toBeGreaterThan(20);
  });

  it("what people have said about a subtask survives whatever is said anew", () => {
    fc.assert(
      fc.property(plans, patches, (plan, { replace }) => {
        const patched = applyPatch(plan, { keep: [], add: [], remove: [], replace }).plan;
        for (const old of plan.subtasks) {
          const { timeout, approval } = byId(patched, old.id) ?? {};
          expect([timeout, approval]).toEqual([old.timeout, old.approval]);
        }
      }),
    );
  });
});
