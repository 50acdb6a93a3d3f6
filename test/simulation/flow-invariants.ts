/** What must hold of loops over lists, routes, joins and refinement; see `invariants.ts`. */

import type { Json, JsonObject } from "../../src/base/json.ts";
import type { RunEvent } from "../../src/executor/core/event.ts";
import { idOfSubtask } from "../../src/executor/core/program.ts";
import type { Subtask } from "../../src/plan/schema.ts";
import type { RunLedger } from "./ledger.ts";
import { isIn, isMember, joinOf, parentOf, rootOf } from "./needs.ts";
import type { Call } from "./outside.ts";
import { isFinal, type SubtaskRecord } from "./record.ts";
import type { EventOf, Rules, Start, Verdict } from "./rule.ts";
import { attemptName } from "./start-record.ts";

type Route = NonNullable<Subtask["route"]>;

export const FLOW_START_RULES: Rules<[start: Start, run: RunLedger]> = {
  "nothing starts in a branch that was not taken": ({ subtask: id }, run) => {
    const root = rootOf(id);
    for (const { id: name, route } of run.plan?.subtasks ?? []) {
      if (route === undefined || !isMember(route, root)) continue;
      const { branch, status } = run.subtask(name);
      if (status !== "succeeded" || branch === null) return `${name} has not chosen`;
      if (!isIn(route, branch, root)) return `${name} has taken ${branch}`;
    }
    return undefined;
  },

  "what is checked was produced, and nothing else is": ({ subtask: id, tool }, run) => {
    const { refine, tool: own, fallback } = run.planned(id) ?? {};
    if (refine === undefined) return undefined;
    const turn = run.turnOf(id);
    const meant = turn.startsWith("check") ? [refine.check?.tool] : [own, fallback];
    return meant.includes(tool) ? undefined : `${tool} is called to ${turn}`;
  },
};

const BEGINNINGS: ReadonlySet<string> = new Set([
  "items.expanded",
  "attempt.started",
  "approval.requested",
  "admission.requested",
]);

/** Rules about items that begin: asked of the first event of each. */
function ofBeginning(
  rule: (
    loop: string,
    siblings: readonly SubtaskRecord[],
    run: RunLedger,
    item: SubtaskRecord,
  ) => Verdict,
): (event: RunEvent, run: RunLedger) => Verdict {
  return (event, run) => {
    if (!BEGINNINGS.has(event.type) || !("subtask" in event)) return undefined;
    const parent = parentOf(event.subtask);
    const item = run.subtask(event.subtask);
    if (parent === undefined || item.hasBegun) return undefined;
    return rule(parent, run.itemsOf(parent), run, item);
  };
}

