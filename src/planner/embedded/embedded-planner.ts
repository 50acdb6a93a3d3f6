/**
 * The planner that works without a model: no network, no randomness, nothing learned before.
 *
 * A goal is cut into clauses, each clause is matched to tools by the words of their names,
 * descriptions and schemas, parameters are filled from the goal's own words, and steps are
 * linked by what one gives and the next needs. What it does not understand it refuses.
 *
 * E1. The same goal, tools and day give the same plan.
 * E2. Nothing is known of any tool beforehand: what a user registers is planned with as well.
 * E3. Every word with content is explained by a step, up to a small share, or there is no plan;
 *     only with `refuse: "never"` there is one all the same (`outline.ts`).
 */

import type { Issue } from "../../base/errors.ts";
import type { Json } from "../../base/json.ts";
import { NO_USAGE } from "../../models/model.ts";
import { planSchema } from "../../plan/schema.ts";
import type { ToolDescription } from "../../tools/tool.ts";
import type { Planner, PlanOutcome, PlanRequest } from "../planner.ts";
import { assemble } from "./assemble.ts";
import { splitClauses } from "./clauses.ts";
import { readDates } from "./dates.ts";
import { isPlace } from "./places.ts";
import type { Reading } from "./reading.ts";
import { conditional, forEach, isUnderstood, refusal, tooLong } from "./refuse.ts";
import { ToolIndex } from "./retrieve.ts";
import { search } from "./search.ts";
import { isWord, says, type Token, textOf, tokenize } from "./tokens.ts";
import { cardFor } from "./tool-card.ts";
import { spotValues } from "./values.ts";
import { rootOf, wordsOfName } from "./words.ts";

/** What a person says in a few sentences; more needs more understanding than there is here. */
const MAX_LENGTH = 2_000;
/** A reading that explains so much less than the best is none. */
const FAR_BEHIND = 1;
/** Readings that are tried before giving up. */
const MAX_TRIES = 6;

/** A planner for goals in plain English that ask for what the tools do. */
export function createEmbeddedPlanner({
  refuse = "unclear",
}: EmbeddedPlannerOptions = {}): Planner {
  const plan = refuse === "never" ? planClosest : planGoal;
  return {
    name: "embedded",
    plan,
    revise: async (request) => (await import("./revise.ts")).revise(request, plan),
  };
}

export type EmbeddedPlannerOptions = {
  /**
   * `unclear`: a goal that is not understood gets no plan. `never`: every goal is read more
   * roughly and gets the plan that comes closest, which may do less than was asked or something
   * else, conditions left out; what nobody said becomes an input of the plan. For drafts that
   * somebody reads, and for measuring.
   * @default "unclear"
   */
  readonly refuse?: "unclear" | "never" | undefined;
};

/** Even a rough reading takes its time. */
const MAX_OUTLINED = 10_000;

async function planClosest(request: PlanRequest): Promise<PlanOutcome> {
  const { goal, tools } = request;
  if (goal.length > MAX_OUTLINED) return failed([tooLong(goal, MAX_OUTLINED)]);
  const { outline } = await import("./outline.ts");
  const index = indexOf(tools);
  const plans = await outline(goal, await readTokens(request), verbsOf(tools), index);
  return firstThatPasses(plans, request) ?? failed(refusal(goal, [], undefined, index));
}

/** The goal as tokens; numbers of steps count as ends of sentences, quotes around it all as nothing. */
async function readTokens({ goal, now }: PlanRequest): Promise<readonly Token[]> {
  const text = withoutNumbering(withoutQuotes(goal));
  return tokenize(text, spotValues(text, await readDates(text, now)));
}

