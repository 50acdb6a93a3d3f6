/** Files that an eval writes. */

import { appendFileSync, mkdirSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { inputError } from "../base/errors.ts";

/** @throws {InputError} `file.unwritable` */
export function writeLines(file: string, values: readonly object[]): void {
  const text = values.map((value) => `${JSON.stringify(value)}\n`).join("");
  writing(file, () => {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  });
}

/** @throws {InputError} `file.unwritable` */
export function appendLine(file: string, value: object): void {
  writing(file, () => appendFileSync(file, `${JSON.stringify(value)}\n`));
}

/** Tell what cannot be written, and the cure. @throws {InputError} `file.unwritable` */
export function writing(file: string, write: () => void): void {
  try {
    write();
  } catch (cause) {
    const message = `${file} cannot be written: ${(cause as Error).message}`;
    throw inputError("file.unwritable", message, "Name another file.");
  }
}
