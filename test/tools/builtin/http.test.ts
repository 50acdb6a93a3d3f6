/** The HTTP tools against real servers on loopback. */

import { createServer, type IncomingMessage, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import type { JsonObject } from "../../../src/base/json.ts";
import { httpFetch } from "../../../src/tools/builtin/http-fetch.ts";
import { httpPost } from "../../../src/tools/builtin/http-post.ts";
import { isPublicAddress, type Resolve } from "../../../src/tools/http-address.ts";
import { call, failure } from "./call.ts";
import { pdfOf } from "./files.ts";

type Output = Readonly<Record<string, unknown>> & { readonly text: string; readonly url: string };

const anywhere = { allowPrivateHosts: true };
const fetchAnywhere = httpFetch(anywhere);

async function serve(listener: RequestListener) {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

const answering = (type: string, body: string | Uint8Array, more: Record<string, string> = {}) =>
  serve((_request, response) => {
    response.writeHead(200, { "content-type": type, ...more });
    response.end(body);
  });

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}

describe("http_fetch gives", () => {
  it.each<[string, string, string | Uint8Array, JsonObject]>([
    [
      "a page",
      "text/html",
      "<title>T</title><h1>Head</h1><p>Body.</p>",
      { title: "T", text: "Head\n\nBody." },
    ],
    [
      "JSON",
      "application/json; charset=utf-8",
      '{"a": [1]}',
      { data: { a: [1] }, rows: [], title: null },
    ],
    ["JSON of a kind", "application/problem+json", '[{"a": 1}]', { rows: [{ a: 1 }] }],
    ["CSV", "text/csv", "a,b\n1,x\n", { rows: [{ a: 1, b: "x" }] }],
    [
      "a PDF",
      "application/pdf",
      pdfOf(["A page."]),
      { text: "A page.", content_type: "application/pdf" },
    ],
    [
      "a text of another encoding",
      "text/plain; charset=iso-8859-1",
      Buffer.from("caf\xe9", "latin1"),
      { text: "café" },
    ],
    [
      "a page that says its encoding",
      "text/html",
      Buffer.from('<meta charset="windows-1251"><p>\xc4\xe0</p>', "latin1"),
      { text: "Да" },
    ],
    ["what has no type", "", "plain", { text: "plain", bytes: 5 }],
    ["nothing", "application/json", "", { text: "", data: null }],
  ])("%s", async (_what, type, body, expected) => {
    await using server = await answering(type, body);
    const url = `${server.url}/x`;
    expect(await call<Output>(fetchAnywhere, { url }, {})).toMatchObject({
      url,
      status: 200,
      ...expected,
    });
  });

  it("what is compressed, up to the limit of what comes out of it", async () => {
    const bomb = gzipSync("x".repeat(5_000_000));
    await using server = await answering("text/plain", bomb, { "content-encoding": "gzip" });
    expect((await call<Output>(fetchAnywhere, server)).text).toHaveLength(5_000_000);
    const error = await failure(fetchAnywhere, { url: server.url, max_bytes: 1_000_000 });
    expect(error).toMatchObject({ code: "tool.limit", retryable: false });
  });

  it("no image", async () => {
    await using server = await answering("image/png", Uint8Array.of(0x89, 0x50, 0, 1));
    expect((await failure(fetchAnywhere, server)).message).toContain("is a binary file");
  });
});

describe("http_fetch", () => {
  it("follows redirects, and keeps secrets to the first origin", async () => {
    const seen: (string | undefined)[] = [];
    await using other = await serve((request, response) => {
      seen.push(request.headers.authorization, request.headers["x-own"] as string);
      response.end("there");
    });
    await using server = await serve((request, response) => {
      seen.push(request.headers.authorization);
      response.writeHead(302, { location: request.url === "/a" ? "/b" : `${other.url}/c` }).end();
    });
    const headers = { Authorization: "Bearer secret", "X-Own": "kept" };
    const output = await call<Output>(fetchAnywhere, { url: `${server.url}/a`, headers });
    expect(output).toMatchObject({ url: `${other.url}/c`, text: "there" });
    expect(seen).toEqual(["Bearer secret", "Bearer secret", undefined, "kept"]);
  });

  it("sends the user and password of a URL, and names them nowhere", async () => {
    const seen: unknown[] = [];
    await using server = await serve((request, response) => {
      seen.push(request.headers.authorization);
      response.writeHead(404).end();
    });
    const url = `${server.url.replace("//", "//ada:p%40ss@")}/x?key=secret`;
    const { message } = await failure(fetchAnywhere, { url });
    expect(seen).toEqual([`Basic ${Buffer.from("ada:p@ss").toString("base64")}`]);
    expect(message).toBe(`GET ${server.url}/x answers 404 Not Found`);
  });

  it("gives up on redirects without end", async () => {
    await using server = await serve((_request, response) => {
      response.writeHead(302, { location: "/again" }).end();
    });
    expect(await failure(fetchAnywhere, server)).toMatchObject({ code: "tool.limit" });
  });

  it.each<[number, Record<string, string>, boolean, number | undefined]>([
    [429, { "retry-after": "3" }, true, 3000],
    [503, {}, true, undefined],
    [500, {}, true, undefined],
    [404, {}, false, undefined],
    [401, {}, false, undefined],
  ])("says whether to come back after %d", async (status, headers, retryable, retryAfterMs) => {
    await using server = await serve((_request, response) => {
      response.writeHead(status, headers).end("Sorry,\n not now.");
    });
    const error = await failure(fetchAnywhere, server);
    expect(error).toMatchObject({ code: "tool.failed", retryable });
    expect(error.retryAfterMs).toBe(retryAfterMs);
    expect(error.message).toContain(`${status}`);
    expect(error.message).toContain("Sorry, not now.");
  });

  it("understands a date to come back at", async () => {
    const date = new Date(Date.now() + 60_000).toUTCString();
    await using server = await serve((_request, response) => {
      response.writeHead(429, { "retry-after": date }).end();
    });
    const { retryAfterMs = 0 } = await failure(fetchAnywhere, server);
    expect(Math.round(retryAfterMs / 10_000)).toBe(6);
  });

  it("may be tried again when the connection breaks", async () => {
    await using server = await serve((request, response) => {
      if (request.url === "/middle")
        response.writeHead(200, { "content-length": "9" }).write("half");
      setImmediate(() => response.socket?.resetAndDestroy());
    });
    for (const path of ["/start", "/middle"]) {
      const error = await failure(fetchAnywhere, { url: server.url + path });
      expect(error).toMatchObject({ code: "tool.failed", retryable: true });
    }
    await using gone = await serve(() => {});
    await gone[Symbol.asyncDispose]();
    expect(await failure(fetchAnywhere, gone)).toMatchObject({ retryable: true });
  });

  it("stops at once when it is aborted, before and in the answer", async () => {
    for (const hasBegun of [false, true]) {
      const controller = new AbortController();
      const closed = Promise.withResolvers<void>();
      await using server = await serve((_request, response) => {
        if (hasBegun) response.write("half");
        response.on("close", closed.resolve);
        setTimeout(() => controller.abort(new Error("enough")), 20);
      });
      const running = call(fetchAnywhere, { url: server.url }, { signal: controller.signal });
      await expect(running).rejects.toThrow("enough");
      await closed.promise;
    }
  });

  it.each(["not a url", "ftp://example.com/x", "file:///etc/passwd", "javascript:alert(1)"])(
    "refuses %s",
    async (url) => {
      expect(await failure(fetchAnywhere, { url })).toMatchObject({ code: "tool.invalid_input" });
    },
  );
});

describe("without leave, http_fetch reaches nothing but the public internet:", () => {
  it.each([
    "http://127.0.0.1:8080/",
    "http://localhost:8080/",
    "http://0x7f.1:8080/",
    "http://2130706433:8080/",
    "http://0/",
    "http://[::1]:8080/",
    "http://[::ffff:127.0.0.1]:8080/",
    "http://[64:ff9b::7f00:1]/",
    "http://169.254.169.254/latest/meta-data/",
    "http://168.63.129.16/",
    "http://10.0.0.1/",
    "http://172.16.0.1/",
    "http://192.168.1.1/",
    "http://100.64.0.1/",
    "http://[fd00::1]/",
    "http://[fe80::1]/",
  ])("not %s", async (url) => {
    const error = await failure(httpFetch({ allowPrivateHosts: false }), { url });
    expect(error).toMatchObject({ code: "tool.forbidden", retryable: false });
    expect(error.hint).toContain("--allow-private-hosts");
  });

  it("not a public name with one private address", async () => {
    const resolve: Resolve = (_host, done) => {
      done(null, [
        { address: "93.184.216.34", family: 4 },
        { address: "10.0.0.7", family: 4 },
      ]);
    };
    const tool = httpFetch({ allowPrivateHosts: false, resolve });
    const error = await failure(tool, { url: "http://example.com/" });
    expect(error.message).toContain("example.com (10.0.0.7) is no public address");
  });

  it("not by way of a redirect", async () => {
    await using server = await serve((_request, response) => {
      response.writeHead(302, { location: "http://127.0.0.2:1/secret" }).end();
    });
    // The server's own address stands for a public one.
    const isAllowed = (address: string) => address === "127.0.0.1";
    const error = await failure(httpFetch({ allowPrivateHosts: false, isAllowed }), server);
    expect(error.message).toBe("127.0.0.2 is no public address.");
  });

  it.each(["93.184.216.34", "8.8.8.8", "2606:4700::1111"])("but %s", (address) => {
    expect(isPublicAddress(address)).toBe(true);
  });
});

describe("http_post", () => {
  const post = httpPost(anywhere);

  it.each<[JsonObject, string, string]>([
    [{ json: { a: 1 } }, "application/json", '{"a":1}'],
    [{ form: { a: "1 2", b: "ü" } }, "application/x-www-form-urlencoded", "a=1+2&b=%C3%BC"],
    [{ text: "hello" }, "text/plain; charset=utf-8", "hello"],
    [{ text: "<a/>", headers: { "Content-Type": "text/xml" } }, "text/xml", "<a/>"],
    [{}, "application/json", ""],
  ])("sends %j with its key", async (input, type, body) => {
    const seen: unknown[] = [];
    await using server = await serve(async (request, response) => {
      const { headers, method } = request;
      seen.push(method, headers["content-type"], headers["idempotency-key"], await bodyOf(request));
      response.writeHead(201, { "content-type": "application/json" }).end('{"id": 7}');
    });
    const output = await call(post, { url: server.url, ...input }, { idempotencyKey: "run/pay" });
    expect(seen).toEqual(["POST", type, "run/pay", body]);
    expect(output).toMatchObject({ status: 201, data: { id: 7 } });
  });

  it("becomes a GET where a redirect says so, and stays what it is where not", async () => {
    const seen: unknown[] = [];
    await using server = await serve(async (request, response) => {
      const status = Number(request.url?.slice(1));
      if (status > 300) response.writeHead(status, { location: "/0" }).end();
      else {
        seen.push([request.method, await bodyOf(request)]);
        response.end();
      }
    });
    for (const status of [302, 303, 307, 308]) {
      await call(post, { url: `${server.url}/${status}`, text: "x" });
    }
    expect(seen).toEqual([
      ["GET", ""],
      ["GET", ""],
      ["POST", "x"],
      ["POST", "x"],
    ]);
  });

  it("does not say that it may be sent again when nobody knows whether it was done", async () => {
    await using server = await serve((request, response) => {
      if (request.url === "/reset") response.socket?.resetAndDestroy();
      else response.writeHead(Number(request.url?.slice(1))).end();
    });
    const said = async (path: string) =>
      (await failure(post, { url: server.url + path })).retryable;
    expect(await said("/reset")).toBeUndefined();
    expect(await said("/502")).toBeUndefined();
    expect(await said("/503")).toBe(true);
    expect(await said("/400")).toBe(false);
  });

  it("refuses two bodies", async () => {
    const error = await failure(post, { url: "http://127.0.0.1:8080/", text: "a", json: 1 });
    expect(error).toMatchObject({ code: "tool.invalid_input" });
  });

  it("reaches no private address without leave", async () => {
    const error = await failure(httpPost({ allowPrivateHosts: false }), {
      url: "http://10.0.0.1/",
    });
    expect(error.code).toBe("tool.forbidden");
  });
});
