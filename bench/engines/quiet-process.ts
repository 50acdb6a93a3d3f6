import { type ChildProcess, fork } from "node:child_process";

/** As in production, and nothing is traced. */
const QUIET = {
  NODE_ENV: "production",
  LANGSMITH_TRACING: "false",
  LANGCHAIN_TRACING_V2: "false",
  MASTRA_TELEMETRY_DISABLED: "1",
  OTEL_SDK_DISABLED: "true",
};

/** A process of its own for an engine. What it prints is not the benchmark's; its stderr can be read. */
export function startQuietly(program: string, args: readonly string[] = []): ChildProcess {
  const child = fork(program, args, {
    serialization: "advanced",
    stdio: ["ignore", "ignore", "pipe", "ipc"],
    env: { ...process.env, ...QUIET },
    execArgv: ["--no-deprecation"],
  });
  // A child that is gone is noticed by its exit.
  child.on("error", () => {});
  return child;
}
