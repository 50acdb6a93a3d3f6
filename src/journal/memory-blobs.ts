import type { BlobRow, BlobStore } from "./journal.ts";
import { missingBlob } from "./refusals.ts";

/** Blobs that end with their process. */
export class MemoryBlobs implements BlobStore {
  readonly #blobs = new Map<string, { readonly content: Uint8Array; at: number }>();

  async put({ id, content, now }: Parameters<BlobStore["put"]>[0]): Promise<void> {
    const blob = this.#blobs.get(id);
    if (blob === undefined) this.#blobs.set(id, { content: content.slice(), at: now });
    else blob.at = now;
  }

  get(id: string): Uint8Array {
    const blob = this.#blobs.get(id);
    if (blob === undefined) throw missingBlob(id);
    return blob.content.slice();
  }

  async list(): Promise<BlobRow[]> {
    return [...this.#blobs].map(([id, { content, at }]) => ({ id, bytes: content.length, at }));
  }

  async remove(id: string, before: number): Promise<boolean> {
    const blob = this.#blobs.get(id);
    return blob !== undefined && blob.at < before && this.#blobs.delete(id);
  }
}
