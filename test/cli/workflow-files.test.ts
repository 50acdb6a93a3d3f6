/** Workflow files as people keep them: on disk, with what they name beside them. */

import { mkdir } from "node:fs/promises";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import type { Issue } from "../../src/base/errors.ts";
import { answer, ProtocolServer, WIRES } from "../protocol-server.ts";
import { type Folder, makeFolder } from "./folder.ts";

const WIRE = WIRES.find(({ name }) => name === "openai-compatible") ?? expect.fail("no such wire");

const TRIAGE = `version: 1
workflow: { id: triage, version: 1.2.0 }
goal: Say what a ticket is about
inputs: { text: { type: string } }
defaults: { timeout: 30s }
subtasks:
  - id: classify
    promptTemplate: prompts/classify.j2
    variables: { kinds: [billing, other] }
    outputSchema: schemas/classify.json
  - id: check
    handler: validators/structure.ts
    input: { label: "\${classify.label}" }
output: "\${check}"
`;

const FILES = {
  "flows/triage.yaml": TRIAGE,
  "flows/prompts/classify.j2": 'One of {{ kinds | join: ", " }}: {{ inputs.text }} for ${5}?\n',
  "flows/schemas/classify.json": `{
  "type": "object",
  "properties": { "label": { "enum": ["billing", "other"] } },
  "required": ["label"],
  "additionalProperties": false
}`,
  "flows/validators/structure.ts": `export const effects = "none";
export default ({ label }: { label: string }) => ({ label, isMoney: label === "billing" });
`,
};

async function folderWith(files: Readonly<Record<string, string>>): Promise<Folder> {
  const folder = await makeFolder();
  for (const [name, text] of Object.entries(files)) {
    await mkdir(join(folder.path, dirname(name)), { recursive: true });
    await folder.write(name, text);
  }
  return folder;
}

const says = (...pieces: readonly string[]) => answer(WIRE, { pieces });

