/**
 * Pairs of the greatest weight in all (H. W. Kuhn, The Hungarian method for the assignment problem,
 * Naval Research Logistics Quarterly 2, 1955), in the form with potentials, in O(n³).
 * @param weight from 0; pairs of weight 0 are left out
 * @returns by row its column
 */
export function assign(
  rows: number,
  columns: number,
  weight: (row: number, column: number) => number,
): Map<number, number> {
  const size = Math.max(rows, columns);
  const cost = (row: number, column: number) =>
    row < rows && column < columns ? -weight(row, column) : 0;
  // Numbered from 1, so that 0 can mean none.
  const [u, v] = [new Float64Array(size + 1), new Float64Array(size + 1)];
  const rowOf = new Int32Array(size + 1);
  for (let row = 1; row <= size; row++) placeRow(row, { size, cost, u, v, rowOf });
  const pairs = new Map<number, number>();
  for (let column = 1; column <= columns; column++) {
    const row = (rowOf[column] ?? 0) - 1;
    if (row >= 0 && row < rows && weight(row, column - 1) > 0) pairs.set(row, column - 1);
  }
  return pairs;
}

type State = {
  readonly size: number;
  readonly cost: (row: number, column: number) => number;
  readonly u: Float64Array;
  readonly v: Float64Array;
  readonly rowOf: Int32Array;
};

/** Along the cheapest path to a column that is free. */
function placeRow(row: number, { size, cost, u, v, rowOf }: State): void {
  rowOf[0] = row;
  const least = new Float64Array(size + 1).fill(Number.POSITIVE_INFINITY);
  const way = new Int32Array(size + 1);
  const used = new Uint8Array(size + 1);
  let column = 0;
  do {
    used[column] = 1;
    const from = rowOf[column] as number;
    let [delta, next] = [Number.POSITIVE_INFINITY, 0];
    for (let to = 1; to <= size; to++) {
      if (used[to]) continue;
      const reduced = cost(from - 1, to - 1) - (u[from] as number) - (v[to] as number);
      if (reduced < (least[to] as number)) {
        least[to] = reduced;
        way[to] = column;
      }
      if ((least[to] as number) < delta) [delta, next] = [least[to] as number, to];
    }
    shift(delta, { size, least, used, u, v, rowOf });
    column = next;
  } while (rowOf[column] !== 0);
  for (; column !== 0; column = way[column] as number) {
    rowOf[column] = rowOf[way[column] as number] as number;
  }
}

function shift(
  delta: number,
  {
    size,
    least,
    used,
    u,
    v,
    rowOf,
  }: Omit<State, "cost"> & { readonly least: Float64Array; readonly used: Uint8Array },
): void {
  for (let to = 0; to <= size; to++) {
    if (used[to]) {
      const row = rowOf[to] as number;
      u[row] = (u[row] as number) + delta;
      v[to] = (v[to] as number) - delta;
    } else least[to] = (least[to] as number) - delta;
  }
}
