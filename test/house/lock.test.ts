import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, it } from "vitest";

type Entry = {
  readonly optionalDependencies?: Readonly<Record<string, string>>;
  readonly resolved?: string;
};
type Lock = { readonly packages: Readonly<Record<string, Entry>> };

const LOCK = join(import.meta.dirname, "../../package-lock.json");

/** Where npm looks for a package that another one needs: beside it, then further up. */
function placesOf(owner: string, name: string): string[] {
  const folders = owner.split("/node_modules/");
  return folders.map(
    (_, depth) =>
      `${folders.slice(0, folders.length - depth).join("/node_modules/")}/node_modules/${name}`,
  );
}

it("the lock file has every platform's packages: without one, `npm ci` refuses all", async () => {
  const { packages } = JSON.parse(await readFile(LOCK, "utf8")) as Lock;
  const missing = Object.entries(packages).flatMap(([owner, { optionalDependencies = {} }]) =>
    Object.keys(optionalDependencies).filter(
      (name) =>
        ![...placesOf(owner, name), `node_modules/${name}`].some((place) => place in packages),
    ),
  );
  expect(missing).toEqual([]);
});

it("the lock file names no host", async () => {
  const { packages } = JSON.parse(await readFile(LOCK, "utf8")) as Lock;
  const withHost = Object.entries(packages).filter(([, { resolved }]) =>
    resolved?.startsWith("http"),
  );
  expect(withHost).toEqual([]);
});
