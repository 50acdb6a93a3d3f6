import { execFile } from "node:child_process";
import { copyFile, mkdir, mkdtempDisposable, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";

const PROJECT = resolve(import.meta.dirname, "../..");
const BIOME = join(PROJECT, "node_modules/@biomejs/biome/bin/biome");

export type Finding = { readonly file: string; readonly line: number; readonly rule: string };

type Report = {
  readonly diagnostics: readonly {
    readonly category: string;
    readonly severity: string;
    readonly location: { readonly path: string; readonly start: { readonly line: number } };
  }[];
};

/**
 * What the linter says about a project that has our configuration and these files.
 * @param files text by path, e.g. `src/plan/graph.ts`
 */
export async function lint(files: Readonly<Record<string, string>>): Promise<readonly Finding[]> {
  await using folder = await mkdtempDisposable(join(tmpdir(), "planwright-lint-"));
  for (const name of ["biome.json", "package.json", "tsconfig.json"]) {
    await copyFile(join(PROJECT, name), join(folder.path, name));
  }
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(folder.path, path)), { recursive: true });
    await writeFile(join(folder.path, path), text);
  }
  const report = await runBiome(folder.path);
  return report.diagnostics
    .filter(({ severity }) => severity === "error")
    .map(({ category, location }) => ({
      file: location.path,
      line: location.start.line,
      rule: category.replace(/^lint\/\w+\//, ""),
    }));
}

function runBiome(cwd: string): Promise<Report> {
  const args = ["lint", "--vcs-enabled=false", "--max-diagnostics=none", "--reporter=json", "src"];
  return new Promise((settle, reject) => {
    execFile(
      process.execPath,
      [BIOME, ...args],
      { cwd, maxBuffer: 2 ** 26 },
      (_, stdout, stderr) => {
        // It exits with 1 when it finds something, so only the report tells findings from failure.
        if (stdout.startsWith("{")) settle(JSON.parse(stdout) as Report);
        else reject(new Error(`The linter did not report: ${stderr}`));
      },
    );
  });
}
