import { describe, expect, test } from "vitest";
import type { Json } from "../../../src/base/json.ts";
import { sketch } from "./planning.ts";
import { offlineTools } from "./tools.ts";

type Case = {
  readonly goals: readonly string[];
  /** Tools in the order of their calls, with the inputs that matter. */
  readonly calls: readonly (readonly [tool: string, input: Json])[];
  readonly output?: Json;
};

const WORDS_OF_NOTES = {
  calls: [
    ["read_file", { path: "notes.md" }],
    ["text_statistics", { text: "${read_file.text}" }],
  ],
  output: "${text_statistics.words}",
} as const;

const FAMILIES: Readonly<Record<string, readonly Case[]>> = {
  "counting the words of a file": [
    {
      goals: [
        "Read notes.md and count its words",
        "count the words of notes.md",
        "How many words does notes.md have?",
        "How many words are in notes.md?",
        "Give me the word count of notes.md",
        "Please tell me how many words the file notes.md contains.",
        "Open notes.md, then count the words in it",
        "What is the number of words in the file notes.md",
        "After reading notes.md, count its words",
        "I have a file notes.md. How many words does it have?",
        'count the words in "notes.md"',
        "Could you please count the words in notes.md for me?",
        "Load the file notes.md and tell me how many words there are in it.",
        "I'd like to know how many words notes.md has",
        "word count for notes.md please",
        "Determine how many words there are in the file called notes.md",
        "Read the file at notes.md and report its word count",
      ],
      ...WORDS_OF_NOTES,
    },
    {
      goals: [
        "After reading notes.md, count its words and sentences",
        "Count the words and sentences of notes.md",
        "How many words and sentences does notes.md have?",
      ],
      calls: WORDS_OF_NOTES.calls,
      output: { words: "${text_statistics.words}", sentences: "${text_statistics.sentences}" },
    },
  ],
  "listing files": [
    {
      goals: [
        "what are the five longest TypeScript files below src?",
        "List the 5 longest TypeScript files in src",
        "Show me the top five longest TypeScript files in the folder src",
        "Find the five longest TypeScript files under src/",
        "the 5 longest typescript files in the src directory",
        "Which five TypeScript files below src are the longest?",
        "top 5 TypeScript files by number of lines under src",
        "What are the 5 longest TypeScript files under src, by line count?",
        "Find the 5 TypeScript files with the most lines in src",
        "Show the five longest TypeScript source files below the folder src, longest first",
      ],
      calls: [
        [
          "list_files",
          {
            folder: expect.stringMatching(/^src\/?$/),
            limit: 5,
            pattern: "**/*.{ts,tsx,mts,cts}",
            sort_by: "lines",
          },
        ],
      ],
      output: "${list_files.files}",
    },
    {
      goals: [
        "Find the three largest Markdown files in docs",
        "What are the 3 biggest .md files in docs?",
      ],
      calls: [["list_files", { folder: "docs", limit: 3, sort_by: "size" }]],
    },
    {
      goals: [
        "show me the ten newest files in the folder reports",
        "list the 10 most recent files in reports",
      ],
      calls: [["list_files", { folder: "reports", limit: 10, sort_by: "modified" }]],
    },
    {
      goals: [
        "How many TypeScript files are below src?",
        "Count how many TypeScript files there are in src",
      ],
      calls: [["list_files", { folder: "src", pattern: "**/*.{ts,tsx,mts,cts}" }]],
      output: "${size(list_files.files)}",
    },
  ],
  "the one file that a step will name": [
    {
      goals: [
        "What is the longest TypeScript file in src?",
        "Show the longest TypeScript file in src",
      ],
      calls: [
        [
          "list_files",
          { folder: "src", limit: 1, pattern: "**/*.{ts,tsx,mts,cts}", sort_by: "lines" },
        ],
      ],
    },
    {
      goals: ["Read the newest file in reports"],
      calls: [
        ["list_files", { folder: "reports", limit: 1, sort_by: "modified" }],
        ["read_file", { path: "${list_files.paths[0]}" }],
      ],
      output: "${read_file.text}",
    },
    {
      goals: [
        "Summarize the longest Markdown file in docs",
        "Give me a summary of the longest Markdown file in docs",
      ],
      calls: [
        [
          "list_files",
          { folder: "docs", limit: 1, pattern: "**/*.{md,markdown}", sort_by: "lines" },
        ],
        ["read_file", { path: "${list_files.paths[0]}" }],
        ["summarize_text", { text: "${read_file.text}" }],
      ],
    },
  ],
  "searching for a term": [
    {
      goals: [
        "Which files in docs mention the term journal, with the lines?",
        "Find all files in docs that mention journal and show the lines",
        "search for journal in docs and show the matching lines",
        "Which files below docs mention 'journal'? Show the lines.",
        "List the files in docs that contain the word journal, with the matching lines",
        'Search docs for "journal"',
        "In which files of docs does the word journal occur? Show the lines too.",
        "Find every mention of journal in the docs folder with line numbers",
        "grep for journal in docs",
      ],
      calls: [["search_text", { query: "journal", path: "docs" }]],
    },
    {
      goals: ['How many files in src mention "LATER"?'],
      calls: [["search_text", { query: "LATER", path: "src" }]],
      output: "${size(search_text.files)}",
    },
    {
      goals: ['Search docs for "retry" and count the matching lines'],
      calls: [["search_text", { query: "retry", path: "docs" }]],
      output: "${size(search_text.matches)}",
    },
    {
      goals: [
        "Find the files in docs that mention 'journal' and write the list to found.txt",
        "Write the list of the files in docs that mention 'journal' to found.txt",
      ],
      calls: [
        ["search_text", { query: "journal", path: "docs" }],
        ["write_file", { path: "found.txt", text: '${join(search_text.files, "\\n")}' }],
      ],
    },
  ],
  tables: [
    {
      goals: [
        "Total, mean and maximum of amount by region from sales.csv, written as a Markdown table into summary.md",
        "For sales.csv compute the sum, average and maximum of the column amount per region and save it as a Markdown table in summary.md",
        "Read sales.csv, group it by region, compute the total, mean and max of amount, and write the result as a Markdown table to summary.md",
        "Write the total, mean and maximum of amount for each region in sales.csv as a Markdown table into summary.md",
        "Compute total, mean and maximum amount by region from sales.csv and write them as a Markdown table into summary.md",
        "From sales.csv, calculate the total, the mean and the maximum of amount by region. Then write the result as a Markdown table into summary.md.",
        "Group sales.csv by region and write total, average and max of amount to summary.md as a Markdown table",
        "Create a Markdown table with the total, mean and max amount per region from sales.csv and save it in summary.md",
        "Read sales.csv. For every region, compute the sum, the mean and the maximum of the amount column. Save the table as Markdown to summary.md.",
        "From sales.csv, give me the total, mean and maximum of amount for each region, and write it as a Markdown table into summary.md",
      ],
      calls: [
        ["read_file", { path: "sales.csv" }],
        [
          "aggregate_table",
          {
            rows: "${read_file.rows}",
            column: "amount",
            group_by: "region",
            functions: expect.arrayContaining([
              expect.stringMatching(/^(sum|total)$/),
              expect.stringMatching(/^(mean|average)$/),
              expect.stringMatching(/^max(imum)?$/),
            ]),
          },
        ],
        ["write_file", { path: "summary.md", text: "${aggregate_table.markdown}" }],
      ],
    },
    {
      goals: [
        "What is the average price by category in products.csv?",
        "Give me the mean price per category of products.csv",
        "compute the average of price for each category in products.csv",
      ],
      calls: [
        ["read_file", { path: "products.csv" }],
        [
          "aggregate_table",
          {
            rows: "${read_file.rows}",
            column: "price",
            group_by: "category",
            functions: expect.stringMatching(/^(mean|average)$/),
          },
        ],
      ],
      output: "${aggregate_table.rows}",
    },
    {
      goals: [
        "Show the 3 countries with the highest total revenue in sales.csv",
        "Which three countries have the highest total revenue in sales.csv?",
      ],
      calls: [
        ["read_file", { path: "sales.csv" }],
        [
          "aggregate_table",
          {
            column: "revenue",
            group_by: "country",
            functions: "total",
            limit: 3,
            order: "descending",
          },
        ],
      ],
    },
    {
      goals: [
        "which region has the highest total amount in sales.csv?",
        "Which region had the highest total amount in sales.csv?",
      ],
      calls: [
        ["read_file", { path: "sales.csv" }],
        ["aggregate_table", { column: "amount", group_by: "region", functions: "total", limit: 1 }],
      ],
    },
    {
      goals: ["Show sales.csv as a Markdown table", "Convert sales.csv to a Markdown table"],
      calls: [
        ["read_file", { path: "sales.csv" }],
        ["format_table", { rows: "${read_file.rows}", format: "markdown" }],
      ],
      output: "${format_table.text}",
    },
    {
      goals: [
        "Write the five longest TypeScript files below src as a Markdown table to longest.md",
        "List the five longest TypeScript files below src and write them as a Markdown table to longest.md",
      ],
      calls: [
        ["list_files", { folder: "src", limit: 5, sort_by: "lines" }],
        ["format_table", { rows: "${list_files.files}", format: "markdown" }],
        ["write_file", { path: "longest.md", text: "${format_table.text}" }],
      ],
    },
    {
      goals: ["Write the total of amount per region from sales.csv as CSV to totals.csv"],
      calls: [
        ["read_file", { path: "sales.csv" }],
        ["aggregate_table", { column: "amount", group_by: "region" }],
        ["format_table", { rows: "${aggregate_table.rows}", format: "csv" }],
        ["write_file", { path: "totals.csv", text: "${format_table.text}" }],
      ],
    },
  ],
  "reading a document": [
    {
      goals: [
        "Summarize report.pdf in three sentences and list its key terms",
        "Give me a summary of report.pdf in 3 sentences and its keywords",
        "Read report.pdf, summarize it in three sentences and extract its key terms",
        "Summarise the document report.pdf in three sentences. Also list its key terms.",
        "I need a three-sentence summary of report.pdf and its key terms",
        "Summarize report.pdf in 3 sentences, and list the key terms of report.pdf",
        "Write a summary of report.pdf in three sentences and list its keywords",
        "Condense report.pdf into three sentences and give me its key terms",
        "Please summarise report.pdf (three sentences) and extract the keywords",
        "What is report.pdf about in three sentences, and what are its key terms?",
        "Give me the gist of report.pdf in 3 sentences plus the most important terms",
      ],
      calls: [
        ["read_file", { path: "report.pdf" }],
        ["summarize_text", { text: "${read_file.text}", sentences: 3 }],
        ["extract_keywords", { text: "${read_file.text}" }],
      ],
      output: {
        summarize_text: "${summarize_text.summary}",
        extract_keywords: "${extract_keywords.keywords}",
      },
    },
    {
      goals: [
        "Who are the people and organisations in report.md?",
        "Which people and organizations are mentioned in report.md?",
        "extract the names of people and companies from report.md",
        "List all people and organisations in report.md",
        "Find the people and organizations in report.md",
        "Read report.md and list the people and organisations in it",
        "Which persons and companies appear in report.md?",
        "Find all names of people and organizations mentioned in report.md",
      ],
      calls: [
        ["read_file", { path: "report.md" }],
        ["extract_entities", { text: "${read_file.text}" }],
      ],
      output: {
        people: "${extract_entities.people}",
        organizations: "${extract_entities.organizations}",
      },
    },
    {
      goals: [
        "In which language is letter.txt written?",
        "Detect the language of letter.txt",
        "What language is letter.txt in?",
      ],
      calls: [
        ["read_file", { path: "letter.txt" }],
        ["detect_language", { text: "${read_file.text}" }],
      ],
      output: "${detect_language.language}",
    },
    {
      goals: [
        "First read notes.md, then summarize it, and finally write the summary to short.md",
        "Summarize notes.md and save the summary to short.md",
        "Save a summary of notes.md to short.md",
        "Write a summary of notes.md to short.md",
        "Summarize notes.md, then write the result into short.md",
      ],
      calls: [
        ["read_file", { path: "notes.md" }],
        ["summarize_text", { text: "${read_file.text}" }],
        ["write_file", { path: "short.md", text: "${summarize_text.summary}" }],
      ],
    },
    {
      goals: [
        "Save the names of all people in report.md to people.txt",
        "Read report.md, extract the people, and save them to people.txt",
      ],
      calls: [
        ["read_file", { path: "report.md" }],
        ["extract_entities", { text: "${read_file.text}" }],
        ["write_file", { path: "people.txt", text: '${join(extract_entities.people, "\\n")}' }],
      ],
    },
  ],
  "sums and dates": [
    {
      goals: [
        "what is 17% of 2,340 plus the square root of 1764?",
        "Calculate 17 percent of 2340 plus the square root of 1764",
        "17% of 2,340 + sqrt(1764)",
        "Calculate the sum of 17% of 2,340 and the square root of 1764",
        "How much is seventeen percent of 2340 plus the square root of 1764?",
        "What do you get when you add 17% of 2340 to the square root of 1764?",
      ],
      calls: [
        ["calculate", { expression: expect.stringMatching(/^17 \/ 100 \* 2340 \+ sqrt\(1764\)$/) }],
      ],
    },
    {
      goals: [
        "How many days are there between 3 March 2026 and 2026-06-01?",
        "days between 2026-03-03 and June 1, 2026",
        "How many days is it from 3 March 2026 to 1 June 2026?",
        "Compute the number of days between March 3rd 2026 and 1 June 2026",
        "How many days lie between Mar 3, 2026 and June 1st, 2026?",
        "What is the difference in days between 2026-03-03 and 2026-06-01?",
      ],
      calls: [["date_difference", { from: "2026-03-03", to: "2026-06-01" }]],
      output: "${date_difference.days}",
    },
    {
      goals: ["number of business days from 2026-01-01 to 2026-02-01"],
      calls: [["date_difference", { from: "2026-01-01", to: "2026-02-01", unit: "business_days" }]],
      output: "${date_difference.business_days}",
    },
    {
      goals: ["What date is 45 days after 3 March 2026?", "Which day is 45 days after 2026-03-03?"],
      calls: [
        ["add_to_date", { date: "2026-03-03", amount: 45, unit: "days", direction: "after" }],
      ],
    },
    {
      goals: ["What time is it in Tokyo?"],
      calls: [["current_time", { timezone: "Tokyo" }]],
    },
  ],
  "texts and values that stand in the goal": [
    {
      goals: [
        'Count the words in "It was a dark night"',
        'How many words has the text "It was a dark night"?',
      ],
      calls: [["text_statistics", { text: "It was a dark night" }]],
      output: "${text_statistics.words}",
    },
    {
      goals: ['Compare "hello world" with "hello there"'],
      calls: [["compare_texts", { a: "hello world", b: "hello there" }]],
    },
    {
      goals: ['Write "done" to status.txt', 'Create a file status.txt with the content "done"'],
      calls: [["write_file", { path: "status.txt", text: "done" }]],
    },
    {
      goals: ['Count the words in the file "my notes.md"'],
      calls: [
        ["read_file", { path: "my notes.md" }],
        ["text_statistics", { text: "${read_file.text}" }],
      ],
    },
    {
      goals: ['Read data.json and query it with "items[price > 10].name"'],
      calls: [
        ["read_file", { path: "data.json" }],
        ["query_data", { data: "${read_file.data}", query: "items[price > 10].name" }],
      ],
      output: "${query_data.result}",
    },
    {
      goals: ['Use the template "Dear {{ name }}" with data.json'],
      calls: [
        ["read_file", { path: "data.json" }],
        ["render_template", { template: "Dear {{ name }}", data: "${read_file.data}" }],
      ],
      output: "${render_template.text}",
    },
    {
      goals: ["convert 5 inch to cm", "How much is 5 inch in cm?"],
      calls: [["calculate", { expression: "5 inch to cm" }]],
    },
    {
      goals: [
        "1. Fetch https://example.com/a 2. Summarize it in two sentences",
        "Step 1: fetch https://example.com/a. Step 2: summarize it in two sentences.",
        "- Fetch https://example.com/a\n- Summarize it in two sentences",
        "Fetch https://example.com/a; summarize it in two sentences",
      ],
      calls: [
        ["http_fetch", { url: "https://example.com/a" }],
        ["summarize_text", { text: "${http_fetch.text}", sentences: 2 }],
      ],
    },
  ],
  pages: [
    {
      goals: [
        "Fetch https://example.com/a, extract its text, and compare it with local.md",
        "Download https://example.com/a and compare its text with local.md",
        "Get the text of https://example.com/a and compare it to local.md",
        "compare https://example.com/a with local.md",
        "Compare the text of the page https://example.com/a with the file local.md",
        "fetch the page https://example.com/a, take its text and compare it to local.md",
        "Load https://example.com/a, extract the text and show how it differs from local.md",
        "Show the differences between https://example.com/a and local.md",
        "Download the page https://example.com/a, get its text and compare it to local.md",
      ],
      calls: [
        ["http_fetch", { url: "https://example.com/a" }],
        ["read_file", { path: "local.md" }],
        ["compare_texts", { a: "${http_fetch.text}", b: "${read_file.text}" }],
      ],
    },
    {
      goals: ["What is the title of https://example.com?"],
      calls: [["http_fetch", { url: "https://example.com" }]],
      output: "${http_fetch.title}",
    },
    {
      goals: [
        "Fetch https://example.com, summarize it in two sentences and save the summary to s.md",
      ],
      calls: [
        ["http_fetch", { url: "https://example.com" }],
        ["summarize_text", { text: "${http_fetch.text}", sentences: 2 }],
        ["write_file", { path: "s.md", text: "${summarize_text.summary}" }],
      ],
    },
    {
      goals: ["Post the summary of notes.md to https://example.com/hook"],
      calls: [
        ["read_file", { path: "notes.md" }],
        ["summarize_text", { text: "${read_file.text}" }],
        ["http_post", { url: "https://example.com/hook", text: "${summarize_text.summary}" }],
      ],
    },
  ],
};

const tools = offlineTools();

for (const [family, cases] of Object.entries(FAMILIES)) {
  describe(family, () => {
    for (const { goals, calls, output } of cases) {
      test.each(goals)(`%j calls ${calls.map(([tool]) => tool).join(", ")}`, async (goal) => {
        const found = await sketch(goal, tools);
        expect(found.calls).toMatchObject(calls);
        expect(found.calls).toHaveLength(calls.length);
        if (output !== undefined) expect(found.output).toEqual(output);
      });
    }
  });
}
