import { expect, it } from "vitest";
import type { Json } from "../../../src/base/json.ts";
import { renamedTemplate } from "../../../src/planner/embedded/rename.ts";

const NAMES = new Map([
  ["a", "b"],
  ["rows", "sales"],
  ["b", "a"],
]);

it.each<[string, Json, Json]>([
  ["a name", "${a.text}", "${b.text}"],
  ["names that change places", "${a.n + b.n}", "${b.n + a.n}"],
  ["several expressions in a text", "A: ${a.x}, B: ${b.x}", "A: ${b.x}, B: ${a.x}"],
  ["a name, and no field that is called alike", "${rows.rows[0].a}", "${sales.rows[0].a}"],
  [
    "a name, and no function that is called alike",
    "${size(a) + a.size()}",
    "${size(b) + b.size()}",
  ],
  ["a name, and no text that looks like it", "${a.x + 'a' + \"b\"}", "${b.x + 'a' + \"b\"}"],
  ["a name inside of a macro", "${c.xs.filter(x, x > a.n)}", "${c.xs.filter(x, x > b.n)}"],
  ["names in lists and objects", { a: ["${a}", 1, null] }, { a: ["${b}", 1, null] }],
  ["nothing in a text that has no expressions", "a and b", "a and b"],
  ["nothing that is escaped", "$${a} ${a} $${b}", "$${a} ${b} $${b}"],
  ["nothing in an expression that names none", "${c.a}", "${c.a}"],
  ["a name that a macro binds again", "${a.xs.filter(a, a > 1)}", "${b.xs.filter(b, b > 1)}"],
])("changes %s", (_what, before, after) => {
  expect(renamedTemplate(before, NAMES)).toEqual(after);
});

it.each<[string, Json]>([
  ["would be caught by a name that the expression binds", "${a.xs.filter(b, b > a.n)}"],
  ["stands in an expression that cannot be read", "${a +}"],
])("changes nothing where a name %s", (_what, value) => {
  expect(renamedTemplate([value], NAMES)).toBeUndefined();
});
