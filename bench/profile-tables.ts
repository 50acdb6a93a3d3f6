/** A CPU profile as tables: the functions that take most time, and the rooms they stand in. */

/** As V8 gives it: https://chromedevtools.github.io/devtools-protocol/v8/Profiler/ */
export type Profile = {
  readonly nodes: readonly ProfileNode[];
  /** Microseconds. */
  readonly startTime: number;
  readonly endTime: number;
  /** Ids of nodes. */
  readonly samples: readonly number[];
  /** Microseconds before each sample. */
  readonly timeDeltas: readonly number[];
};

type ProfileNode = {
  readonly id: number;
  readonly callFrame: {
    readonly functionName: string;
    readonly url: string;
    /** From 0. */
    readonly lineNumber: number;
  };
  readonly children?: readonly number[];
};

type Cost = { readonly name: string; readonly place: string; self: number; total: number };

const SHOWN = 25;

/** By what a place begins with; the first that fits. */
const ROOMS: readonly (readonly [prefix: string, room: string])[] = [
  ["src/executor/core/", "executor/core"],
  ["src/executor/drivers/", "executor/drivers"],
  ["src/executor/governor/", "executor/governor"],
  ["bench/", "the tool that is run, and the benchmark"],
  ["node:", "node"],
];

/**
 * @param placeOf what people call the file of a URL
 * @returns the functions with most time of their own, and the shares of the rooms
 */
export function profileTables(profile: Profile, placeOf: (url: string) => string) {
  const costs = costsOf(profile, placeOf);
  const all = costs.reduce((sum, { self }) => sum + self, 0);
  const percent = (us: number) => ((100 * us) / all).toFixed(1);
  const functions = costs.sort((a, b) => b.self - a.self).slice(0, SHOWN);
  const rooms = new Map<string, number>();
  for (const { name, place, self } of costs) {
    const room = roomOf(name, place);
    rooms.set(room, (rooms.get(room) ?? 0) + self);
  }
  return [
    {
      header: ["function", "where", "self %", "total %"],
      rows: functions.map(({ name, place, self, total }) => [
        name,
        place,
        percent(self),
        percent(total),
      ]),
    },
    {
      header: ["room", "%"],
      rows: [...rooms].sort(([, a], [, b]) => b - a).map(([room, self]) => [room, percent(self)]),
    },
  ];
}

/** What each function took; total is with what it calls, once where it calls itself. */
function costsOf({ nodes, samples, timeDeltas }: Profile, placeOf: (url: string) => string) {
  const selfOf = new Map<number, number>();
  for (const [index, id] of samples.entries()) {
    selfOf.set(id, (selfOf.get(id) ?? 0) + (timeDeltas[index] ?? 0));
  }
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const costs = new Map<string, Cost>();
  const visit = (node: ProfileNode, callers: ReadonlySet<Cost>): number => {
    const cost = costOf(costs, node, placeOf);
    const self = selfOf.get(node.id) ?? 0;
    const within = new Set(callers).add(cost);
    let total = self;
    for (const id of node.children ?? []) total += visit(byId.get(id) as ProfileNode, within);
    cost.self += self;
    if (!callers.has(cost)) cost.total += total;
    return total;
  };
  const [root] = nodes;
  if (root !== undefined) visit(root, new Set());
  return [...costs.values()].filter(({ name }) => name !== "(root)" && name !== "(idle)");
}

function costOf(
  costs: Map<string, Cost>,
  { callFrame }: ProfileNode,
  placeOf: (url: string) => string,
): Cost {
  const { functionName, url, lineNumber } = callFrame;
  const place = url === "" ? "" : `${placeOf(url)}:${lineNumber + 1}`;
  const name = functionName || "(anonymous)";
  const key = `${name} ${place}`;
  let cost = costs.get(key);
  if (cost === undefined) {
    cost = { name, place, self: 0, total: 0 };
    costs.set(key, cost);
  }
  return cost;
}

function roomOf(name: string, place: string): string {
  if (name === "(garbage collector)") return "garbage collector";
  if (name === "(program)" || place === "") return "engine and operating system";
  if (place.includes("node_modules/")) return `package ${packageOf(place)}`;
  const known = ROOMS.find(([prefix]) => place.startsWith(prefix));
  return known?.[1] ?? place.split("/").slice(0, 2).join("/");
}

function packageOf(place: string): string {
  const [scope = "", name = ""] = (place.split("node_modules/").at(-1) ?? "").split("/");
  return scope.startsWith("@") ? `${scope}/${name}` : scope;
}
