/** What a run is told when somebody takes it up again. */

import type { RunSettings } from "./executor/core/settings.ts";
import type { News } from "./executor/drivers/driver.ts";

/** Before what is only noted: a run whose process is gone does not go on because of it. */
export const INTERRUPTION = { type: "interruption_found" } as const satisfies News;

/** Go on, with what is set now. */
export function resumption({ budget, approver }: RunSettings): News {
  return {
    type: "resume_requested",
    ...(budget !== null && { budget }),
    ...(approver !== null && { approver }),
  };
}
