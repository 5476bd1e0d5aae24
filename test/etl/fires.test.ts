// When schedules fire: every local day once, whatever the clock does.
// Expectations are arithmetic over the clocks of the zones, or the changes of clock that IANA's data gives.

import { describe, expect, test } from "vitest";
import { firstFires, lastFires, nextFire } from "../../src/etl/fires.ts";

const at = (iso: string) => Date.parse(iso);
const texts = (fires: readonly number[]) => fires.map((fire) => new Date(fire).toISOString().slice(0, 16));
const DAY = 86_400_000;
const EVERY = Number.MAX_SAFE_INTEGER;

/** Local days with the fires of each. */
function byLocalDay(cron: string, timezone: string, from: number, to: number): Map<string, number> {
  const day = new Intl.DateTimeFormat("en-CA", { timeZone: timezone, dateStyle: "short" });
  const counts = new Map<string, number>();
  for (const fire of firstFires({ cron, timezone }, from, to, EVERY)) {
    const key = day.format(fire);
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  return counts;
}

describe("nextFire", () => {
  const daily = [
    { cron: "30 2 * * *", timezone: "Europe/Madrid", why: "skipped in March, doubled in October" },
    {
      cron: "30 0 * * *",
      timezone: "America/Santiago",
      why: "skipped in September: the gap begins at midnight",
    },
    {
      cron: "30 23 * * *",
      timezone: "America/Santiago",
      why: "doubled in April: the clock goes back over midnight",
    },
    { cron: "0 0 * * *", timezone: "America/Sao_Paulo", why: "midnight itself was skipped until 2018" },
    { cron: "15 2 * * *", timezone: "Australia/Lord_Howe", why: "the clock moves by half an hour" },
  ];
  test.each(daily)("fires once every local day: $cron $timezone, $why", ({ cron, timezone }) => {
    // Noon to noon: the same count of local days as of UTC days, in each of these zones.
    const from = at("2010-01-01T16:00Z");
    const days = 20 * 365 + 5;
    const counts = byLocalDay(cron, timezone, from, from + days * DAY);
    expect(counts.size).toBe(days);
    expect([...counts.values()].every((count) => count === 1)).toBe(true);
  });

  const madrid = "Europe/Madrid";
  const cases = [
    {
      why: "a time in the gap fires at its end, 01:00 UTC",
      cron: "30 2 * * *",
      timezone: madrid,
      after: "2026-03-28T12:00Z",
      fires: ["2026-03-29T01:00", "2026-03-30T00:30"],
    },
    {
      why: "all times of one gap are one fire",
      cron: "*/15 2 * * *",
      timezone: madrid,
      after: "2026-03-28T12:00Z",
      fires: ["2026-03-29T01:00", "2026-03-30T00:00", "2026-03-30T00:15"],
    },
    {
      why: "a doubled time fires in its first pass, with a step among its minutes too",
      cron: "*/30 1-2 * * *",
      timezone: madrid,
      after: "2026-10-24T12:00Z",
      fires: [
        "2026-10-24T23:00",
        "2026-10-24T23:30",
        "2026-10-25T00:00",
        "2026-10-25T00:30",
        "2026-10-26T00:00",
      ],
    },
    {
      why: "even hours are local times: 02:00 once, then 04:00 three hours of clock later",
      cron: "0 */2 * * *",
      timezone: madrid,
      after: "2026-10-24T23:59Z",
      fires: ["2026-10-25T00:00", "2026-10-25T03:00"],
    },
    {
      why: "every hour is elapsed time: both passes of 02:00",
      cron: "0 * * * *",
      timezone: madrid,
      after: "2026-10-24T23:30Z",
      fires: ["2026-10-25T00:00", "2026-10-25T01:00", "2026-10-25T02:00"],
    },
    {
      why: "all hours by name are every hour",
      cron: "0 0-23 * * *",
      timezone: madrid,
      after: "2026-10-24T23:30Z",
      fires: ["2026-10-25T00:00", "2026-10-25T01:00", "2026-10-25T02:00"],
    },
    {
      why: "every minute goes on through the doubled hour",
      cron: "* * * * *",
      timezone: madrid,
      after: "2026-10-25T00:58Z",
      fires: ["2026-10-25T00:59", "2026-10-25T01:00", "2026-10-25T01:01"],
    },
    {
      why: "a gap that ends at midnight fires at midnight",
      cron: "30 23 * * *",
      timezone: "America/Nuuk",
      after: "2025-03-29T12:00Z",
      fires: ["2025-03-30T01:00", "2025-03-31T00:30"],
    },
    {
      why: "a day that is left out fires once at its end",
      cron: "0 12 * * *",
      timezone: "Pacific/Apia",
      after: "2011-12-29T22:30Z",
      fires: ["2011-12-30T10:00", "2011-12-30T22:00"],
    },
    {
      why: "seconds come first of six fields",
      cron: "30 0 12 * * *",
      timezone: "UTC",
      after: "2026-01-01T00:00Z",
      fires: ["2026-01-01T12:00", "2026-01-02T12:00"],
    },
  ];
  test.each(cases)("fires as $cron says: $why", ({ cron, timezone, after, fires }) => {
    expect(texts(firstFires({ cron, timezone }, at(after), EVERY, fires.length))).toEqual(fires);
  });

  test("fires each minute of two days with a change of clock", () => {
    for (const day of ["2026-03-28", "2026-10-24"]) {
      const from = at(`${day}T12:00Z`);
      const fires = firstFires({ cron: "* * * * *", timezone: madrid }, from, from + DAY, EVERY);
      expect(fires).toEqual(Array.from({ length: 1440 }, (_, minute) => from + (minute + 1) * 60_000));
    }
  });

  test("answers the same however it is asked before", () => {
    const times = { cron: "0 6 * * *", timezone: "UTC" };
    const six = at("2026-05-02T06:00Z");
    expect(nextFire(times, at("2026-05-01T12:00Z"))).toBe(six);
    expect(nextFire(times, six - 1)).toBe(six);
    expect(nextFire(times, six)).toBe(six + DAY);
    expect(nextFire(times, six - DAY - 1)).toBe(six - DAY);
  });

  test("is null where no fire is to come", () => {
    expect(nextFire({ cron: "0 0 30 2 *", timezone: "UTC" }, 0)).toBe(null);
  });
});

describe("lastFires", () => {
  const schedules = [
    { cron: "30 2 * * *", timezone: "Europe/Madrid" },
    { cron: "*/20 1-3 * * *", timezone: "Europe/Madrid" },
    { cron: "15 */6 * * 1", timezone: "America/Santiago" },
    { cron: "30 0,23 * * *", timezone: "America/Santiago" },
    { cron: "30 23 * * *", timezone: "America/Nuuk" },
    { cron: "0 * * * *", timezone: "Australia/Lord_Howe" },
  ];
  test.each(schedules)("are the end of all fires: $cron $timezone", ({ cron, timezone }) => {
    const times = { cron, timezone };
    for (let month = 0; month < 12; month++) {
      const after = Date.UTC(2024, month, 20, 3, 30);
      const upTo = Date.UTC(2024, month + 1, 3, 5, 12, 7, 350);
      const all = firstFires(times, after, upTo, EVERY);
      expect(lastFires(times, after, upTo, 5)).toEqual(all.slice(-5));
      expect(lastFires(times, after, upTo, all.length + 3)).toEqual(all);
      const last = all.at(-1);
      if (last !== undefined) expect(lastFires(times, after, last, 1)).toEqual([last]);
    }
  });

  test("do not cost what is before them: minutes of ten years", () => {
    const times = { cron: "* * * * *", timezone: "America/Argentina/Buenos_Aires" };
    const upTo = at("2026-01-01T00:00:30Z");
    expect(texts(lastFires(times, at("2016-01-01T00:00Z"), upTo, 2))).toEqual([
      "2025-12-31T23:59",
      "2026-01-01T00:00",
    ]);
  });
});
