/**
 * What several judges say, as one judgement.
 *
 * `mean`: the score of a criterion is the mean of all judges'. `majority`: each judge says
 * whether the output passes, by the score that it would have with this judge alone; the side with
 * more judges decides, and the scores are the mean of that side. A tie does not pass.
 */

import type { EvaluationFlag } from "../plan/evaluation.ts";
import type { RubricAnswer } from "./judge-answer.ts";
import type { Finding, PlannedCheck, StageOutcome } from "./planned-check.ts";
import { bestScore, mean, meanScore } from "./score.ts";

export type Judgement = RubricAnswer & {
  /** Its name. */
  readonly judge: string;
};

type Settings = {
  readonly before: readonly Finding[];
  readonly combine: "mean" | "majority";
  readonly threshold: number;
};

export function combineJudgements(
  checks: readonly PlannedCheck[],
  judgements: readonly Judgement[],
  settings: Settings,
): StageOutcome {
  if (checks.length === 0) return { findings: [] };
  if (judgements.length === 0) return { findings: checks.map(unjudged) };
  const votes = judgements.map((judgement) => voteOf(judgement, checks, settings));
  const deciding =
    settings.combine === "majority" && judgements.length > 1 ? winners(votes) : judgements;
  return {
    findings: checks.map((planned, index) => findingOf(planned, index, deciding)),
    flags: disagreement(votes),
    blame: deciding.flatMap(({ blame }) => blame),
    confidence: mean(deciding.map(({ confidence }) => confidence)),
  };
}

function unjudged(planned: PlannedCheck): Finding {
  const reason = "No judge gave a usable answer.";
  return { planned, score: null, holds: null, reason, by: "judge" };
}

type Vote = {
  readonly judgement: Judgement;
  /** Of what this judge was asked. */
  readonly score: number;
  /** Whether the whole output would pass with this judge alone. */
  readonly passes: boolean;
};

function voteOf(
  judgement: Judgement,
  checks: readonly PlannedCheck[],
  { before, threshold }: Settings,
): Vote {
  const findings = checks.map((planned, index) => findingOf(planned, index, [judgement]));
  const isHeld = findings.every(({ planned, holds }) => holds !== false || !planned.isHard);
  const passes = isHeld && bestScore([...before, ...findings]) >= threshold;
  return { judgement, score: meanScore(findings) ?? 0, passes };
}

function winners(votes: readonly Vote[]): Judgement[] {
  const pass = votes.filter(({ passes }) => passes).length;
  const wins = pass > votes.length - pass;
  return votes.filter(({ passes }) => passes === wins).map(({ judgement }) => judgement);
}

function findingOf(
  planned: PlannedCheck,
  index: number,
  judgements: readonly Judgement[],
): Finding {
  const said = judgements.flatMap(({ judge, scores }) => {
    const score = scores[index];
    return score === undefined ? [] : [{ judge, ...score }];
  });
  const score = mean(said.map((one) => one.score));
  const [only] = said;
  const reason =
    only !== undefined && said.length === 1
      ? only.reason
      : said.map((one) => `${one.judge} (${one.score}): ${one.reason}`).join(" ");
  const by = said.map(({ judge }) => judge).join(", ");
  return { planned, score, holds: score >= planned.atLeast, reason, by };
}

/** Further apart than this, judges do not see the same. */
const FAR_APART = 0.3;

function disagreement(votes: readonly Vote[]): EvaluationFlag[] {
  const scores = votes.map(({ score }) => score);
  const spread = Math.max(...scores) - Math.min(...scores);
  const isSplit = votes.some(({ passes }) => passes) && votes.some(({ passes }) => !passes);
  if (spread <= FAR_APART && !isSplit) return [];
  const said = votes.map(
    ({ judgement, score, passes }) =>
      `${judgement.judge} gives ${score.toFixed(2)} and ${passes ? "passes" : "fails"} it`,
  );
  return [{ code: "judges_disagree", message: `The judges disagree: ${said.join("; ")}.` }];
}
