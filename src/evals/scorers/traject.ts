/**
 * The measures of TRAJECT-Bench that need no judge (He et al., TRAJECT-Bench, 2025, arXiv 2510.04550;
 * its `utils/metrics.py`), as means over samples.
 */

import { canonicalJson, type Json, type JsonObject } from "../../base/json.ts";
import type { CallGraph, PlanSample, Prediction, Scorer } from "../sample.ts";
import { toolsOf } from "./call-parts.ts";
import { yesOrNo } from "./overlap.ts";

type Compare = (gold: CallGraph, predicted: CallGraph) => ReturnType<Scorer["score"]>;

function scorer(measure: string, about: string, compare: Compare): Scorer {
  return {
    name: `traject.${measure}`,
    about,
    better: "higher",
    score: ({ gold: { graph } }: PlanSample, prediction: Prediction) =>
      graph === undefined ? null : compare(graph, prediction.graph ?? { nodes: [], edges: [] }),
  };
}

export const TRAJECT_SCORERS: readonly Scorer[] = [
  scorer("exact_match", "EM: the sets of tool names are equal.", (gold, predicted) => {
    const [wanted, got] = [new Set(toolsOf(gold)), new Set(toolsOf(predicted))];
    return yesOrNo(wanted.symmetricDifference(got).size === 0);
  }),
  scorer("exact_match_strict", "The lists of tool names are equal, in order.", (gold, predicted) =>
    yesOrNo(JSON.stringify(toolsOf(gold)) === JSON.stringify(toolsOf(predicted))),
  ),
  scorer(
    "inclusion",
    "Distinct tools in both, of the gold calls; a repeated tool keeps it below 1.",
    (gold, predicted) => {
      const both = new Set(toolsOf(gold)).intersection(new Set(toolsOf(predicted)));
      return [both.size / Math.max(1, gold.nodes.length), 1];
    },
  ),
  scorer(
    "usage",
    "Of the tools in both, the share with equal parameters after normalising; of a repeated tool the first call counts, and 0 where no tool is in both.",
    (gold, predicted) => {
      const wanted = firstCalls(gold);
      const got = firstCalls(predicted);
      const both = [...wanted.keys()].filter((tool) => got.has(tool));
      const equal = both.filter((tool) => wanted.get(tool) === got.get(tool));
      return [both.length === 0 ? 0 : equal.length / both.length, 1];
    },
  ),
];

/** The parameters of each tool's first call, normalised. */
function firstCalls({ nodes }: CallGraph): Map<string, string> {
  const first = new Map<string, string>();
  for (const { tool, args } of nodes) {
    if (!first.has(tool)) first.set(tool, canonicalJson(normalArgs(args)));
  }
  return first;
}

function normalArgs(args: JsonObject): JsonObject {
  const entries = Object.entries(args).filter(([, value]) => !isEmpty(value));
  return Object.fromEntries(entries.map(([name, value]) => [name.trim(), normalValue(value)]));
}

function isEmpty(value: Json): boolean {
  return value === null || (typeof value === "string" && value.trim() === "");
}

/** As `normalize_value` has it, where true and 1 are the same: to Python they are. */
function normalValue(value: Json): Json {
  if (typeof value === "boolean") return Number(value);
  if (typeof value !== "string") return value;
  const text = value.trim();
  if (NUMBER.test(text)) return Number(text);
  if (/^[[{]/.test(text)) return literal(text);
  const tidy = isoDate(withCountries(text.replaceAll(/\s*,\s*/g, ",").replaceAll(/\s+/g, " ")));
  if (/^(?:true|yes|on)$/i.test(tidy)) return 1;
  return /^(?:false|no|off)$/i.test(tidy) ? 0 : tidy;
}

const NUMBER = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i;

/** What Python or JSON would read; left as it is where it is neither. */
function literal(text: string): Json {
  try {
    return JSON.parse(text.replaceAll("'", '"')) as Json;
  } catch {
    return text;
  }
}

function isoDate(text: string): string {
  const [, year, month = "", day = ""] = /^(\d{4})-(\d{1,2})-(\d{1,2})$/.exec(text) ?? [];
  return year === undefined ? text : [year, month.padStart(2, "0"), day.padStart(2, "0")].join("-");
}

/** `normalize_location`: codes, only in texts with a comma. */
function withCountries(text: string): string {
  if (!text.includes(",")) return text;
  const parts = text.split(",").map((part) => COUNTRIES.get(part.toUpperCase()) ?? part);
  return parts.join(",");
}

const LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ".split("");
const NAMES = new Intl.DisplayNames("en", { type: "region", fallback: "none" });

/** By code, and by name in whatever case. */
const COUNTRIES: ReadonlyMap<string, string> = new Map(
  LETTERS.flatMap((first) =>
    LETTERS.flatMap((second): [string, string][] => {
      const name = NAMES.of(first + second);
      return name === undefined
        ? []
        : [
            [first + second, name],
            [name.toUpperCase(), name],
          ];
    }),
  ).concat([
    ["USA", "United States"],
    ["UK", "United Kingdom"],
  ]),
);
