/** Two processes that want the same; `npm run conflict-campaign` does it for longer. */

import { expect, it } from "vitest";
import { runConflictCampaign } from "./campaigns/conflict-campaign.ts";
import { SCENARIOS } from "./campaigns/conflict-scenarios.ts";

const ROUNDS = 6;

it("of two processes that want something of one run exactly one gets it, and the other is told", {
  timeout: 90_000,
}, async () => {
  const reports = await runConflictCampaign({ rounds: ROUNDS, seed: 3 });
  expect(reports.flatMap(({ violations }) => violations)).toEqual([]);
  expect(reports.map(({ scenario, rounds }) => [scenario, rounds])).toEqual(
    SCENARIOS.map(({ name }) => [name, ROUNDS]),
  );
});
