/** What lowering takes and gives: the data of `lower.ts` and its parts. */

import type { Issue } from "../base/errors.ts";
import type { Json, JsonObject } from "../base/json.ts";

/** What a subtask names in another file. */
export type FileReference = {
  readonly kind: "template" | "schema" | "handler" | "workflow";
  /** Where the plan says so, e.g. `subtasks[1].promptTemplate`. */
  readonly path: string;
  /** As it is written, or the schema itself. */
  readonly named: string | JsonObject;
};

/** What was found, by the path of its reference. */
export type Materials = ReadonlyMap<string, Material>;
export type Material =
  | {
      readonly kind: "template";
      readonly file: string;
      readonly text: string;
      readonly reads: readonly TemplateRead[];
    }
  | { readonly kind: "schema"; readonly schema: JsonObject }
  | { readonly kind: "handler"; readonly module: string; readonly tool: string }
  /** `plan` as its file is lowered. */
  | { readonly kind: "workflow"; readonly plan: Json };

/** A name that a template reads, and where. */
export type TemplateRead = {
  readonly name: string;
  readonly field: string | undefined;
  readonly line: number;
  readonly column: number;
};

/** One subtask that is lowered, or the check of one. */
export type LoweringSubtask = {
  readonly written: JsonObject;
  /** `subtasks[1]` */
  readonly path: string;
  /** Of this subtask, by the key that names it. */
  material<K extends Material["kind"]>(
    kind: K,
    key: string,
  ): Extract<Material, { readonly kind: K }> | undefined;
  /** Names that mean something in this call alone, e.g. `item`. */
  readonly own: readonly string[];
  /** Names that expressions may use here. */
  readonly names: readonly string[];
  /** Names of the plan's inputs. */
  readonly inputs: readonly string[];
};

/** What takes the place of the keys that only its kind has. */
export type LoweredSubtask = {
  readonly tool: string;
  readonly input: JsonObject;
  readonly issues: readonly Issue[];
};
