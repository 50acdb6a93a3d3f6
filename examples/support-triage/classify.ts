/** A classifier without a model: it counts the words that speak for each team. */

export const effects = "none";

const SPEAKS_FOR: Readonly<Record<string, readonly string[]>> = {
  billing: ["invoice", "charged", "refund", "paid", "payment", "receipt", "price"],
  bug: ["crash", "crashes", "error", "broken", "freezes", "blank", "export"],
  account: ["password", "login", "account", "username", "locked", "address"],
  spam: ["winner", "casino", "followers", "offer", "prize", "ranking"],
};

export default function classify({ text }: { readonly text: string }) {
  const words = text.toLowerCase().match(/\p{L}+/gu) ?? [];
  const found = Object.entries(SPEAKS_FOR).map(([label, list]) => ({
    label,
    words: words.filter((word) => list.includes(word)),
  }));
  const all = found.reduce((sum, one) => sum + one.words.length, 0);
  const [best] = found.toSorted((a, b) => b.words.length - a.words.length);
  if (best === undefined || all === 0) return { label: "unknown", confidence: 0, words: [] };
  return { label: best.label, confidence: best.words.length / all, words: best.words };
}
