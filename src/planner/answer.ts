/**
 * What a model answers when it is asked for a plan: the parts of a plan that are its to
 * choose, or why it cannot. The form is derived from the plan's schema.
 */

import type { Issue } from "../base/errors.ts";
import { isPlainObject, type Json, type JsonObject } from "../base/json.ts";
import { readJson } from "../base/read-json.ts";
import type { Question } from "../plan/question.ts";
import { type PlanDraft, planJsonSchema } from "../plan/schema.ts";
import { closedSchema, decode, encode } from "./closed-form.ts";
import { isOffered } from "./offered.ts";

const CANNOT =
  "Only when no plan with these tools reaches the goal: what is missing, in a sentence for the user.";
const MORE_TOOLS =
  "Only when no tool shown fits, and others exist: words for what the tool would do, each in a word or two.";
const QUESTIONS =
  "Only when the goal lacks something that no tool can find out and only the user can say.";

export type Answer =
  | { readonly kind: "plan"; readonly plan: JsonObject }
  | { readonly kind: "cannot"; readonly reason: string }
  | { readonly kind: "asks"; readonly questions: readonly Question[] }
  | { readonly kind: "wants_tools"; readonly keywords: readonly string[] }
  | { readonly kind: "unreadable"; readonly issues: readonly Issue[]; readonly plan?: Json };

/**
 * The answer's form, closed for strict modes.
 * @param tools the names that a plan may use
 * @param hasMore whether there are others, to be asked for
 */
export function answerSchema(tools: readonly string[], hasMore: boolean): JsonObject {
  const schema = plainSchema();
  const { moreTools, ...rest } = at(schema, "properties");
  const subtasks = at(schema, "properties", "subtasks");
  const subtask = at(subtasks, "items");
  const properties = at(subtask, "properties");
  const tool = { ...at(properties, "tool"), ...(tools.length > 0 && { enum: tools }) };
  const named = { ...subtask, properties: { ...properties, tool } };
  return closedSchema({
    ...schema,
    properties: {
      ...rest,
      ...(hasMore && moreTools !== undefined && { moreTools }),
      subtasks: { ...subtasks, items: named },
    },
  });
}

/** A plan in the form in which a model is to write it. */
export function renderAnswer(plan: Pick<PlanDraft, "subtasks" | "output">): string {
  return JSON.stringify(encode(plainSchema(), plan as Json));
}

/**
 * The answer of a model, read. Not yet checked: that takes the tools.
 * @param goal becomes the plan's goal, in the user's words
 */
export function readAnswer(text: string, goal: string): Answer {
  const json = readJson(text);
  if (!json.ok) return unreadable("plan.syntax", "", json.message);
  if (!isPlainObject(json.value)) {
    return unreadable("plan.schema", "", "The answer is no JSON object.");
  }
  const { value, issues } = decode(plainSchema(), json.value as JsonObject);
  const {
    cannot,
    questions,
    moreTools,
    version: _version,
    goal: _goal,
    output,
    ...rest
  } = value as JsonObject;
  // Null is how a strict mode leaves the output out; as an answer it would be none.
  const plan = { version: 1, goal, ...rest, ...(output != null && { output }) };
  if (issues.length > 0) {
    return {
      kind: "unreadable",
      issues: issues.map(({ path, message }) => issue("plan.schema", path, message)),
      plan,
    };
  }
  const keywords = textsOf(moreTools);
  if (keywords.length > 0) return { kind: "wants_tools", keywords };
  return instead(cannot, questions, rest) ?? { kind: "plan", plan };
}

/** What is answered in the place of a plan, if anything is. */
function instead(
  cannot: Json | undefined,
  questions: Json | undefined,
  { subtasks }: JsonObject,
): Answer | undefined {
  const asked = readQuestions(questions);
  const reason = typeof cannot === "string" ? cannot.trim() : "";
  if (reason === "" && asked.length === 0) return undefined;
  if (Array.isArray(subtasks) && subtasks.length > 0) {
    const [path, what] =
      reason === ""
        ? ["questions", "questions to be answered first"]
        : ["cannot", "a reason why there can be none"];
    return unreadable("plan.schema", path, `There are both subtasks and ${what}.`);
  }
  return asked.length > 0 ? { kind: "asks", questions: asked } : { kind: "cannot", reason };
}

/** The form is checked by whoever is held to it; here only what can be asked counts. */
function readQuestions(given: Json | undefined): Question[] {
  if (!Array.isArray(given)) return [];
  const ids = new Set<string>();
  return given.flatMap((one: Json) => {
    const { id, question, options } = isPlainObject(one) ? (one as JsonObject) : {};
    if (typeof id !== "string" || typeof question !== "string" || ids.has(id)) return [];
    ids.add(id);
    const choices = textsOf(options);
    return [{ id, question, ...(choices.length > 0 && { options: choices }) }];
  });
}

let plain: JsonObject | undefined;

/** The answer's form before it is closed. Made once: it depends on the plan's schema only. */
export function plainSchema(): JsonObject {
  plain ??= derive(planJsonSchema());
  return plain;
}

export function textsOf(value: Json | undefined): string[] {
  return Array.isArray(value) ? value.filter((text) => typeof text === "string") : [];
}

const QUESTION: JsonObject = {
  type: "object",
  properties: {
    id: { type: "string", description: "Names the question in answers, e.g. city." },
    question: { type: "string" },
    options: { type: "array", items: { type: "string" } },
  },
  required: ["id", "question"],
  additionalProperties: false,
};

function derive(plan: JsonObject): JsonObject {
  const { subtasks, output } = at(plan, "properties");
  const subtask = at(subtasks, "items");
  const offered = Object.entries(at(subtask, "properties")).filter(([key]) => isOffered(key));
  const properties = {
    cannot: { type: "string", description: CANNOT },
    questions: { type: "array", description: QUESTIONS, items: QUESTION },
    moreTools: { type: "array", description: MORE_TOOLS, items: { type: "string" } },
    subtasks: {
      ...(subtasks as JsonObject),
      items: { ...subtask, properties: Object.fromEntries(offered) },
    },
    output: output ?? {},
  };
  return { ...plan, properties, required: [] };
}

/** The object at these keys; the plan's own schema has them. */
function at(node: Json | undefined, ...keys: string[]): JsonObject {
  let inner = node;
  for (const key of keys) inner = (inner as JsonObject)[key];
  return inner as JsonObject;
}

function unreadable(code: Issue["code"], path: string, message: string): Answer {
  return { kind: "unreadable", issues: [issue(code, path, message)] };
}

function issue(code: Issue["code"], path: string, message: string): Issue {
  return { code, path, message, hint: "Try again, or let another model plan." };
}
