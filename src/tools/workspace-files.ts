import { lstat, realpath } from "node:fs/promises";
import { join } from "node:path";
import { ToolError } from "../base/errors.ts";
import { fileError, isInside, pathInWorkspace, resolveInWorkspace } from "./workspace.ts";

export type WorkspaceFile = {
  /** Relative to the workspace, with forward slashes. */
  readonly path: string;
  /** Absolute, links followed. */
  readonly real: string;
  readonly bytes: number;
  readonly modifiedAt: number;
};

/** Folders of other people's files: looked into only when they are named. */
const NOT_OWN = ["node_modules", ".git"];

/**
 * The files of a folder, and of the folders in it, that match a glob pattern; or the one
 * file that the path names. Sorted by path.
 *
 * Symbolic links below the folder are left out: they may lead anywhere, also in circles.
 *
 * @throws {ToolError} `tool.forbidden` for what lies outside, `file.not_found`
 */
export async function findFiles(
  workspace: string,
  folder: string,
  options: { readonly pattern: string; readonly includeHidden: boolean },
): Promise<WorkspaceFile[]> {
  const root = await realpath(workspace).catch((cause: unknown) => {
    throw fileError(cause, workspace);
  });
  const real = await resolveInWorkspace(workspace, folder);
  const found = await lstat(real).catch((cause: unknown) => {
    throw fileError(cause, folder);
  });
  if (!found.isDirectory()) return describe(root, [real]);
  requireBelow(options.pattern);
  const { glob } = await import("tinyglobby");
  const paths = await glob(options.pattern, {
    cwd: real,
    dot: options.includeHidden,
    followSymbolicLinks: false,
    expandDirectories: false,
    ignore: NOT_OWN.filter((name) => !folder.split("/").includes(name)).map(
      (name) => `**/${name}/**`,
    ),
  });
  return describe(
    root,
    paths.sort().map((path) => join(real, path)),
  );
}

async function describe(root: string, paths: readonly string[]): Promise<WorkspaceFile[]> {
  const files: WorkspaceFile[] = [];
  for (const path of paths) {
    // A file may go, or become a link, while others are looked at.
    const real = await realpath(path).catch(() => undefined);
    if (real === undefined || !isInside(root, real)) continue;
    const found = await lstat(real).catch(() => undefined);
    if (!found?.isFile()) continue;
    files.push({
      path: pathInWorkspace(root, path),
      real,
      bytes: found.size,
      modifiedAt: found.mtimeMs,
    });
  }
  return files;
}

function requireBelow(pattern: string): void {
  const outside = pattern.startsWith("/") || /(^|[/{,(|])\.\.([/}),|]|$)/.test(pattern);
  if (!outside) return;
  throw new ToolError("tool.forbidden", `The pattern ${JSON.stringify(pattern)} leads outside.`, {
    hint: "Patterns match below the folder, e.g. **/*.ts; name another folder instead.",
  });
}
