import type { RE2JS } from "re2js";
import { ToolError } from "../base/errors.ts";

/**
 * The part of `RegExp` that JSONata uses, over an engine whose time is linear in the text:
 * the built-in one can be kept busy for ever by a pattern such as `(a+)+$`.
 *
 * @param engine the class of re2js, which the caller has loaded
 */
export function linearRegExp(
  engine: typeof RE2JS,
): new (
  pattern: RegExp,
) => Pick<RegExp, "lastIndex" | "exec"> {
  class LinearRegExp {
    readonly #pattern: RE2JS;
    lastIndex = 0;

    /** @throws {ToolError} `tool.invalid_input` for what the engine does not know */
    constructor({ source, flags }: RegExp) {
      let options = 0;
      if (flags.includes("i")) options |= engine.CASE_INSENSITIVE;
      if (flags.includes("m")) options |= engine.MULTILINE;
      try {
        this.#pattern = engine.compile(engine.translateRegExp(source), options);
      } catch (cause) {
        throw new ToolError(
          "tool.invalid_input",
          `The pattern /${source}/ cannot be used: ${(cause as Error).message}.`,
          { hint: "Patterns are of the RE2 kind: without look-around and back-references.", cause },
        );
      }
    }

    exec(text: string): RegExpExecArray | null {
      const matcher = this.#pattern.matcher(text);
      const found = this.lastIndex <= text.length && matcher.find(this.lastIndex);
      if (!found) {
        this.lastIndex = 0;
        return null;
      }
      this.lastIndex = matcher.end();
      const groups = Array.from({ length: matcher.groupCount() + 1 }, (_, index) =>
        matcher.group(index),
      );
      return Object.assign(groups, { index: matcher.start(), input: text }) as RegExpExecArray;
    }
  }
  return LinearRegExp;
}
