/** From verdicts and labels to what they say about the judge. Pure. */

import type { Evaluation } from "../plan/evaluation.ts";
import {
  cohenKappa,
  kappaInterval,
  type PairCounts,
  strengthOf,
  wilsonInterval,
} from "./agreement.ts";
import { meanAbsoluteError, type ScorePair, spearman } from "./correlation.ts";
import type {
  Agreement,
  Detection,
  Disagreement,
  JudgedExample,
  JudgeSuite,
  Label,
  Measures,
  Missed,
  ScoreAgreement,
} from "./eval.ts";

type Confusion = Measures["confusion"];

/** What the judge is worth. */
export function measure(judged: readonly JudgedExample[]): Measures {
  const confusion = confusionOf(judged);
  const unjudged = confusion.pass.none + confusion.fail.none;
  return {
    examples: judged.length,
    judged: judged.length - unjudged,
    unjudged,
    agreement: agreementOf(confusion, judged.length),
    confusion,
    detection: detectionOf(confusion),
    scores: scoresOf(judged),
    disagreements: disagreementsOf(judged),
  };
}

/**
 * The minima that the suite sets and that were not reached. Agreement is that of all examples: a
 * judge that is mostly silent is no good judge. What is not defined does not reach anything.
 */
export function missedBy(
  { agreement }: Measures,
  { minAgreement, minKappa }: Pick<JudgeSuite, "minAgreement" | "minKappa">,
): Missed[] {
  const wanted = [
    { measure: "agreement", value: agreement.overall, atLeast: minAgreement },
    { measure: "kappa", value: agreement.kappa, atLeast: minKappa },
  ] as const;
  return wanted.flatMap(({ measure: name, value, atLeast }) => {
    if (atLeast === null || (value !== null && value >= atLeast)) return [];
    return [{ measure: name, value, atLeast }];
  });
}

function confusionOf(judged: readonly JudgedExample[]): Confusion {
  const count = (label: Label) => {
    const counts = { pass: 0, fail: 0, none: 0 };
    for (const { example, evaluation } of judged) {
      if (example.label === label) counts[evaluation.verdict]++;
    }
    return counts;
  };
  return { pass: count("pass"), fail: count("fail") };
}

function agreementOf({ pass, fail }: Confusion, examples: number): Agreement {
  const pairs: PairCounts = {
    passPass: pass.pass,
    passFail: pass.fail,
    failPass: fail.pass,
    failFail: fail.fail,
  };
  const agreed = pass.pass + fail.fail;
  const judged = agreed + pass.fail + fail.pass;
  const kappa = cohenKappa(pairs);
  return {
    share: ratio(agreed, judged),
    interval: wilsonInterval(agreed, judged),
    overall: ratio(agreed, examples) ?? 0,
    kappa,
    kappaInterval: kappaInterval(pairs),
    strength: kappa === null ? null : strengthOf(kappa),
  };
}

function detectionOf({ pass, fail }: Confusion): Detection {
  return {
    precision: ratio(fail.fail, fail.fail + pass.fail),
    recall: ratio(fail.fail, fail.fail + fail.pass),
    // The harmonic mean of both, also where one of them is not defined.
    f1: ratio(2 * fail.fail, 2 * fail.fail + pass.fail + fail.pass),
    falsePassRate: ratio(fail.pass, fail.pass + fail.fail + fail.none),
  };
}

function scoresOf(judged: readonly JudgedExample[]): ScoreAgreement | null {
  const pairs = judged.flatMap(({ example, evaluation }): ScorePair[] => {
    const score = scoreOf(evaluation);
    return example.score === null || score === null ? [] : [[example.score, score]];
  });
  const error = meanAbsoluteError(pairs);
  if (error === null) return null;
  return { examples: pairs.length, meanAbsoluteError: error, spearman: spearman(pairs) };
}

function disagreementsOf(judged: readonly JudgedExample[]): Disagreement[] {
  return judged
    .filter(({ example, evaluation }) => evaluation.verdict !== example.label)
    .toSorted((a, b) => distanceOf(b) - distanceOf(a))
    .map(({ example: { id, label, note }, evaluation }) => ({
      id,
      label,
      verdict: evaluation.verdict,
      score: scoreOf(evaluation),
      reason: evaluation.reasons[0] ?? "",
      note,
    }));
}

/** How far off the judge is, 0 to 1; below that where it says nothing. */
function distanceOf({ example, evaluation }: JudgedExample): number {
  const score = scoreOf(evaluation);
  if (score === null) return -1;
  return Math.abs(score - (example.score ?? (example.label === "pass" ? 1 : 0)));
}

/** Without a verdict, what there is of a score is that of some checks only. */
function scoreOf({ verdict, score }: Evaluation): number | null {
  return verdict === "none" ? null : score;
}

function ratio(part: number, whole: number): number | null {
  return whole === 0 ? null : part / whole;
}
