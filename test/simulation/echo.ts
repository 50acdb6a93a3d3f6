import type { News } from "../../src/executor/drivers/driver.ts";
import type { RunLedger } from "./ledger.ts";

/** News of long ago, as a driver may get it late or twice: none of it may change anything. */
export function echo({ subtasks, isStopping }: RunLedger): News[] {
  const news: News[] = isStopping ? [] : [{ type: "timer_rang", timer: { kind: "cancel_grace" } }];
  for (const [subtask, { attempt: newest, status, joinsSince, joinedSince }] of subtasks) {
    for (const since of joinedSince) {
      if (since === joinsSince) continue;
      news.push({ type: "timer_rang", timer: { kind: "join", subtask, since } });
    }
    const last = status === "running" ? newest - 1 : newest;
    for (let attempt = 1; attempt <= last; attempt += 1) {
      const output = { n: 0, by: "an echo" };
      news.push(
        { type: "timer_rang", timer: { kind: "attempt_timeout", subtask, attempt } },
        { type: "attempt_ended", subtask, attempt, outcome: { status: "ok", output } },
      );
      news.push({ type: "timer_rang", timer: { kind: "total_timeout", subtask, since: attempt } });
      if (attempt === newest) continue;
      news.push({ type: "timer_rang", timer: { kind: "retry", subtask, attempt } });
    }
  }
  return news;
}
