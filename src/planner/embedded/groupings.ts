/** Which clauses of a goal make a request together. */

import type { Clause } from "./clauses.ts";
import { interpret, makeRequest, priceOf, type Request } from "./interpret.ts";
import { isPlace } from "./places.ts";
import type { ToolIndex } from "./retrieve.ts";

/** Clauses that may be parts of one request. */
const MAX_JOINED = 6;

export type Grouping = { readonly requests: readonly Request[]; readonly price: number };

/** Which clauses may belong together: as their words suggest, all apart, or all in one. */
export function groupingsOf(clauses: readonly Clause[], index: ToolIndex): Grouping[] {
  const likely = interpret(clauses, index);
  const found = [{ requests: likely, price: priceOfAll(likely) }];
  const alike = joinAlike(likely, index);
  // That the tool is the same says that they belong together, whatever verbs there are.
  if (alike.length < likely.length) found.push({ requests: alike, price: priceOfAll(likely) });
  if (clauses.length > 1 && clauses.length <= MAX_JOINED) {
    for (const groups of [clauses.map((clause) => [clause]), [clauses]]) {
      if (groups.length === likely.length) continue;
      const requests = groups.map((group) => makeRequest(group, index));
      found.push({ requests, price: priceOfAll(requests) });
    }
  }
  return found;
}

function priceOfAll(requests: readonly Request[]): number {
  return requests.reduce((sum, { clauses }) => sum + priceOf(clauses), 0);
}

/** "Group it by x, compute the mean of y": two halves of one call. */
function joinAlike(requests: readonly Request[], index: ToolIndex): Request[] {
  const joined: Request[] = [];
  for (const request of requests) {
    const before = joined.at(-1);
    const [own, other] = [request.candidates[0]?.card, before?.candidates[0]?.card];
    const isSame = before !== undefined && own !== undefined && own === other;
    if (!isSame || request.isSequel || request.values.some(isPlace)) joined.push(request);
    else joined.splice(-1, 1, makeRequest([...before.clauses, ...request.clauses], index));
  }
  return joined;
}