export const FLOW_EVENT_RULES: Rules<[event: RunEvent, run: RunLedger]> = {
  "no more items are under way than their loop allows": ofBeginning((parent, siblings, run) => {
    const most = run.levelOf(parent)?.concurrency ?? 0;
    const underWay = siblings.filter((one) => one.hasBegun && !isFinal(one)).length;
    return underWay < most ? undefined : `${underWay} of ${parent} already`;
  }),

  "where all fail with one item no further one begins": ofBeginning(
    (parent, siblings, run, item) => {
      if (run.levelOf(parent)?.onItemError !== "fail" || item.isRetried) return undefined;
      const failed = siblings.filter(({ status }) => status === "failed").length;
      return failed > 0 ? `${failed} of ${parent} failed` : undefined;
    },
  ),

  "a loop ends when each of its items has, and none is lost": (event, run) => {
    const isFailure = event.type === "subtask.failed" && event.reason === "item_failed";
    if (event.type !== "items.collected" && !isFailure) return undefined;
    const items = run.itemsOf(event.subtask);
    const isWanted = (one: SubtaskRecord) => one.hasBegun || one.isRetried || !isFailure;
    const open = items.filter((one) => !isFinal(one) && isWanted(one));
    if (open.length > 0) return `${open.length} items of ${event.subtask} have not`;
    const count = (status: string) => items.filter((one) => one.status === status).length;
    if (isFailure) return count("failed") > 0 ? undefined : "none has failed";
    if (count("cancelled") > 0) return `${count("cancelled")} were cancelled`;
    const isStrict = run.levelOf(event.subtask)?.onItemError === "fail";
    return isStrict && count("failed") > 0 ? `${count("failed")} have failed` : undefined;
  },

  "an item is cancelled with its run or its loop, and a loop with its run or an item": (
    event,
    run,
  ) => {
    if (event.type !== "subtask.cancelled" || run.isStopping) return undefined;
    const { subtask: id, reason } = event;
    // There is a result already, and more cannot be paid.
    if (reason === "budget_exceeded" && run.review.judged.length > 0) return undefined;
    const isReplaced = reason === "replaced";
    if (!isReplaced && run.itemsOf(id).some((one) => one.reason === reason)) return undefined;
    const parent = parentOf(id);
    const isReplacing = run.revision === 0 || run.review.request !== null;
    if (parent === undefined) return isReplaced && isReplacing ? undefined : reason;
    return isFinal(run.subtask(parent)) ? undefined : `${parent} wants ${id}`;
  },

  "a route chooses once for each success, and one of its branches": (event, run) => {
    if (event.type === "route.decided") {
      const { route } = run.planned(event.subtask) ?? {};
      if (route === undefined || !Object.hasOwn(route.branches, event.branch)) return event.branch;
      return run.subtask(event.subtask).decisions > 0 ? "it has chosen before" : undefined;
    }
    if (event.type !== "subtask.succeeded" && event.type !== "subtask.resolved") return undefined;
    const { route } = run.planned(event.subtask) ?? {};
    const { decisions, branch } = run.subtask(event.subtask);
    if (decisions !== (route === undefined ? 0 : 1)) return `it has chosen ${decisions} times`;
    const meant = route && branchFor(route, event.output);
    return branch === (meant ?? null) ? undefined : `${branch}, not ${meant}`;
  },

  "who is skipped for a route stands only in branches that it has not taken": (event, run) => {
    if (event.type !== "subtask.skipped" || event.reason !== "route_not_taken") return undefined;
    const { subtask: id, cause = "" } = event;
    const { route } = run.planned(cause) ?? {};
    const { branch, status } = run.subtask(cause);
    if (route === undefined || !isMember(route, id)) return `${cause} does not choose ${id}`;
    if (status !== "succeeded" || branch === null) return `${cause} has not chosen`;
    return isIn(route, branch, id) ? `${cause} has chosen ${id}` : undefined;
  },

  "a join goes on with enough, or with what there is when its time is up": (event, run) => {
    if (event.type !== "join.closed") return undefined;
    const { subtask: id, reason, missing } = event;
    const [subtask, join] = joinAt(run, id);
    if (subtask === undefined || join === undefined) return `${id} does not join`;
    if (run.subtask(id).joined !== null) return `${id} has gone on before`;
    const { there, coming, missing: lost } = run.arrivals(subtask);
    const without = new Set([...coming, ...lost]);
    if (without.symmetricDifference(new Set(missing)).size > 0) {
      return `${missing} are missing, not ${[...without]}`;
    }
    switch (reason) {
      case "enough":
        return there.length >= join.required ? undefined : `${there.length} are not enough`;
      case "settled":
        if (coming.length > 0) return `${coming} may come`;
        return there.length >= join.atLeast ? undefined : `${there.length} are too few`;
      default:
        if (!isTimeUp(event, run, join.withinMs)) return "its time is not up";
        return there.length >= join.atLeast ? undefined : `${there.length} are too few`;
    }
  },

  "a join is given up only when enough cannot come": (event, run) => {
    const isSkipped = event.type === "subtask.skipped" && event.cause !== undefined;
    const isLate = event.type === "subtask.failed" && event.error.code === "join.deadline";
    if (!isSkipped && !isLate) return undefined;
    const [subtask, join] = joinAt(run, event.subtask);
    if (subtask === undefined || join === undefined) return undefined;
    if (run.subtask(event.subtask).joined !== null) return "it has gone on before";
    const { there, coming } = run.arrivals(subtask);
    if (there.length >= join.atLeast && join.isLimited) return `${there.length} are enough`;
    if (isLate) return isTimeUp(event, run, join.withinMs) ? undefined : "its time is not up";
    if (join.isLimited && coming.length > 0) return `${coming} may come`;
    return there.length + coming.length < join.required ? undefined : `${coming} may come`;
  },

  "iterations follow each other until one is accepted, and are no more than planned": (
    event,
    run,
  ) => {
    if (event.type !== "iteration.produced" && event.type !== "iteration.checked") return undefined;
    const { iterations } = run.subtask(event.subtask);
    const last = iterations.at(-1);
    const { iterations: most = 0 } = run.planned(event.subtask)?.refine ?? {};
    const isProduced = event.type === "iteration.produced";
    const expected = iterations.length + Number(isProduced);
    if (event.iteration !== expected) return `${event.iteration}, not ${expected}`;
    if (event.iteration > most) return `${event.iteration} of ${most}`;
    if (isProduced && last?.check === null) return `${iterations.length} was not checked`;
    if (isProduced && last?.check?.isAccepted) return `${iterations.length} was accepted`;
    return isProduced || last?.check === null ? undefined : "it was checked before";
  },

  "of iterations that which was accepted stands, or else the best": (event, run) => {
    if (event.type !== "iterations.ended") return undefined;
    const { iterations } = run.subtask(event.subtask);
    const { iterations: most = 0 } = run.planned(event.subtask)?.refine ?? {};
    const checks = iterations.flatMap(({ check }) => (check === null ? [] : [check]));
    const isAccepted = checks.at(-1)?.isAccepted ?? false;
    if (!isAccepted && checks.length < most && event.error === undefined) return "it ended early";
    const top = Math.max(...checks.map(({ score }) => score));
    const best = isAccepted ? checks.length : 1 + checks.findLastIndex((one) => one.score === top);
    if (event.isAccepted !== isAccepted) return `accepted: ${event.isAccepted}`;
    return event.best === best ? undefined : `${event.best}, not ${best}`;
  },
};

