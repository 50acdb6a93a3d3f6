/**
 * Sums in words: "17% of 2,340 plus the square root of 1764" is
 * `17 / 100 * 2340 + sqrt(1764)`, a notation that every calculator reads.
 *
 * A sum is read from left to right, a value and an operator in turns, and not evaluated.
 */

import { numberInWords } from "./number-words.ts";

/** A run of the goal that is a sum. */
export type Sum = { readonly start: number; readonly end: number; readonly expression: string };

/** What stands here: what it is in symbols, and whether it makes a sum of what is around it. */
type Rule = {
  readonly pattern: RegExp;
  readonly text: string;
  readonly next: "value" | "operator";
  readonly isOperation: boolean;
};

function operation(pattern: RegExp, text: string): Rule {
  return { pattern, text, next: "value", isOperation: true };
}

/** Where an operator may stand, after a value. */
const OPERATORS: readonly Rule[] = [
  operation(/^(?:%|percent\b|per cent\b) of\b/i, " / 100 * "),
  // A lone "17%" is a number and no sum.
  { pattern: /^(?:%|percent\b|per cent\b)/i, text: " / 100", next: "operator", isOperation: false },
  { pattern: /^squared\b/i, text: " ^ 2", next: "operator", isOperation: true },
  { pattern: /^cubed\b/i, text: " ^ 3", next: "operator", isOperation: true },
  { pattern: /^!(?!\w)/, text: "!", next: "operator", isOperation: true },
  operation(/^(?:\+|plus\b|added to\b)/i, " + "),
  operation(/^(?:[-−–]|minus\b|less\b)/i, " - "),
  operation(/^(?:\*\*|\^|to the power of\b|raised to(?: the power of)?\b)/i, " ^ "),
  operation(/^(?:[*×·]|times\b|multiplied (?:by|with)\b|x(?=\s*\d))/i, " * "),
  operation(/^(?:[/÷]|divided by\b|over(?=\s*\d))/i, " / "),
  operation(/^(?:modulo|mod)\b/i, " % "),
];

/** Before a value, which they multiply. */
const FACTORS: readonly Rule[] = [
  operation(/^half of\b/i, "0.5 * "),
  operation(/^(?:a|one) third of\b/i, "1 / 3 * "),
  operation(/^(?:a|one) quarter of\b/i, "0.25 * "),
  operation(/^(?:twice|double)\b/i, "2 * "),
];

