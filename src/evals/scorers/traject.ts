/**
 * The measures of TRAJECT-Bench that need no judge (arXiv 2510.04550; its `utils/metrics.py`), as
 * means over samples.
 */

import { canonicalJson, isPlainObject, type Json, type JsonObject } from "../../base/json.ts";
import type { CallGraph, PlanSample, Prediction, Scorer } from "../sample.ts";
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

const toolsOf = ({ nodes }: CallGraph) => nodes.map(({ tool }) => tool);

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
  const entries = Object.entries(args).filter(([, value]) => value !== "" && value !== null);
  return Object.fromEntries(entries.map(([name, value]) => [name, normalValue(value)]));
}

/** Literals read, numbers as numbers, yes and no as booleans, dates as ISO, countries by name. */
function normalValue(value: Json): Json {
  if (Array.isArray(value)) return value.map((one: Json) => normalValue(one));
  if (isPlainObject(value)) return normalArgs(value as JsonObject);
  if (typeof value !== "string") return value;
  const text = value.trim().replaceAll(/\s*,\s*/g, ",");
  if (/^(?:yes|true)$/i.test(text)) return true;
  if (/^(?:no|false)$/i.test(text)) return false;
  if (/^[+-]?\d+(?:\.\d+)?$/.test(text)) return Number(text);
  if (/^[[{]/.test(text)) return literal(text);
  return isoDate(text) ?? country(text) ?? text.toLowerCase();
}

/** What Python or JSON would read; left as it is where it is neither. */
function literal(text: string): Json {
  try {
    return JSON.parse(text.replaceAll("'", '"')) as Json;
  } catch {
    return text;
  }
}

const MONTH = "jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec";
const NAMED = new RegExp(`^(?:(\\d{1,2}) )?(${MONTH})[a-z]* (?:(\\d{1,2}),? ?)?(\\d{4})$`, "i");

function isoDate(text: string): string | undefined {
  const [, year, month, day] = /^(\d{4})[-/](\d{1,2})[-/](\d{1,2})$/.exec(text) ?? [];
  if (year !== undefined) return [year, month?.padStart(2, "0"), day?.padStart(2, "0")].join("-");
  const [, before, name = "", after, named] = NAMED.exec(text.replaceAll(",", " ")) ?? [];
  const dayOf = before ?? after;
  if (named === undefined || dayOf === undefined) return undefined;
  const number = MONTH.split("|").indexOf(name.slice(0, 3).toLowerCase()) + 1;
  return [named, String(number).padStart(2, "0"), dayOf.padStart(2, "0")].join("-");
}

const countries = new Intl.DisplayNames("en", { type: "region", fallback: "none" });

function country(text: string): string | undefined {
  return /^[A-Z]{2}$/.test(text) ? countries.of(text)?.toLowerCase() : undefined;
}
