/** What is judged and planned anew, as a person at the command line sees it. */

import { describe, expect, it } from "vitest";
import type { RunResult } from "../../src/index.ts";
import { mockOf, verdict } from "../judging-server.ts";
import { CRITERION, GOAL, makeSite, modelAt, PLANNED, REVISED } from "./evaluation-site.ts";

/** A run that was planned anew once, and its id. */
async function revisedRun() {
  const mock = await mockOf({
    plans: [PLANNED],
    revisions: [REVISED],
    judges: [verdict(0.3, ["body"]), verdict(0.9)],
  });
  const site = await makeSite();
  const asked = await site.ask(mock, "--accept", CRITERION);
  return {
    site,
    asked,
    runId: await site.newest(),
    async [Symbol.asyncDispose]() {
      await site[Symbol.asyncDispose]();
      await mock[Symbol.asyncDispose]();
    },
  };
}

describe("ask --accept", () => {
  it("tells how it was judged and planned anew, and leaves the answer alone on stdout", async () => {
    await using run = await revisedRun();
    const { code, stdout, stderr } = run.asked;
    expect({ code, stdout }).toEqual({ code: 0, stdout: "heading: good body, a note\n" });
    const told = stderr.split("\n").filter((line) => /^revision|replan/.test(line));
    expect(told).toEqual([
      expect.stringMatching(/^revision 1 failed, score 0\.30 of 0\.7: .*I give 0\.3\.$/),
      "replanning for revision 2: what came out is too poor; to blame: body",
      "replanned: revision 2, 1 of 3 subtasks go on as they are",
      expect.stringMatching(/^revision 2 passed, score 0\.90 of 0\.7$/),
    ]);
  });

  it("hears --threshold and --max-replans", async () => {
    await using mock = await mockOf({ plans: [PLANNED], judges: [verdict(0.6)] });
    await using site = await makeSite();
    const accept = ["--accept", CRITERION, "--quiet"];
    const enough = await site.ask(mock, ...accept, "--threshold", "0.5");
    expect(enough).toEqual({ code: 0, stdout: "heading: dull body, an end\n", stderr: "" });
    const short = await site.ask(mock, ...accept, "--max-replans", "0");
    expect(short.stderr).toMatch(/degraded:.* scored 0\.60, and 0\.7 was wanted: .*I give 0\.6\./);
    expect(mock.asked.revisions).toEqual([]);
  });

  it("exits with 0 for what is poor, and with 3 where that is too little", async () => {
    await using mock = await mockOf({ plans: [PLANNED], judges: [verdict(0.1)] });
    await using site = await makeSite();
    const argv = ["--accept", CRITERION, "--max-replans", "0"];
    const lax = await site.ask(mock, ...argv);
    const strict = await site.ask(mock, ...argv, "--strict");
    expect([lax.code, strict.code]).toEqual([0, 3]);
    expect(strict.stdout).toBe(lax.stdout);
  });

  it("asks the evaluator model whether the goal is reached, and each of several", async () => {
    await using planner = await mockOf({ plans: [PLANNED] });
    await using judge = await mockOf({ judges: [verdict(0.9), verdict(0.8)] });
    await using site = await makeSite();
    const judges = ["--evaluator-model", modelAt(judge, "a"), "--evaluator-model"];
    const { code, stdout } = await site.ask(planner, ...judges, modelAt(judge, "b"), "--json");
    expect(code).toBe(0);
    const { evaluations, replans } = JSON.parse(stdout) as RunResult;
    expect(evaluations).toMatchObject([{ verdict: "pass", checks: [{ check: "goal" }] }]);
    expect(evaluations[0]?.score).toBeCloseTo(0.85);
    expect(replans).toBe(0);
    expect(judge.asked.judges[0]).toContain(GOAL);
    expect([planner.asked.judges.length, judge.asked.judges.length]).toEqual([0, 2]);
  });
});

