/** Bytes that hold no text: a zero byte near the start, without the mark of UTF-16. */
export function isBinary(bytes: Uint8Array): boolean {
  return markOf(bytes) === undefined && bytes.subarray(0, 8192).includes(0);
}

/**
 * Bytes as text: by the byte order mark if there is one, else UTF-8, else Windows-1252,
 * in which every byte means something.
 *
 * @param encoding what somebody said it is, e.g. in an HTTP header; an unknown name is ignored
 */
export function decodeText(bytes: Uint8Array, encoding?: string): string {
  const mark = markOf(bytes);
  if (mark !== undefined) return new TextDecoder(mark).decode(bytes);
  if (encoding !== undefined) {
    try {
      return new TextDecoder(encoding).decode(bytes);
    } catch {
      // An encoding that nobody knows: judge by the bytes.
    }
  }
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return new TextDecoder("windows-1252").decode(bytes);
  }
}

function markOf(bytes: Uint8Array): "utf-8" | "utf-16le" | "utf-16be" | undefined {
  const [a, b, c] = bytes;
  if (a === 0xef && b === 0xbb && c === 0xbf) return "utf-8";
  if (a === 0xff && b === 0xfe) return "utf-16le";
  return a === 0xfe && b === 0xff ? "utf-16be" : undefined;
}
