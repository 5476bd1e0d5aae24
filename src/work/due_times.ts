// When a synchronizer is due, by croner: civil time of a zone, with its changes of clock. A time that the clock skips
// is due when it jumps; one that comes twice is due once.

import { Cron } from "croner";
import type { Synchronizer } from "../core/synchronizer.ts";

type Times = Pick<Synchronizer, "days" | "time">;

/** No synchronizer waits longer than from one week to the next. */
const LONGEST_WAIT_MS = 8 * 24 * 3600 * 1000;

/** The first time after `after`, epoch ms. `zone` is one that the platform knows. */
export function nextDue(times: Times, zone: string, after: number): number {
  return cronOf(times, zone).nextRun(new Date(after))!.getTime();
}

/** The last time with `after` < time <= `upTo`; undefined without any: several that were missed count once. */
export function lastDue(times: Times, zone: string, after: number, upTo: number): number | undefined {
  const cron = cronOf(times, zone);
  let last: number | undefined;
  let at = Math.max(after, upTo - LONGEST_WAIT_MS);
  for (;;) {
    at = cron.nextRun(new Date(at))!.getTime();
    if (at > upTo) return last;
    last = at;
  }
}

function cronOf({ days, time }: Times, zone: string): Cron {
  const [hour, minute] = time.split(":").map(Number);
  return new Cron(`${minute} ${hour} * * ${days.join(",")}`, { timezone: zone, paused: true });
}
