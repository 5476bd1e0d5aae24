// When schedules fire, by croner. A cron that names hours is a local time: where the clock skips it, it fires once at
// the first instant after the gap; where it comes twice, once. One of every hour counts elapsed time: it fires in both
// passes of a doubled hour.

import { Cron } from "croner";
import type { Schedule } from "../core/etl/sequence.ts";
import { gapsOverMidnight } from "./midnight_gaps.ts";

type Times = Pick<Schedule, "cron" | "timezone">;

type Clock = {
  readonly cron: Cron;
  /** The same cron over the wall clock taken for UTC; undefined where gaps do not count. */
  readonly wall: Cron | undefined;
  readonly timezone: string;
  /** The last answer of `nextFire`: it holds for all instants in between. */
  known: { readonly after: number; readonly next: number | null } | undefined;
};

/** Schedules that a project had in the life of a process; more than that are read anew. */
const MOST_CLOCKS = 10_000;
const clocks = new Map<string, Clock>();

/**
 * The first fire after an instant; null when none is to come. Epoch ms.
 * Errors: whatever croner throws for a cron or a zone that it does not know.
 */
export function nextFire(times: Times, after: number): number | null {
  const clock = clockOf(times);
  const { known } = clock;
  if (known && known.after <= after && (known.next === null || after < known.next)) return known.next;
  const next = search(clock, after);
  clock.known = { after, next };
  return next;
}

/** Fires with `after` < fire <= `upTo`, ascending: the first `limit` of them. */
export function firstFires(times: Times, after: number, upTo: number, limit: number): number[] {
  const fires: number[] = [];
  for (let at = after; fires.length < limit;) {
    const next = nextFire(times, at);
    if (next === null || next > upTo) break;
    fires.push(next);
    at = next;
  }
  return fires;
}

/** Fires with `after` < fire <= `upTo`, ascending: the last `limit` of them, however many there are before. */
export function lastFires(times: Times, after: number, upTo: number, limit: number): number[] {
  const clock = clockOf(times);
  const fires = clock.cron.previousRuns(limit, new Date(upTo + 1)).map((fire) => fire.getTime())
    .filter((fire) => fire > after);
  const since = fires.length === limit ? fires.at(-1)! : after;
  const moved = gapFires(clock, since, upTo).filter((fire) => !fires.includes(fire));
  return [...fires, ...moved].sort((a, b) => a - b).slice(-limit);
}

function search(clock: Clock, after: number): number | null {
  const next = clock.cron.nextRun(new Date(after))?.getTime();
  if (next === undefined) return null;
  return gapFires(clock, after, next)[0] ?? next;
}

/** Croner drops a skipped time whose gap ends on another day. */
function gapFires({ wall, timezone }: Clock, after: number, upTo: number): number[] {
  if (!wall) return [];
  return gapsOverMidnight(timezone, after, upTo)
    .filter(({ from, to }) => {
      const skipped = wall.nextRun(new Date(from - 1_000))?.getTime();
      return skipped !== undefined && skipped < to;
    })
    .map(({ at }) => at);
}

function clockOf({ cron, timezone }: Times): Clock {
  const key = `${cron} ${timezone}`;
  const found = clocks.get(key);
  if (found) return found;
  const pattern = plainCron(cron);
  const on = (zone: string) =>
    new Cron(pattern, {
      timezone: zone,
      paused: true,
      mode: "5-or-6-parts",
      fixedTimeRule: "no-wildcard",
    });
  const namesHours = pattern.split(" ").at(-4) !== "*";
  const clock: Clock = {
    cron: on(timezone),
    wall: namesHours ? on("UTC") : undefined,
    timezone,
    known: undefined,
  };
  if (clocks.size >= MOST_CLOCKS) clocks.clear();
  clocks.set(key, clock);
  return clock;
}

/**
 * A cron that croner takes for what it is here: times of day are lists of numbers, elapsed time has `*` for its hour.
 * What cannot be read stays, for croner to refuse.
 */
function plainCron(cron: string): string {
  const fields = cron.trim().split(/\s+/);
  const hourAt = fields.length - 4;
  const hours = valuesOf(fields[hourAt] ?? "", 23);
  if (!hours) return cron;
  if (hours.size === 24) return fields.with(hourAt, "*").join(" ");
  return fields.map((field, at) => {
    const values = at > hourAt ? undefined : at === hourAt ? hours : valuesOf(field, 59);
    return values ? [...values].join(",") : field;
  }).join(" ");
}

function valuesOf(field: string, last: number): Set<number> | undefined {
  const values = new Set<number>();
  for (const part of field.split(",")) {
    const [, all, first, end, step] = /^(?:(\*)|(\d+)(?:-(\d+))?)(?:\/(\d+))?$/.exec(part) ?? [];
    if (all === undefined && first === undefined) return;
    if (all === undefined && end === undefined && step !== undefined) return;
    const from = Number(first ?? 0);
    const to = all ? last : Number(end ?? first);
    const by = Number(step ?? 1);
    if (from > to || to > last || by < 1) return;
    for (let value = from; value <= to; value += by) values.add(value);
  }
  return values;
}
