import { excerptOf, formatPath, isPlainObject, type Json, type PathStep } from "../base/json.ts";

/**
 * The first place where a value is not what it must equal, in words.
 * @param tolerance how far numbers may be off
 * @returns undefined where the two are equal
 */
export function firstDifference(
  value: Json,
  wanted: Json,
  tolerance: number,
  path: readonly PathStep[] = [],
): string | undefined {
  if (Array.isArray(value) && Array.isArray(wanted)) {
    if (value.length !== wanted.length) {
      return `${place(path)} has ${value.length} elements, not ${wanted.length}`;
    }
    return firstOf(value.keys(), (key) =>
      firstDifference(value[key] as Json, wanted[key] as Json, tolerance, [...path, key]),
    );
  }
  if (isPlainObject(value) && isPlainObject(wanted)) {
    return differenceOfObjects(value as Fields, wanted as Fields, tolerance, path);
  }
  if (isSame(value, wanted, tolerance)) return undefined;
  return `${place(path)} is ${excerptOf(value)}, not ${excerptOf(wanted)}`;
}

type Fields = Readonly<Record<string, Json>>;

function differenceOfObjects(
  value: Fields,
  wanted: Fields,
  tolerance: number,
  path: readonly PathStep[],
): string | undefined {
  const keys = new Set([...Object.keys(wanted), ...Object.keys(value)]);
  return firstOf(keys, (key) => {
    if (!Object.hasOwn(value, key)) return `${place([...path, key])} is missing`;
    if (!Object.hasOwn(wanted, key)) return `${place([...path, key])} is too much`;
    return firstDifference(value[key] as Json, wanted[key] as Json, tolerance, [...path, key]);
  });
}

function isSame(value: Json, wanted: Json, tolerance: number): boolean {
  if (typeof value !== "number" || typeof wanted !== "number") return value === wanted;
  // What is off by exactly the tolerance may be a little more in binary.
  const slack = Number.EPSILON * Math.max(Math.abs(value), Math.abs(wanted)) * 4;
  return value === wanted || Math.abs(value - wanted) <= tolerance + (tolerance > 0 ? slack : 0);
}

function firstOf<T>(keys: Iterable<T>, find: (key: T) => string | undefined): string | undefined {
  for (const key of keys) {
    const found = find(key);
    if (found !== undefined) return found;
  }
  return undefined;
}

function place(path: readonly PathStep[]): string {
  return formatPath(path) || "the whole";
}