describe("a workflow file", () => {
  it("asks by a template, holds the answer to a schema, and calls a function with it", async () => {
    await using server = await ProtocolServer.start(says('{"label": "billing"}'));
    await using folder = await folderWith(FILES);
    const model = ["--model", WIRE.model(server.url)];
    const run = ["run", "flows/triage.yaml", "--input", "text=My invoice", "--json", ...model];
    const { code, stdout } = await folder.planwright(...run);
    expect([code, JSON.parse(stdout).output]).toEqual([0, { label: "billing", isMoney: true }]);
    expect(JSON.stringify(server.received[0]?.body)).toContain(
      "One of billing, other: My invoice for ${5}?",
    );
  });

  it("is stored as a plan that needs neither template nor schema any more", async () => {
    await using server = await ProtocolServer.start(says('{"label": "other"}'));
    await using folder = await folderWith(FILES);
    const model = ["--model", WIRE.model(server.url)];
    await folder.planwright("run", "flows/triage.yaml", "--input", "text=Hi", ...model);
    const [{ runId }] = JSON.parse((await folder.planwright("runs", "--json")).stdout);
    for (const name of ["flows/prompts/classify.j2", "flows/schemas/classify.json"]) {
      await folder.write(name, "{{ broken");
    }
    const again = await folder.planwright("restart", runId, "--json", ...model);
    expect(JSON.parse(again.stdout)).toMatchObject({
      status: "succeeded",
      output: { label: "other", isMoney: false },
    });
  });

  it("may name its model itself, and then needs no other", async () => {
    await using server = await ProtocolServer.start(says("Good ", "morning"));
    const plan = `goal: Greet
subtasks:
  - id: greet
    prompt: Greet \${'Ada'}
    model: ${WIRE.model(server.url)}
`;
    await using folder = await folderWith({ "greet.yaml": plan });
    expect(await folder.planwright("run", "greet.yaml")).toMatchObject({
      code: 0,
      stdout: "Good morning\n",
    });
    expect(JSON.stringify(server.received[0]?.body)).toContain("Greet Ada");
  });

  it("refines what a prompt gave by a function, and by another prompt", async () => {
    await using server = await ProtocolServer.start(
      says("too long a text"),
      says("short"),
      says('{"score": 0.9}'),
    );
    const plan = `goal: Write
subtasks:
  - id: draft
    prompt: "Write a word. \${feedback}"
    refine:
      iterations: 3
      check: { handler: check.ts, input: { text: "\${output.text}" } }
      until: "\${check.words == 1}"
      feedback: "It had \${check.words} words."
  - id: judged
    tool: calculate
    input: { expression: "0 + \${iteration}" }
    refine:
      iterations: 2
      check:
        prompt: "Judge \${draft.text} and \${output.value}"
        outputSchema: { type: object, properties: { score: { type: number } }, required: [score] }
      until: "\${check.score > 0.5}"
output: "\${draft.text} \${judged.value}"
`;
    const check = `export const effects = "none";
export default ({ text }: { text: string }) => ({ words: text.split(" ").length });
`;
    await using folder = await folderWith({ "write.yaml": plan, "check.ts": check });
    const model = ["--model", WIRE.model(server.url)];
    const { code, stdout, stderr } = await folder.planwright("run", "write.yaml", ...model);
    expect([code, stdout, stderr]).toEqual([0, "short 1\n", expect.any(String)]);
    const prompts = server.received.map(({ body }) => JSON.stringify(body));
    expect(prompts[1]).toContain("Write a word. It had 4 words.");
    expect(prompts[2]).toContain("Judge short and 1");
  });

  it("fails a run whose answer does not fit the schema after one repair", async () => {
    await using server = await ProtocolServer.start(says('{"label": "spam"}'));
    await using folder = await folderWith(FILES);
    const model = ["--model", WIRE.model(server.url)];
    const run = ["run", "flows/triage.yaml", "--input", "text=Hi", "--json", ...model];
    const { code, stdout } = await folder.planwright(...run);
    expect(code).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({
      status: "failed",
      error: { code: "model.invalid_output", message: expect.stringContaining('not "spam"') },
      usage: { modelCalls: 2 },
    });
  });

  it("sets limits of its runs, and flags win", async () => {
    const plan = `goal: Add
budget: { toolCalls: 1 }
subtasks:
  - { id: a, tool: calculate, input: { expression: 1 + 1 } }
  - { id: b, tool: calculate, input: { expression: "\${a.value} + 1" } }
`;
    await using folder = await folderWith({ "add.yaml": plan });
    expect(await folder.planwright("run", "add.yaml")).toMatchObject({ code: 4 });
    const more = await folder.planwright("run", "add.yaml", "--max-tool-calls", "2");
    expect(more).toMatchObject({ code: 0, stdout: "3\n" });
  });

  it("gives its defaults to subtasks that do not say themselves", async () => {
    const plan = `goal: Add
defaults: { optional: true, timeout: 5s }
subtasks:
  - { id: a, tool: calculate, input: { expression: 1 / x }, optional: false }
  - { id: b, tool: calculate, input: { expression: 1 / y } }
`;
    await using folder = await folderWith({ "add.yaml": plan });
    await folder.planwright("run", "add.yaml");
    const [{ runId }] = JSON.parse((await folder.planwright("runs", "--json")).stdout);
    const events = JSON.parse((await folder.planwright("events", runId, "--json")).stdout);
    const accepted = events.find(({ type }: { type: string }) => type === "plan.accepted");
    expect(accepted.accepted.plan.subtasks).toMatchObject([
      { optional: false, timeout: "5s" },
      { optional: true, timeout: "5s" },
    ]);
  });
});

