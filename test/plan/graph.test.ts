import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { InputError } from "../../src/base/errors.ts";
import {
  buildGraph,
  criticalPath,
  findCycle,
  type GraphNode,
  type PlanGraph,
  remainingPath,
} from "../../src/plan/graph.ts";

/** `"a, a -> b, b => c"`: b reads a, c comes after b, `?>` after b however it ends. */
function nodes(text: string): GraphNode[] {
  const found = new Map<
    string,
    { references: string[]; dependsOn: GraphNode["dependsOn"][number][] }
  >();
  const nodeOf = (id: string) => {
    const node = found.get(id) ?? { references: [], dependsOn: [] };
    found.set(id, node);
    return node;
  };
  for (const part of text.split(",")) {
    const [from = "", arrow, to] = part.trim().split(/ (->|=>|\?>) /);
    nodeOf(from);
    if (to === undefined) continue;
    if (arrow === "->") nodeOf(to).references.push(from);
    else nodeOf(to).dependsOn.push({ id: from, on: arrow === "=>" ? "success" : "settled" });
  }
  return [...found].map(([id, node]) => ({ id, ...node }));
}

function batchIds({ batches, ids }: PlanGraph): string[][] {
  return batches.map((batch) => batch.map((index) => ids[index] ?? ""));
}

function cycleOf(text: string): InputError {
  try {
    buildGraph(nodes(text));
  } catch (error) {
    if (error instanceof InputError) return error;
    throw error;
  }
  throw new Error("There is no cycle.");
}

describe("dependencies", () => {
  test("are those that expressions name and those in dependsOn", () => {
    const graph = buildGraph(nodes("a, b, a -> c, b => c, c ?> d"));
    expect(graph.dependencies).toEqual([
      [],
      [],
      [
        { index: 0, on: "success", by: "data" },
        { index: 1, on: "success", by: "order" },
      ],
      [{ index: 2, on: "settled", by: "order" }],
    ]);
    expect(graph.dependents).toEqual([[2], [2], [3], []]);
    expect(batchIds(graph)).toEqual([["a", "b"], ["c"], ["d"]]);
  });

  test("count once when given in both ways, and dependsOn says what a failure means", () => {
    const graph = buildGraph(nodes("a, a -> b, a ?> b, a -> c, a => c"));
    expect(graph.dependencies[1]).toEqual([{ index: 0, on: "settled", by: "data" }]);
    expect(graph.dependencies[2]).toEqual([{ index: 0, on: "success", by: "data" }]);
    expect(graph.dependents[0]).toEqual([1, 2]);
  });

  test("stated twice with different demands are held to the stricter", () => {
    const graph = buildGraph(nodes("a, a ?> b, a => b, a => c, a ?> c"));
    expect(graph.dependencies[1]?.map(({ on }) => on)).toEqual(["success"]);
    expect(graph.dependencies[2]?.map(({ on }) => on)).toEqual(["success"]);
  });

  test("may have names that objects inherit", () => {
    const graph = buildGraph(
      nodes("a -> constructor, constructor -> valueof, hasOwnProperty -> a"),
    );
    expect(batchIds(graph)).toEqual([["hasOwnProperty"], ["a"], ["constructor"], ["valueof"]]);
  });
});

describe("a cycle", () => {
  test.each([
    ["a -> a", "a → a"],
    ["a -> b, b -> a", "a → b → a"],
    ["x, x -> a, a -> b, b => c, c -> a, c -> d", "a → b → c → a"],
  ])("in %s is named %s", (text, path) => {
    const { issues } = cycleOf(text);
    expect(issues).toHaveLength(1);
    expect(issues[0]?.code).toBe("plan.cycle");
    expect(issues[0]?.message).toBe(`The plan has a cycle: ${path}.`);
  });

  test("is placed at a subtask that is on it", () => {
    expect(cycleOf("x, x -> a, a -> b, b -> a").issues[0]?.path).toBe("subtasks[1]");
  });
});

type Shape = { readonly size: number; readonly edges: readonly (readonly [number, number])[] };

/** Graphs with and without cycles: pairs of dependency and dependent. */
const anyGraph = fc.integer({ min: 1, max: 12 }).chain((size) =>
  fc.record({
    size: fc.constant(size),
    edges: fc.array(fc.tuple(fc.nat(size - 1), fc.nat(size - 1)), { maxLength: 24 }),
  }),
);
const acyclicGraph = anyGraph.map(({ size, edges }) => ({
  size,
  edges: edges.flatMap(([a, b]): [number, number][] =>
    a === b ? [] : [[Math.min(a, b), Math.max(a, b)]],
  ),
}));

function nodesOf({ size, edges }: Shape) {
  return Array.from({ length: size }, (_, index) => ({
    id: `s${index}`,
    dependsOn: [],
    references: edges.filter(([, to]) => to === index).map(([from]) => `s${from}`),
  }));
}

