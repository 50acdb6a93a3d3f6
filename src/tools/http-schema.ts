import { z } from "zod";

const DEFAULT_MAX_BYTES = 10 * 1024 * 1024;
const LARGEST_MAX_BYTES = 200 * 1024 * 1024;

export const httpUrl = z
  .string()
  .min(1)
  .describe("The full URL (web address), e.g. https://example.com/page.");

export const httpHeaders = z
  .record(z.string(), z.string())
  .default({})
  .describe("Request headers by name, e.g. { Accept: application/json }.");

export const httpMaxBytes = z
  .int()
  .min(1)
  .max(LARGEST_MAX_BYTES)
  .default(DEFAULT_MAX_BYTES)
  .describe("Larger answers are refused, in bytes.");

export const httpOutput = z.object({
  url: z.string().describe("The URL that answered, after redirects."),
  status: z.int().describe("HTTP status, 200 to 299; anything else is a failure."),
  content_type: z.string().describe("Media type, e.g. text/html."),
  title: z.string().nullable().describe("Title of a web page; else null."),
  text: z.string().describe("The text: of a web page and a PDF the readable text."),
  rows: z
    .array(z.record(z.string(), z.unknown()))
    .describe("Rows of CSV, or of JSON that is a list of objects; else empty."),
  data: z.unknown().describe("The value of JSON or YAML; else null."),
  bytes: z.int().describe("Size of the answer in bytes."),
});
