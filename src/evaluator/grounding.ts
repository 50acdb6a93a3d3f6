/**
 * Whether the claims of an output are supported by what subtasks gave, without a model.
 *
 * A claim is supported if somewhere in the evidence, within one passage, all of its numbers and
 * names stand together with most of its other words. A number is supported by one that is the
 * same when it is rounded to the digits that are shown, 12.5 % also by 0.125; not by one of
 * another sign. That tells what was made up from what was found; it does not notice a "not",
 * which only a judge does.
 */

import type { Evidence } from "../plan/evaluation.ts";
import { type Claims, claimsOf } from "./claims.ts";
import type { EvaluationRequest } from "./evaluator.ts";
import { excerpt, listFew, namedTextOf, paragraphsOf } from "./output-text.ts";
import { type Needed, type Passage, passageOf, supports } from "./passage.ts";
import type { Finding, PlannedCheck, StageOutcome } from "./planned-check.ts";
import { type Term, termReader } from "./terms.ts";

/** Claims, and which of them have support. */
export type Support = Claims & {
  /** As many as there are claims. */
  readonly isSupported: readonly boolean[];
};

export async function checkGrounding(
  checks: readonly PlannedCheck[],
  request: EvaluationRequest,
): Promise<StageOutcome> {
  const support = await extractiveSupport(request);
  return { findings: checks.map((planned) => groundingFinding(planned, support, "rule")) };
}

/** The share of the claims that have support; all, if there is none to be supported. */
export function groundingFinding(
  planned: PlannedCheck,
  { claims, left, isSupported }: Support,
  by: string,
): Finding {
  const unsupported = claims.filter((_, index) => isSupported[index] !== true);
  const score = claims.length === 0 ? 1 : (claims.length - unsupported.length) / claims.length;
  const shown = listFew(unsupported.map((claim) => `“${excerpt(claim)}”`));
  const found =
    unsupported.length > 0
      ? `Of ${claims.length} claims ${unsupported.length} are not supported: ${shown}.`
      : left === 0
        ? "Everything that it claims is supported."
        : `The first ${claims.length} claims are supported.`;
  const more = left === 0 ? "" : ` The ${left} claims behind these were not looked at.`;
  return { planned, score, holds: score >= planned.atLeast, reason: `${found}${more}`, by };
}

/**
 * What may support the output: nothing that a model has written itself, and not the subtask that
 * gave it. What somebody gives as evidence, without saying who wrote it, is evidence.
 */
export function sourcesFor({ subtask, evidence }: EvaluationRequest): Evidence[] {
  return evidence.filter((one) => one.subtask !== subtask && one.isWritten !== true);
}

export async function extractiveSupport(request: EvaluationRequest): Promise<Support> {
  const terms = await termReader();
  const { claims, left } = claimsOf(paragraphsOf(request.output));
  const passages = sourcesFor(request).map((one) => passageOf(namedTextOf(one.output), terms));
  const readClaims = claims.map((claim) => terms(claim));
  const names = nameTest(readClaims, passages);
  return {
    claims,
    left,
    isSupported: readClaims.map((claim) => {
      const needed = neededOf(claim, names);
      return needed.all.size === 0 || passages.some((passage) => supports(passage, needed));
    }),
  };
}

function neededOf(claim: readonly Term[], isName: NameTest): Needed {
  const meant = claim.filter(({ isFiller }) => !isFiller);
  const exact = claim.filter((term, at) => term.number !== undefined || isName(claim, at));
  const numbers = claim.flatMap(({ key, number }) => (number ? [[key, number] as const] : []));
  return {
    numbers: new Map(numbers),
    all: new Set([...meant, ...exact].map(({ key }) => key)),
    exact: new Set(exact.map(({ key }) => key)),
    length: claim.length,
  };
}

type NameTest = (claim: readonly Term[], at: number) => boolean;

/** With more words in capitals, as in German, capitals tell no names. */
const MANY_CAPITALS = 0.3;

/**
 * What tells whether a word of a claim is (part of) a name: a capital that is not due to its
 * place, or that the word has elsewhere, too.
 */
function nameTest(claims: readonly (readonly Term[])[], passages: readonly Passage[]): NameTest {
  const inside = claims
    .flatMap((claim) => claim.slice(1))
    .filter(({ number }) => number === undefined);
  const capitals = inside.filter(isCapital);
  if (capitals.length > inside.length * MANY_CAPITALS && inside.length >= 20) {
    return (claim, at) => /^\p{Lu}{2,}$/u.test(claim[at]?.word ?? "");
  }
  const known = new Set(capitals.map(({ key }) => key));
  const lowercase = new Set<string>();
  for (const term of passages.flatMap(({ terms }) => terms)) {
    if (!isCapital(term)) lowercase.add(term.key);
  }
  return (claim, at) => {
    const term = claim[at];
    if (term === undefined || term.isFiller || !isCapital(term)) return false;
    if (at > 0) return true;
    const next = claim[1];
    const isFollowed = next !== undefined && isCapital(next);
    return !lowercase.has(term.key) && (isFollowed || known.has(term.key));
  };
}

function isCapital({ word, number }: Term): boolean {
  return number === undefined && /^\p{Lu}/u.test(word);
}
