/**
 * Plans as pictures: Mermaid for documents, a tree for the terminal. Plain text, the same
 * for the same plan.
 */

import type { CompiledPlan } from "./compile.ts";
import type { Dependency, PlanGraph } from "./graph.ts";
import type { Subtask } from "./schema.ts";
import { displayWidth, fitWidth, oneLine } from "./text-width.ts";

/** Longer ids and tool names are cut in the columns of the tree. */
const MAX_COLUMN = 28;
const MAX_LABEL = 80;

/**
 * The plan as a Mermaid flowchart. Solid arrows carry data, dashed ones only order; arrows
 * marked `settled` are followed after a failure, too.
 */
export function renderMermaid(compiled: CompiledPlan): string {
  const { plan, graph } = compiled;
  const lines = ["flowchart TD"];
  for (const [number, batch] of graph.batches.entries()) {
    lines.push(`  %% batch ${number + 1}`);
    for (const index of batch) {
      const subtask = plan.subtasks[index];
      if (subtask !== undefined) lines.push(`  ${mermaidNode(subtask)}`);
    }
  }
  for (const [index, dependencies] of graph.dependencies.entries()) {
    const to = mermaidId(graph.ids[index]);
    for (const dependency of dependencies) {
      lines.push(`  ${mermaidId(graph.ids[dependency.index])} ${mermaidArrow(dependency)} ${to}`);
    }
  }
  return `${lines.join("\n")}\n`;
}

function mermaidNode({ id, tool, description, when, forEach }: Subtask): string {
  const label = [
    `<b>${mermaidText(id)}</b>`,
    mermaidText(tool),
    ...(description === undefined ? [] : [mermaidText(description)]),
    ...(when === undefined ? [] : [`when ${mermaidText(conditionText(when))}`]),
    ...fanOutNotes(forEach).map(mermaidText),
  ].join("<br/>");
  // A hexagon is Mermaid's shape for a condition.
  if (when !== undefined) return `${mermaidId(id)}{{"${label}"}}`;
  // Stacked, for many of one kind.
  return forEach === undefined
    ? `${mermaidId(id)}["${label}"]`
    : `${mermaidId(id)}@{ shape: procs, label: "${label}" }`;
}

/** Words such as `end` and `class` are Mermaid's own; no id of ours begins like this. */
function mermaidId(id: string | undefined): string {
  return `subtask_${id ?? ""}`;
}

function mermaidText(text: string): string {
  return fitWidth(oneLine(text), MAX_LABEL).replaceAll(
    /[^\p{L}\p{N} .,;:!?()/=+*_-]/gu,
    (character) => `#${character.codePointAt(0)};`,
  );
}

function mermaidArrow({ on, by }: Dependency): string {
  const arrow = by === "order" ? "-.->" : "-->";
  return on === "settled" ? `${arrow}|settled|` : arrow;
}

/** `for each item in list.rows`, from the outermost to the innermost. */
function fanOutNotes(forEach: Subtask["forEach"]): string[] {
  if (forEach === undefined) return [];
  const isPlain = typeof forEach === "string" || Array.isArray(forEach);
  const { in: list, as = "item" } = isPlain ? { in: forEach } : forEach;
  const text = typeof list === "string" ? conditionText(list) : JSON.stringify(list);
  return [
    `for each ${as} in ${oneLine(text)}`,
    ...fanOutNotes(isPlain ? undefined : forEach.forEach),
  ];
}

function conditionText(when: NonNullable<Subtask["when"]>): string {
  return typeof when === "boolean" ? String(when) : when.replace(/^\$\{(.*)\}$/s, "$1");
}

export type TreeOptions = {
  /** Columns of the terminal. @default 80 */
  readonly width?: number;
  /** Whether each subtask's input is shown. @default false */
  readonly inputs?: boolean;
};

/** The plan batch by batch: what it does, by which tool, after what. */
export function renderTree(compiled: CompiledPlan, options: TreeOptions = {}): string {
  const { plan, graph } = compiled;
  const width = Math.max(20, options.width ?? 80);
  const idColumn = columnWidth(graph.ids);
  const toolColumn = columnWidth(plan.subtasks.map(({ tool }) => tool));
  const lines: string[] = [];
  for (const [number, batch] of graph.batches.entries()) {
    const count = batch.length === 1 ? "" : `  (${batch.length} side by side)`;
    lines.push(`Batch ${number + 1}${count}`);
    for (const [position, index] of batch.entries()) {
      const subtask = plan.subtasks[index];
      if (subtask === undefined) continue;
      const isLast = position === batch.length - 1;
      const id = fitWidth(subtask.id, idColumn, "pad");
      const tool = fitWidth(subtask.tool, toolColumn, "pad");
      const description = oneLine(subtask.description ?? "");
      lines.push(`${isLast ? "└─" : "├─"} ${id}  ${tool}  ${description}`);
      const notes = [
        ...(options.inputs ? inputNotes(subtask) : []),
        ...notesOf(graph, index, subtask),
      ];
      lines.push(...notes.map((note) => `${isLast ? "  " : "│ "}   ${note}`));
    }
  }
  return `${lines.map((line) => fitWidth(line.trimEnd(), width)).join("\n")}\n`;
}

function columnWidth(texts: readonly string[]): number {
  return Math.min(
    MAX_COLUMN,
    texts.reduce((widest, text) => Math.max(widest, displayWidth(text)), 0),
  );
}

/** One line each: expressions as they are, everything else as JSON. */
function inputNotes({ input }: Subtask): string[] {
  return Object.entries(input).map(([name, value]) => {
    const isExpression = typeof value === "string" && value.includes("${");
    return `${name}: ${oneLine(isExpression ? value : JSON.stringify(value))}`;
  });
}

function notesOf(graph: PlanGraph, index: number, subtask: Subtask): string[] {
  const dependencies = graph.dependencies[index] ?? [];
  const names = dependencies.map(({ index: from, on, by }) => {
    const marks = [...(by === "order" ? ["order"] : []), ...(on === "settled" ? ["settled"] : [])];
    return `${graph.ids[from]}${marks.length === 0 ? "" : ` (${marks.join(", ")})`}`;
  });
  return [
    ...(names.length === 0 ? [] : [`← ${names.join(", ")}`]),
    ...(subtask.when === undefined ? [] : [`when ${oneLine(conditionText(subtask.when))}`]),
    ...fanOutNotes(subtask.forEach),
    ...(subtask.optional ? ["optional"] : []),
  ];
}
