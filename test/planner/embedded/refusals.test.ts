import { describe, expect, test } from "vitest";
import type { Issue } from "../../../src/base/errors.ts";
import { planFor } from "./planning.ts";
import { offlineTools, ownTools } from "./tools.ts";

const tools = offlineTools();

async function issuesFor(goal: string): Promise<readonly Issue[]> {
  const outcome = await planFor(goal, tools);
  return outcome.status === "failed" ? outcome.issues : [];
}

describe("goals that no tool serves", () => {
  test.each([
    ["book me a flight to Rome", '"flight"'],
    ["make it nice", '"nice"'],
    ["asdf qwer", '"asdf", "qwer"'],
    ["delete notes.md", '"delete"'],
    ["translate notes.md into German", '"translate"'],
    ["What is the weather in Rome?", '"weather"'],
    ["Play some music", '"music"'],
    ["Buy 3 apples", '"apples"'],
    ["Write a poem about spring", '"poem"'],
    ["tell me a joke", '"joke"'],
    ["What does notes.md say about budgets?", '"budgets"'],
    ["Rename notes.md to old.md", '"Rename"'],
    ["Convert notes.md to PDF", '"PDF"'],
    ["Extract the first page of report.pdf", '"page"'],
    ["Count the vowels in notes.md", '"vowels"'],
    ["What is the capital of France?", '"capital"'],
    ["What is the sentiment of review.txt?", '"sentiment"'],
    ["Filter sales.csv to rows where amount > 100", '"Filter"'],
    ["Download all images from https://example.com", '"images"'],
    ["Explain how photosynthesis works", '"photosynthesis"'],
  ])("%j is refused and says that %s is not understood", async (goal, words) => {
    const [issue, ...more] = await issuesFor(goal);
    expect(issue).toMatchObject({ code: "goal.not_understood", path: "goal" });
    expect(issue?.message).toContain(words);
    expect(more).toEqual([]);
  });

  test.each([
    ["Summarize notes.md in French", '"French"'],
    ["Read notes.md and order a pizza", '"pizza"'],
    ["Read notes.md and play some music", '"music"'],
    ["Translate notes.md to French and save it", '"French"'],
    ["Count the words in notes.md and email them to bob@example.com", '"bob@example.com"'],
  ])("%j is not planned by half: %s", async (goal, words) => {
    const [issue] = await issuesFor(goal);
    expect(issue?.message).toContain(words);
  });

  test("the hint names the tools that come closest", async () => {
    const [issue] = await issuesFor("summarize the weather");
    expect(issue?.hint).toContain("summarize_text");
  });

  test("a request that lacks what its tool needs is told what that is", async () => {
    const [issue] = await issuesFor("summarize it");
    expect(issue?.message).toBe(
      '"summarize it" asks for summarize_text, but nothing in the goal gives its text.',
    );
  });

  test("a condition is refused, not ignored", async () => {
    const [issue] = await issuesFor("If notes.md is long, summarize it");
    expect(issue?.message).toContain("Conditions");
    expect(issue?.hint).toContain("`when`");
  });

  test.each([
    "Summarize every Markdown file in docs",
    "For each file in docs, count the words",
    "Count the words of each file in docs",
    "List the Markdown files in docs and count the words of each",
  ])("%j is refused: how many files there are is not known before the run", async (goal) => {
    const [issue] = await issuesFor(goal);
    expect(issue?.message).toContain("how many there are");
  });
});

describe("odd goals", () => {
  test.each([
    ["only punctuation", "!!! ??? ..."],
    ["only a function word", "the"],
    ["a greeting", "hello"],
    ["a verb alone", "count"],
    ["German", "Fasse notes.md in drei Sätzen zusammen"],
    ["French", "résume le fichier notes.md en trois phrases"],
    ["Chinese", "总结 notes.md"],
    ["emoji", "🙂🙃 🚀"],
    ["an expression", "${constructor.constructor('return 1')()}"],
    ["prototype names", "constructor __proto__ toString hasOwnProperty"],
    ["a thousand commas", ",".repeat(1000)],
    ["a thousand quotes", '"'.repeat(1001)],
    ["a thousand brackets", "(".repeat(1000)],
    ["many conjunctions", "and ".repeat(400)],
    ["many words", "read write list count ".repeat(90)],
    ["ten thousand characters", "Summarize notes.md and then count its words. ".repeat(230)],
  ])("%s is refused without a throw", async (_, goal) => {
    const outcome = await planFor(goal, tools);
    expect(outcome.status).toBe("failed");
  });

  test("a goal that is too long says how long it may be", async () => {
    const [issue] = await issuesFor("Count the words of notes.md. ".repeat(400));
    expect(issue?.message).toMatch(/11600 characters.*at most \d+/);
  });

  test("without tools there is no plan", async () => {
    const outcome = await planFor("Read notes.md", []);
    expect(outcome).toMatchObject({ status: "failed", issues: [{ code: "goal.not_understood" }] });
  });
});

describe("changes to the world", () => {
  test.each([
    "What dates does plan.md mention?",
    "What is the number of words in the file notes.md",
    "List the links on https://example.com",
    "show notes.md",
    "Is the page https://example.com/a the same as local.html?",
  ])("%j calls no tool that changes anything", async (goal) => {
    const outcome = await planFor(goal, tools);
    const used = outcome.status === "planned" ? outcome.plan.subtasks.map(({ tool }) => tool) : [];
    const writing = tools.filter(({ effects }) => effects === "write").map(({ name }) => name);
    expect(used.filter((tool) => writing.includes(tool))).toEqual([]);
  });

  test("what shall not be done is not done", async () => {
    const outcome = await planFor("Summarize notes.md but do not write any file", tools);
    expect(outcome).toMatchObject({
      status: "planned",
      plan: { subtasks: [{ tool: "read_file" }, { tool: "summarize_text" }] },
    });
  });
});

test("a goal of another workshop is refused by one and planned by the other", async () => {
  const goal = "What is the weather in Rome?";
  expect(await planFor(goal, tools)).toMatchObject({ status: "failed" });
  expect(await planFor(goal, ownTools())).toMatchObject({ status: "planned" });
});
