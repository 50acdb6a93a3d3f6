import { z } from "zod";
import { defineTool } from "../define-tool.ts";
import { runSandboxed } from "../sandbox.ts";
import { type SearchOrder, type SearchResult, work } from "../sandboxed/search-files.ts";
import { findFiles } from "../workspace-files.ts";

const LIMIT_MS = 30_000;
const MAX_FILE_BYTES = 20 * 1024 * 1024;

export const searchText = defineTool({
  name: "search_text",
  description:
    "Search the text of files for a word, a phrase or a regular expression: which files mention or contain it, with the matching lines and their line numbers.",
  input: z.object({
    query: z.string().min(1).max(1_000).describe("The term to search for: words or a pattern."),
    match: z
      .enum(["phrase", "any_word", "all_words", "regex"])
      .default("phrase")
      .describe(
        "phrase: the query as it stands; any_word or all_words: lines with any or all of its words; regex: a JavaScript regular expression.",
      ),
    path: z
      .string()
      .min(1)
      .default(".")
      .describe("Folder to search in, or a single file. Default: the whole workspace."),
    pattern: z
      .string()
      .min(1)
      .default("**/*")
      .describe("Glob pattern of the files to search, e.g. **/*.md. Default: all."),
    case_sensitive: z.boolean().default(false).describe("Whether upper and lower case differ."),
    limit: z
      .int()
      .min(1)
      .max(10_000)
      .default(1_000)
      .describe("How many matching lines to give at most."),
  }),
  output: z.object({
    matches: z
      .array(
        z.object({
          path: z.string().describe("Path of the file."),
          line: z.int().describe("Line number, from 1."),
          column: z.int().describe("Place in the line, from 1."),
          text: z.string().describe("The line."),
        }),
      )
      .describe("The matching lines, as rows."),
    files: z.array(z.string()).describe("Paths of the files that have a match."),
    count: z.int().describe("Number of matching lines given."),
    searched: z.int().describe("Number of files that were searched; binary files are not."),
    truncated: z.boolean().describe("Whether the limit left matching lines out."),
  }),
  effects: "read",
  async run(input, { workspace, signal }) {
    const { query, match, path, pattern, limit } = input;
    const files = await findFiles(workspace, path, { pattern, includeHidden: false });
    const order: SearchOrder = {
      files: files.map((file) => ({ path: file.path, real: file.real })),
      query,
      match,
      caseSensitive: input.case_sensitive,
      limit,
      maxBytes: MAX_FILE_BYTES,
    };
    // Only a pattern can run away.
    const { matches, searched, truncated } =
      match === "regex"
        ? await runSandboxed<SearchResult>("search-files", order, {
            signal,
            limitMs: LIMIT_MS,
            what: `The search for ${JSON.stringify(query)}`,
          })
        : await work(order);
    const found = [...new Set(matches.map((one) => one.path))];
    return { matches, files: found, count: matches.length, searched, truncated };
  },
});