export const FLOW_STATE_RULES: Rules<[run: RunLedger]> = {
  "a join goes on, or is given up, the moment that it can": (run) => {
    if (run.isFinished || run.plan === null) return undefined;
    for (const subtask of run.plan.subtasks) {
      const join = joinOf(run.plan, subtask);
      const record = run.subtask(subtask.id);
      if (join === undefined || isFinal(record) || record.joined !== null) continue;
      const { there, coming } = run.arrivals(subtask);
      if (there.length >= join.required) return `${subtask.id} has enough`;
      const isHopeless = there.length + coming.length < join.required;
      const mayWait = join.isLimited && coming.length > 0;
      if (isHopeless && !mayWait) return `${subtask.id} cannot have enough`;
    }
    return undefined;
  },

  "the time of a join counts from when the first of what it waits for began": (run) => {
    if (run.plan === null || run.shadow.accepted === null) return undefined;
    for (const [index, { id, join }] of run.plan.subtasks.entries()) {
      if (join?.within === undefined) continue;
      const { joinsSince, joined, status } = run.subtask(id);
      if (joined !== null || isFinal({ status })) continue;
      const since = run.shadow.subtasks[index]?.join?.since ?? null;
      if (since !== joinsSince) return `${id} since ${since}, not ${joinsSince}`;
    }
    return undefined;
  },
};

export const FLOW_CALL_RULES: Rules<[call: Call, run: RunLedger]> = {
  "a join sees in every attempt what it saw when it went on": (call, run) => {
    const subtask = run.planned(call.subtask);
    const input = inputOf(call, run);
    const names = /^\$\{\[(.*)\]\}$/.exec(String(subtask?.input["seen"]))?.[1]?.split(", ");
    if (!subtask?.join || names === undefined || input?.["seen"] === undefined) return undefined;
    const { joined, without } = run.subtask(subtask.id);
    if (joined === null) return `${subtask.id} has not gone on`;
    for (const [at, name] of names.entries()) {
      const seen = JSON.stringify((input["seen"] as Json[])[at]);
      // A person may have said since that something else came of what was there.
      const given = [joined[name], run.subtask(name).output];
      const meant = without.includes(name) ? [null] : given;
      if (meant.some((one) => JSON.stringify(one) === seen)) continue;
      return `${call.subtask} sees ${seen} of ${name}`;
    }
    return undefined;
  },

  "an item is about one element, in whatever attempt": (call, run) => {
    const { of } = inputOf(call, run) ?? {};
    if (parentOf(call.subtask) === undefined || of === undefined) return undefined;
    const element = JSON.stringify(of);
    const first = run.firstElement(call.subtask, element);
    return element === first ? undefined : `${call.subtask}: ${element}, not ${first}`;
  },

  "each iteration hears what was said of the one before": (call, run) => {
    const input = inputOf(call, run);
    const { turn = "" } = run.starts.get(attemptName(call.subtask, call.attempt)) ?? {};
    if (!turn.startsWith("produce") || input?.["iteration"] === undefined) return undefined;
    if (`produce-${String(input["iteration"])}` !== turn) return `${input["iteration"]}: ${turn}`;
    const number = Number(input["iteration"]);
    const said = run.subtask(call.subtask).iterations[number - 2]?.check?.feedback ?? null;
    const heard = JSON.stringify(input["feedback"]);
    return heard === JSON.stringify(said) ? undefined : `${heard}, not ${JSON.stringify(said)}`;
  },
};

