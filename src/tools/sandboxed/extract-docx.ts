import mammoth from "mammoth";

/** The document as HTML. */
export async function work(bytes: Uint8Array): Promise<string> {
  const { value } = await mammoth.convertToHtml({ buffer: Buffer.from(bytes) });
  return value;
}
