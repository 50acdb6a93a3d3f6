import { constants } from "node:fs";
import { type FileHandle, lstat, open, realpath } from "node:fs/promises";
import { basename, dirname, isAbsolute, join, relative, resolve, sep } from "node:path";
import { ToolError } from "../base/errors.ts";

/**
 * The real path of something in the workspace, which need not exist yet.
 *
 * Symbolic links are followed first and judged by where they lead, at every level; so are
 * `..` and absolute paths.
 *
 * @param workspace absolute path of the folder that file tools may touch
 * @throws {ToolError} `tool.forbidden` when it lies outside
 */
export async function resolveInWorkspace(workspace: string, path: string): Promise<string> {
  if (path.includes("\0")) throw forbidden(path, workspace);
  const root = await realpath(workspace).catch((cause: unknown) => {
    throw new ToolError("file.not_found", `The workspace ${workspace} does not exist.`, {
      hint: "Make the folder, or give another with --workspace.",
      cause,
    });
  });
  const real = await realPathOf(resolve(root, path), path);
  if (!isInside(root, real)) throw forbidden(path, workspace);
  return real;
}

/** The path as people see it: relative to the workspace, with forward slashes. */
export function pathInWorkspace(root: string, real: string): string {
  return relative(root, real).split(sep).join("/") || ".";
}

/**
 * Open a file of the workspace for reading.
 * @param real from {@link resolveInWorkspace}; a link that took its place since is refused
 */
export async function openForReading(real: string, path: string): Promise<FileHandle> {
  try {
    return await open(real, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch (cause) {
    throw fileError(cause, path);
  }
}

/** A file system error as the tool's own, with what to do about it. */
export function fileError(cause: unknown, path: string): ToolError {
  const { code } = cause as NodeJS.ErrnoException;
  if (code === "ENOENT") {
    return new ToolError("file.not_found", `There is no file ${path}.`, {
      hint: "Paths are relative to the workspace; list_files shows what there is.",
      cause,
    });
  }
  const why = FILE_PROBLEMS[code ?? ""] ?? (cause as Error).message;
  return new ToolError("tool.failed", `${path}: ${why}.`, {
    hint: "Give another path, or mend its permissions.",
    cause,
  });
}

const FILE_PROBLEMS: Readonly<Record<string, string>> = {
  EACCES: "permission denied",
  EPERM: "permission denied",
  EISDIR: "it is a folder",
  ENOTDIR: "a part of the path is a file",
  ELOOP: "it is a symbolic link",
  ENXIO: "it is no regular file",
  ENOSPC: "the disk is full",
  EROFS: "the file system is read-only",
  ENAMETOOLONG: "the name is too long",
};

/** Follow the links of the part that exists. */
async function realPathOf(absolute: string, path: string): Promise<string> {
  const missing: string[] = [];
  for (let existing = absolute; ; existing = dirname(existing)) {
    try {
      return join(await realpath(existing), ...missing);
    } catch (cause) {
      const { code } = cause as NodeJS.ErrnoException;
      if (code !== "ENOENT" || existing === dirname(existing)) throw fileError(cause, path);
      await refuseDeadLink(existing, path);
      missing.unshift(basename(existing));
    }
  }
}

/** Where a link without a target leads cannot be judged. A folder may have been made meanwhile. */
async function refuseDeadLink(absolute: string, path: string): Promise<void> {
  const found = await lstat(absolute).catch(() => undefined);
  if (!found?.isSymbolicLink()) return;
  throw new ToolError("tool.forbidden", `${JSON.stringify(path)} is a link that leads nowhere.`, {
    hint: "Remove the link, or give another path.",
  });
}

/** Whether a real path lies in a folder, or is it. */
export function isInside(root: string, real: string): boolean {
  const way = relative(root, real);
  return way === "" || !(way === ".." || way.startsWith(`..${sep}`) || isAbsolute(way));
}

function forbidden(path: string, workspace: string): ToolError {
  return new ToolError("tool.forbidden", `${JSON.stringify(path)} is outside the workspace.`, {
    hint: `File tools stay inside ${workspace}; --workspace names another folder.`,
  });
}
