/** JSON Schemas of plans, with ajv and RE2, which are loaded when needed. */

import { RE2JS } from "re2js";
import { schemaCompiler } from "../base/json-schema-validator.ts";

/** The built-in expressions can be kept busy for ever by `^(a+)+$`; RE2's time is linear. */
function linearPattern(pattern: string) {
  const compiled = RE2JS.compile(RE2JS.translateRegExp(pattern));
  return {
    test: (text: string) => compiled.matcher(text).find(),
    // By this the validator tells patterns apart.
    toString: () => pattern,
  };
}

/** Makes a validator of a schema, drafts 2020-12 and 07. */
export const compileJsonSchema = schemaCompiler(
  async (draft) => {
    const { default: ajv } =
      draft === "2020-12" ? await import("ajv/dist/2020.js") : await import("ajv");
    return ajv.default;
  },
  Object.assign(linearPattern, { code: "linearPattern" }),
);
