declare module "synonyms/src.json" {
  /** By word, then by part of speech: words that may stand for it, itself among them. */
  const dictionary: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>;
  export default dictionary;
}
