import { describe, expect, it } from "vitest";
import type { Json, JsonObject } from "../../../src/base/json.ts";
import { type Model, type ModelRequest, NO_USAGE } from "../../../src/models/model.ts";
import { promptModel } from "../../../src/tools/builtin/prompt-model.ts";
import { call, failure } from "./call.ts";

const LABEL: JsonObject = {
  type: "object",
  properties: {
    label: { enum: ["billing", "other"] },
    note: { type: "string" },
  },
  required: ["label"],
  additionalProperties: false,
};

/** A model that gives these answers in turn, and keeps what it was asked. */
function answering(...answers: readonly string[]) {
  const requests: ModelRequest[] = [];
  const model: Model = {
    name: "test:model",
    generate(request) {
      const text = answers[requests.length] ?? expect.fail("it is asked too often");
      requests.push(request);
      const result = { text, finish: "stop", usage: NO_USAGE, model: "test:model" } as const;
      return {
        result: Promise.resolve(result),
        [Symbol.asyncIterator]: () => expect.fail("whoever reads pieces ends the model's retries"),
      };
    },
  };
  return { context: { models: { tools: model, planner: model } }, model, requests };
}

describe("prompt_model", () => {
  it("sends a prompt as it stands and gives the text", async () => {
    const { context, requests } = answering(" Oslo\n");
    const input = { prompt: "Where is {{ it }}?", max_tokens: 20 };
    expect(await call(promptModel, input, context)).toEqual({ text: "Oslo" });
    expect(requests).toMatchObject([
      { messages: [{ role: "user", content: "Where is {{ it }}?" }], maxOutputTokens: 20 },
    ]);
  });

  it("fills a template, and material that looks like a template stays what it is", async () => {
    const { context, requests } = answering("ok");
    const template = "Classify:\n{% for row in rows %}- {{ row.text }}\n{% endfor %}";
    await call(promptModel, { template, variables: { rows: [{ text: "{{ x }}" }] } }, context);
    expect(requests[0]?.messages[0]?.content).toBe("Classify:\n- {{ x }}\n");
  });

  it("asks nobody when the template reads a name that is not there", async () => {
    const { context, requests } = answering();
    const input = { template: "Hello\n{{ user.nmae }}", variables: { user: { name: "Ada" } } };
    expect(await failure(promptModel, input, context)).toMatchObject({
      code: "tool.invalid_input",
      message: "The template fails at line 2, column 4: nothing is called user.nmae.",
    });
    expect(requests).toEqual([]);
  });

  it("gives the value of an answer that fits the schema, also from a code fence", async () => {
    const { context, requests } = answering('```json\n{"label": "billing"}\n```');
    const input = { prompt: "Classify.", schema: LABEL };
    expect(await call(promptModel, input, context)).toEqual({ label: "billing" });
    expect(requests[0]?.schema?.schema).toEqual(LABEL);
  });

  it("takes null for an optional property that strict modes cannot leave out", async () => {
    const { context } = answering('{"label": "other", "note": null}');
    const input = { prompt: "Classify.", schema: LABEL };
    expect(await call(promptModel, input, context)).toEqual({ label: "other" });
  });

  it("has an answer repaired once, with all that is wrong", async () => {
    const { context, requests } = answering('{"label": "bill", "x": 1}', '{"label": "billing"}');
    const input = { prompt: "Classify.", schema: LABEL };
    expect(await call(promptModel, input, context)).toEqual({ label: "billing" });
    expect(requests[1]?.messages).toEqual([
      { role: "user", content: "Classify." },
      { role: "assistant", content: '{"label": "bill", "x": 1}' },
      {
        role: "user",
        content:
          'Your answer cannot be used: the whole must not have the property "x"; label must be "billing" or "other", not "bill". Answer again with the whole JSON value, corrected, and nothing else.',
      },
    ]);
  });

  it("fails after the repair, and says what is still wrong", async () => {
    const { context, requests } = answering("No.", '{"label": null}');
    const error = await failure(promptModel, { prompt: "Classify.", schema: LABEL }, context);
    expect(error).toMatchObject({
      code: "model.invalid_output",
      message:
        'test:model gave an answer that does not fit the schema, twice: label must be "billing" or "other", not null.',
      retryable: undefined,
    });
    expect(requests).toHaveLength(2);
  });

  it("reads schemas of draft 07, and answers that are lists", async () => {
    const { context } = answering('["a"]');
    const schema = {
      $schema: "http://json-schema.org/draft-07/schema#",
      definitions: { name: { type: "string" } },
      type: "array",
      items: { $ref: "#/definitions/name" },
    };
    expect(await call(promptModel, { prompt: "List.", schema }, context)).toEqual(["a"]);
  });

  it.each<readonly [string, Json, string]>([
    ["of an unknown type", { type: "strng" }, 'type must be "array" or "boolean"'],
    ["with a misspelt keyword", { propertis: {} }, 'unknown keyword: "propertis"'],
    ["of another draft", { $schema: "http://json-schema.org/draft-04/schema#" }, "$schema is"],
  ])("refuses a schema %s before the model is asked", async (_, schema, message) => {
    const { context, requests } = answering();
    const error = await failure(promptModel, { prompt: "Classify.", schema }, context);
    expect(error.message).toContain(message);
    expect(requests).toEqual([]);
  });

  it("asks the model that it names", async () => {
    const { context } = answering();
    const other = answering("I am the other.");
    const names: string[] = [];
    const modelNamed = (name: string) => {
      names.push(name);
      return other.model;
    };
    const input = { prompt: "Who are you?", model: "openai:other" };
    expect(await call(promptModel, input, { ...context, modelNamed })).toEqual({
      text: "I am the other.",
    });
    expect(names).toEqual(["openai:other"]);
  });

  it.each([{}, { prompt: "a", template: "b" }])(
    "wants a prompt or a template: %j",
    async (input) => {
      const { context } = answering();
      expect((await failure(promptModel, input, context)).message).toBe(
        "needs either a prompt or a template",
      );
    },
  );

  it("says what it gives, as far as the input tells", () => {
    expect(promptModel.outputSchemaFor?.({ prompt: "a", schema: LABEL })).toEqual(LABEL);
    expect(promptModel.outputSchemaFor?.({ prompt: "a" })).toMatchObject({ required: ["text"] });
  });
});
