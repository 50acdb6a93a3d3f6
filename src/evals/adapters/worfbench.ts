/**
 * WorFBench (Qiao et al., Benchmarking Agentic Workflow Generation, ICLR 2025, arXiv 2410.07869;
 * github.com/zjunlp/WorFBench, MIT): the parts whose requests list tools.
 */

import { isPlainObject, type Json, type JsonObject } from "../../base/json.ts";
import type { Adapter, PlanSample, SuiteTool } from "../sample.ts";
import { WORFBENCH_SCORERS } from "../scorers/worfbench.ts";
import { namedTools, objectSchema, toSchema } from "../suite-tool.ts";
import { readPythonLiteral } from "./python-literal.ts";
import { edgesIn, objectIn, objectsIn, textIn } from "./row.ts";

export const worfbench: Adapter = {
  name: "worfbench",
  files: ["seal_tools.jsonl", "toolalpaca.jsonl", "toolbench.jsonl", "lumos.jsonl"],
  scorers: WORFBENCH_SCORERS,
  read(row): PlanSample {
    const id = textIn(row, "id");
    const gold = objectIn(row, "gold");
    const nodes = objectsIn(gold, "nodes").map((node) => ({
      tool: textIn(node, "text"),
      args: {},
    }));
    const { task, tools } = splitRequest(textIn(row, "goal"));
    return {
      id,
      category: textIn(row, "suite"),
      goal: task,
      pool: { key: id, tools: readTools(tools) },
      gold: { graph: { nodes, edges: edgesIn(gold, "edges", nodes.length) } },
      row,
    };
  },
};

const TOOLS_BEGIN =
  /(?:\s*Output:\s*)?(?:The tool list you can select from:|The api list you can use:|api_list:)\s*/;

/** What is asked, and the text of the tools behind it. */
function splitRequest(text: string): { readonly task: string; readonly tools: string } {
  const begin = TOOLS_BEGIN.exec(text);
  if (begin === null) throw new Error("goal lists no tools: this part of WorFBench cannot be read");
  const task = text
    .slice(0, begin.index)
    .replace(/^[\s\S]*?Task:\s*/, "")
    .replace(/"\s*$/, "")
    .trim();
  return { task, tools: text.slice(begin.index + begin[0].length) };
}

function readTools(text: string): SuiteTool[] {
  const value = readPythonLiteral(text);
  if (!Array.isArray(value))
    return namedTools(Object.entries(value as JsonObject).map(ofSignature));
  return namedTools(
    value.map((one: JsonObject) => {
      const name = String(one["api_name"] ?? one["name"]);
      const description = String(one["api_description"] || one["description"] || name);
      return { name, description, input: inputOf(one), output: outputOf(one["responses"]) };
    }),
  );
}

/** `QA(context, query)`: what it does. */
function ofSignature([signature, text]: [string, Json]) {
  const [, name = signature, list = ""] = /^([^(]+)\(([^)]*)\)/.exec(signature) ?? [];
  const names = list.split(",").flatMap((one) => (one.trim() === "" ? [] : [one.trim()]));
  const input = objectSchema(Object.fromEntries(names.map((one) => [one, {}])), names);
  return { name, description: String(text), input, output: {} };
}

function inputOf(tool: JsonObject): JsonObject {
  const written = tool["parameters"];
  if (!isPlainObject(written)) return objectSchema({}, []);
  const inner = written["properties"];
  const isSchema = written["type"] === "object" && isPlainObject(inner);
  const entries = Object.entries((isSchema ? inner : written) as JsonObject).map(
    ([name, one]) => [name, typeof one === "string" ? ofText(one) : toSchema(one)] as const,
  );
  const required = isSchema ? written["required"] : tool["required"];
  const needed = Array.isArray(required)
    ? required.map(String)
    : entries.map(([name]) => name).filter((name) => /^Required\b/i.test(String(written[name])));
  const properties = Object.fromEntries(entries);
  return objectSchema(
    properties,
    needed.filter((name) => name in properties),
  );
}

/** `Required. string. One of: [metro, tram]. Type of data.` */
function ofText(text: string): JsonObject {
  const type = /\b(string|integer|number|boolean|array|object)\b/i.exec(text)?.[1] ?? null;
  const [, list] = /One of: \[([^\]]*)\]/.exec(text) ?? [];
  const choices = list?.split(",").map((one) => one.trim()) ?? null;
  return toSchema({ type, description: text, enum: type === "string" ? choices : null });
}

function outputOf(written: Json | undefined): JsonObject {
  if (!isPlainObject(written)) return {};
  const entries = Object.entries(written as JsonObject);
  const properties = Object.fromEntries(entries.map(([name, one]) => [name, toSchema(one)]));
  return objectSchema(properties, Object.keys(properties));
}
