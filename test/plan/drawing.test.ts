import { describe, expect, test } from "vitest";
import { type CompiledPlan, compilePlan } from "../../src/plan/compile.ts";
import { renderMermaid, renderTree } from "../../src/plan/drawing.ts";
import { type PlanDraft, planSchema } from "../../src/plan/schema.ts";
import { displayWidth } from "../../src/plan/text-width.ts";

function compile(subtasks: PlanDraft["subtasks"]): CompiledPlan {
  return compilePlan(planSchema.parse({ goal: "test", subtasks }));
}

const COMPARE = compile([
  { id: "report_a", tool: "read_file", description: "Read the first report", input: { path: "a" } },
  { id: "report_b", tool: "read_file", input: { path: "b" } },
  {
    id: "compare",
    tool: "generate_text",
    description: "List the main differences",
    input: { a: "${report_a.text}", b: "${report_b.text}" },
  },
  {
    id: "save",
    tool: "write_file",
    description: "Write the result",
    dependsOn: ["report_b", { id: "compare", on: "settled" }],
    when: "${size(compare.text) > 0}",
    optional: true,
  },
]);

test("a plan is drawn in Mermaid: data solid, order dashed, conditions as hexagons", () => {
  expect(renderMermaid(COMPARE)).toBe(`flowchart TD
  %% batch 1
  subtask_report_a["<b>report_a</b><br/>read_file<br/>Read the first report"]
  subtask_report_b["<b>report_b</b><br/>read_file"]
  %% batch 2
  subtask_compare["<b>compare</b><br/>generate_text<br/>List the main differences"]
  %% batch 3
  subtask_save{{"<b>save</b><br/>write_file<br/>Write the result<br/>when size(compare.text) #62; 0"}}
  subtask_report_a --> subtask_compare
  subtask_report_b --> subtask_compare
  subtask_report_b -.-> subtask_save
  subtask_compare -->|settled| subtask_save
`);
});

const TRIAGE = compile([
  {
    id: "triage",
    tool: "classify_text",
    route: {
      branches: { billing: "answer", spam: [], human: ["ask", "log"] },
      default: "human",
      threshold: 0.7,
    },
  },
  {
    id: "answer",
    tool: "generate_text",
    refine: {
      iterations: 3,
      check: { tool: "judge" },
      until: "${check.score > 0.8}",
    },
  },
  { id: "ask", tool: "ask_person" },
  { id: "log", tool: "write_file" },
  {
    id: "close",
    tool: "close_ticket",
    dependsOn: ["answer", "ask"],
    join: { require: "any", within: "30s" },
  },
]);

test("routes, joins and refinement are drawn in Mermaid", () => {
  expect(renderMermaid(TRIAGE)).toBe(`flowchart TD
  %% batch 1
  subtask_triage{"<b>triage</b><br/>classify_text"}
  %% batch 2
  subtask_answer["<b>answer</b><br/>generate_text<br/>refined up to 3 times by judge until check.score #62; 0.8"]
  subtask_ask["<b>ask</b><br/>ask_person"]
  subtask_log["<b>log</b><br/>write_file"]
  %% batch 3
  subtask_close[/"<b>close</b><br/>close_ticket<br/>joins any, within 30s"\\]
  subtask_triage -.->|"billing"| subtask_answer
  subtask_answer -->|up to 3 times| subtask_answer
  subtask_triage -.->|"human (default)"| subtask_ask
  subtask_triage -.->|"human (default)"| subtask_log
  subtask_answer -.-> subtask_close
  subtask_ask -.-> subtask_close
`);
});

test("nothing in a description can end a Mermaid label or be taken for markup", () => {
  const description = 'a "]; click x <script>&#35;`b`\n%% end';
  const [line] = renderMermaid(compile([{ id: "end", tool: "class", description }]))
    .split("\n")
    .filter((candidate) => candidate.includes("subtask_end"));
  const label = line?.slice('  subtask_end["<b>end</b><br/>class<br/>'.length, -'"]'.length);
  expect(label).toBe("a #34;#93;; click x #60;script#62;#38;#35;35;#96;b#96; #37;#37; end");
});

describe("a plan in a terminal", () => {
  test("is drawn batch by batch, with what each subtask waits for", () => {
    expect(renderTree(COMPARE)).toBe(`Batch 1  (2 side by side)
├─ report_a  read_file      Read the first report
└─ report_b  read_file
Batch 2
└─ compare   generate_text  List the main differences
     ← report_a, report_b
Batch 3
└─ save      write_file     Write the result
     ← report_b (order), compare (settled)
     when size(compare.text) > 0
     optional
`);
  });

  test("shows routes, joins and refinement", () => {
    expect(renderTree(TRIAGE)).toBe(`Batch 1
└─ triage  classify_text
     routes by output.label
       billing → answer
       spam → nothing
       human (default, less sure than 0.7) → ask, log
Batch 2  (3 side by side)
├─ answer  generate_text
│    ← triage (branch billing)
│    refined up to 3 times by judge until check.score > 0.8
├─ ask     ask_person
│    ← triage (branch human (default))
└─ log     write_file
     ← triage (branch human (default))
Batch 3
└─ close   close_ticket
     ← answer (order), ask (order)
     joins any, within 30s
`);
  });

  test.each([1, 20, 37, 80])("of %i columns is not overrun", (width) => {
    const long = compile([
      { id: "a".repeat(64), tool: "t".repeat(64), description: "wide 漢字 and 👩‍🚀 ".repeat(20) },
      { id: "b", tool: "t", when: `\${${"true && ".repeat(40)}true}` },
    ]);
    for (const line of renderTree(long, { width }).split("\n")) {
      expect(displayWidth(line)).toBeLessThanOrEqual(Math.max(20, width));
    }
  });

  test("shows each input on a line of its own when asked to", () => {
    const input = { path: "a b.md", lines: [1, 2], text: "${a.text}\nend" };
    const drawn = renderTree(
      compile([
        { id: "a", tool: "t" },
        { id: "b", tool: "t", input },
      ]),
      {
        inputs: true,
      },
    );
    expect(drawn).toBe(`Batch 1
└─ a  t
Batch 2
└─ b  t
     path: "a b.md"
     lines: [1,2]
     text: \${a.text} end
     ← a
`);
  });

  test("gets no control characters from a description", () => {
    const description = "red \u001b[31m\u0007and\r\nlines\u202e";
    expect(renderTree(compile([{ id: "a", tool: "t", description }]))).toBe(
      "Batch 1\n└─ a  t  red [31m and lines\n",
    );
  });
});
