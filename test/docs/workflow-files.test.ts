/** The page's files are a workflow that runs: a scripted server stands in for the model. */

import { mkdir, readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { expect, it } from "vitest";
import { makeFolder } from "../cli/folder.ts";
import { answer, ProtocolServer, WIRES } from "../protocol-server.ts";

const PAGE = join(import.meta.dirname, "../../docs/workflow-files.md");
const WIRE = WIRES.find(({ name }) => name === "openai") ?? expect.fail("no such wire");

it("the page shows a workflow that is valid and does what it says", async () => {
  const page = await readFile(PAGE, "utf8");
  await using server = await ProtocolServer.start(
    answer(WIRE, { pieces: ['{"label": "bug", "confidence": 0.9}'] }),
    answer(WIRE, { pieces: ["Dear customer"] }),
  );
  await using folder = await makeFolder();
  for (const [, path = "", text = ""] of page.matchAll(/^```\w+ (\S+)\n(.*?)^```$/gms)) {
    await mkdir(join(folder.path, dirname(path)), { recursive: true });
    await folder.write(path, text);
  }
  const args = ["run", "flows/triage.yaml", "--input", "ticket=It crashes", "--json"];
  const { ended } = folder.start(
    [...args, "--model", WIRE.model(server.url)],
    WIRE.env(server.url),
  );
  const { code, stdout } = await ended;
  expect([code, JSON.parse(stdout).output]).toEqual([
    0,
    { label: "bug", urgent: true, draft: "Dear customer" },
  ]);
  expect(JSON.stringify(server.received[0]?.body)).toContain("one of: billing, bug, other.");
  expect(JSON.stringify(server.received[1]?.body)).toContain("Draft a friendly answer");
});
