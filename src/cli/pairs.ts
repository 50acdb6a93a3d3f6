import { type InputError, inputError } from "../base/errors.ts";

/**
 * What a repeatable flag `name=value` gives, by name.
 * @throws {InputError} `input.invalid`
 */
export function readPairs(pairs: readonly string[], flag: string): ReadonlyMap<string, string> {
  const values = new Map<string, string>();
  for (const pair of pairs) {
    const [, name, text = ""] = /^\s*([^=]+?)\s*=(.*)$/s.exec(pair) ?? [];
    if (name === undefined) throw badPair(flag, `${JSON.stringify(pair)} is not name=value`);
    if (values.has(name)) throw badPair(flag, `${name} is given twice`);
    values.set(name, text);
  }
  return values;
}

function badPair(flag: string, what: string): InputError {
  return inputError(
    "input.invalid",
    `${flag}: ${what}.`,
    `Write ${flag} NAME=VALUE, each name once.`,
  );
}
