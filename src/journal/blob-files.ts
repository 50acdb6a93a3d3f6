/**
 * Blobs as files in a folder beside the journal, `ab/abcdef….zst`, compressed with zstd: of the
 * methods that Node has, the one that costs least beside the JSON it is about.
 *
 * F1. A file with a blob's name is whole: it was written under another name, flushed, and renamed.
 * F2. Putting what is there makes it young again, and mends it where it was damaged.
 * F3. Removing takes the name away first and looks at the time again afterwards: of one who puts
 *     and one who removes at the same moment, the one who puts has his blob.
 */

import { createHash, randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import { mkdir, open, readdir, readFile, rename, rm, stat, unlink, utimes } from "node:fs/promises";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { zstdCompress, zstdDecompressSync } from "node:zlib";
import { JournalError } from "../base/errors.ts";
import type { BlobRow, BlobStore } from "./journal.ts";
import { damagedBlob, missingBlob } from "./refusals.ts";

const compress = promisify(zstdCompress);

const FILE = /^([0-9a-f]{64})\.zst$/;

export class BlobFiles implements BlobStore {
  readonly #folder: string;

  /** @param folder absolute; made with the first blob */
  constructor(folder: string) {
    this.#folder = folder;
  }

  async put({ id, content, now }: Parameters<BlobStore["put"]>[0]): Promise<void> {
    const file = this.#fileOf(id);
    try {
      if ((await isWhole(file, id)) && (await touch(file, now))) return;
      await this.#write(file, await compress(content), now);
    } catch (cause) {
      const reason = cause instanceof Error ? cause.message : String(cause);
      throw new JournalError("journal.write_failed", `${file} could not be written: ${reason}.`, {
        hint: "Check the disk; what was stored before is safe.",
        cause,
      });
    }
  }

  get(id: string): Uint8Array {
    const file = this.#fileOf(id);
    let stored: Uint8Array;
    try {
      stored = readFileSync(file);
    } catch (cause) {
      if (isMissing(cause)) throw missingBlob(id, file);
      const reason = cause instanceof Error ? cause.message : String(cause);
      throw new JournalError("journal.unusable", `${file} cannot be read: ${reason}.`, {
        hint: "Check the file and its folder.",
        cause,
      });
    }
    const content = unpack(stored, id);
    if (content instanceof Error) throw damagedBlob(id, file, content);
    return content;
  }

  async list(): Promise<BlobRow[]> {
    const rows: BlobRow[] = [];
    for (const shelf of await namesIn(this.#folder)) {
      for (const name of await namesIn(join(this.#folder, shelf))) {
        const stats = await statOf(join(this.#folder, shelf, name));
        if (!stats?.isFile()) continue;
        rows.push({ id: FILE.exec(name)?.[1] ?? name, bytes: stats.size, at: stats.mtimeMs });
      }
    }
    return rows;
  }

  async remove(id: string, before: number): Promise<boolean> {
    const file = this.#fileOf(id);
    if (!isOlder(await statOf(file), before)) return false;
    const aside = `${file}.${randomUUID()}.gone`;
    try {
      await rename(file, aside);
    } catch (error) {
      if (isMissing(error)) return false;
      throw error;
    }
    if (isOlder(await statOf(aside), before)) {
      await unlink(aside);
      return true;
    }
    await rename(aside, file);
    return false;
  }

  /** @param id or the name of a file that is no blob's */
  #fileOf(id: string): string {
    const name = FILE.test(`${id}.zst`) ? `${id}.zst` : id;
    return join(this.#folder, name.slice(0, 2), name);
  }

  async #write(file: string, bytes: Uint8Array, now: number): Promise<void> {
    const shelf = dirname(file);
    const made = await mkdir(shelf, { recursive: true, mode: 0o700 });
    const part = `${file}.${randomUUID()}.part`;
    try {
      const handle = await open(part, "wx", 0o600);
      try {
        await handle.writeFile(bytes);
        await handle.utimes(now / 1000, now / 1000);
        await handle.sync();
      } finally {
        await handle.close();
      }
      await rename(part, file);
    } catch (error) {
      await rm(part, { force: true }).catch(() => {});
      throw error;
    }
    await flushFolder(shelf);
    if (made === undefined) return;
    await flushFolder(this.#folder);
    await flushFolder(dirname(this.#folder));
  }
}

/** Whether the file holds the blob; what is damaged is written again. */
async function isWhole(file: string, id: string): Promise<boolean> {
  try {
    return !(unpack(await readFile(file), id) instanceof Error);
  } catch (error) {
    if (isMissing(error)) return false;
    throw error;
  }
}

/** @returns whether it was still there */
async function touch(file: string, now: number): Promise<boolean> {
  try {
    await utimes(file, now / 1000, now / 1000);
    return true;
  } catch (error) {
    if (isMissing(error)) return false;
    throw error;
  }
}

function unpack(stored: Uint8Array, id: string): Uint8Array | Error {
  try {
    const content = zstdDecompressSync(stored);
    const actual = createHash("sha256").update(content).digest("hex");
    return actual === id ? content : new Error(`Its SHA-256 is ${actual}.`);
  } catch (error) {
    return error as Error;
  }
}

/** A new name is durable once its folder is; where folders cannot be flushed, the system sees to it. */
async function flushFolder(path: string): Promise<void> {
  if (process.platform === "win32") return;
  const handle = await open(path, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

async function namesIn(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOENT" || code === "ENOTDIR") return [];
    throw error;
  }
}

async function statOf(file: string) {
  try {
    return await stat(file);
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

function isOlder(stats: { readonly mtimeMs: number } | undefined, before: number): boolean {
  return stats !== undefined && stats.mtimeMs < before;
}

function isMissing(error: unknown): boolean {
  return (error as NodeJS.ErrnoException).code === "ENOENT";
}
