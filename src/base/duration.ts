import { InputError } from "./errors.ts";

const UNIT_MS = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;
const DURATION = /^(\d+(?:\.\d+)?)(ms|s|m|h|d)$/;

/** Text such as `500ms`, `1.5s`, `10m`, `2h` or `30d`. */
export type Duration = string;

/** Whether the text is a duration that {@link parseDuration} reads. */
export function isDuration(text: string): text is Duration {
  return DURATION.test(text);
}

/**
 * A duration in milliseconds.
 * @throws {InputError} `input.invalid_duration`
 */
export function parseDuration(text: Duration, path = ""): number {
  const match = DURATION.exec(text);
  if (!match) {
    throw new InputError([
      {
        code: "input.invalid_duration",
        path,
        message: `${JSON.stringify(text)} is not a duration.`,
        hint: "Write a number and a unit: 500ms, 1.5s, 10m, 2h or 30d.",
      },
    ]);
  }
  return Number(match[1]) * UNIT_MS[match[2] as keyof typeof UNIT_MS];
}

/** Milliseconds for people: `12 ms`, `3.4 s`, `2 m 05 s`, `1 h 10 m`. */
export function renderDuration(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)} ms`;
  if (ms < 60_000) return `${(ms / 1000).toFixed(1)} s`;
  const two = (value: number) => String(Math.floor(value)).padStart(2, "0");
  if (ms < 3_600_000) return `${Math.floor(ms / 60_000)} m ${two((ms % 60_000) / 1000)} s`;
  return `${Math.floor(ms / 3_600_000)} h ${two((ms % 3_600_000) / 60_000)} m`;
}
