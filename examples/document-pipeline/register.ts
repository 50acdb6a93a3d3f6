/**
 * A register of organisations behind HTTP, as one finds them: busy at times, silent at others,
 * down for a while, and with entries that are broken.
 *
 *     GET /organizations?name=Coastal+Power+Ltd.&name=…
 *     { "organizations": [{ "name", "sector", "seat" }] }
 *
 * Whether a question is answered follows from the seed, the question and how often it was
 * asked; only the outage comes when it comes.
 */

import { createHash } from "node:crypto";
import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

const ENTRIES: Readonly<Record<string, readonly [sector: string, seat: string]>> = {
  "Baltic Batteries Inc.": ["batteries", "Gdansk"],
  "Bergen City Council": ["public", "Bergen"],
  "Bergen Fishing Association": ["fishing", "Bergen"],
  "Bergen Maritime Museum": ["culture", "Bergen"],
  "Bergen Salt Ltd.": ["food", "Askoy"],
  "Coastal Insurance Inc.": ["insurance", "Oslo"],
  "Coastal Museum Association": ["culture", "Molde"],
  "Coastal Power Ltd.": ["energy", "Alesund"],
  "Coastal Rescue Ltd.": ["shipping", "Molde"],
  "Fjord Rail Ltd.": ["transport", "Oslo"],
  "Fjord Savings Bank": ["banking", "Bergen"],
  "Fjord Seafood Ltd.": ["food", "Alesund"],
  "Halden Shipyard Ltd.": ["shipbuilding", "Halden"],
  "Nordic Proteins Inc.": ["food", "Trondheim"],
  "Nordic Wool Ltd.": ["textiles", "Trondheim"],
  "North Sea Networks Inc.": ["telecommunications", "Aberdeen"],
  "North Sea Wind Inc.": ["energy", "Stavanger"],
  "Northern Ferries Ltd.": ["shipping", "Bergen"],
  "Skylift Systems Inc.": ["aviation", "Bergen"],
  "Stavanger City Council": ["public", "Stavanger"],
  "Tidal Systems Inc.": ["energy", "Aberdeen"],
  "University of Bergen": ["research", "Bergen"],
  "University of Stavanger": ["research", "Stavanger"],
};

/** Of the questions. */
const BUSY = 0.15;
const SILENT = 0.05;
/** After so many questions nobody is answered for so long. */
const OUTAGE = { after: 10, ms: 1000 } as const;
const BROKEN: Readonly<Record<string, readonly [status: number, why: string]>> = {
  "Skylift Systems Inc.": [410, "the entry of Skylift Systems Inc. is closed"],
  "North Sea Wind Inc.": [500, "the entry of North Sea Wind Inc. is damaged"],
};

type Manner = "answered" | "busy" | "silent" | "down" | "broken";

export type Register = AsyncDisposable & {
  readonly url: string;
  /** How it took the questions so far. */
  readonly counts: Readonly<Record<Manner, number>>;
  /** From now on every question is answered. */
  mend(): void;
};

export async function startRegister({ seed }: { readonly seed: number }): Promise<Register> {
  const counts = { answered: 0, busy: 0, silent: 0, down: 0, broken: 0 };
  const asked = new Map<string, number>();
  let isMended = false;
  let questions = 0;
  let upAgainAt = 0;

  function mannerOf(names: readonly string[]): Manner {
    const question = names.toSorted().join(", ");
    const times = (asked.get(question) ?? 0) + 1;
    asked.set(question, times);
    questions += 1;
    if (questions === OUTAGE.after) upAgainAt = Date.now() + OUTAGE.ms;
    if (isMended) return "answered";
    if (Date.now() < upAgainAt) return "down";
    if (names.some((name) => name in BROKEN)) return "broken";
    const dice = diceOf(`${seed} ${question} ${times}`);
    if (dice < BUSY) return "busy";
    return dice < BUSY + SILENT ? "silent" : "answered";
  }

  const server = createServer((request, response) => {
    const names = new URL(request.url ?? "", "http://register").searchParams.getAll("name");
    const manner = mannerOf(names);
    counts[manner] += 1;
    answer(names, manner, response);
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    counts,
    mend: () => {
      isMended = true;
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
    },
  };
}

function answer(names: readonly string[], manner: Manner, response: ServerResponse): void {
  switch (manner) {
    case "answered": {
      const organizations = names.flatMap((name) => {
        const [sector, seat] = ENTRIES[name] ?? [];
        return sector === undefined ? [] : [{ name, sector, seat }];
      });
      response.setHeader("content-type", "application/json");
      response.end(JSON.stringify({ organizations }));
      break;
    }
    case "broken": {
      const [status, why] = BROKEN[names.find((name) => name in BROKEN) ?? ""] ?? [500, ""];
      response.writeHead(status).end(why);
      break;
    }
    case "busy":
      response.writeHead(503, { "retry-after": "1" }).end("too many questions");
      break;
    case "down":
      response.writeHead(503).end("down for maintenance");
      break;
    case "silent":
      // The one who asks must lose patience.
      break;
    default:
      manner satisfies never;
  }
}

/** In [0, 1), the same for the same text. */
function diceOf(text: string): number {
  return createHash("sha256").update(text).digest().readUInt32BE() / 2 ** 32;
}
