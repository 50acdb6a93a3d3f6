/** Who drives a run and with what, for the record: a fault may be one of a version. */

import { readFileSync } from "node:fs";
import type { Versions } from "./executor/core/event.ts";
import type { News } from "./executor/drivers/driver.ts";
import { MIGRATIONS } from "./journal/sqlite-schema.ts";
import { userName } from "./run.ts";

let ours: Versions | undefined;

/** The news by which a process takes a run up say whose and what it is; all else stays as it is. */
export function signed(news: News): News {
  switch (news.type) {
    case "start_requested":
    case "resume_requested":
    case "restart_requested":
    case "dead_letters_retried":
    case "dead_letter_resolved":
      return { by: userName(), ...news, versions: versions() };
    default:
      return news;
  }
}

/** What drives runs in this process. */
export function versions(): Versions {
  ours ??= {
    planwright: readVersion(),
    node: process.versions.node,
    journal: MIGRATIONS.length,
  };
  return ours;
}

function readVersion(): string {
  const manifest = readFileSync(new URL("../package.json", import.meta.url), "utf8");
  return (JSON.parse(manifest) as { readonly version: string }).version;
}