async function planGoal(request: PlanRequest): Promise<PlanOutcome> {
  const { goal } = request;
  if (goal.length > MAX_LENGTH) return failed([tooLong(goal, MAX_LENGTH)]);
  const index = indexOf(request.tools);
  const tokens = await readTokens(request);
  const clauses = splitClauses(tokens, verbsOf(request.tools));
  const condition = clauses.find(({ mood }) => mood === "conditional");
  if (condition !== undefined) return failed([conditional(goal, condition)]);
  const asked = clauses.filter(({ mood }) => mood !== "negated");
  const readings = asked.length === 0 ? [] : search(asked, index);
  const least = (readings[0]?.score ?? 0) - FAR_BEHIND;
  const understood = readings.filter((one) => isUnderstood(one) && one.score >= least);
  const each = findEach(tokens);
  if (understood.length === 0) {
    const issues = refusal(goal, asked, readings[0], index);
    return failed(each ? [forEach(textOf(goal, each)), ...issues] : issues);
  }
  // One call may do it for all of them; several calls would need to know how many.
  const possible = each ? understood.filter(isOneCall) : understood;
  if (each && possible.length === 0) return failed([forEach(textOf(goal, each))]);
  const plans = possible.values().map(({ draft }) => assemble(goal, draft));
  return firstThatPasses(plans, request) ?? failed([]);
}

/** "1. Read x 2. Count y": the numbers say where steps begin; everything keeps its place. */
function withoutNumbering(goal: string): string {
  if (!/^\s*(?:step\s+)?1[.):]\s/i.test(goal)) return goal;
  return goal.replace(/(?<=^|\s)(?:step\s+)?\d{1,2}[.):](?=\s)/gi, (number) => {
    return "\n".padEnd(number.length);
  });
}

/** A goal that was pasted with its quotation marks; everything keeps its place. */
function withoutQuotes(goal: string): string {
  const [, before = "", inner = ""] = /^(\s*)["“]([^"“”]+)["”]\s*$/.exec(goal) ?? [];
  return inner === "" ? goal : `${before} ${inner}`;
}

function isOneCall({ draft, missed }: Reading): boolean {
  return draft.steps.length === 1 && missed.length === 0;
}

const FILES = /^(?:files?|documents?|pages?|images?|texts?|reports?)$/;

/** "each Markdown file", unless the goal names the files. */
function findEach(tokens: readonly Token[]): readonly Token[] | undefined {
  const places = tokens.filter((token) => token.kind === "value" && isPlace(token));
  const at = tokens.findIndex((token) => says(token, "each", "every"));
  if (at < 0 || places.length > 1) return undefined;
  // "…, and count the words of each".
  if (!isWord(tokens[at + 1])) return tokens.slice(at, at + 1);
  const length = tokens
    .slice(at, at + 4)
    .findIndex((token) => isWord(token) && FILES.test(token.word));
  return length < 0 ? undefined : tokens.slice(at, at + length + 1);
}

/** The first plan that the check accepts, or what it says of the first one; undefined for no plan. */
function firstThatPasses(plans: Iterable<Json>, request: PlanRequest): PlanOutcome | undefined {
  let issues: readonly Issue[] | undefined;
  let tries = 0;
  for (const plan of plans) {
    const found = request.check(plan);
    if (found.length === 0) {
      return { status: "planned", plan: planSchema.parse(plan), usage: NO_USAGE, modelCalls: 0 };
    }
    issues ??= found;
    tries += 1;
    if (tries === MAX_TRIES) break;
  }
  return issues && failed(issues);
}

function failed(issues: readonly Issue[]): PlanOutcome {
  return { status: "failed", issues, usage: NO_USAGE, modelCalls: 0 };
}

const indexes = new WeakMap<readonly ToolDescription[], ToolIndex>();

function indexOf(tools: readonly ToolDescription[]): ToolIndex {
  const known = indexes.get(tools);
  if (known !== undefined) return known;
  const index = new ToolIndex(tools.map(cardFor));
  indexes.set(tools, index);
  return index;
}

/** Tools are mostly named after what they do. */
function verbsOf(tools: readonly ToolDescription[]): ReadonlySet<string> {
  return new Set(tools.flatMap(({ name }) => wordsOfName(name).slice(0, 1)).map(rootOf));
}
