/**
 * Worked examples for the planner's prompt: together they show every part of a plan that the
 * tools at hand give reason to show.
 */

import type { PlanDraft } from "../plan/schema.ts";
import type { ToolDescription } from "../tools/tool.ts";

export interface PromptExample {
  readonly goal: string;
  /** Signatures of tools that exist in the example only. */
  readonly tools: string;
  readonly plan: Pick<PlanDraft, "subtasks" | "output">;
  /** Whether it teaches something about tools such as these. @default always */
  readonly suits?: (tools: readonly ToolDescription[]) => boolean;
}

const someWrites = (tools: readonly ToolDescription[]) =>
  tools.some(({ effects }) => effects === "write");
const someAskModels = (tools: readonly ToolDescription[]) =>
  tools.some(({ needsModel }) => needsModel);

export const EXAMPLES: readonly PromptExample[] = [
  {
    suits: someWrites,
    goal: "Which of Oslo and Rome is warmer now? If it rains in Oslo, mail both to ada@example.com.",
    tools: [
      "weather(city: string) -> { celsius: number, rain: boolean }  [reads]",
      "send_mail(to: string, subject: string, lines: string[]) -> { id: string }  [writes]",
    ].join("\n"),
    plan: {
      subtasks: [
        {
          id: "oslo",
          tool: "weather",
          input: { city: "Oslo" },
        },
        {
          id: "rome",
          tool: "weather",
          input: { city: "Rome" },
        },
        {
          id: "mail",
          description: "Mail both temperatures if it rains in Oslo",
          tool: "send_mail",
          input: {
            to: "ada@example.com",
            subject: "Rain in Oslo",
            lines: ["Oslo: ${oslo.celsius} °C", "Rome: ${rome.celsius} °C"],
          },
          when: "${oslo.rain}",
        },
      ],
      output:
        "${oslo.celsius > rome.celsius ? 'Oslo' : 'Rome'} is warmer: " +
        "${oslo.celsius} °C in Oslo, ${rome.celsius} °C in Rome.",
    },
  },
  {
    goal: "Revenue by region from sales.csv, refunds left out. How many regions are there?",
    tools: [
      "read_table(path: string) -> { rows: object[] }  [reads]",
      'group_rows(rows: object[], by: string[], columns: { from: string, do: "sum" | "mean" }[]) -> { rows: object[] }  [no effects]',
    ].join("\n"),
    plan: {
      subtasks: [
        {
          id: "sales",
          tool: "read_table",
          input: { path: "sales.csv" },
        },
        {
          id: "revenue",
          tool: "group_rows",
          input: {
            rows: "${sales.rows.filter(sale, sale.amount > 0)}",
            by: ["region"],
            columns: [{ from: "amount", do: "sum" }],
          },
        },
      ],
      output: { regions: "${size(revenue.rows)}", revenue: "${revenue.rows}" },
    },
  },
  {
    suits: (tools) => !someWrites(tools),
    goal: "Which of Oslo and Rome is warmer now?",
    tools: "weather(city: string) -> { celsius: number, rain: boolean }  [reads]",
    plan: {
      subtasks: [
        { id: "oslo", tool: "weather", input: { city: "Oslo" } },
        { id: "rome", tool: "weather", input: { city: "Rome" } },
      ],
      output:
        "${oslo.celsius > rome.celsius ? 'Oslo' : 'Rome'} is warmer: " +
        "${oslo.celsius} °C in Oslo, ${rome.celsius} °C in Rome.",
    },
  },
  {
    suits: someAskModels,
    goal: "What do minutes-may.md and minutes-june.md say about the roof? If there is a photo of it, add where.",
    tools: [
      "read_text(path: string) -> { text: string }  [reads]",
      "find_photo(of: string) -> { path: string }  [reads]",
      "write_up(instruction: string, material: object) -> { text: string }  [reads]",
    ].join("\n"),
    plan: {
      subtasks: [
        { id: "may", tool: "read_text", input: { path: "minutes-may.md" } },
        { id: "june", tool: "read_text", input: { path: "minutes-june.md" } },
        { id: "photo", tool: "find_photo", input: { of: "roof" }, optional: true },
        {
          id: "answer",
          tool: "write_up",
          input: {
            instruction: "Say in a few sentences what these minutes say about the roof.",
            material: { may: "${may.text}", june: "${june.text}" },
          },
        },
        {
          id: "place",
          tool: "write_up",
          input: {
            instruction: "Say in one sentence where the photo is.",
            material: { photo: "${photo.path}" },
          },
          optional: true,
        },
      ],
      output: { answer: "${answer.text}", photo: "${default(place.text, 'There is no photo.')}" },
    },
  },
];

/** Those that suit the tools, in their order. */
export function examplesFor(tools: readonly ToolDescription[]): readonly PromptExample[] {
  return EXAMPLES.filter(({ suits }) => suits?.(tools) ?? true);
}
