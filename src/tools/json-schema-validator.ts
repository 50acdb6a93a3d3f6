import { schemaCompiler } from "../base/json-schema-validator.ts";

/** Makes a validator of a schema, drafts 2020-12 and 07, with ajv, which is loaded when needed. */
export const compileJsonSchema = schemaCompiler(async (draft) => {
  const { default: ajv } =
    draft === "2020-12" ? await import("ajv/dist/2020.js") : await import("ajv");
  return ajv.default;
});
