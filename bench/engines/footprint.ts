/** What an engine costs before it does anything: the time of its import, and its place on disk. */

import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { peerFolder } from "../peers.ts";
import type { Table } from "../report.ts";
import { type Spread, spreadOf } from "../rounds.ts";

const ROUNDS = 5;
const ROOT = join(import.meta.dirname, "../..");
/** Brought along so that nobody needs to install the right Node. */
const RUNTIME = "node";

type Subject = {
  readonly name: string;
  /** Where its packages are installed. */
  readonly folder: string;
  /** What a program imports. */
  readonly entry: string;
  /** What it installs; what these depend on follows. */
  readonly packages: readonly string[];
  /** The packages of the Node that it brings. */
  readonly runtime: readonly string[];
  /** Bytes beside the packages. */
  readonly ownBytes: number;
};

export type Footprint = {
  readonly name: string;
  /** By round, of the import in a new process. */
  readonly importMs: readonly number[];
  /** Of that process, median. */
  readonly peakMegabytes: number;
  readonly bytes: number;
  /** Of the Node that it brings, which the others do not count. */
  readonly runtimeBytes: number;
  readonly packages: number;
};

const PEERS = [
  { peer: "p-graph", entry: "p-graph", packages: ["p-graph"] },
  { peer: "async", entry: "async/auto.js", packages: ["async"] },
  {
    peer: "langgraph",
    entry: "@langchain/langgraph",
    packages: ["@langchain/langgraph", "@langchain/core"],
  },
  { peer: "mastra", entry: "@mastra/core/workflows", packages: ["@mastra/core"] },
  { peer: "adk", entry: "@google/adk", packages: ["@google/adk"] },
] as const;

/** @param peers those of `bench/peers` that take part, beside planwright */
export function measureFootprints(peers: readonly string[]): Footprint[] {
  // Inside the project, so that the packages are found.
  const built = mkdtempSync(join(ROOT, ".built-"));
  try {
    build(built);
    const subjects = [
      planwrightIn(built),
      ...PEERS.filter(({ peer }) => peers.includes(peer)).map(subjectOf),
    ];
    const imports = new Map<Subject, { ms: number[]; megabytes: number[] }>();
    for (let round = -1; round < ROUNDS; round += 1) {
      for (const subject of subjects) {
        const { ms, megabytes } = importOnce(subject);
        const all = imports.get(subject) ?? { ms: [], megabytes: [] };
        imports.set(subject, all);
        // The first fills the system's cache of files.
        if (round < 0) continue;
        all.ms.push(ms);
        all.megabytes.push(megabytes);
      }
    }
    return subjects.map((subject) => {
      const { ms = [], megabytes = [] } = imports.get(subject) ?? {};
      const { folder, packages, runtime, ownBytes } = subject;
      const installed = installedIn(folder, packages);
      const bytesOf = (paths: readonly string[]) =>
        paths.reduce((sum, path) => sum + bytesIn(join(folder, path)), 0);
      return {
        name: subject.name,
        importMs: ms,
        peakMegabytes: spreadOf(megabytes).median,
        bytes: ownBytes + bytesOf(installed),
        runtimeBytes: bytesOf(installedIn(folder, runtime)),
        packages: installed.length,
      };
    });
  } finally {
    rmSync(built, { recursive: true });
  }
}

function build(folder: string): void {
  console.error("Building planwright …");
  const compiler = join(ROOT, "node_modules/.bin/tsc");
  const options = ["-p", "tsconfig.build.json", "--outDir", folder];
  execFileSync(compiler, options, { cwd: ROOT, stdio: ["ignore", "ignore", "inherit"] });
}

/** Built, as its users have it. */
function planwrightIn(built: string): Subject {
  const manifest = readFileSync(join(ROOT, "package.json"), "utf8");
  const { dependencies } = JSON.parse(manifest) as { dependencies: Record<string, string> };
  return {
    name: "planwright",
    folder: ROOT,
    entry: pathToFileURL(join(built, "index.js")).href,
    packages: Object.keys(dependencies).filter((name) => name !== RUNTIME),
    runtime: [RUNTIME],
    ownBytes: bytesIn(built) + bytesIn(join(ROOT, "schema")),
  };
}

