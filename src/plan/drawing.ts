/**
 * Plans as pictures: Mermaid for documents, a tree for the terminal. Plain text, the same
 * for the same plan.
 */

import type { CompiledPlan } from "./compile.ts";
import type { Dependency } from "./graph.ts";
import type { Subtask } from "./schema.ts";
import { displayWidth, fitWidth, oneLine } from "./text-width.ts";

/** Longer ids and tool names are cut in the columns of the tree. */
const MAX_COLUMN = 28;
const MAX_LABEL = 80;

/**
 * The plan as a Mermaid flowchart. Solid arrows carry data, dashed ones only order; arrows
 * marked `settled` are followed after a failure, too. A diamond chooses which of the arrows
 * with names is followed, a trapezoid joins, and what is refined has an arrow to itself.
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
      const from = mermaidId(graph.ids[dependency.index]);
      const branch = branchesTo(compiled, dependency.index, index).map(mermaidText).join(", ");
      lines.push(`  ${from} ${mermaidArrow(dependency, branch)} ${to}`);
    }
    const times = compiled.subtasks[index]?.refine?.iterations;
    if (times !== undefined) lines.push(`  ${to} -->|up to ${times} times| ${to}`);
  }
  return `${lines.join("\n")}\n`;
}

function mermaidNode(subtask: Subtask): string {
  const { id, tool, description, when, forEach, route, join } = subtask;
  const label = [
    `<b>${mermaidText(id)}</b>`,
    mermaidText(tool),
    ...(description === undefined ? [] : [mermaidText(description)]),
    ...(when === undefined ? [] : [`when ${mermaidText(conditionText(when))}`]),
    ...fanOutNotes(forEach).map(mermaidText),
    ...[...joinNotes(subtask), ...refineNotes(subtask)].map(mermaidText),
  ].join("<br/>");
  if (route !== undefined) return `${mermaidId(id)}{"${label}"}`;
  if (join !== undefined) return `${mermaidId(id)}[/"${label}"\\]`;
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

function mermaidArrow({ on, by }: Dependency, branch: string): string {
  const arrow = by === "order" ? "-.->" : "-->";
  if (branch !== "") return `${arrow}|"${branch}"|`;
  return on === "settled" ? `${arrow}|settled|` : arrow;
}

/** The names of the branches of a route in which the dependent stands. */
function branchesTo({ graph, subtasks }: CompiledPlan, from: number, to: number): string[] {
  const route = subtasks[from]?.route;
  return [...(route?.members.get(graph.ids[to] ?? "") ?? [])].map((name) => {
    return name === route?.default ? `${name} (default)` : name;
  });
}

/** `any of a, b, within 30s` */
function joinNotes({ join }: Subtask): string[] {
  if (join === undefined) return [];
  const { require, within, atLeast } = join;
  const limit = within === undefined ? "" : `, within ${within}`;
  const least = atLeast === undefined ? "" : `, at least ${atLeast}`;
  return [`joins ${require}${limit}${least}`];
}

/** `refined up to 3 times by judge until check.score > 0.8` */
function refineNotes({ refine }: Subtask): string[] {
  if (refine === undefined) return [];
  const { iterations, check, until } = refine;
  const by = check === undefined ? "" : ` by ${check.tool}`;
  return [`refined up to ${iterations} times${by} until ${oneLine(conditionText(until))}`];
}

/** One line for each branch: `billing: answer_billing`. */
function routeNotes({ route }: Subtask): string[] {
  if (route === undefined) return [];
  const { by, branches, default: otherwise, threshold } = route;
  const below = threshold === undefined ? "" : `, less sure than ${threshold}`;
  return [
    `routes by ${oneLine(conditionText(by))}`,
    ...Object.entries(branches).map(([name, ids]) => {
      const members = [ids].flat().join(", ") || "nothing";
      const note = name === otherwise ? ` (default${below})` : "";
      return `  ${oneLine(name)}${note} → ${members}`;
    }),
  ];
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
        ...notesOf(compiled, index, subtask),
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

function notesOf(compiled: CompiledPlan, index: number, subtask: Subtask): string[] {
  const { graph } = compiled;
  const dependencies = graph.dependencies[index] ?? [];
  const names = dependencies.map(({ index: from, on, by }) => {
    const branches = branchesTo(compiled, from, index).map((name) => `branch ${oneLine(name)}`);
    const isOrder = by === "order" && branches.length === 0;
    const marks = [
      ...branches,
      ...(isOrder ? ["order"] : []),
      ...(on === "settled" ? ["settled"] : []),
    ];
    return `${graph.ids[from]}${marks.length === 0 ? "" : ` (${marks.join(", ")})`}`;
  });
  return [
    ...(names.length === 0 ? [] : [`← ${names.join(", ")}`]),
    ...(subtask.when === undefined ? [] : [`when ${oneLine(conditionText(subtask.when))}`]),
    ...fanOutNotes(subtask.forEach),
    ...joinNotes(subtask),
    ...refineNotes(subtask),
    ...routeNotes(subtask),
    ...(subtask.optional ? ["optional"] : []),
  ];
}
