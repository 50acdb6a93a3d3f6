import { glob, readFile } from "node:fs/promises";
import { dirname, join, normalize } from "node:path/posix";

const PROJECT = join(import.meta.dirname, "../..");

export type SourceFile = { readonly path: string; readonly text: string };

/** Every file below `src`, its path from there. */
export function sourceFiles(): Promise<readonly SourceFile[]> {
  return filesBelow(join(PROJECT, "src"), "**/*.ts");
}

/** Every text file that people of this project wrote, its path from the project's root. */
export function projectFiles(): Promise<readonly SourceFile[]> {
  const folders = "{src,test,bench,evals,examples,docs,.ci}/**/*.{ts,mjs,js,json,md,yaml,yml,sh}";
  return filesBelow(PROJECT, `{${folders},*.{ts,json,md},.ci/run}`);
}

async function filesBelow(folder: string, pattern: string): Promise<readonly SourceFile[]> {
  const files: SourceFile[] = [];
  for await (const path of glob(pattern, { cwd: folder, exclude: ["**/node_modules/**"] })) {
    files.push({ path, text: await readFile(join(folder, path), "utf8") });
  }
  return files.toSorted((a, b) => a.path.localeCompare(b.path));
}

/**
 * What a file imports, in order: files of ours as paths below `src`, packages by name.
 *
 * A dumb reading on purpose: strings after `from`, `import` and `new URL`, comments left out.
 */
export function importsOf(path: string, text: string): readonly string[] {
  const pattern = /(?:\bfrom\s|\bimport\s|\bimport\(|\bnew URL\()\s*["']([^"'\n]+)["']/g;
  return [...withoutComments(text).matchAll(pattern)].map(([, specifier = ""]) =>
    specifier.startsWith(".") ? normalize(join(dirname(path), specifier)) : specifier,
  );
}

/** Whether an import leads to a file of this project, by a path or by the package's own name. */
export function isOurs(target: string): boolean {
  return target.endsWith(".ts") || target === "planwright" || target.startsWith("planwright/");
}

/** The code alone. `//` inside of a string is no comment when a colon stands before it. */
export function withoutComments(text: string): string {
  return text.replace(/\/\*[\s\S]*?\*\//g, "").replace(/(?<!:)\/\/.*$/gm, "");
}
