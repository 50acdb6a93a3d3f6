import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Json } from "../../src/base/json.ts";
import { compileTemplate, escapeJson } from "../../src/plan/expressions.ts";
import { fileReferences, lowerPlan } from "../../src/plan/lower.ts";
import type { Material } from "../../src/plan/lowering.ts";

const CALL = { id: "read", tool: "read_file", input: { path: "a.md" } };
const PLAN = { goal: "g", subtasks: [CALL] };

/** Text in which signs with a meaning are frequent. */
const odd = fc.string({ unit: fc.constantFrom("$", "{", "}", "a", "\\", "\n", "ü") });

describe("lowering", () => {
  it("leaves a plan without anything to lower as it is", () => {
    expect(lowerPlan(PLAN, new Map()).plan).toBe(PLAN);
  });

  it("takes text in so that it comes out again as it was", () => {
    fc.assert(
      fc.property(odd, fc.jsonValue(), (text, value) => {
        const json = { text, value, nested: escapeJson({ text }) } as Json;
        const { template, issues } = compileTemplate(escapeJson(json));
        expect(issues).toEqual([]);
        expect(template.isLiteral).toBe(true);
        expect(template.evaluate({})).toEqual(json);
      }),
    );
  });

  it("never throws, whatever the file says, and loses no subtask", () => {
    const subtask = fc.oneof(
      fc.jsonValue(),
      fc.dictionary(
        fc.constantFrom("id", "type", "tool", "prompt", "promptTemplate", "handler", "workflow"),
        fc.oneof(odd, fc.constantFrom("model", "function", "workflow", "tool"), fc.jsonValue()),
      ),
    );
    const file = fc.record({ goal: fc.string(), subtasks: fc.array(subtask) });
    fc.assert(
      fc.property(file, (value) => {
        fileReferences(value as Json);
        const { plan } = lowerPlan(value as Json, new Map());
        expect(plan).toMatchObject({ subtasks: { length: value.subtasks.length } });
      }),
    );
  });

  it("gives a template what it reads: inputs and outputs of its own accord", () => {
    const read = { field: undefined, line: 1, column: 1 };
    const template: Material = {
      kind: "template",
      file: "a.j2",
      text: "{{ inputs.x }} {{ read.text }} {{ own }} costs ${5}",
      reads: [
        { name: "inputs", ...read },
        { name: "read", ...read },
        { name: "own", ...read },
      ],
    };
    const ask = { id: "ask", promptTemplate: "a.j2", variables: { own: "${read.size}" } };
    const { plan, issues } = lowerPlan(
      { ...PLAN, subtasks: [CALL, ask] },
      new Map([["subtasks[1].promptTemplate", template]]),
    );
    expect(issues).toEqual([]);
    expect(plan).toMatchObject({
      subtasks: [
        CALL,
        {
          id: "ask",
          tool: "prompt_model",
          input: {
            template: "{{ inputs.x }} {{ read.text }} {{ own }} costs $${5}",
            variables: { inputs: "${inputs}", read: "${read}", own: "${read.size}" },
          },
        },
      ],
    });
  });

  it("gives a template what only its subtask has: elements by their names, and the iteration", () => {
    const readOf = (...names: string[]): Material => {
      const place = { field: undefined, line: 1, column: 1 };
      const reads = names.map((name) => ({ name, ...place }));
      return { kind: "template", file: "a.j2", text: "", reads };
    };
    const ask = {
      id: "ask",
      promptTemplate: "a.j2",
      forEach: { in: "${read.rows}", as: "row", forEach: { in: "${row}", as: "cell" } },
      refine: { iterations: 2, until: "${true}", check: { promptTemplate: "b.j2" } },
    };
    const { issues } = lowerPlan(
      { ...PLAN, subtasks: [CALL, ask] },
      new Map([
        ["subtasks[1].promptTemplate", readOf("row", "cell", "index", "iteration", "output")],
        ["subtasks[1].refine.check.promptTemplate", readOf("cell", "feedback", "output", "item")],
      ]),
    );
    expect(issues).toMatchObject(
      [
        { path: "subtasks[1].refine.check.promptTemplate", message: /reads item/ },
        { path: "subtasks[1].promptTemplate", message: /reads output/ },
      ].map((issue) => ({ ...issue, message: expect.stringMatching(issue.message) })),
    );
  });

  it("gives defaults to those that say nothing, and keeps what the others say", () => {
    const defaults = { timeout: "5s", approval: true };
    const { plan } = lowerPlan(
      { ...PLAN, defaults, subtasks: [CALL, { ...CALL, id: "b", approval: false }] },
      new Map(),
    );
    expect(plan).toEqual({
      goal: "g",
      subtasks: [
        { ...CALL, ...defaults },
        { ...CALL, id: "b", timeout: "5s", approval: false },
      ],
    });
  });

  it("leads every place of the plan back to the file", () => {
    const ask = { id: "ask", promptTemplate: "a.j2", outputSchema: {} };
    const { toFile } = lowerPlan({ ...PLAN, subtasks: [ask, CALL] }, new Map());
    expect(toFile("subtasks[0].input.variables.x")).toBe("subtasks[0].variables.x");
    expect(toFile("subtasks[0].input.template")).toBe("subtasks[0].promptTemplate");
    expect(toFile("subtasks[0].input.schema.type")).toBe("subtasks[0].outputSchema.type");
    expect(toFile("subtasks[0].tool")).toBe("subtasks[0]");
    expect(toFile("subtasks[0].timeout")).toBe("subtasks[0].timeout");
    expect(toFile("subtasks[1].input.path")).toBe("subtasks[1].input.path");
    expect(toFile("output")).toBe("output");
  });

  it("lowers the check of a refinement as it does a subtask", () => {
    const check = { promptTemplate: "judge.j2", outputSchema: { type: "object" } };
    const refine = { iterations: 3, until: "${check.good}", check };
    const file = {
      ...PLAN,
      subtasks: [
        { ...CALL, refine },
        { ...CALL, id: "b" },
      ],
    };
    expect(fileReferences(file).map(({ path }) => path)).toEqual([
      "subtasks[0].refine.check.promptTemplate",
      "subtasks[0].refine.check.outputSchema",
    ]);
    const reads = [{ name: "output", field: undefined, line: 1, column: 4 }];
    const template = { kind: "template", file: "judge.j2", text: "{{ output }}", reads } as const;
    const { plan, issues, toFile } = lowerPlan(
      file,
      new Map([["subtasks[0].refine.check.promptTemplate", template]]),
    );
    expect(issues).toEqual([]);
    expect(plan).toMatchObject({
      subtasks: [
        {
          ...CALL,
          refine: {
            iterations: 3,
            check: {
              tool: "prompt_model",
              input: { template: "{{ output }}", variables: { output: "${output}" } },
            },
          },
        },
        { id: "b" },
      ],
    });
    expect(toFile("subtasks[0].refine.check.input.template")).toBe(
      "subtasks[0].refine.check.promptTemplate",
    );
    expect(toFile("subtasks[0].input.path")).toBe("subtasks[0].input.path");
  });

  it("lets a check say that it is a tool call", () => {
    const check = { tool: "look", input: {} };
    const refine = { iterations: 2, until: "${check.good}" };
    const { plan } = lowerPlan(
      {
        ...PLAN,
        subtasks: [{ ...CALL, refine: { ...refine, check: { type: "tool", ...check } } }],
      },
      new Map(),
    );
    expect(plan).toEqual({ ...PLAN, subtasks: [{ ...CALL, refine: { ...refine, check } }] });
  });
});
