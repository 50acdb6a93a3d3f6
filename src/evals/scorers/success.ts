/** Whether what was wanted came out: of runs, and of goals that cannot or must not be planned. */

import { canonicalJson, isPlainObject, type Json } from "../../base/json.ts";
import { parseExpression } from "../../plan/cel.ts";
import type { Gold, PlanSample, Prediction, Scorer, ScorerTools } from "../sample.ts";
import { yesOrNo } from "./overlap.ts";

export const SUCCESS_SCORERS: readonly Scorer[] = [
  {
    name: "success",
    about:
      "What was expected came out: the answer (exact, numeric, contains, CEL or judged), a refusal, or a question; of a plan without an expected answer, a run that succeeded.",
    better: "higher",
    needsRun: true,
    async score(sample, prediction, tools) {
      const { gold } = sample;
      if (gold.refused || gold.asks) return yesOrNo(isDeclined(gold, prediction.status));
      if (!hasSucceeded(prediction)) return yesOrNo(false);
      return yesOrNo(
        gold.answer === undefined && gold.match === undefined
          ? true
          : await isAnswered(sample, prediction.executed?.output ?? null, tools),
      );
    },
  },
  {
    name: "refusal",
    about:
      "Of goals that cannot be done, or that only the user can complete: that it was said, by refusing or asking as expected, and nothing was planned.",
    better: "higher",
    score: ({ gold }, { status }) =>
      gold.refused === undefined && gold.asks === undefined
        ? null
        : yesOrNo(isDeclined(gold, status)),
  },
  {
    name: "executable",
    about: "The plan ran to a result: its run succeeded, or did with quality flags.",
    better: "higher",
    needsRun: true,
    score: ({ gold }, prediction) =>
      gold.refused || gold.asks ? null : yesOrNo(hasSucceeded(prediction)),
  },
];

function isDeclined({ refused, asks, orRefused }: Gold, status: Prediction["status"]): boolean {
  if (status === "asks") return asks === true;
  return status === "refused" && (refused === true || orRefused === true);
}

function hasSucceeded({ executed }: Prediction): boolean {
  return executed?.status === "succeeded" || executed?.status === "degraded";
}

async function isAnswered(
  { goal, gold }: PlanSample,
  output: Json,
  tools: ScorerTools,
): Promise<boolean> {
  const { match = "exact", answer = null } = gold;
  if (match === "numeric") return isNear(output, answer, gold);
  if (match === "contains") return holds(output, answer);
  if (match === "exact") return isSame(output, answer);
  if ("cel" in match) return isTrue(match.cel, output);
  return (await tools.judge?.({ goal, output, accept: match.judge })) === true;
}

/** The value itself, or the only field of an object: tools wrap what they give. */
function unwrapped(output: Json): Json {
  if (!isPlainObject(output)) return output;
  const values = Object.values(output) as Json[];
  return values.length === 1 ? (values[0] as Json) : output;
}

function isSame(output: Json, answer: Json): boolean {
  return [output, unwrapped(output)].some(
    (one) => canonicalJson(tidy(one)) === canonicalJson(tidy(answer)),
  );
}

function tidy(value: Json): Json {
  return typeof value === "string" ? value.trim() : value;
}

/** Far enough from how computers round. */
const RELATIVE = 1e-6;

function isNear(output: Json, answer: Json, { tolerance }: Gold): boolean {
  const [given, wanted] = [numberIn(output), numberIn(answer)];
  if (given === undefined || wanted === undefined) return false;
  return Math.abs(given - wanted) <= (tolerance ?? RELATIVE * Math.max(1, Math.abs(wanted)));
}

/** A number, or the only one in a text or in the fields of an object. */
function numberIn(value: Json): number | undefined {
  const numbers = isPlainObject(value)
    ? Object.values(value).filter((field) => typeof field === "number")
    : [];
  const one = numbers.length === 1 ? (numbers[0] as number) : unwrapped(value);
  if (typeof one === "number") return one;
  if (typeof one !== "string") return undefined;
  const found = one
    .replaceAll(/(?<=\d),(?=\d{3}\b)/g, "")
    .match(/[-+]?\d+(?:\.\d+)?(?:e[-+]?\d+)?/gi);
  return found?.length === 1 ? Number(found[0]) : undefined;
}

/** Each of the texts stands in the output, in whatever case; of numbers not as a part of another. */
function holds(output: Json, answer: Json): boolean {
  const text = (typeof output === "string" ? output : JSON.stringify(output)).toLowerCase();
  const wanted = Array.isArray(answer) ? answer : [answer];
  return wanted.every((one: Json) => {
    if (typeof one === "number") return hasNumber(text, one);
    return text.includes((typeof one === "string" ? one : JSON.stringify(one)).toLowerCase());
  });
}

function hasNumber(text: string, wanted: number): boolean {
  const found = text.match(/(?<![\w.])-?\d+(?:\.\d+)?(?!\w)/g) ?? [];
  return found.some((one) => Number(one) === wanted);
}

function isTrue(expression: string, output: Json): boolean {
  const parsed = parseExpression(expression);
  if ("problem" in parsed) return false;
  try {
    return parsed.evaluate({ output }) === true;
  } catch {
    // The output does not have what the expression reads.
    return false;
  }
}