function subjectOf({ peer, entry, packages }: (typeof PEERS)[number]): Subject {
  return { name: packages[0], folder: peerFolder(peer), entry, packages, runtime: [], ownBytes: 0 };
}

/** Plain JavaScript, since whoever strips types needs memory for that. */
const IMPORT = `
  const begun = performance.now();
  await import(process.argv[1]);
  const ms = performance.now() - begun;
  const { readFileSync } = await import("node:fs");
  let status = "";
  try { status = readFileSync("/proc/self/status", "utf8"); } catch {}
  const [, kibibytes] = /^VmHWM:\\s*(\\d+) kB$/m.exec(status) ?? [];
  const megabytes = (Number(kibibytes) * 1024) / 1e6;
  process.stdout.write(JSON.stringify({ ms, megabytes }), () => process.exit());
`;

function importOnce({ folder, entry }: Subject): { ms: number; megabytes: number } {
  const options = ["--input-type=module", "--eval", IMPORT, entry];
  const output = execFileSync(process.execPath, options, {
    cwd: folder,
    encoding: "utf8",
    env: { ...process.env, NODE_ENV: "production" },
    stdio: ["ignore", "pipe", "ignore"],
  });
  return JSON.parse(output) as { ms: number; megabytes: number };
}

type Locked = {
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
};

/** @returns the folders of what these packages need, as far as it is installed */
function installedIn(folder: string, packages: readonly string[]): string[] {
  const lock = readFileSync(join(folder, "node_modules/.package-lock.json"), "utf8");
  const { packages: locked } = JSON.parse(lock) as { packages: Record<string, Locked> };
  const found = new Set<string>();
  const visit = (name: string, from: string) => {
    const path = resolve(name, from, locked);
    if (path === undefined || found.has(path)) return;
    found.add(path);
    const { dependencies, optionalDependencies, peerDependencies } = locked[path] ?? {};
    const all = { ...dependencies, ...optionalDependencies, ...peerDependencies };
    for (const one of Object.keys(all)) visit(one, path);
  };
  for (const name of packages) visit(name, "");
  return [...found];
}

/** As Node does: next to who asks, then further up. */
function resolve(
  name: string,
  from: string,
  locked: Readonly<Record<string, Locked>>,
): string | undefined {
  const path = join(from, "node_modules", name);
  if (path in locked) return path;
  if (from === "") return undefined;
  const outer = from.slice(0, from.lastIndexOf("node_modules")).replace(/\/$/, "");
  return resolve(name, outer, locked);
}

/** Of the package itself: what is installed inside it stands in the lock file on its own. */
function bytesIn(folder: string): number {
  let bytes = 0;
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isFile()) bytes += statSync(path).size;
    const isOwn = entry.name !== "node_modules" || folder.endsWith(`/${RUNTIME}`);
    if (entry.isDirectory() && isOwn) bytes += bytesIn(path);
  }
  return bytes;
}

export function footprintTable(footprints: readonly Footprint[]): Table {
  const [ours] = footprints;
  const median = ({ importMs }: Footprint) => spreadOf(importMs).median;
  const inMs = ({ median: middle, min, max }: Spread) =>
    `${middle.toFixed(0)} (${min.toFixed(0)} – ${max.toFixed(0)})`;
  return {
    title: "Import time and installed size",
    note: "planwright is built JavaScript, as its users get it. Of a peer counts what its adapter needs.",
    header: [
      "package",
      "× planwright's import",
      "import, ms",
      "peak MB after it",
      "installed MB",
      "packages",
    ],
    rows: footprints.map((footprint) => [
      footprint.name,
      ours === undefined ? "–" : (median(footprint) / median(ours)).toFixed(2),
      inMs(spreadOf(footprint.importMs)),
      footprint.peakMegabytes.toFixed(0),
      sizeOf(footprint),
      String(footprint.packages),
    ]),
  };
}

function sizeOf({ bytes, runtimeBytes }: Footprint): string {
  const megabytes = (bytes / 1e6).toFixed(1);
  if (runtimeBytes === 0) return megabytes;
  return `${megabytes}, and the Node it brings ${(runtimeBytes / 1e6).toFixed(0)}`;
}
