import type { News } from "../../src/executor/drivers/driver.ts";
import type { Evaluation } from "../../src/plan/evaluation.ts";
import type { RunLedger } from "./ledger.ts";

/** News of long ago, as a driver may get it late or twice: none of it may change anything. */
export function echo(run: RunLedger): News[] {
  const { subtasks, isStopping } = run;
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
  return [...news, ...echoOfAdvice(run)];
}

/** What was said about what nobody asks any more. */
function echoOfAdvice({ review, plan, shadow }: RunLedger): News[] {
  const news: News[] = [];
  const { accepted } = shadow;
  for (const { request, subtask } of review.asked) {
    const open = subtask === null ? review.evaluating : review.outputs.get(subtask);
    if (open?.request !== request)
      news.push({ type: "evaluated", request, subtask, evaluation: PASSED });
  }
  for (const { request } of review.revisions) {
    if (request === review.request || plan === null || accepted === null) continue;
    const said = {
      plan: { ...plan, goal: "an echo", output: "an echo" },
      revision: accepted.revision + 1,
    };
    const error = { code: "planner.failed", message: "an echo" } as const;
    news.push({ type: "plan_revised", request, accepted: { ...accepted, ...said } });
    news.push({ type: "revision_failed", request, error });
  }
  return news;
}

const PASSED: Evaluation = {
  score: 0.99,
  verdict: "pass",
  threshold: 0,
  checks: [],
  reasons: ["an echo"],
  blame: [],
  confidence: null,
  flags: [],
};
