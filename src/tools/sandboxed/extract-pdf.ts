import { extractText, getDocumentProxy } from "unpdf";

/** The text of every page. */
export async function work(bytes: Uint8Array): Promise<string[]> {
  const document = await getDocumentProxy(bytes);
  const { text } = await extractText(document, { mergePages: false });
  return text;
}
