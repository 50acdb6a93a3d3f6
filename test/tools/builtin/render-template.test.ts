import { describe, expect, it } from "vitest";
import type { Json } from "../../../src/base/json.ts";
import { renderTemplate } from "../../../src/tools/builtin/render-template.ts";
import { call, failure } from "./call.ts";

const render = async (template: string, data: Json = {}) =>
  (await call<{ readonly text: string }>(renderTemplate, { template, data })).text;

describe("render_template", () => {
  it("writes a letter from rows", async () => {
    const template = [
      "Dear {{ customer.name }},",
      "{%- for item in items %}",
      "- {{ item.pieces }} x {{ item.name }}{% if item.late %} (late){% endif %}",
      "{%- endfor %}",
      "Total: {{ total | round: 2 }} EUR, due {{ due | date: '%-d %B %Y' }}",
    ].join("\n");
    const data = {
      customer: { name: "Ada" },
      items: [
        { pieces: 2, name: "Lamp" },
        { pieces: 1, name: "Desk", late: true },
      ],
      total: 1200.456,
      due: "2026-03-03",
    };
    expect(await render(template, data)).toBe(
      "Dear Ada,\n- 2 x Lamp\n- 1 x Desk (late)\nTotal: 1200.46 EUR, due 3 March 2026",
    );
  });

  it("does not escape, and writes nested data as JSON", async () => {
    expect(
      await render("{{ html }} {{ list }} {{ object }} {{ rows }} {{ nothing }}.", {
        html: "<b>&</b>",
        list: ["a", 1],
        object: { a: [1] },
        rows: [{ a: 1 }],
        nothing: null,
      }),
    ).toBe('<b>&</b> a1 {"a":[1]} [{"a":1}] .');
  });

  it("lets a template ask whether a name is there", async () => {
    expect(await render('{% if vip %}!{% else %}-{% endif %}{{ title | default: "Dr" }}')).toBe(
      "-Dr",
    );
  });

  it.each([
    [
      "an unknown name",
      "line one\n  {{ nmae }}",
      "The template fails at line 2, column 6: nothing is called nmae.",
    ],
    [
      "an unknown field",
      "{{ user.email }}",
      "The template fails at line 1, column 4: nothing is called user.email.",
    ],
    [
      "what objects inherit",
      "{{ user.constructor }}",
      "The template fails at line 1, column 4: nothing is called user.constructor.",
    ],
    [
      "an unknown filter",
      "{{ name | shout }}",
      "The template fails at line 1, column 1: undefined filter: shout.",
    ],
    [
      "an open tag",
      "a\n{% if name %}b",
      "The template fails at line 2, column 1: tag {% if name %} not closed.",
    ],
    [
      "an open placeholder",
      "{{ name }",
      'The template fails at line 1, column 1: output "{{ name }" not closed.',
    ],
    [
      "another file",
      "{% include '/etc/passwd' %}",
      "The template fails at line 1, column 1: it asks for another file.",
    ],
  ])("refuses %s and says where", async (_, template, message) => {
    const error = await failure(renderTemplate, { template, data: { name: "Ada", user: {} } });
    expect({ code: error.code, message: error.message }).toEqual({
      code: "tool.invalid_input",
      message,
    });
  });

  it("names what there is when a name is unknown", async () => {
    const error = await failure(renderTemplate, {
      template: "{{ nmae }}",
      data: { name: "Ada", age: 36 },
    });
    expect(error.hint).toBe(
      'Names in data: name, age. For one that may be absent write {{ nmae | default: "" }}.',
    );
  });

  it.each([
    ["a loop over a huge range", "{% for i in (1..100000000) %}x{% endfor %}"],
    [
      "a text that doubles for ever",
      "{% assign s = 'ab' %}{% for i in (1..60) %}{% assign s = s | append: s %}{% endfor %}",
    ],
  ])("stops %s", async (_, template) => {
    expect((await failure(renderTemplate, { template })).code).toBe("tool.limit");
  });
});
