import pc from "picocolors";
import { describe, expect, it } from "vitest";
import { missedText, renderCalibration } from "../../src/cli/eval-text.ts";
import { measure } from "../../src/evals/calibration.ts";
import type { Calibration, JudgedExample } from "../../src/evals/eval.ts";
import { evaluation, example, judged, times } from "../evals/judged.ts";

function calibration(list: readonly JudgedExample[], more: Partial<Calibration> = {}): Calibration {
  return {
    kind: "judge",
    name: "prices",
    threshold: 0.7,
    judgedBy: ["rule"],
    passed: true,
    missed: [],
    ...measure(list),
    usage: { inputTokens: 0, outputTokens: 0, cachedTokens: 0, usd: 0, modelCalls: 0, seconds: 1 },
    results: [],
    ...more,
  };
}

function render(list: readonly JudgedExample[], more?: Partial<Calibration>, width?: number) {
  const page = { width, colors: pc.createColors(false) };
  return renderCalibration(calibration(list, more), page).join("\n");
}

describe("a calibration as people read it", () => {
  it("has each measure with what it is of", () => {
    const four = ["pass:pass", "fail:fail", "fail:pass:0.9", "pass:none"];
    const usage = {
      inputTokens: 12_000,
      outputTokens: 900,
      cachedTokens: 0,
      usd: 0.0123,
      modelCalls: 4,
      seconds: 12.34,
    };
    const scored = {
      example: example("s", { label: "fail", score: 0.2 }),
      evaluation: evaluation("fail", { score: 0.4 }),
    };
    const judgedBy = ["rule", "some:model"];
    const text = render([...judged(...four), scored], { judgedBy, usage });
    expect(text).toBe(
      `
prices: 5 examples, threshold 0.7, judged by rule, some:model

agreement   0.75  3 of 4, 95 % interval 0.30 to 0.95
of all      0.60  1 of 5 not judged
kappa       0.50  beyond chance, 95 % interval 0.00 to 1.00, moderate
precision   1.00  of what it failed is poor
recall      0.67  of what is poor it failed
F1          0.80  of both
false pass  0.33  1 of 3 poor ones let pass
mean error  0.20  of the score
Spearman       –  1 score

label  said pass  said fail  said none
pass           1          0          1
fail           1          2          0

2 disagreements, the worst first:
id  label  verdict  score  reason
e3  fail   pass      0.90
e4  pass   none         –

4 model calls, 12,000 tokens in, 900 tokens out, $0.0123, 12.3 s`.trimStart(),
    );
  });

  it("says so where kappa is not defined, and where nobody judged", () => {
    expect(render(judged("pass:pass"))).toMatch(/kappa +– +not defined: all has one label/);
    const silent = render(judged("pass:none"), { judgedBy: [] });
    expect(silent).toContain("judged by nobody");
    expect(silent).toMatch(/kappa +– +not defined: nothing was judged/);
    expect(silent).toMatch(/^agreement +– +0 of 0$/m);
  });

  it("shows ten disagreements, on one line each, and tells of the others", () => {
    const text = render(judged(...times(12, "pass:fail")));
    expect(text).toContain("12 disagreements, the worst first (2 more with --json):");
    expect(text.match(/It is poor\./g)).toHaveLength(10);
    const [long] = judged("pass:fail");
    const reasons = [`two\nlines, ${"and so on ".repeat(20)}`];
    const odd = { ...(long as JudgedExample), evaluation: evaluation("fail", { reasons }) };
    expect(render([odd], {}, 60)).toMatch(/^e1 +pass +fail +0\.00 +two lines, and.*…$/m);
  });

  it("has no disagreements where there are none", () => {
    expect(render(judged("pass:pass", "fail:fail"))).not.toContain("disagreement");
  });
});

describe("a minimum that was missed", () => {
  it("is told with what it is and what it should be", () => {
    expect(missedText({ measure: "kappa", value: null, atLeast: 0.6 })).toBe(
      "The kappa is –; the suite wants at least 0.6.",
    );
  });
});
