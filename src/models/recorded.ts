/**
 * Recordings: what was asked of models and what they answered, to be given again without a
 * model, in tests and to run a suite again that was paid for.
 *
 * A recording is NDJSON: a line that says what it is, then a line for each request. Nothing
 * is a key in it: keys are no part of requests, and those of the environment are blotted out
 * wherever they stand.
 *
 * V1. A request is found by its content, but for dates and times: every request says when it
 *     is made.
 * V2. The same request asked n times gets its n answers in their order, then the last again.
 */

import { createHash } from "node:crypto";
import { appendFileSync, existsSync, readFileSync } from "node:fs";
import { inputError, ModelError } from "../base/errors.ts";
import { isPlainObject } from "../base/json.ts";
import type { Model, ModelRequest, ModelResult } from "./model.ts";
import { TextStream } from "./stream.ts";

const FORMAT = { planwright: "recording", version: 1 } as const;

type Entry = { readonly request: Asked; readonly result: ModelResult };
/** What of a request is its content. */
type Asked = Pick<ModelRequest, "system" | "messages" | "schema" | "maxOutputTokens">;

/**
 * The model, every answer of it added to the file. Failures are not recorded.
 * @param env whose keys must not be written
 * @throws {InputError} `file.unwritable`
 */
export function recordModel(
  model: Model,
  file: string,
  env: Readonly<Record<string, string | undefined>>,
): Model {
  begin(file);
  const secrets = secretsOf(env);
  return {
    name: model.name,
    ...(model.price !== undefined && { price: model.price }),
    generate(request) {
      const stream = model.generate(request);
      stream.result.then(
        (result) =>
          append(file, blot(JSON.stringify({ request: contentOf(request), result }), secrets)),
        () => {},
      );
      return stream;
    },
  };
}

/**
 * A model that answers from a recording, and fails with `model.not_recorded` at the first
 * request that is not in it.
 * @throws {InputError} `file.not_found`, `file.unreadable` with the line
 */
export function replayModel(file: string): Model {
  const entries = readRecording(file);
  const answers = new Map<string, Entry[]>();
  for (const entry of entries) {
    const key = keyOf(entry.request);
    answers.set(key, [...(answers.get(key) ?? []), entry]);
  }
  return {
    name: entries[0]?.result.model ?? "recorded",
    generate(request) {
      const stream = new TextStream();
      const queue = answers.get(keyOf(request));
      const entry = queue !== undefined && queue.length > 1 ? queue.shift() : queue?.[0];
      if (request.signal?.aborted) {
        stream.fail(new ModelError("model.aborted", "The request was aborted."));
      } else if (entry === undefined) stream.fail(notRecorded(file, request, entries));
      else {
        for (const piece of entry.result.text.match(/[\s\S]{1,20}/g) ?? []) stream.push(piece);
        stream.finish(entry.result);
      }
      return stream;
    },
  };
}

function contentOf({ system, messages, schema, maxOutputTokens }: ModelRequest): Asked {
  return {
    system,
    messages,
    ...(schema !== undefined && { schema }),
    ...(maxOutputTokens !== undefined && { maxOutputTokens }),
  };
}

function keyOf(request: ModelRequest): string {
  return createHash("sha256").update(textOf(request)).digest("hex");
}

/** The request as lines to compare, without what only says when it was made. */
function textOf(request: ModelRequest): string {
  const { system, messages, schema, maxOutputTokens } = contentOf(request);
  return [
    ...system.map(({ text }) => text),
    ...messages.map(({ role, content }) => `${role}:\n${content}`),
    JSON.stringify([schema ?? null, maxOutputTokens ?? null]),
  ]
    .join("\n")
    .replace(/\b\d{4}-\d{2}-\d{2}(?:T[\d:.]+Z?)?/g, "(date)")
    .replace(/\b\d{1,2}:\d{2}(?::\d{2})?\b/g, "(time)")
    .replace(/\b(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day\b/g, "(weekday)");
}

/** The line where the nearest recorded request begins to differ says most. */
function notRecorded(file: string, request: ModelRequest, entries: readonly Entry[]): ModelError {
  const asked = textOf(request).split("\n");
  const sameLines = ({ request: one }: Entry) => {
    const lines = textOf(one).split("\n");
    const at = asked.findIndex((line, index) => line !== lines[index]);
    return { lines, at: at === -1 ? asked.length : at };
  };
  const nearest = entries.map(sameLines).sort((a, b) => b.at - a.at)[0];
  const from = nearest?.at ?? 0;
  const difference =
    nearest === undefined
      ? "The recording is empty."
      : `The nearest one differs from line ${from + 1} on:\n- ${excerpt(nearest.lines[from])}\n+ ${excerpt(asked[from])}`;
  return new ModelError(
    "model.not_recorded",
    `${file} has no answer to this request. ${difference}`,
    {
      hint: "Record it anew: goal, tools, prompt or model have changed.",
    },
  );
}

function excerpt(line: string | undefined): string {
  if (line === undefined) return "(nothing)";
  return line.length > 300 ? `${line.slice(0, 299)}…` : line;
}

function begin(file: string): void {
  if (!existsSync(file)) append(file, JSON.stringify(FORMAT));
  else readRecording(file);
}

function append(file: string, line: string): void {
  try {
    appendFileSync(file, `${line}\n`);
  } catch (cause) {
    const { message } = cause as Error;
    throw inputError(
      "file.unwritable",
      `${file} cannot be written: ${message}`,
      "Name another file.",
    );
  }
}

function readRecording(file: string): Entry[] {
  const [head = "", ...lines] = readText(file).split("\n");
  const format = parse(head);
  if (format?.["planwright"] !== FORMAT.planwright || format["version"] !== FORMAT.version) {
    const hint = "Name a file that was made with --record, by this version.";
    throw inputError("file.unreadable", `${file} is no recording of version 1.`, hint);
  }
  return lines.flatMap((line, at) => {
    if (line === "") return [];
    const entry = parse(line);
    if (isPlainObject(entry?.["request"]) && isPlainObject(entry["result"])) {
      return [entry as unknown as Entry];
    }
    // The process that wrote the last line may have been killed in the middle of it.
    if (at === lines.length - 1) return [];
    const hint = "Remove the line, or record anew.";
    throw inputError("file.unreadable", `Line ${at + 2} of ${file} is no recorded request.`, hint);
  });
}

function readText(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    const hint = "Name a file that was made with --record.";
    if (code === "ENOENT")
      throw inputError("file.not_found", `There is no recording ${file}.`, hint);
    throw inputError("file.unreadable", `${file} cannot be read: ${message}`, hint);
  }
}

function parse(line: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return isPlainObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** Values of variables that are named like secrets, as they would stand in JSON. */
function secretsOf(env: Readonly<Record<string, string | undefined>>): string[] {
  return Object.entries(env).flatMap(([name, value = ""]) =>
    /KEY|TOKEN|SECRET|PASSWORD|CREDENTIAL/i.test(name) && value.trim().length >= 8
      ? [JSON.stringify(value.trim()).slice(1, -1)]
      : [],
  );
}

function blot(text: string, secrets: readonly string[]): string {
  return secrets.reduce((clean, secret) => clean.replaceAll(secret, "[key]"), text);
}