describe("show", () => {
  it("tells the story of the revisions: why, what changed, what was kept, score and cost", async () => {
    await using run = await revisedRun();
    const { stdout } = await run.site.planwright("show", run.runId);
    const story = stdout.slice(stdout.indexOf("\nRevision 1"), stdout.indexOf("\nOutput"));
    expect(story.split("\n").map((line) => line.trimEnd())).toEqual([
      "",
      "Revision 1",
      expect.stringMatching(/^ {2}judged: .*score 0\.30 of 0\.7: .*I give 0\.3\.$/),
      "  used: 3 tool calls, 2 model calls, 220 tokens, price unknown",
      "",
      "Revision 2",
      "  because: what came out is too poor",
      `    “${CRITERION}”: I give 0.3.`,
      "    The score of 0.30 is below 0.7.",
      expect.stringMatching(/^ {2}~ output: .*end\.text.* → .*note\.text/),
      "  - end  compose",
      "  + note  compose",
      "  ~ body",
      '      input.style: "dull body" → "good body"',
      "  = 1 unchanged",
      "  kept with their results: 1 of 3 subtasks",
      expect.stringMatching(/^ {2}judged: .*score 0\.90 of 0\.7$/),
      "  used: 2 tool calls, 2 model calls, 220 tokens, price unknown",
      "",
    ]);
    expect(stdout).toMatch(/\nOutput\nheading: good body, a note\n$/);
  });

  it("says nothing of revisions where nothing was judged", async () => {
    await using site = await makeSite({
      "plain.yaml": "goal: g\nsubtasks: [{ id: a, tool: compose, input: { style: s } }]\n",
    });
    await site.withTools("run", "plain.yaml");
    const { stdout } = await site.planwright("show", await site.newest());
    expect(stdout).not.toContain("Revision");
  });

  it("says why there is no further revision", async () => {
    await using site = await makeSite();
    const { code } = await site.withTools("run", "plan.yaml", "--max-replans", "1");
    expect(code).toBe(0);
    const { stdout } = await site.planwright("show", await site.newest());
    expect(stdout).toContain("  the last one: The embedded planner cannot improve an output");
  });

  it("prints evaluations and replans with --json", async () => {
    await using run = await revisedRun();
    const { stdout } = await run.site.planwright("show", run.runId, "--json");
    expect(JSON.parse(stdout)).toMatchObject({
      replans: 1,
      plan: { revision: 2 },
      evaluations: [
        { revision: 1, score: 0.3, verdict: "fail", threshold: 0.7, blame: ["body"] },
        { revision: 2, score: 0.9, verdict: "pass", checks: [{ criterion: CRITERION }] },
      ],
    });
  });
});

describe("plan --diff", () => {
  it("prints what changed from one revision to the other", async () => {
    await using run = await revisedRun();
    const [one, two] = [`${run.runId}:1`, `${run.runId}:2`];
    const { code, stdout } = await run.site.planwright("plan", "--diff", one, two);
    expect(code).toBe(0);
    expect(stdout.split("\n").slice(1)).toEqual([
      "- end  compose",
      "+ note  compose",
      "~ body",
      '    input.style: "dull body" → "good body"',
      "= 1 unchanged",
      "",
    ]);
    const json = await run.site.planwright("plan", "--diff", two, one, "--json");
    expect(JSON.parse(json.stdout)).toMatchObject({
      added: [{ id: "end" }],
      removed: [{ id: "note" }],
      changed: [{ id: "body", fields: [{ field: "input.style", after: "dull body" }] }],
      unchanged: ["heading"],
    });
    const same = await run.site.planwright("plan", "--diff", two, two);
    expect(same).toMatchObject({ code: 0, stdout: "They are the same.\n" });
  });

  it.for([
    [["RUN:1"], "two revisions", "planwright plan --diff RUN:1 RUN:2"],
    [["RUN:1", "RUN:2", "RUN:2"], "two revisions", "planwright plan --diff RUN:1 RUN:2"],
    [["RUN:1", "RUN:3"], "has no revision 3", "It has 1, 2."],
    [["nobody:1", "RUN:2"], 'no run "nobody"', "planwright runs"],
    [["RUN", "RUN:2"], "names no revision", "RUN:2"],
    [["RUN:1", "RUN:two"], "names no revision", "RUN:2"],
  ] as const)("refuses %j, with the cure", async ([given, says, cure]) => {
    await using run = await revisedRun();
    const named = given.map((name) => name.replace("RUN", run.runId));
    const { code, stdout, stderr } = await run.site.planwright("plan", "--diff", ...named);
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toContain(says);
    expect(stderr.split("hint:")[1]).toContain(cure);
  });
});

