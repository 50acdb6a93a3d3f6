/** The page's examples run: a server and a model stand in for those that a reader would use. */

import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it, vi } from "vitest";
import type { JsonObject } from "../../src/base/json.ts";
import { type Model, type Models, NO_USAGE } from "../../src/models/model.ts";
import { builtinTools } from "../../src/tools/builtin/all.ts";
import { call } from "../tools/builtin/call.ts";
import { workspaceWith } from "../tools/builtin/files.ts";

const PAGE = readFileSync(join(import.meta.dirname, "../../docs/builtin-tools.md"), "utf8");
const SHOP = "https://shop.example";

const files = Object.fromEntries(
  [...PAGE.matchAll(/^```\w+ (\S+)\n(.*?)^```$/gms)].map(([, path = "", content = ""]) => [
    path,
    content,
  ]),
);
const examples = [
  ...PAGE.matchAll(/^### (\w+)$.*?^```json\n(.*?)^```$\s*^```json\n(.*?)^```$/gms),
].map(([, name = "", input = "", output = ""]) => ({
  name,
  input: JSON.parse(input) as JsonObject,
  output: JSON.parse(output) as JsonObject,
}));
const tools = builtinTools({ allowPrivateHosts: true });

const shop = createServer((request, response) => {
  const isOrder = request.method === "POST" && request.url === "/orders";
  const isPrices = request.method === "GET" && request.url === "/prices.json";
  response.writeHead(isOrder ? 201 : isPrices ? 200 : 404, { "content-type": "application/json" });
  response.end(isOrder ? '{"order": 17}' : '[{"item": "Lamp", "price": 40}]');
});

const translator: Model = {
  name: "test:translator",
  generate(request) {
    const asked = JSON.stringify(request);
    const isAsked = asked.includes("German") && asked.includes("The lamp is on.");
    const text = isAsked ? "Die Lampe ist an." : "What?";
    const result = { text, finish: "stop", usage: NO_USAGE, model: this.name } as const;
    return {
      result: Promise.resolve(result),
      [Symbol.asyncIterator]: () => expect.fail("nobody reads pieces"),
    };
  },
};
const models: Models = { tools: translator, planner: translator };

beforeAll(async () => {
  vi.useFakeTimers({ toFake: ["Date"], now: new Date("2026-03-03T12:00:00Z") });
  await new Promise<void>((resolve) => shop.listen(0, "127.0.0.1", resolve));
});

afterAll(async () => {
  vi.useRealTimers();
  shop.closeAllConnections();
  await new Promise((resolve) => shop.close(resolve));
});

it("the page has an example of every builtin tool", () => {
  const names = (list: readonly { readonly name: string }[]) =>
    new Set(list.map(({ name }) => name));
  expect(names(examples)).toEqual(names(tools));
});

it.each(examples)("$name gives what the page says", async ({ name, input, output }) => {
  const tool = tools.find((one) => one.name === name) ?? expect.fail("no such tool");
  expect(Object.keys(tool.inputSchema["properties"] ?? {})).toEqual(
    expect.arrayContaining(Object.keys(input)),
  );
  const port = (shop.address() as AddressInfo).port;
  const { url } = input;
  const local =
    typeof url === "string" ? { url: url.replace(SHOP, `http://127.0.0.1:${port}`) } : {};
  await using folder = await workspaceWith(files);
  const { workspace } = folder;
  expect(await call(tool, { ...input, ...local }, { workspace, models })).toMatchObject(output);
});
