import { once } from "node:events";
import { link, mkdir, symlink, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { readFile } from "../../../src/tools/builtin/read-file.ts";
import { call, failure } from "./call.ts";
import { docxOf, pdfOf, workspaceWith } from "./files.ts";

type Output = {
  readonly path: string;
  readonly format: string;
  readonly text: string;
  readonly rows: readonly Record<string, unknown>[];
  readonly data: unknown;
  readonly pages: number | null;
  readonly lines: number;
  readonly bytes: number;
};

const NONE = { rows: [], data: null, pages: null };

describe("read_file", () => {
  it.each<[string, string | Uint8Array, Partial<Output>]>([
    ["a.txt", "one\ntwo\n", { format: "text", text: "one\ntwo\n", lines: 2, bytes: 8, ...NONE }],
    ["a.md", "# T\n\nbody", { format: "markdown", text: "# T\n\nbody", lines: 3, ...NONE }],
    ["Makefile", "all:\n", { format: "text", text: "all:\n" }],
    ["latin.txt", Buffer.from("caf\xe9", "latin1"), { text: "café", bytes: 4 }],
    ["wide.txt", Buffer.from("\ufeffhi", "utf16le"), { text: "hi" }],
    ["a.json", '{"a": [1]}', { format: "json", data: { a: [1] }, rows: [] }],
    ["list.json", '[{"a": 1}]', { data: [{ a: 1 }], rows: [{ a: 1 }] }],
    ["mixed.json", '[{"a": 1}, 2]', { data: [{ a: 1 }, 2], rows: [] }],
    ["a.jsonl", '{"a": 1}\n\n{"a": 2}\n', { format: "jsonl", rows: [{ a: 1 }, { a: 2 }] }],
    ["a.yaml", "- a: 1\n- a: x\n", { format: "yaml", rows: [{ a: 1 }, { a: "x" }] }],
    ["empty.csv", "", { format: "csv", rows: [] }],
    ["report.pdf", pdfOf(["First page.", "Second page."]), { format: "pdf", pages: 2 }],
    ["misnamed.txt", pdfOf(["Only page."]), { format: "pdf", text: "Only page." }],
  ])("reads %s", async (path, content, expected) => {
    await using files = await workspaceWith({ [path]: content });
    expect(await call<Output>(readFile, { path }, files)).toMatchObject({ path, ...expected });
  });

  it("gives a page of a site as its readable text", async () => {
    const page =
      "<html><head><style>p{}</style></head><body><h1>Title</h1><p>First.</p><p>Second.</p></body></html>";
    await using files = await workspaceWith({ "page.html": page });
    const { text } = await call<Output>(readFile, { path: "page.html" }, files);
    expect(text).toMatch(/title\s+First\.\s+Second\./i);
    expect(text).not.toContain("p{}");
  });

  it("gives a Word document's paragraphs as lines", async () => {
    const content = docxOf("The Report", ["All went well.", "Nothing broke."]);
    await using files = await workspaceWith({ "report.docx": content });
    const { text, format } = await call<Output>(readFile, { path: "report.docx" }, files);
    expect(format).toBe("docx");
    expect(text).toMatch(/the report\s+All went well\.\s+Nothing broke\./i);
  });

  it.each<[string, string, readonly Record<string, unknown>[]]>([
    [
      "commas",
      "a,b\n1,x\n2,y\n",
      [
        { a: 1, b: "x" },
        { a: 2, b: "y" },
      ],
    ],
    ["semicolons", "a;b\n1,5;x\n", [{ a: "1,5", b: "x" }]],
    ["tabs", "a\tb\n1\tx\n", [{ a: 1, b: "x" }]],
    ["quotes over lines", 'a,b\n"x, ""y""\nz",2\n', [{ a: 'x, "y"\nz', b: 2 }]],
    ["a mark at its start", "\ufeffa,b\r\n1,2\r\n", [{ a: 1, b: 2 }]],
    ["a column of numbers with one text", "a\n1\nx\n", [{ a: "1" }, { a: "x" }]],
    ["numbers that are names", "zip\n01234\n00501\n", [{ zip: "01234" }, { zip: "00501" }]],
    [
      "missing cells",
      "a,b\n1,\n,2\n3\n",
      [
        { a: 1, b: null },
        { a: null, b: 2 },
        { a: 3, b: null },
      ],
    ],
    ["names that come twice", "a,a,\n1,2,3\n", [{ a: 1, a_2: 2, column_3: 3 }]],
    ["names of every object", "constructor,toString\n1,2\n", [{ constructor: 1, toString: 2 }]],
  ])("reads a table with %s", async (_what, text, rows) => {
    await using files = await workspaceWith({ "table.csv": text });
    expect((await call<Output>(readFile, { path: "table.csv" }, files)).rows).toEqual(rows);
  });

  it.each<[string, string | Uint8Array, RegExp]>([
    ["bad.json", '{"a": ', /bad\.json could not be read as JSON: /],
    ["bad.jsonl", '{"a": 1}\n{oops}\n', /bad\.jsonl could not be read as JSON Lines: line 2: /],
    ["bad.yaml", "a: [1", /bad\.yaml could not be read as YAML: .*line 1/s],
    ["bad.csv", 'a,b\n"x,1\n', /bad\.csv could not be read as CSV: /],
    ["bad.pdf", "%PDF-1.4 nothing", /bad\.pdf could not be read as a PDF: /],
    ["bad.docx", "PK no zip", /bad\.docx could not be read as a Word document/],
    ["image.png", Uint8Array.of(0x89, 0x50, 0, 0, 1), /image\.png is a binary file/],
  ])("says what is wrong with %s", async (path, content, message) => {
    await using files = await workspaceWith({ [path]: content });
    const error = await failure(readFile, { path }, files);
    expect(error.message).toMatch(message);
    expect(error.hint).toBeTruthy();
  });

  it("reads a broken file as text where that is asked", async () => {
    await using files = await workspaceWith({ "bad.json": "{oops" });
    const input = { path: "bad.json", format: "text" };
    expect(await call(readFile, input, files)).toMatchObject({ text: "{oops" });
  });

  it("refuses a file that is larger than allowed, before it is read", async () => {
    await using files = await workspaceWith({ "a.txt": "x".repeat(11) });
    const error = await failure(readFile, { path: "a.txt", max_bytes: 10 }, files);
    expect(error).toMatchObject({ code: "tool.limit" });
    expect(error.message).toContain("11 bytes, more than 10");
  });

  it("names what is missing, and what is no file", async () => {
    await using files = await workspaceWith({ "folder/a.txt": "" });
    const socket = createServer().listen(join(files.workspace, "pipe"));
    await once(socket, "listening");
    expect((await failure(readFile, { path: "b.txt" }, files)).code).toBe("file.not_found");
    expect((await failure(readFile, { path: "folder" }, files)).message).toContain("is a folder");
    expect((await failure(readFile, { path: "pipe" }, files)).message).toContain("no regular file");
    const below = await failure(readFile, { path: "folder/a.txt/b" }, files);
    expect(below.message).toContain("a part of the path is a file");
    socket.close();
  });

  it("stays inside the workspace", async () => {
    await using files = await workspaceWith({ "a.txt": "in" });
    const { outside, workspace } = files;
    await writeFile(join(outside, "secret.txt"), "out");
    await mkdir(join(outside, "workspace-2"));
    await writeFile(join(outside, "workspace-2", "secret.txt"), "out");
    await symlink(join(outside, "secret.txt"), join(workspace, "link.txt"));
    await symlink(outside, join(workspace, "linked"));
    await symlink("../secret.txt", join(workspace, "relative.txt"));
    const paths = [
      "../secret.txt",
      join(outside, "secret.txt"),
      "/etc/passwd",
      "link.txt",
      "relative.txt",
      "linked/secret.txt",
      "../workspace-2/secret.txt",
      "a\0b",
    ];
    for (const path of paths) {
      expect([path, (await failure(readFile, { path }, files)).code]).toEqual([
        path,
        "tool.forbidden",
      ]);
    }
  });

  it("follows links that stay inside, and takes absolute paths that do", async () => {
    await using files = await workspaceWith({ "deep/a.txt": "in" });
    const { workspace } = files;
    await symlink("deep/a.txt", join(workspace, "link.txt"));
    await link(join(workspace, "deep/a.txt"), join(workspace, "hard.txt"));
    for (const path of [
      "link.txt",
      "hard.txt",
      join(workspace, "deep/a.txt"),
      "deep/../deep/a.txt",
    ]) {
      expect(await call(readFile, { path }, files)).toMatchObject({ text: "in" });
    }
  });
});
