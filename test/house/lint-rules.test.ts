import { beforeAll, describe, expect, it } from "vitest";
import { type Finding, lint } from "./lint.ts";

type Case = {
  /** Where the code stands; the file is named after its place in the list. */
  readonly folder: string;
  readonly code: string;
  /** The rule that refuses it; none when it is fine. */
  readonly rule?: string;
};

const NO_GLOBAL = "noRestrictedGlobals";
const NO_PROPERTY = "noJsRestrictedProperties";
const NO_IMPORT = "noRestrictedImports";

/** Each refused line has a neighbour that is allowed, so that no rule refuses everything. */
const CASES: readonly Case[] = [
  { folder: "executor/core", code: "export const at = Date.now();", rule: NO_GLOBAL },
  { folder: "executor/core", code: "export const at = new Date();", rule: NO_GLOBAL },
  { folder: "executor/core", code: "setTimeout(() => 1, 5);", rule: NO_GLOBAL },
  { folder: "executor/core", code: "setInterval(() => 1, 5);", rule: NO_GLOBAL },
  { folder: "executor/core", code: "setImmediate(() => 1);", rule: NO_GLOBAL },
  { folder: "executor/core", code: "queueMicrotask(() => 1);", rule: NO_GLOBAL },
  { folder: "executor/core", code: "export const at = performance.now();", rule: NO_GLOBAL },
  { folder: "executor/core", code: "export const { env } = process;", rule: NO_GLOBAL },
  { folder: "executor/core", code: "export const id = crypto.randomUUID();", rule: NO_GLOBAL },
  { folder: "executor/core", code: 'export const page = fetch("http://a");', rule: NO_GLOBAL },
  { folder: "executor/core", code: "export const later = Promise.resolve(1);", rule: NO_GLOBAL },
  { folder: "executor/core", code: "export const { Date: now } = globalThis;", rule: NO_GLOBAL },
  { folder: "executor/core", code: "export const dice = Math.random();", rule: NO_PROPERTY },
  { folder: "executor/core", code: "export const { random } = Math;", rule: NO_PROPERTY },
  { folder: "executor/core", code: 'export * as fs from "node:fs";', rule: NO_IMPORT },
  { folder: "executor/core", code: 'import "zod";', rule: NO_IMPORT },
  { folder: "executor/core", code: "export const least = Math.min(1, 2);" },
  { folder: "executor/drivers", code: "export const at = Date.now();" },
  { folder: "executor/governor", code: "export const at = Date.now();", rule: NO_GLOBAL },
  { folder: "executor/governor", code: "export const dice = Math.random();", rule: NO_PROPERTY },
  { folder: "executor/governor", code: 'import "zod";', rule: NO_IMPORT },
  { folder: "executor/governor", code: "export const least = Math.min(1, 2);" },

  { folder: "plan", code: 'import "node:fs";', rule: NO_IMPORT },
  { folder: "plan", code: 'import "openai";', rule: NO_IMPORT },
  { folder: "plan", code: 'import "zod";' },
  { folder: "plan", code: "export const at = Date.now();", rule: NO_PROPERTY },
  { folder: "plan", code: "export const at = new Date(0);" },
  { folder: "plan", code: "export const dice = Math.random();", rule: NO_PROPERTY },
  { folder: "plan", code: "export const { env } = process;", rule: NO_GLOBAL },
  { folder: "base", code: 'import "zod";', rule: NO_IMPORT },
  { folder: "base", code: 'import "node:os";', rule: NO_IMPORT },
  { folder: "base", code: "export const dice = Math.random();", rule: NO_PROPERTY },
  { folder: "models", code: 'import "node:os";' },
  { folder: "models", code: "export const dice = Math.random();" },

  { folder: "models", code: 'import "vitest";', rule: "noUndeclaredDependencies" },
  { folder: "models", code: 'import "left-pad";', rule: "noUndeclaredDependencies" },
  { folder: "models", code: 'import "openai";' },
  { folder: "models", code: 'import "os";', rule: "useNodejsImportProtocol" },
  { folder: "models", code: 'import "./model-a";', rule: "useImportExtensions" },
  { folder: "models", code: 'import "./model-a.js";', rule: "useImportExtensions" },
  { folder: "models", code: 'export { a } from "./model-a.ts";', rule: "noBarrelFile" },
  { folder: "models", code: "export const a = 1;" },

  { folder: "models", code: 'console.log("a");', rule: "noConsole" },
  { folder: "cli", code: 'console.log("a");' },
  { folder: "models", code: "export default 1;", rule: "noDefaultExport" },
  { folder: "models", code: "export const a: any = 1;", rule: "noExplicitAny" },
  { folder: "models", code: "export const a = (x?: string) => x!;", rule: "noNonNullAssertion" },
  {
    folder: "models",
    code: "const later = async () => 1;\nexport const a = () => {\n  later();\n};",
    rule: "noFloatingPromises",
  },
  {
    folder: "models",
    code: "const later = async () => 1;\nexport const a = async () => {\n  await later();\n};",
  },
  {
    folder: "models",
    code: 'export const a = (x: "l" | "r") => {\n  switch (x) {\n    case "l":\n      return 1;\n  }\n};',
    rule: "useExhaustiveSwitchCases",
  },
];

/** Two files that want each other, one of them a type only. */
const CYCLE = {
  "src/journal/hen.ts":
    'import type { Egg } from "./egg.ts";\nexport type Hen = { readonly egg: Egg };',
  "src/journal/egg.ts":
    'import type { Hen } from "./hen.ts";\nexport type Egg = { readonly hen: Hen };',
};

const FACE = {
  "src/index.ts": 'export { a } from "./models/model-a.ts";\nexport * from "./plan/schema.ts";',
};

describe("the linter", () => {
  const pathOf = (index: number) => `src/${CASES[index]?.folder}/case-${index}.ts`;
  let findings: readonly Finding[] = [];

  beforeAll(async () => {
    const files = CASES.map(({ code }, index) => [pathOf(index), `${code}\n`]);
    findings = await lint({
      ...Object.fromEntries(files),
      ...CYCLE,
      ...FACE,
      "src/models/model-a.ts": "export const a = 1;",
    });
  });

  const titled = CASES.map((one, index) => {
    const code = one.code.replaceAll("\n", " ");
    return { ...one, index, title: `${one.rule ? "refuses" : "allows"} in ${one.folder}: ${code}` };
  });

  it.each(titled)("$title", ({ index, rule }) => {
    const rules = findings.filter(({ file }) => file === pathOf(index)).map((one) => one.rule);
    if (rule === undefined) expect(rules).toEqual([]);
    else expect(rules).toContain(rule);
  });

  it("refuses a cycle of types", () => {
    const files = findings.filter(({ rule }) => rule === "noImportCycles").map(({ file }) => file);
    expect(new Set(files)).toEqual(new Set(Object.keys(CYCLE)));
  });

  it("lets the public face export name by name, and not by star", () => {
    const found = findings.filter(({ file }) => file === "src/index.ts");
    expect(found).toMatchObject([{ rule: "noReExportAll", line: 2 }]);
  });
});
