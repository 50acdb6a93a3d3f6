/**
 * ParallelQA and movie recommendation of LLMCompiler (Kim et al., An LLM Compiler for Parallel
 * Function Calling, ICML 2024, arXiv 2312.04511; github.com/SqueezeAILab/LLMCompiler, MIT; the
 * movies from BIG-bench, Apache-2.0).
 */

import type { Adapter, PlanSample } from "../sample.ts";
import { LLMCOMPILER_SCORERS } from "../scorers/llmcompiler.ts";
import { namedTools, objectSchema } from "../suite-tool.ts";
import { objectIn, textIn } from "./row.ts";

const text = (description: string) => ({ type: "string", description });

/** The tools of the paper. */
const TOOLS = namedTools([
  {
    name: "search",
    description: "Search for an entity: gives the first paragraph of its encyclopedia page.",
    input: objectSchema({ entity: text("The name of one person, place, film or thing.") }, [
      "entity",
    ]),
    output: objectSchema({ text: text("The first paragraph of the page.") }, ["text"]),
  },
  {
    name: "math",
    description: "Solve a problem in arithmetic, or compare, with the facts of the context.",
    input: objectSchema(
      {
        problem: text("What is to be computed or compared, in words."),
        context: { type: "array", description: "The texts that hold the facts." },
      },
      ["problem", "context"],
    ),
    output: objectSchema({ answer: text("The result.") }, ["answer"]),
  },
]);

export const llmcompiler: Adapter = {
  name: "llmcompiler",
  files: ["parallelqa.jsonl", "movie.jsonl"],
  scorers: LLMCOMPILER_SCORERS,
  read(row): PlanSample {
    const { answer } = objectIn(row, "gold");
    if (answer === undefined) throw new Error("gold.answer must be there");
    return {
      id: textIn(row, "id"),
      category: textIn(row, "suite"),
      goal: textIn(row, "goal"),
      pool: { key: "llmcompiler", tools: TOOLS },
      gold: { answer },
      row,
    };
  },
};
