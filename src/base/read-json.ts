import type { Json } from "./json.ts";

export type ReadJson =
  | { readonly ok: true; readonly value: Json }
  /** What is wrong, as a sentence for whoever wrote the text. */
  | { readonly ok: false; readonly message: string };

/**
 * The one JSON value in a model's answer, which may stand in a code fence, after thoughts or
 * between sentences.
 *
 * Nothing is mended and nothing is guessed: text that does not parse is an error, and so are
 * two objects, or an object without an end. In particular a whole object inside a broken one
 * is not taken for the answer.
 */
export function readJson(text: string): ReadJson {
  const answer = withoutThoughts(text);
  if (answer === "") return { ok: false, message: "The answer is empty." };
  const whole = parse(answer);
  if (whole.ok) return whole;
  const spans = outerObjects(answer);
  const [first, ...others] = spans.map(parse).filter((span) => span.ok);
  if (others.length > 0) {
    return { ok: false, message: "The answer holds several JSON objects; one is wanted." };
  }
  if (first !== undefined) return first;
  const [broken] = spans;
  if (broken === undefined) return { ok: false, message: "The answer holds no JSON object." };
  return parse(broken);
}

/** Some open models write their thoughts into the text, in tags, before the answer. */
function withoutThoughts(text: string): string {
  return text.replace(/^\s*<(think|thinking)>[\s\S]*?<\/\1>/i, "").trim();
}

function parse(text: string): ReadJson {
  try {
    return { ok: true, value: JSON.parse(text) as Json };
  } catch (error) {
    return { ok: false, message: `The JSON does not parse: ${(error as SyntaxError).message}.` };
  }
}

/** Every `{…}` that is in no other one; the last may lack its end. */
function outerObjects(text: string): string[] {
  const spans: string[] = [];
  for (let start = text.indexOf("{"); start !== -1; ) {
    const end = endOfObject(text, start);
    spans.push(text.slice(start, end));
    start = text.indexOf("{", end);
  }
  return spans;
}

/** The index behind the brace that closes the one at `start`, or the text's length. */
function endOfObject(text: string, start: number): number {
  let depth = 0;
  let inString = false;
  for (let i = start; i < text.length; i++) {
    const char = text[i];
    if (inString) {
      if (char === "\\") i++;
      else if (char === '"') inString = false;
    } else if (char === '"') inString = true;
    else if (char === "{") depth++;
    else if (char === "}" && --depth === 0) return i + 1;
  }
  return text.length;
}
