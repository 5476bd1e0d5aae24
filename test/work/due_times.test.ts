// When synchronizers are due: civil times, weekends, changes of clock. Expected moments are written in UTC.

import { describe, expect, test } from "vitest";
import { WEEKDAYS } from "../../src/core/synchronizer.ts";
import { lastDue, nextDue } from "../../src/work/due_times.ts";

const BUENOS_AIRES = "America/Argentina/Buenos_Aires";
const SANTIAGO = "America/Santiago";
const utc = (text: string) => Date.parse(`${text}Z`);
const workdays = WEEKDAYS.slice(0, 5);

const NEXT: readonly {
  why: string;
  time: string;
  days?: typeof WEEKDAYS | typeof workdays;
  zone?: string;
  after: string;
  due: string;
}[] = [
  { why: "three hours behind UTC", time: "00:15", after: "2026-11-20T00:00", due: "2026-11-20T03:15" },
  { why: "the very moment is past", time: "00:15", after: "2026-11-20T03:15", due: "2026-11-23T03:15" },
  { why: "over the weekend", time: "18:00", after: "2026-11-20T21:00:01", due: "2026-11-23T21:00" },
  {
    why: "Saturday, where every day counts",
    time: "18:00",
    days: WEEKDAYS,
    after: "2026-11-20T21:00:01",
    due: "2026-11-21T21:00",
  },
  {
    // On 2026-09-06 at 00:00 Chilean clocks go to 01:00: offset -4 becomes -3.
    why: "a time that the clock skips is due when it jumps",
    time: "00:15",
    days: WEEKDAYS,
    zone: SANTIAGO,
    after: "2026-09-05T12:00",
    due: "2026-09-06T04:00",
  },
  {
    why: "the day after the clock went forward is an hour earlier in UTC",
    time: "08:00",
    days: WEEKDAYS,
    zone: SANTIAGO,
    after: "2026-09-06T00:00",
    due: "2026-09-06T11:00",
  },
];

describe("nextDue", () => {
  test.each(NEXT)("$why", ({ time, days = workdays, zone = BUENOS_AIRES, after, due }) => {
    expect(new Date(nextDue({ time, days }, zone, utc(after))).toISOString())
      .toBe(new Date(utc(due)).toISOString());
  });
});

describe("lastDue", () => {
  const times = { time: "08:00", days: workdays };
  test("answers nothing before the time, and the time when it comes", () => {
    const after = utc("2026-11-20T11:00");
    expect(lastDue(times, BUENOS_AIRES, after, utc("2026-11-23T10:59:59"))).toBeUndefined();
    expect(lastDue(times, BUENOS_AIRES, after, utc("2026-11-23T11:00"))).toBe(utc("2026-11-23T11:00"));
  });

  test("counts several that were missed once: the last", () => {
    const due = lastDue(times, BUENOS_AIRES, utc("2026-01-01T00:00"), utc("2026-11-22T12:00"));
    expect(due).toBe(utc("2026-11-20T11:00"));
  });

  test("counts a time that comes twice once", () => {
    // On 2026-04-04 at 24:00 Chilean clocks go back to 23:00: offset -3 becomes -4.
    const late = { time: "23:30", days: WEEKDAYS };
    const first = lastDue(late, SANTIAGO, utc("2026-04-04T12:00"), utc("2026-04-05T02:45"));
    expect(first).toBe(utc("2026-04-05T02:30"));
    expect(lastDue(late, SANTIAGO, first!, utc("2026-04-05T12:00"))).toBeUndefined();
  });
});