export const FLOW_WORK_RULES: Rules<[call: Call, run: RunLedger, calls: readonly Call[]]> = {
  "an effect that is wanted beside another has a key of its own": (call, run, calls) => {
    // What the plan names is wanted once, whoever wants it.
    if (call.tool.effects !== "write" || !call.key.startsWith(`${call.runId}/`)) return undefined;
    const unitOf = (one: Call) => {
      const start = run.starts.get(attemptName(one.subtask, one.attempt));
      return `${one.subtask} ${start?.timesRedone} ${start?.turn}`;
    };
    const other = calls.find(
      (one) => one.isDone && one.key === call.key && unitOf(one) !== unitOf(call),
    );
    return other && `${unitOf(call)} and ${unitOf(other)} share ${call.key}`;
  },
};

export const FLOW_END_RULES: Rules<[run: RunLedger]> = {
  "what each subtask gave is what its events say": ({ shadow, subtasks }) => {
    for (const [index, { status, output }] of shadow.subtasks.entries()) {
      if (status !== "succeeded") continue;
      const id = idOfSubtask(shadow, index);
      const said = JSON.stringify(subtasks.get(id)?.output ?? null);
      if (JSON.stringify(output) !== said) return `${id}: ${JSON.stringify(output)}, not ${said}`;
    }
    return undefined;
  },

  "every subtask and every item stands as its events say": ({ shadow, subtasks }) => {
    for (const [index, { status, items }] of shadow.subtasks.entries()) {
      const id = idOfSubtask(shadow, index);
      const record = subtasks.get(id);
      const said = record?.status ?? "open";
      if (status !== said) return `${id} is ${status}, not ${said}`;
      const count = record?.count ?? null;
      if ((items?.count ?? null) !== count) return `${id} has ${items?.count} items, not ${count}`;
    }
    return undefined;
  },
};

function joinAt(run: RunLedger, id: string) {
  const subtask = run.planned(id);
  if (run.plan === null || subtask === undefined) return [undefined, undefined] as const;
  return [subtask, joinOf(run.plan, subtask)] as const;
}

function isTimeUp(
  { subtask, at }: EventOf<"join.closed" | "subtask.failed">,
  run: RunLedger,
  withinMs: number,
): boolean {
  const { joinsSince } = run.subtask(subtask);
  return joinsSince !== null && at >= joinsSince + withinMs;
}

/** What the output means to the route: the two ways in which scenarios let routes choose. */
function branchFor({ by, branches, threshold, default: otherwise }: Route, output: Json) {
  const { n, label, confidence } = output as { n: number; label?: string; confidence?: number };
  const chosen = by === "${output.label}" ? label : n % 2 === 0 ? "a" : "b";
  const isBranch = chosen !== undefined && Object.hasOwn(branches, chosen);
  const isSure = threshold === undefined || (confidence !== undefined && confidence >= threshold);
  return isBranch && (isSure || chosen === otherwise) ? chosen : otherwise;
}

/** What the tool was given; undefined where a person has put something else in its place. */
function inputOf({ subtask, input }: Call, run: RunLedger): JsonObject | undefined {
  return run.subtask(subtask).approved?.isEdited ? undefined : (JSON.parse(input) as JsonObject);
}
