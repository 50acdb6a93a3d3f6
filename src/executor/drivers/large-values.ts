/**
 * Large values in a process: what the core reads and refers to in a step, and the blobs behind it.
 *
 * V1. What a step referred to is in no event before `store` has resolved.
 * V2. Whatever the outputs of a run are, together, only so much of them is held here as the cache
 *     may hold, and what is not stored yet.
 */

import { createHash } from "node:crypto";
import type { Json } from "../../base/json.ts";
import type { BlobStore } from "../../journal/journal.ts";
import type { RunEvent } from "../core/event.ts";
import { type LargeValue, type LargeValues, largeValuesIn } from "../core/large-value.ts";
import type { LargeValueOptions, ValueCache } from "./driver.ts";

/** Outputs whose JSON is larger are kept beside the journal, in bytes. */
const LARGE_ABOVE_BYTES = 256 * 1024;

/** Of JSON; the values themselves take several times as much. */
const CACHE_BYTES = 16 * 1024 * 1024;

/** The values that were used last. */
export class RecentValues implements ValueCache {
  readonly #values = new Map<string, { readonly value: Json; readonly bytes: number }>();
  #bytes = 0;

  get(sha256: string): Json | undefined {
    const found = this.#values.get(sha256);
    if (found === undefined) return undefined;
    // The map is in the order of use: first what was not used for longest.
    this.#values.delete(sha256);
    this.#values.set(sha256, found);
    return found.value;
  }

  add({ sha256, bytes }: LargeValue, value: Json): void {
    if (bytes > CACHE_BYTES || this.#values.has(sha256)) return;
    this.#values.set(sha256, { value, bytes });
    this.#bytes += bytes;
    for (const [oldest, { bytes: freed }] of this.#values) {
      if (this.#bytes <= CACHE_BYTES) return;
      this.#values.delete(oldest);
      this.#bytes -= freed;
    }
  }
}

/** One run's large values. */
export class BlobValues implements LargeValues {
  readonly #blobs: BlobStore;
  readonly #aboveBytes: number;
  readonly #cache: ValueCache;
  #unstored = new Map<string, Uint8Array>();

  constructor(blobs: BlobStore, { aboveBytes, cache }: LargeValueOptions = {}) {
    this.#blobs = blobs;
    this.#aboveBytes = aboveBytes ?? LARGE_ABOVE_BYTES;
    this.#cache = cache ?? new RecentValues();
  }

  read(reference: LargeValue): Json {
    const { sha256 } = reference;
    let value = this.#cache.get(sha256);
    if (value === undefined) {
      const content = this.#unstored.get(sha256) ?? this.#blobs.get(sha256);
      value = JSON.parse(Buffer.from(content).toString()) as Json;
      this.#cache.add(reference, value);
    }
    return value;
  }

  refer(value: Json): LargeValue | undefined {
    if (leftOf(this.#aboveBytes, value) >= 0) return undefined;
    const content = Buffer.from(JSON.stringify(value));
    if (content.length <= this.#aboveBytes) return undefined;
    const sha256 = createHash("sha256").update(content).digest("hex");
    // Not the value itself, which is still its tool's: who reads it gets what was stored.
    this.#unstored.set(sha256, content);
    return { sha256, bytes: content.length };
  }

  get isStored(): boolean {
    return this.#unstored.size === 0;
  }

  /** Make durable what was referred to. @throws {JournalError} `journal.write_failed` */
  async store(now: number): Promise<void> {
    const unstored = this.#unstored;
    const puts = [...unstored].map(([id, content]) => this.#blobs.put({ id, content, now }));
    await Promise.all(puts);
    this.#unstored = new Map();
  }
}

/** Ids of the blobs that the events refer to. */
export function blobsOf(events: readonly RunEvent[]): string[] {
  const ids: string[] = [];
  for (const event of events) {
    if (!("largeOutput" in event || "largeFields" in event)) continue;
    for (const { sha256 } of largeValuesIn(event)) ids.push(sha256);
  }
  return ids;
}

/**
 * What is left of so many bytes after the JSON of a value, at least: negative only if the value
 * may be larger. Strings are not looked into, so this costs by the number of values and not by
 * their size, and ends when nothing is left; nearly all outputs are small and pay no more.
 */
function leftOf(bytes: number, value: Json): number {
  if (typeof value === "string") return bytes - MAX_ESCAPE * value.length - 2;
  if (typeof value !== "object" || value === null) return bytes - MAX_NUMBER;
  let left = bytes - 2;
  if (Array.isArray(value)) {
    for (let k = 0; k < value.length && left >= 0; k++) left = leftOf(left - 1, value[k] as Json);
    return left;
  }
  for (const key in value) {
    if (left < 0) return left;
    left = leftOf(left - MAX_ESCAPE * key.length - 4, (value as Record<string, Json>)[key] as Json);
  }
  return left;
}

/** Bytes of a character in JSON, at most: `\u001f`. */
const MAX_ESCAPE = 6;
/** Bytes of a number in JSON, at most: `-1.2345678901234567e-300`; also of true, false and null. */
const MAX_NUMBER = 24;