describe("--escalate-to-person", () => {
  /** A run that waits, and what was said of it. */
  async function waitingRun(...argv: readonly string[]) {
    const site = await makeSite();
    const said = await site.withTools("run", "plan.yaml", "--escalate-to-person", ...argv);
    const runId = await site.newest();
    return { ...site, said, runId };
  }

  it("waits with the evaluation and what to type, and shows what is to be looked at", async () => {
    await using site = await waitingRun("--journal", "sqlite:runs.db");
    const { code, stdout, stderr } = site.said;
    expect({ code, stdout }).toEqual({ code: 5, stdout: "" });
    const [runId = ""] = /(?<=^run )\S+/.exec(stderr) ?? [];
    expect(stderr.trimEnd().split("\n").slice(-4)).toEqual([
      "The best there is, of revision 1: score 0.00, 0.7 was wanted",
      '  The output does not contain "lively".',
      `more: planwright show ${runId} --journal sqlite:runs.db`,
      `waiting; to take it all the same: planwright approve ${runId} --journal sqlite:runs.db (or deny)`,
    ]);
    const shown = await site.planwright("show", runId, "--journal", "sqlite:runs.db");
    expect(shown.stdout).toMatch(/\nOutput\ndull\n\nTo take it all the same: planwright approve/);
  });

  it("ends well with approve, and degraded with deny, with who said so in the record", async () => {
    await using taken = await waitingRun();
    const approved = await taken.planwright("approve", taken.runId, "--by", "ada");
    expect(approved).toMatchObject({
      code: 0,
      stderr: `The output of ${taken.runId} is accepted; the run is succeeded.\n`,
    });
    expect((await taken.planwright("show", taken.runId)).stdout).toMatch(/Output\ndull\n$/);

    await using left = await waitingRun();
    const said = ["--by", "bob", "--note", "too dull", "--json"];
    const denied = await left.planwright("deny", left.runId, ...said);
    expect(denied.code).toBe(0);
    expect(JSON.parse(denied.stdout)).toMatchObject({
      status: "degraded",
      output: "dull",
      flags: [{ code: "below_threshold" }, { code: "rejected" }],
    });
    const { stdout } = await left.planwright("events", left.runId);
    expect(stdout).toContain("rejected by bob: too dull");
    const shown = await left.planwright("show", left.runId);
    expect(shown.stdout).toMatch(/Revision 1\n[\s\S]*\n {2}rejected by bob: too dull\n {2}used: /);
    const audit = await left.planwright("audit", "list", left.runId);
    expect(audit.stdout).toMatch(/bob +evaluation\.decided .*too dull/);
  });

  it("is asked once: who comes later is told", async () => {
    await using site = await waitingRun();
    await site.planwright("approve", site.runId);
    const { code, stderr } = await site.planwright("deny", site.runId);
    expect(code).toBe(2);
    expect(stderr).toContain(`The run ${site.runId} has finished: succeeded.`);
  });

  it("takes no other input: that is for subtasks", async () => {
    await using site = await waitingRun();
    const { code, stderr } = await site.planwright("approve", site.runId, "--input", "{}");
    expect(code).toBe(2);
    expect(stderr).toContain("Name the subtask");
    expect((await site.planwright("show", site.runId, "--json")).stdout).toContain('"waiting"');
  });

  it("is what a run waits for, or there is nothing to decide", async () => {
    await using site = await makeSite();
    const approvals = ["--approvals", "all", "--escalate-to-person"];
    await site.withTools("run", "plan.yaml", ...approvals);
    const runId = await site.newest();
    const { code, stdout } = await site.planwright("approve", runId, "--json");
    expect(code).toBe(2);
    expect(JSON.parse(stdout)).toMatchObject({
      error: {
        code: "evaluation.not_waiting",
        hint: "Name the subtask that waits for approval: body.",
      },
    });
    // It waits on.
    expect((await site.planwright("show", runId, "--json")).stdout).toContain('"approval"');
  });
});
