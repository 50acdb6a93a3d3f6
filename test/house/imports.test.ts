import { readFile } from "node:fs/promises";
import { relative } from "node:path/posix";
import { describe, expect, it } from "vitest";
import { lint } from "./lint.ts";
import { CONTRACT_FILES, INNER_FOLDERS, mayImport, PURE_ROOMS, ROOMS, roomOf } from "./rooms.ts";
import { importsOf, isOurs, sourceFiles } from "./source.ts";

/** One file of each room that only the room itself may know, and all that others may know. */
const TARGETS = [
  ...CONTRACT_FILES,
  ...[...Object.keys(ROOMS), ...INNER_FOLDERS].map((folder) => `${folder}/private.ts`),
  "base/clock.ts",
  "index.ts",
  "planwright.ts",
  "run.ts",
];

const FORMS: Readonly<Record<string, (specifier: string) => string>> = {
  "a value": (specifier) => `import { thing } from "${specifier}";`,
  "a type": (specifier) => `import type { Thing } from "${specifier}";`,
  "a type beside values": (specifier) => `import { type Thing, thing } from "${specifier}";`,
  "for its effects": (specifier) => `import "${specifier}";`,
  dynamically: (specifier) => `await import("${specifier}");`,
  "to export it again": (specifier) => `export { thing } from "${specifier}";`,
};

function specifier(from: string, to: string): string {
  const path = relative(`${from}/..`, to);
  return path.startsWith(".") ? path : `./${path}`;
}

describe("the linter's import rules", () => {
  it("agree with the table in every cell, however the import is written", async () => {
    const folders = [...Object.keys(ROOMS), ...INNER_FOLDERS];
    const importers = [...folders.map((folder) => `${folder}/importer.ts`), "importer.ts"];
    const cases = importers.flatMap((from) =>
      TARGETS.flatMap((to) => Object.keys(FORMS).map((form) => ({ from, to, form }))),
    );
    const files = Object.fromEntries(
      importers.map((from) => {
        const lines = cases.filter((one) => one.from === from);
        const text = lines.map(({ to, form }) => FORMS[form]?.(specifier(from, to))).join("\n");
        return [`src/${from}`, text];
      }),
    );
    const findings = await lint(files);
    const refused = new Set(
      findings
        .filter(({ rule }) => rule === "noRestrictedImports")
        .map(({ file, line }) => `${file}:${line}`),
    );
    const lineIn = new Map<string, number>();
    const wrong = cases.filter(({ from, to }) => {
      const line = (lineIn.get(from) ?? 0) + 1;
      lineIn.set(from, line);
      return refused.has(`src/${from}:${line}`) === mayImport(from, to);
    });
    expect(cases.length).toBeGreaterThan(1000);
    expect(wrong).toEqual([]);
  });

  it("let a folder without a row import nothing of ours", async () => {
    const imports = ["./own.ts", "../base/errors.ts", "../models/model.ts", "zod"];
    const findings = await lint({
      "src/new-room/file.ts": imports.map((path) => `import "${path}";`).join("\n"),
    });
    const lines = findings.filter(({ rule }) => rule === "noRestrictedImports");
    expect(lines.map(({ line }) => imports[line - 1])).toEqual([
      "../base/errors.ts",
      "../models/model.ts",
    ]);
  });

  it("refuse the package's own name and ways around a room's door", async () => {
    const imports = ["planwright", "../plan/../models/retry.ts", "./../models/retry.ts"];
    const text = imports.map((path) => `import "${path}";`).join("\n");
    const findings = await lint({ "src/planner/a.ts": text, "src/plan/a.ts": text });
    const lines = findings.filter(({ rule }) => rule === "noRestrictedImports");
    expect(lines).toHaveLength(6);
  });
});

describe("the source", () => {
  it("imports what the table allows and nothing else", async () => {
    const wrong: string[] = [];
    for (const { path, text } of await sourceFiles()) {
      for (const target of importsOf(path, text)) {
        if (isOurs(target) && !mayImport(path, target)) wrong.push(`${path} imports ${target}`);
      }
    }
    expect(wrong).toEqual([]);
  });

  it("has no folder that the table does not know", async () => {
    const rooms = new Set((await sourceFiles()).map(({ path }) => roomOf(path)));
    expect([...rooms].filter((room) => room !== "" && !(room in ROOMS))).toEqual([]);
  });

  it("keeps packages and Node out of the core and the contract files", async () => {
    const wrong: string[] = [];
    for (const { path, text } of await sourceFiles()) {
      const isBare = ["executor/core", "executor/governor", "base"].includes(roomOf(path));
      if (!isBare && !CONTRACT_FILES.includes(path)) continue;
      for (const target of importsOf(path, text)) {
        if (!isOurs(target)) wrong.push(`${path} imports ${target}`);
      }
    }
    expect(wrong).toEqual([]);
  });

  it("lets contract files know only pure rooms and other contract files", async () => {
    const wrong: string[] = [];
    for (const { path, text } of await sourceFiles()) {
      if (!CONTRACT_FILES.includes(path)) continue;
      for (const target of importsOf(path, text)) {
        const isKnown = CONTRACT_FILES.includes(target) || PURE_ROOMS.includes(roomOf(target));
        if (!isKnown) wrong.push(`${path} imports ${target}`);
      }
    }
    expect(wrong).toEqual([]);
  });
});

describe("the scanner behind these tests", () => {
  it("sees an import however it is written", () => {
    const text = [
      ...Object.values(FORMS).map((form, index) => form(`./f${index}.ts`)),
      'type T = import("./typed.ts").T;',
      'new Worker(new URL("./worker.ts", import.meta.url));',
      "import {\n  many,\n  lines,\n} from './quoted.ts';",
    ].join("\n");
    expect(importsOf("plan/x.ts", text)).toEqual([
      ...Object.keys(FORMS).map((_, index) => `plan/f${index}.ts`),
      "plan/typed.ts",
      "plan/worker.ts",
      "plan/quoted.ts",
    ]);
  });

  it("takes no example in a comment for an import, and no import for a comment", () => {
    const text = [
      "/** import { a } from './no.ts' */",
      "// import './no.ts'",
      'const url = "https://example.org"; import "./yes.ts";',
    ].join("\n");
    expect(importsOf("plan/x.ts", text)).toEqual(["plan/yes.ts"]);
  });
});

describe("CONTRIBUTING.md", () => {
  it("shows the same table", async () => {
    const text = await readFile(new URL("../../CONTRIBUTING.md", import.meta.url), "utf8");
    const section = /### Who may import whom\n([\s\S]*?)\n##? /.exec(text)?.[1] ?? "";
    const rows = [...section.matchAll(/^\| `([\w/]+)` \| (.*) \|$/gm)].map(([, room, cell]) => [
      room,
      cell === "nothing" ? [] : cell?.replaceAll("`", "").split(", "),
    ]);
    expect(Object.fromEntries(rows)).toEqual(ROOMS);
  });
});
