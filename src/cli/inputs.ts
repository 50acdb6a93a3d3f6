import { isPlainObject, type Json, type JsonObject } from "../base/json.ts";
import { readPairs } from "./pairs.ts";

/**
 * The values of `--input name=value`, each read as the plan declares the input: a text as it
 * is, all else as JSON. Whether the plan takes them is asked when it is run.
 *
 * @param plan as its file has it
 * @throws {InputError} `input.invalid`
 */
export function parseInputs(pairs: readonly string[], plan: Json): JsonObject {
  const values = [...readPairs(pairs, "--input")].map(([name, text]): [string, Json] => {
    return [name, typeOfInput(plan, name) === "string" ? text : readValue(text)];
  });
  return Object.fromEntries(values);
}

/** A text that is no JSON is what it is: the plan says whether it takes one. */
function readValue(text: string): Json {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return text;
  }
}

function typeOfInput(plan: Json, name: string): unknown {
  const inputs = isPlainObject(plan) ? plan["inputs"] : undefined;
  const input = isPlainObject(inputs) ? inputs[name] : undefined;
  return isPlainObject(input) ? input["type"] : undefined;
}
