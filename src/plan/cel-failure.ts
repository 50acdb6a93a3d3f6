import { PlanwrightError } from "../base/errors.ts";
import type { Json } from "../base/json.ts";
import { inPlanWords, nameInScope, type Scope } from "./cel-names.ts";
import type { Read, TreeFacts } from "./cel-tree.ts";

/** What the library's errors have beside their message. */
export type LibraryError = {
  /** The message without the picture of the place. */
  readonly summary?: string;
  readonly range?: { readonly start: number };
};

const MAX_TEXT = 200;
const MAX_FIELDS = 20;

/** An evaluation's failure for people: which expression, why, and what is there instead. */
export function failureOf(
  error: unknown,
  facts: TreeFacts,
  scope: Scope,
  text: string,
): PlanwrightError {
  const { summary } = error as LibraryError;
  const why = inPlanWords(summary ?? (error instanceof Error ? error.message : String(error)));
  const shown = text.length > MAX_TEXT ? `${text.slice(0, MAX_TEXT)}…` : text;
  const message = `The expression ${shown} failed: ${why}.`;
  const hint = hintFor(why, facts, scope);
  return new PlanwrightError("expression.failed", message, { hint, cause: error });
}

function hintFor(why: string, facts: TreeFacts, scope: Scope): string {
  const found = why.startsWith("No such key") ? whatIsThere(facts.reads, scope) : undefined;
  if (found !== undefined) return found;
  return why.startsWith("no operation")
    ? "Convert one side: string(x) makes a text, double(x) a number."
    : "Check the outputs that it reads; default(x, y) gives y where x is missing.";
}

/** Of the first read that leads nowhere: what stands where it stops. */
function whatIsThere(reads: readonly Read[], scope: Scope): string | undefined {
  for (const read of reads) {
    const found = read.guarded ? undefined : followRead(read, scope);
    if (found !== undefined) return found;
  }
  return undefined;
}

function followRead({ name, steps }: Read, scope: Scope): string | undefined {
  let value: Json | undefined = scope[nameInScope(name)];
  let path = name;
  for (const step of steps) {
    // What is chosen at run time cannot be told from here.
    if (step === null || value === undefined) return undefined;
    if (typeof value !== "object" || value === null || !Object.hasOwn(value, step)) {
      return describeValue(path, value);
    }
    value = (value as { readonly [key: string]: Json })[step];
    path += typeof step === "number" ? `[${step}]` : `.${step}`;
  }
  return undefined;
}

function describeValue(path: string, value: Json): string {
  if (value === null) return `${path} is null.`;
  if (Array.isArray(value)) return `${path} is a list of ${value.length}.`;
  if (typeof value !== "object") return `${path} is a ${typeof value}, and has no fields.`;
  const fields = Object.keys(value);
  if (fields.length === 0) return `${path} has no fields.`;
  const more = fields.length > MAX_FIELDS ? ", …" : "";
  return `${path} has the fields ${fields.slice(0, MAX_FIELDS).join(", ")}${more}.`;
}
