/** The part of a subtask that is a planner's to choose. */

import { canonicalJson, isPlainObject, type Json, type JsonObject } from "../base/json.ts";

/** What a planner says about a subtask; the rest, like timeouts, is for people and tools. */
const OFFERED = new Set(["id", "description", "tool", "input", "dependsOn", "when", "optional"]);

export function isOffered(field: string): boolean {
  return OFFERED.has(field);
}

/** What a planner has said about a subtask, with nothing in it that the format's defaults say. */
export function offeredOf(subtask: JsonObject): JsonObject {
  const { id, description, tool, input = {}, when } = subtask;
  const { dependsOn = [], optional = false } = subtask;
  return {
    ...(id !== undefined && { id }),
    ...(description !== undefined && { description }),
    ...(tool !== undefined && { tool }),
    input,
    ...(!isEmptyList(dependsOn) && { dependsOn: dependenciesOf(dependsOn) }),
    ...(when !== undefined && { when }),
    ...(optional !== false && { optional }),
  };
}

/** What people and tools have said about it. */
export function unofferedOf(subtask: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(subtask).filter(([field]) => !isOffered(field)));
}

/** Whether a planner says the same of both, in whichever words the format has for it. */
export function isSameOffer(a: JsonObject, b: JsonObject): boolean {
  return comparable(offeredOf(a)) === comparable(offeredOf(b));
}

/** Whether both do the same: of what a planner says, all but what is said about it. */
export function isSameWork(a: JsonObject, b: JsonObject): boolean {
  return comparable(workOf(a)) === comparable(workOf(b));
}

function workOf(subtask: JsonObject): JsonObject {
  const { description: _said, optional: _needed, ...work } = offeredOf(subtask);
  return work;
}

/** The order of dependencies means nothing. */
function comparable({ dependsOn, ...rest }: JsonObject): string {
  const sorted = Array.isArray(dependsOn) ? dependsOn.map(canonicalJson).sort() : dependsOn;
  return canonicalJson({ ...rest, ...(sorted !== undefined && { dependsOn: sorted }) });
}

function dependenciesOf(written: Json): Json {
  if (!Array.isArray(written)) return written;
  return written.map((one: Json) => {
    if (!isPlainObject(one)) return one;
    const { id, on } = one as JsonObject;
    return on === "success" && id !== undefined ? id : (one as JsonObject);
  });
}

function isEmptyList(value: Json): boolean {
  return Array.isArray(value) && value.length === 0;
}
