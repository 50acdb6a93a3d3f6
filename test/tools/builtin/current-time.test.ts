import { afterEach, describe, expect, it, vi } from "vitest";
import type { Json } from "../../../src/base/json.ts";
import { currentTime } from "../../../src/tools/builtin/current-time.ts";
import { call, failure } from "./call.ts";

const now = (input: Json) => call<Readonly<Record<string, Json>>>(currentTime, input);

afterEach(() => {
  vi.useRealTimers();
});

describe("current_time", () => {
  it("tells date, time and weekday of a zone, where it may be another day", async () => {
    vi.useFakeTimers({ toFake: ["Date"], now: Date.UTC(2026, 6, 1, 22, 30, 5) });
    expect(await now({ timezone: "UTC" })).toEqual({
      iso: "2026-07-01T22:30:05+00:00",
      date: "2026-07-01",
      time: "22:30:05",
      weekday: "Wednesday",
      timezone: "UTC",
      unix: 1_782_945_005,
    });
    expect(await now({ timezone: "Asia/Tokyo" })).toMatchObject({
      iso: "2026-07-02T07:30:05+09:00",
      weekday: "Thursday",
    });
  });

  it.each([
    ["tokyo", "+09:00"],
    ["New York", "-04:00"],
    ["Buenos Aires", "-03:00"],
    ["Kolkata", "+05:30"],
    ["europe/berlin", "+02:00"],
    ["+02:00", "+02:00"],
  ])("knows %s", async (timezone, offset) => {
    vi.useFakeTimers({ toFake: ["Date"], now: Date.UTC(2026, 6, 1) });
    expect((await now({ timezone }))["iso"]).toMatch(new RegExp(`\\${offset}$`));
  });

  it("is the machine's own zone when none is named", async () => {
    expect((await now({}))["timezone"]).toBe(Intl.DateTimeFormat().resolvedOptions().timeZone);
  });

  it("refuses a place that has no zone", async () => {
    expect((await failure(currentTime, { timezone: "Atlantis" })).message).toBe(
      'There is no time zone "Atlantis".',
    );
  });
});
