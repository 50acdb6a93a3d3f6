/** Every test process inherits this one's Node, so one look before the first test is enough. */
export function setup(): void {
  const major = Number.parseInt(process.versions.node, 10);
  if (major >= 24) return;
  throw new Error(
    `The tests need Node 24 or newer; this is ${process.version}. ` +
      "Start them with `npm test` or `npx vitest run`: npm puts the project's own Node first on the PATH.",
  );
}