/** Before a value, which they take in brackets. */
const FUNCTIONS: readonly Rule[] = [
  operation(/^(?:the )?(?:square root|sqrt)(?: of\b|\b)|^√/i, "sqrt"),
  operation(/^(?:the )?cube root of\b/i, "cbrt"),
  operation(/^(?:the )?(?:natural )?log(?:arithm)? of\b/i, "log"),
  operation(/^(?:the )?absolute value of\b/i, "abs"),
  operation(/^(?:the )?factorial of\b/i, "factorial"),
];
const CALL = /^(?:sqrt|cbrt|log10|log2|log|ln|abs|sin|cos|tan|exp|round|floor|ceil)(?=\s*\()/i;

/** `the sum of A and B`, `multiply A by B`: the "and" is the operator. */
const PAIRS: readonly { readonly pattern: RegExp; readonly operator: string }[] = [
  { pattern: /^(?:the )?sum of\b|^add\b/i, operator: " + " },
  { pattern: /^(?:the )?product of\b|^multiply\b/i, operator: " * " },
  { pattern: /^(?:the )?difference (?:of|between)\b/i, operator: " - " },
  { pattern: /^(?:the )?quotient of\b|^divide\b/i, operator: " / " },
];
const PAIR_JOINT = /^(?:and|by|to|with)\b/i;

const NUMBER =
  /^(?:[$€£]\s?)?(\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?(?:e[+-]?\d+)?|\.\d+)(?![\w-]*[A-Za-z_]|\d|-\d|\.\d)/i;

/** A sum longer than this is none that a person wrote. */
const MAX_STEPS = 200;
/** How far ahead a rule can look. */
const WINDOW = 60;

const UNIT = [
  "(?:kilo|centi|milli|deci|micro)?(?:meters?|metres?|grams?|liters?|litres?)|km|cm|mm|kg|mg|ml",
  "inch(?:es)?|in|feet|foot|ft|yards?|yd|miles?|mi|ounces?|oz|pounds?|lbs?|gallons?|pints?",
  "seconds?|minutes?|hours?|days?|weeks?|degC|degF|celsius|fahrenheit|kph|mph|knots?|[kMGT]?B|bytes?",
].join("|");
const CONVERSION = new RegExp(
  `(?<![\\w.])(\\d+(?:\\.\\d+)?)\\s*(${UNIT})\\s+(?:to|into|in)\\s+(${UNIT})(?![\\w])`,
  "gi",
);

function findConversions(text: string): Sum[] {
  return [...text.matchAll(CONVERSION)].map(({ 0: found, 1: number, 2: from, 3: to, index }) => ({
    start: index,
    end: index + found.length,
    expression: `${number} ${from} to ${to}`,
  }));
}

/** Every sum of the text, from left to right: each has an operator, a function or two units. */
export function findSums(text: string): Sum[] {
  const sums = findConversions(text);
  const start = /(?<![\w.])[-−](?=\d)|[\d$€£√(]|\b[a-z]/gi;
  for (let match = start.exec(text); match !== null; match = start.exec(text)) {
    const sum = new SumReader(text, match.index).read();
    if (sum === undefined) continue;
    sums.push(sum);
    start.lastIndex = sum.end;
  }
  return sums;
}

class SumReader {
  readonly #text: string;
  readonly #start: number;
  #at: number;
  #expression = "";
  #expected: "value" | "operator" = "value";
  #operations = 0;
  #depth = 0;
  /** A function that waits for its bracket. */
  #pendingCall = false;
  #pair: string | undefined;

  constructor(text: string, start: number) {
    this.#text = text;
    this.#start = start;
    this.#at = start;
  }

  /** The longest sum that starts here. */
  read(): Sum | undefined {
    let whole: Sum | undefined;
    for (let step = 0; step < MAX_STEPS; step++) {
      const blank = /^\s+/.exec(this.#text.slice(this.#at, this.#at + WINDOW))?.[0].length ?? 0;
      if (step > 0) this.#at += blank;
      const rest = this.#text.slice(this.#at, this.#at + WINDOW);
      const isRead = this.#expected === "value" ? this.#readValue(rest) : this.#readOperator(rest);
      if (!isRead) break;
      if (this.#expected === "operator" && this.#depth === 0 && this.#operations > 0) {
        whole = { start: this.#start, end: this.#at, expression: this.#expression };
      }
    }
    return whole;
  }

  #readValue(rest: string): boolean {
    const pair = PAIRS.find(({ pattern }) => pattern.test(rest));
    if (pair) {
      this.#pair = pair.operator;
      return this.#move(pair.pattern.exec(rest)?.[0].length ?? 0);
    }
    const call = CALL.exec(rest);
    if (call) return this.#take(call[0].toLowerCase(), call[0].length, "value", true);
    const fn = ruleAt(FUNCTIONS, rest);
    if (fn) {
      this.#pendingCall = true;
      return this.#apply(fn, rest);
    }
    const factor = ruleAt(FACTORS, rest);
    if (factor) return this.#apply(factor, rest);
    if (/^[-−](?=[\d.(])/.test(rest)) return this.#take("-", 1, "value", false);
    if (rest.startsWith("(")) {
      this.#depth++;
      this.#pendingCall = false;
      return this.#take("(", 1, "value", false);
    }
    const number = numberAt(rest);
    if (number === undefined) {
      const article = /^the\b/i.exec(rest);
      return article !== null && this.#expression !== "" && this.#move(article[0].length);
    }
    const text = this.#pendingCall ? `(${number.text})` : number.text;
    this.#pendingCall = false;
    return this.#take(text, number.length, "operator", false);
  }

  #readOperator(rest: string): boolean {
    const rule = ruleAt(OPERATORS, rest);
    if (rule) return this.#apply(rule, rest);
    if (rest.startsWith(")") && this.#depth > 0) {
      this.#depth--;
      return this.#take(")", 1, "operator", false);
    }
    const joint = PAIR_JOINT.exec(rest);
    if (this.#pair === undefined || joint === null) return false;
    const operator = this.#pair;
    this.#pair = undefined;
    return this.#take(operator, joint[0].length, "value", true);
  }

  #apply(rule: Rule, rest: string): boolean {
    const length = rule.pattern.exec(rest)?.[0].length ?? 0;
    return this.#take(rule.text, length, rule.next, rule.isOperation);
  }

  #take(text: string, length: number, next: "value" | "operator", isOperation: boolean): boolean {
    this.#expression += text;
    this.#expected = next;
    if (isOperation) this.#operations++;
    return this.#move(length);
  }

  #move(length: number): true {
    this.#at += length;
    return true;
  }
}

function ruleAt(rules: readonly Rule[], rest: string): Rule | undefined {
  return rules.find(({ pattern }) => pattern.test(rest));
}

function numberAt(rest: string): { text: string; length: number } | undefined {
  const digits = NUMBER.exec(rest);
  if (digits) return { text: (digits[1] ?? "").replaceAll(",", ""), length: digits[0].length };
  const run = /^[a-z]+(?:[ -][a-z]+)*/i.exec(rest);
  const list = run?.[0].toLowerCase().split(/[ -]/) ?? [];
  const number = numberInWords(list);
  if (number === undefined) return undefined;
  return { text: String(number.value), length: list.slice(0, number.length).join(" ").length };
}
