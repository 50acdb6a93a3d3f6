/** Enough to see where it was; every failed attempt is kept with its own. */
const MAX_CHARACTERS = 4_000;

/** Where an error was thrown, and what caused it, for whoever looks for the fault in a tool. */
export function stackOf(error: unknown): string | undefined {
  const parts: string[] = [];
  for (let inner = error; inner instanceof Error && parts.length < 5; inner = inner.cause) {
    parts.push(inner.stack ?? inner.message);
  }
  const text = parts.join("\ncaused by ");
  return text === "" ? undefined : text.slice(0, MAX_CHARACTERS);
}
