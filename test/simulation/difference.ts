/**
 * Where two values differ, as JSON has them; undefined where they are equal. What JSON would
 * lose (an undefined field, a NaN, an instance of a class) is a difference too.
 */
export function difference(a: unknown, b: unknown, path = ""): string | undefined {
  if (a === b && isJsonLeaf(a)) return undefined;
  if (!isContainer(a) || !isContainer(b) || Array.isArray(a) !== Array.isArray(b)) {
    return `${path}: ${JSON.stringify(a)} is not ${JSON.stringify(b)}`;
  }
  const keys = Object.keys(a);
  if (keys.length !== Object.keys(b).length) {
    return `${path} has ${keys}, not ${Object.keys(b)}`;
  }
  for (const key of keys) {
    if (!Object.hasOwn(b, key)) return `${path}.${key} is missing`;
    const found = difference(a[key], b[key], `${path}.${key}`);
    if (found !== undefined) return found;
  }
  return undefined;
}

function isJsonLeaf(value: unknown): boolean {
  return (
    value === null ||
    typeof value === "string" ||
    typeof value === "boolean" ||
    Number.isFinite(value)
  );
}

function isContainer(value: unknown): value is Record<string, unknown> {
  if (typeof value !== "object" || value === null) return false;
  return Array.isArray(value) || Object.getPrototypeOf(value) === Object.prototype;
}