/** By subtask, how many stand before it on the longest way to it; undefined where ways never end. */
function depthsOf({ size, edges }: Shape): number[] | undefined {
  const depths = Array.from({ length: size }, () => 0);
  for (let round = 0; round <= size; round += 1) {
    const later = edges.filter(([from, to]) => (depths[to] ?? 0) <= (depths[from] ?? 0));
    if (later.length === 0) return depths;
    for (const [from, to] of later) depths[to] = (depths[from] ?? 0) + 1;
  }
  return undefined;
}

describe("beside a slower twin", () => {
  test("a graph is refused exactly when it has a cycle, and the cycle named is one", () => {
    fc.assert(
      fc.property(anyGraph, (shape) => {
        const dependencies = nodesOf(shape).map(({ references }) =>
          references.map((name) => ({ index: Number(name.slice(1)) })),
        );
        const cycle = findCycle(dependencies);
        expect(cycle !== undefined).toBe(depthsOf(shape) === undefined);
        if (cycle === undefined) {
          expect(() => buildGraph(nodesOf(shape))).not.toThrow();
          return;
        }
        expect(() => buildGraph(nodesOf(shape))).toThrow("The plan has a cycle");
        expect(cycle.at(-1)).toBe(cycle[0]);
        expect(new Set(cycle).size).toBe(cycle.length - 1);
        for (const [position, from] of cycle.slice(0, -1).entries()) {
          expect(shape.edges).toContainEqual([from, cycle[position + 1]]);
        }
      }),
    );
  });

  test("the batches are the topological generations", () => {
    fc.assert(
      fc.property(acyclicGraph, (shape) => {
        const depths = depthsOf(shape) ?? [];
        const expected = Array.from({ length: Math.max(...depths) + 1 }, (_, depth) =>
          depths.flatMap((own, index) => (own === depth ? [`s${index}`] : [])),
        );
        expect(batchIds(buildGraph(nodesOf(shape)))).toEqual(expected);
      }),
    );
  });

  test("the remaining path is the longest of all chains to the end", () => {
    const estimates = fc.array(fc.nat(100), { minLength: 12, maxLength: 12 });
    fc.assert(
      fc.property(acyclicGraph, estimates, (shape, ms) => {
        const graph = buildGraph(nodesOf(shape));
        const longest = (index: number): number =>
          (ms[index] ?? 0) + Math.max(0, ...(graph.dependents[index] ?? []).map(longest));
        const remaining = remainingPath(graph, (index) => ms[index]);
        expect([...remaining]).toEqual(graph.ids.map((_, index) => longest(index)));

        const critical = criticalPath(graph, (index) => ms[index]);
        expect(critical.ms).toBe(Math.max(...remaining));
        const sum = critical.ids.reduce((total, id) => total + (ms[Number(id.slice(1))] ?? 0), 0);
        expect(sum).toBe(critical.ms);
      }),
    );
  });
});

describe("an estimate that is not known", () => {
  const graph = buildGraph(nodes("a -> b, b -> c, c -> d"));

  test("counts as the median of the known ones", () => {
    const known = [10, undefined, 30, 1000];
    expect([...remainingPath(graph, (index) => known[index])]).toEqual([1070, 1060, 1030, 1000]);
  });

  test("counts as one when none is known, so that the longer chain goes first", () => {
    expect([...remainingPath(graph, () => undefined)]).toEqual([4, 3, 2, 1]);
    expect([...remainingPath(graph, () => Number.NaN)]).toEqual([4, 3, 2, 1]);
  });
});

describe("a plan of 100,000 subtasks", () => {
  const size = 100_000;

  test("in one chain is put in order, and a cycle through all of it is found", () => {
    const chain = Array.from({ length: size }, (_, index) => ({
      id: `s${index}`,
      dependsOn: [],
      references: index === 0 ? [] : [`s${index - 1}`],
    }));
    const graph = buildGraph(chain);
    expect(graph.batches).toHaveLength(size);
    expect(remainingPath(graph, () => 2)[0]).toBe(2 * size);
    const closed = graph.dependencies.map((list, index) =>
      index === 0 ? [{ index: size - 1 }] : list,
    );
    expect(findCycle(closed)).toHaveLength(size + 1);
  });

  test("in layers of 1,000 with three dependencies each has as many batches as layers", () => {
    const layers = Array.from({ length: size }, (_, index) => ({
      id: `s${index}`,
      dependsOn: [],
      references:
        index < 1000
          ? []
          : [0, 1, 2].map(
              (offset) => `s${index - 1000 - (index % 1000) + ((index + offset) % 1000)}`,
            ),
    }));
    const graph = buildGraph(layers);
    expect(graph.batches.map((batch) => batch.length)).toEqual(
      Array.from({ length: 100 }, () => 1000),
    );
    expect(graph.dependents.flat()).toHaveLength(3 * (size - 1000));
  });
});