describe("plan --out", () => {
  it("writes a file that editors know and that runs as it is", async () => {
    await using folder = await folderWith({ "notes.md": "one two three" });
    const goal = "Count the words of notes.md";
    expect(await folder.planwright("plan", goal, "--out", "plan.yaml")).toMatchObject({ code: 0 });
    const [first] = (await folder.read("plan.yaml")).split("\n");
    expect(first).toMatch(/^# yaml-language-server: \$schema=https:.*\/plan\.schema\.json$/);
    expect(await folder.planwright("validate", "plan.yaml")).toMatchObject({ code: 0 });
    expect(await folder.planwright("run", "plan.yaml")).toMatchObject({ code: 0, stdout: "3\n" });
  });
});

const TYPED_TRIAGE = TRIAGE.replace("id: classify", "id: classify\n    type: model");

type BadCase = {
  readonly files?: Readonly<Record<string, string>>;
  readonly triage?: string;
  /** Of the first issue. */
  readonly issue: Partial<Issue>;
};

const BAD: Readonly<Record<string, BadCase>> = {
  "a template that is not there": {
    triage: TYPED_TRIAGE.replace("classify.j2", "missing.j2"),
    issue: {
      code: "file.not_found",
      file: "flows/triage.yaml",
      line: 9,
      column: 21,
      path: "subtasks[0].promptTemplate",
      message: "The file flows/prompts/missing.j2 does not exist.",
    },
  },
  "a template with a mistake": {
    files: { "flows/prompts/classify.j2": "Hello\n  {{ inputs.text | shout }}" },
    issue: {
      code: "plan.invalid_template",
      file: "flows/prompts/classify.j2",
      line: 2,
      column: 3,
      message: "The template is not valid: undefined filter: shout.",
    },
  },
  "a template that reads what nothing is called": {
    files: { "flows/prompts/classify.j2": "Hello\n{% for k in kidns %}{{ k }}{% endfor %}" },
    issue: {
      code: "plan.invalid_template",
      file: "flows/prompts/classify.j2",
      line: 2,
      column: 13,
      message: "The template reads kidns, and nothing is called that.",
      hint: "Did you mean kinds?",
    },
  },
  "a template that reads an input that there is not": {
    files: { "flows/prompts/classify.j2": "{{ inputs.txet }}" },
    issue: {
      code: "plan.invalid_template",
      message: "The template reads inputs.txet, and nothing is called that.",
      hint: "Did you mean text?",
    },
  },
  "a template that wants another file": {
    files: { "flows/prompts/classify.j2": "{% include '/etc/passwd' %}" },
    issue: {
      code: "plan.invalid_template",
      message: "The template is not valid: it asks for another file.",
    },
  },
  "a prompt that looks like a template": {
    triage: TRIAGE.replace("promptTemplate: prompts/classify.j2", "prompt: 'About {{ text }}'"),
    issue: {
      code: "plan.invalid_template",
      path: "subtasks[0].prompt",
      line: 8,
      message: "A prompt is no template: {{ text }} would be sent as it stands.",
    },
  },
  "a schema that is none": {
    files: { "flows/schemas/classify.json": '{\n  "type": "objekt"\n}' },
    issue: {
      code: "plan.invalid_output_schema",
      file: "flows/schemas/classify.json",
      line: 2,
      column: 11,
      message: expect.stringContaining('not "objekt"'),
    },
  },
  "a schema that is no JSON": {
    files: { "flows/schemas/classify.json": '{ "type": ' },
    issue: { code: "plan.syntax", file: "flows/schemas/classify.json", line: 1 },
  },
  "a schema of its own that is none": {
    triage: TRIAGE.replace("schemas/classify.json", "{ type: object, propertis: {} }"),
    issue: {
      code: "plan.invalid_output_schema",
      file: "flows/triage.yaml",
      line: 10,
      path: "subtasks[0].outputSchema",
      message: expect.stringContaining('unknown keyword: "propertis"'),
    },
  },
  "an output that its schema does not have": {
    triage: TRIAGE.replace("classify.label", "classify.lable"),
    issue: {
      code: "plan.unknown_field",
      file: "flows/triage.yaml",
      line: 13,
      path: "subtasks[1].input.label",
      message: "classify has no field lable.",
      hint: "Did you mean label?",
    },
  },
  "a function that is not there": {
    triage: TRIAGE.replace("structure.ts", "none.ts"),
    issue: {
      code: "file.not_found",
      file: "flows/triage.yaml",
      line: 12,
      column: 14,
      message: "There is no module flows/validators/none.ts.",
    },
  },
  "a module without a default export": {
    files: { "flows/validators/structure.ts": "export const check = () => 1;\n" },
    issue: {
      code: "plan.invalid_handler",
      file: "flows/triage.yaml",
      line: 12,
      message: "flows/validators/structure.ts has no default export.",
      hint: "Write export default (input, context) => output.",
    },
  },
  "a module that does not load": {
    files: { "flows/validators/structure.ts": "throw new Error('no');\n" },
    issue: { code: "tool.load_failed", file: "flows/triage.yaml", line: 12 },
  },
  "a kind of subtask that there is not": {
    triage: TRIAGE.replace("id: check\n", "id: check\n    type: fonction\n"),
    issue: {
      code: "plan.schema",
      path: "subtasks[1].type",
      line: 12,
      hint: "Write tool, model, function or workflow, or leave it out.",
    },
  },
  "a default that is none": {
    triage: TRIAGE.replace("timeout: 30s", "timeout: soon"),
    issue: { code: "plan.schema", path: "defaults.timeout", line: 5, column: 22 },
  },
  "a limit that is none": {
    triage: TRIAGE.replace("defaults:", "budget: { usd: 0 }\ndefaults:"),
    issue: {
      code: "plan.schema",
      path: "budget.usd",
      line: 5,
      column: 16,
      message: "budget.usd must be greater than 0, not 0.",
    },
  },
  "a model that there is not": {
    triage: TRIAGE.replace("id: classify\n", "id: classify\n    model: gpt\n"),
    issue: { code: "model.unknown", path: "subtasks[0].model", line: 8, column: 12 },
  },
};

describe("validate", () => {
  it.each(Object.entries(BAD))("tells of %s, and where", async (_, { files, triage, issue }) => {
    await using folder = await folderWith({
      ...FILES,
      ...(triage !== undefined && { "flows/triage.yaml": triage }),
      ...files,
    });
    const model = ["--model", WIRE.model("http://127.0.0.1:1")];
    const { code, stdout } = await folder.planwright(
      "validate",
      "flows/triage.yaml",
      "--json",
      ...model,
    );
    expect(code).toBe(2);
    const { issues } = JSON.parse(stdout);
    expect(issues[0]).toMatchObject(issue);
    expect(issues[0].hint).not.toBe("");
    const ran = await folder.planwright("run", "flows/triage.yaml", "--input", "text=a", ...model);
    expect(ran).toMatchObject({ code: 2, stdout: "" });
    expect(await folder.list()).not.toContain(".planwright");
  });

  it("tells all of it at once", async () => {
    await using folder = await folderWith({
      "flows/triage.yaml": TRIAGE.replace("30s", "soon").replace("goal:", "gaol:"),
    });
    const { stdout } = await folder.planwright("validate", "flows/triage.yaml", "--json");
    const codes = JSON.parse(stdout).issues.map(({ code }: Issue) => code);
    expect(codes.toSorted()).toEqual([
      "file.not_found",
      "file.not_found",
      "file.not_found",
      "plan.no_model",
      "plan.schema",
      "plan.schema",
      "plan.unknown_key",
    ]);
  });

  it("wants a model where none is configured, and no key", async () => {
    await using folder = await folderWith(FILES);
    const { stdout } = await folder.planwright("validate", "flows/triage.yaml", "--json");
    expect(JSON.parse(stdout).issues).toMatchObject([
      { code: "plan.no_model", path: "subtasks[0]", line: 7, column: 5 },
    ]);
    const named = TRIAGE.replace("id: classify\n", "id: classify\n    model: openai:gpt-6-luna\n");
    await folder.write("flows/triage.yaml", named);
    expect(await folder.planwright("validate", "flows/triage.yaml")).toMatchObject({ code: 0 });
    const ran = await folder.planwright("run", "flows/triage.yaml", "--input", "text=a");
    expect(ran).toMatchObject({ code: 2, stderr: expect.stringMatching(/OPENAI_API_KEY/) });
  });
});
