/** What other processes ask of a run, as they left it in the journal. */

import { isPlainObject, type JsonObject } from "../../base/json.ts";
import type { News } from "./driver.ts";

/** Requests of newer versions are left alone. */
export function readRequest(request: JsonObject): News | undefined {
  const { type, by, subtask, decision, note, input, id } = request;
  if (typeof by !== "string") return undefined;
  if (type === "decide" && typeof subtask === "string" && typeof note === "string") {
    if (decision !== "approved" && decision !== "denied") return undefined;
    const edited = isPlainObject(input) ? { input: input as JsonObject } : {};
    const named = typeof id === "string" ? { id } : {};
    return { type: "approval_decided", subtask, decision, by, note, ...edited, ...named };
  }
  if (type === "cancel") return { type: "cancel_requested", by };
  if (type === "pause") return { type: "pause_requested", by };
  return undefined;
}
