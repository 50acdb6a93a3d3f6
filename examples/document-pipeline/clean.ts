/** The document without its head and foot, which say where it comes from. */

import type { Handler } from "planwright";
import { parse } from "yaml";

export const effects = "none";

type Cleaned = { title: string; date: string; source: string; text: string };

const clean: Handler<{ text: string }, Cleaned> = ({ text }) => {
  const [, head = "", body = text] = /^---\n(.*?)\n---\n(.*)$/s.exec(text) ?? [];
  const { date = "", source = "" } = (parse(head) ?? {}) as Partial<Cleaned>;
  const withoutFoot = body.replace(/^-- .* --$/gm, "");
  const title = /^# (.+)$/m.exec(withoutFoot)?.[1] ?? "Untitled";
  return { title, date, source, text: withoutFoot.normalize("NFC").trim() };
};
export default clean;
