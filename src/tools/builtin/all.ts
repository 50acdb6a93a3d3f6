import type { Tool } from "../tool.ts";
import { addToDate } from "./add-to-date.ts";
import { aggregateTable } from "./aggregate-table.ts";
import { calculate } from "./calculate.ts";
import { compareTexts } from "./compare-texts.ts";
import { currentTime } from "./current-time.ts";
import { dateDifference } from "./date-difference.ts";
import { detectLanguage } from "./detect-language.ts";
import { extractEntities } from "./extract-entities.ts";
import { extractKeywords } from "./extract-keywords.ts";
import { formatTable } from "./format-table.ts";
import { generateText } from "./generate-text.ts";
import { httpFetch } from "./http-fetch.ts";
import { httpPost } from "./http-post.ts";
import { listFiles } from "./list-files.ts";
import { queryData } from "./query-data.ts";
import { readFile } from "./read-file.ts";
import { renderTemplate } from "./render-template.ts";
import { searchText } from "./search-text.ts";
import { summarizeText } from "./summarize-text.ts";
import { textStatistics } from "./text-statistics.ts";
import { writeFile } from "./write-file.ts";

export interface BuiltinOptions {
  /** Whether HTTP tools may reach loopback, private and link-local addresses. */
  readonly allowPrivateHosts: boolean;
}

/** The tools that come with the package, in the order in which they are listed. */
export function builtinTools(options: BuiltinOptions): Tool[] {
  return [
    listFiles,
    readFile,
    writeFile,
    searchText,
    httpFetch(options),
    httpPost(options),
    calculate,
    queryData,
    aggregateTable,
    formatTable,
    textStatistics,
    summarizeText,
    extractKeywords,
    extractEntities,
    detectLanguage,
    compareTexts,
    renderTemplate,
    generateText,
    currentTime,
    dateDifference,
    addToDate,
  ];
}
